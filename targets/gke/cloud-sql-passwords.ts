import type { Construct } from 'constructs';
import type { Profile } from '../../constructs/core/platform';
import type { SecretBackend, SecretSource } from '../../constructs/core/secret-source';
import type { Passwords } from '../../constructs/data/postgres-users';
import { generated, passwordOf } from '../../constructs/secrets/sources';
import { storedSecret } from './stored-secret';

export interface CloudSqlPasswords {
  readonly passwords: Passwords;
  /** The marker of the master's password, which Google wants as an input. */
  readonly master: string;
}

/**
 * Passwords of the master, and of the users that the application and the parts around it have. Google makes none: they are Pulumi's, encrypted in
 * its state, or come from where the environment keeps its secrets.
 */
export function cloudSqlPasswords(scope: Construct, backend: SecretBackend, profile: Profile): CloudSqlPasswords {
  const isKnown = backend.kind === 'pulumi' || backend.kind === 'sops';
  const one = (field: string) => (backend.kind === 'external' ? generated(scope, field) : passwordOf(scope, field));
  const made = { password: one('password'), reader: one('reader'), metrics: one('metrics') };
  const superuser = isKnown ? passwordOf(scope, 'superuser') : generated(scope, 'superuser');
  const master = markerOf(superuser);
  if (isKnown) return { passwords: { ...made, superuser }, master };
  const stored = storedSecret(scope, 'stored-master', { superuser }, { backend, profile, isOurs: true });
  // A person reads it there, to seal it.
  if (backend.kind === 'sealed') return { passwords: { ...made, superuser: { from: 'sealed' } }, master };
  const at = storedSecret(scope, 'stored-passwords', made, { backend, profile, isOurs: false });
  const passwords = { password: at('password'), reader: at('reader'), metrics: at('metrics') };
  return { passwords: { ...passwords, superuser: stored('superuser') }, master };
}

function markerOf(source: SecretSource): string {
  return source.from === 'pulumi' ? source.value : '';
}
