import type { Secret, SecretArgs } from '@pulumi/azure-native/keyvault';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { keyOf } from '../../constructs/core/labels';
import { report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import type { Azure } from './aks-cluster';
import { missing } from './missing';

export interface VaultSecret {
  /** Last part of its name: `passwords`. None where the part has one secret only. */
  readonly field?: string;
  readonly value: string;
  /** Whoever changes it changes it in the vault; the next up does not change it back. */
  readonly changesThere: boolean;
}

/** A secret in Key Vault, where External Secrets reads it, or a person who seals it. Gives the marker of its name, there once it is. */
export function vaultSecret(
  scope: Construct,
  id: string,
  { field, value, changesThere }: VaultSecret,
  { cluster, tags }: Azure,
): string {
  report(scope, () => missing({ 'aks:keyVault': cluster.keyVault }));
  const secret = new CloudResource<SecretArgs, Secret>(scope, id, {
    type: 'azure-native:keyvault:Secret',
    protect: systemOf(scope).platform.profile.protectData,
    inputs: {
      vaultName: cluster.keyVault ?? '',
      resourceGroupName: cluster.resourceGroup,
      secretName: vaultName(scope, field),
      properties: { value },
      tags,
    },
    ...(changesThere ? { ignoreChanges: ['properties.value'] } : {}),
  });
  return secret.output('name');
}

/** Letters, digits and dashes, 127 at most: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers */
export function vaultName(scope: Construct, field?: string): string {
  const backend = systemOf(scope).platform.secrets;
  const place = backend.kind === 'external' ? backend.prefix : systemOf(scope).environment;
  const whole = [place, keyOf(scope), ...(field === undefined ? [] : [field])].join('-');
  return whole.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 127);
}
