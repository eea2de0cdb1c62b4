import type * as secretmanager from '@pulumi/gcp/secretmanager';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { json } from '../../constructs/core/compose';
import type { Profile } from '../../constructs/core/platform';
import type { SecretBackend, SecretSource } from '../../constructs/core/secret-source';
import { systemOf } from '../../constructs/core/system';
import { fromStore, keyInStore } from '../../constructs/secrets/sources';

type External = Extract<SecretBackend, { kind: 'external' }>;

/** A secret of several fields in Secret Manager, by the part it is of; gives what reads a field of it. */
export function storedSecret(
  scope: Construct,
  id: string,
  fields: Readonly<Record<string, SecretSource>>,
  {
    backend,
    profile,
    isOurs,
  }: { readonly backend: SecretBackend; readonly profile: Profile; readonly isOurs: boolean },
): (field: string) => SecretSource {
  const secretId = nameIn(backend, `${systemOf(scope).node.id}/${scope.node.id}/${id}`);
  const secret = new CloudResource<secretmanager.SecretArgs, secretmanager.Secret>(scope, id, {
    type: 'gcp:secretmanager/secret:Secret',
    protect: profile.protectData,
    inputs: { secretId, replication: { auto: {} }, deletionProtection: profile.protectData },
  });
  const texts = Object.entries(fields).map(([field, source]) => [field, source.from === 'pulumi' ? source.value : '']);
  new CloudResource<secretmanager.SecretVersionArgs, secretmanager.SecretVersion>(scope, `${id}-version`, {
    type: 'gcp:secretmanager/secretVersion:SecretVersion',
    inputs: { secret: secret.output('id'), secretData: json(Object.fromEntries(texts)) },
    // Whoever changes a password changes it there, where it is theirs to change; the next up does not change it back.
    ...(isOurs ? {} : { ignoreChanges: ['secretData'] }),
  });
  return (field) => fromStore(secret.output('secretId'), field);
}

/** https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create */
function nameIn(backend: SecretBackend, path: string): string {
  const external: Pick<External, 'keys'> = { keys: 'dashes' };
  return keyInStore(external, backend.kind === 'external' ? `${backend.prefix}/${path}` : path).slice(0, 255);
}
