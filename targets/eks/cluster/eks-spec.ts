import type { Profile } from '../../../constructs/core/platform';
import type { NamedEks } from '../eks-cluster';

/** An EKS cluster that is to be made. */
export interface EksSpec extends NamedEks {
  /** Two or three. */
  readonly zones: readonly string[];
  /** Range of the VPC: from /16 to /20. */
  readonly cidr: string;
  /** Range of the addresses of Services. */
  readonly serviceCidr: string;
  /** From where the API server's public address answers. @default it has none */
  readonly apiAccess: readonly string[] | undefined;
  /** Roles of IAM that are administrators of the cluster: who runs `pulumi up` is among them. */
  readonly admins: readonly string[];
  readonly nodes: NodePool;
  readonly spot: NodePool;
  /** Days that the log of the control plane is kept. */
  readonly logDays: number;
  readonly kubernetesVersion: string;
  readonly profile: Profile;
}

export interface NodePool {
  /** Of one architecture; of spot nodes several, so that one of them is there. */
  readonly types: readonly string[];
  readonly least: number;
  readonly most: number;
  readonly diskGibibytes: number;
}
