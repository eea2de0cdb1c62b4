import type { Construct } from 'constructs';
import type { Endpoint, LesserUser } from '../core/endpoint';
import type { PostgresRequest } from '../core/platform';
import type { SecretSource } from '../core/secret-source';
import { secretBundle } from '../secrets/secret-bundle';
import { scripts } from './store-steps';

/** Who makes the others: of the image, and of RDS. No part of a system signs in as it. */
export const SUPERUSER = 'postgres';

/** Users that read: names that no application has. */
export const READERS: Readonly<Record<LesserUser, string>> = {
  reader: 'seaworthy_reader',
  metrics: 'seaworthy_metrics',
};

/** The passwords of a server's users; the owner's is called as its field in every store: `password`. */
export interface Passwords {
  readonly password: SecretSource;
  readonly reader: SecretSource;
  readonly metrics: SecretSource;
  readonly superuser: SecretSource;
}

export function usersOf({ reader, metrics }: Omit<Passwords, 'superuser'>): NonNullable<Endpoint['users']> {
  return {
    reader: { username: READERS.reader, password: reader },
    metrics: { username: READERS.metrics, password: metrics },
  };
}

/** A Secret of all of them, which the script of the users reads. Gives its name. */
export function passwordsSecret(scope: Construct, name: string, passwords: Passwords): string {
  const bundle = secretBundle(scope, name);
  for (const [key, secret] of Object.entries(passwords)) bundle.add(key, [{ secret, encode: 'none' }], scope.node.path);
  return name;
}

/** What roles.sh reads, beside how it gets there. */
export function usersEnv({ database, username }: PostgresRequest): Record<string, string> {
  return { DATABASE: database, OWNER: username, READER: READERS.reader, METRICS: READERS.metrics };
}

export function usersScripts(): Record<string, string> {
  return scripts('roles.sh');
}
