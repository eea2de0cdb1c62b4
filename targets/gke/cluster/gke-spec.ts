import type { Profile } from '../../../constructs/core/platform';
import type { NamedGke } from '../gke-facts';

/** A GKE cluster that is to be made. */
export interface GkeSpec extends NamedGke {
  /** Range of the nodes, and with it of internal load balancers. */
  readonly nodeCidr: string;
  /** Range of pods: each node takes 256 addresses of it. */
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** Range of the API server: /28. */
  readonly controlPlaneCidr: string;
  /** Range that is allocated to Google's services, where databases are. */
  readonly privateServicesCidr: string;
  /** From where the API server's public address answers. @default it has none */
  readonly apiAccess: readonly string[] | undefined;
  readonly nodes: NodePool;
  readonly spot: NodePool;
  readonly kubernetesVersion: string;
  readonly profile: Profile;
}

export interface NodePool {
  readonly type: string;
  /** In all zones together. */
  readonly least: number;
  readonly most: number;
  readonly diskGibibytes: number;
}
