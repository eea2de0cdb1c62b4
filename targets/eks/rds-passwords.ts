import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { json } from '../../constructs/core/compose';
import type { Profile } from '../../constructs/core/platform';
import type { SecretBackend, SecretSource } from '../../constructs/core/secret-source';
import { systemOf } from '../../constructs/core/system';
import type { Passwords } from '../../constructs/data/postgres-users';
import { fromStore, generated, passwordOf } from '../../constructs/secrets/sources';

/** Passwords of the users that the application and the parts around it have. */
export function rdsPasswords(
  scope: Construct,
  backend: SecretBackend,
  profile: Profile,
  superuser: SecretSource,
): Passwords {
  const one = (field: string) => (backend.kind === 'external' ? generated(scope, field) : passwordOf(scope, field));
  const made = { password: one('password'), reader: one('reader'), metrics: one('metrics') };
  if (backend.kind !== 'external') return { ...made, superuser };
  const stored = new CloudResource<aws.secretsmanager.SecretArgs, aws.secretsmanager.Secret>(
    scope,
    'stored-passwords',
    {
      type: 'aws:secretsmanager/secret:Secret',
      protect: profile.protectData,
      inputs: {
        name: `${backend.prefix}/${systemOf(scope).node.id}/${scope.node.id}`,
        recoveryWindowInDays: profile.protectData ? 30 : 0,
      },
    },
  );
  const texts = Object.entries(made).map(([field, source]) => [field, source.from === 'pulumi' ? source.value : '']);
  const version = new CloudResource<aws.secretsmanager.SecretVersionArgs, aws.secretsmanager.SecretVersion>(
    scope,
    'stored-passwords-version',
    {
      type: 'aws:secretsmanager/secretVersion:SecretVersion',
      inputs: { secretId: stored.output('id'), secretString: json(Object.fromEntries(texts)) },
      // Whoever changes a password changes it there; the next up does not change it back.
      ignoreChanges: ['secretString'],
    },
  );
  const at = (field: string) => fromStore(version.output('arn'), field);
  return { password: at('password'), reader: at('reader'), metrics: at('metrics'), superuser };
}
