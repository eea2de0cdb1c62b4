import type { Construct } from 'constructs';
import { CloudResource } from './cloud-resource';

/** Inputs of the kubernetes provider. https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/ */
export interface ClusterProviderInputs {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** What a cluster is, whatever its address: without it a new address would replace every object. */
  readonly clusterIdentifier: string;
  /** In-place updates: by default a changed ConfigMap is deleted first, and pods have none for a while. */
  readonly enableConfigMapMutable: true;
  readonly enableSecretMutable: true;
  /**
   * What somebody changed with kubectl is taken back, by preview and up alike: without it both stop at a conflict of field managers. The number
   * of copies that an autoscaler decided is its own nevertheless: it is ignored.
   */
  readonly enablePatchForce: true;
}

export interface ClusterProviderOptions {
  readonly clusterIdentifier: string;
  /** Text of a kubeconfig; usually the marker of an encrypted value. @default the ambient one */
  readonly kubeconfig?: string;
  /** Context of the ambient kubeconfig. @default its current one */
  readonly context?: string;
}

/** The provider that keeps data. Never `upsertExistingObjects`, which deletes live objects on a rename. */
export function clusterProvider(
  scope: Construct,
  id: string,
  options: ClusterProviderOptions,
): CloudResource<ClusterProviderInputs> {
  return new CloudResource<ClusterProviderInputs>(scope, id, {
    type: 'pulumi:providers:kubernetes',
    inputs: { ...options, enableConfigMapMutable: true, enableSecretMutable: true, enablePatchForce: true },
  });
}
