import type { Profile } from '../../../constructs/core/platform';
import type { NamedAks } from '../aks-facts';

/** An AKS cluster that is to be made. */
export interface AksSpec extends NamedAks {
  /** Range of the network: from /12 to /16. */
  readonly cidr: string;
  /** Range of pods, which have no addresses of the network. */
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly zones: readonly string[];
  /** From where the API server's public address answers. @default it has none */
  readonly apiAccess: readonly string[] | undefined;
  /** Groups of Entra ID that are administrators of the cluster: who runs `pulumi up` is in one of them. */
  readonly admins: readonly string[];
  readonly nodes: NodePool;
  readonly spot: NodePool;
  /** Days that the log of the control plane is kept. */
  readonly logDays: number;
  readonly kubernetesVersion: string;
  readonly profile: Profile;
}

export interface NodePool {
  readonly type: string;
  readonly least: number;
  readonly most: number;
  readonly diskGibibytes: number;
}
