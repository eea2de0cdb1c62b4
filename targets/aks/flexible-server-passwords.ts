import type { RandomPassword, RandomPasswordArgs } from '@pulumi/random';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { json } from '../../constructs/core/compose';
import type { SecretBackend, SecretSource } from '../../constructs/core/secret-source';
import type { Passwords } from '../../constructs/data/postgres-users';
import { fromStore, generated, passwordOf } from '../../constructs/secrets/sources';
import type { Azure } from './aks-cluster';
import { vaultSecret } from './key-vault';

/** What the server is told, and where its users' passwords are. */
export interface ServerPasswords {
  /** Marker of the administrator's password: Azure takes it as an input, and keeps it nowhere. */
  readonly administrator: string;
  readonly users: Passwords;
}

/** Passwords of a server's users. Pulumi makes the administrator's, unless SOPS has it; what pods read of it is a copy in the vault. */
export function serverPasswords(scope: Construct, backend: SecretBackend, azure: Azure): ServerPasswords {
  switch (backend.kind) {
    case 'pulumi': {
      const administrator = administratorPassword(scope);
      return { administrator, users: { ...own(scope), superuser: { from: 'pulumi', value: administrator } } };
    }
    case 'sops': {
      const superuser = passwordOf(scope, 'superuser');
      return {
        administrator: superuser.from === 'pulumi' ? superuser.value : '',
        users: { ...own(scope), superuser },
      };
    }
    case 'sealed': {
      const administrator = administratorPassword(scope);
      // For who seals it.
      vaultSecret(scope, 'stored-superuser', { field: 'superuser', value: administrator, changesThere: false }, azure);
      return { administrator, users: { ...own(scope), superuser: { from: 'sealed' } } };
    }
    case 'external':
      return inVault(scope, azure);
    default:
      return backend satisfies never;
  }
}

function inVault(scope: Construct, azure: Azure): ServerPasswords {
  const administrator = administratorPassword(scope);
  const value = { field: 'superuser', value: administrator, changesThere: false };
  const superuser = fromStore(vaultSecret(scope, 'stored-superuser', value, azure));
  const made = ['password', 'reader', 'metrics'].map((field) => [field, heldBy(generated(scope, field))]);
  const texts = { value: json(Object.fromEntries(made)), changesThere: true };
  const stored = vaultSecret(scope, 'stored-passwords', texts, azure);
  const at = (field: string) => fromStore(stored, field);
  return {
    administrator,
    users: { password: at('password'), reader: at('reader'), metrics: at('metrics'), superuser },
  };
}

function own(scope: Construct): Omit<Passwords, 'superuser'> {
  const one = (field: string) => passwordOf(scope, field);
  return { password: one('password'), reader: one('reader'), metrics: one('metrics') };
}

function heldBy(source: SecretSource): string {
  return source.from === 'pulumi' ? source.value : '';
}

/** Letters of three kinds, or Azure refuses it: https://learn.microsoft.com/rest/api/postgresql/servers/create-or-update */
function administratorPassword(scope: Construct): string {
  const password = new CloudResource<RandomPasswordArgs, RandomPassword>(scope, 'administrator', {
    type: 'random:index/randomPassword:RandomPassword',
    inputs: { length: 32, special: false, minLower: 1, minUpper: 1, minNumeric: 1 },
    secretOutputs: ['result', 'bcryptHash'],
  });
  return password.secretOutput('result');
}
