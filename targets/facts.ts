import type { FRONT_DOORS } from '../constructs/core/front-doors';
import type { Place, Profile } from '../constructs/core/platform';
import type { SecretBackend, SecretSource } from '../constructs/core/secret-source';
import type { AksSource } from './aks/aks-cluster';
import type { EksSource } from './eks/eks-source';
import type { GkeSource } from './gke/gke-cluster';

/** What a target is told. */
export interface TargetFacts {
  readonly project: string;
  readonly environment: string;
  readonly profile: Profile;
  readonly target: 'minikube' | 'eks' | 'gke' | 'aks' | 'existing';
  readonly kubernetesVersion: string;
  readonly context: string | undefined;
  readonly kubeconfig: SecretSource | undefined;
  readonly secrets: SecretBackend;
  readonly storageClass: string | undefined;
  readonly issuer: string | undefined;
  /** Who leads the world in. @default 'ingress' */
  readonly frontDoor?: keyof typeof FRONT_DOORS | undefined;
  /** What else is there: `StorageClass fast`, `Secret shop/stripe`. */
  readonly brings?: readonly string[] | undefined;
  /** In place of what the target says. */
  readonly apiServer?: readonly Place[] | undefined;
  readonly dns?: readonly Place[] | undefined;
  readonly ingressFrom?: readonly Place[] | undefined;
  /** IngressClass or GatewayClass. */
  readonly ingressClass?: string | undefined;
  /** Annotations of Services of type LoadBalancer. */
  readonly loadBalancer?: Readonly<Record<string, string>> | undefined;
  /** CSI driver of volumes, and its parameters for fast ones, of a cluster that is no cloud of ours. */
  readonly disksBy?: string | undefined;
  readonly fastDisks?: Readonly<Record<string, string>> | undefined;
  /** The stack that made the cluster, whose outputs are its facts. */
  readonly clusterStack?: string | undefined;
  readonly eks: EksSource | undefined;
  readonly gke: GkeSource | undefined;
  readonly aks?: AksSource | undefined;
}
