import type { SecretBackend } from '../constructs/core/secret-source';
import type { TargetFacts } from '../targets/facts';

/** The store behind External Secrets that a target brings: what it is called where nobody says, and how it names a secret. */
type Store = { readonly name: string } & Required<Pick<Extract<SecretBackend, { kind: 'external' }>, 'keys'>>;

const AWS: Store = { name: 'aws-secrets-manager', keys: 'paths' };

export const STORES: Readonly<Record<TargetFacts['target'], Store>> = {
  minikube: AWS,
  existing: AWS,
  eks: AWS,
  // Letters, digits, dashes and underscores: https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create
  // Letters, digits and dashes: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
  aks: { name: 'azure-key-vault', keys: 'dashes' },
  gke: { name: 'google-secret-manager', keys: 'dashes' },
};
