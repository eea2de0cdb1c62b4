import type { Construct } from 'constructs';
import { StackOutputs } from '../../constructs/core/stack-outputs';
import type { EksSpec } from './cluster/eks-spec';
import { MadeEksCluster } from './cluster/made-cluster';
import type { EksCluster, EksFacts, NamedEks } from './eks-cluster';

/** Where the facts of a cluster come from. */
export type EksSource =
  | { readonly from: 'configuration'; readonly cluster: EksCluster }
  | { readonly from: 'stack'; readonly stack: string; readonly known: KnownOfStack }
  | { readonly from: 'create'; readonly spec: EksSpec };

type Told = { readonly [K in keyof EksFacts]?: EksFacts[K] | undefined };

/** What a stack that joins a cluster's says itself: facts that it gives win over those of the stack. */
export interface KnownOfStack extends NamedEks, Told {
  /** Availability zones of the cluster's subnets: as many as the stack tells subnets. */
  readonly zones: readonly string[];
}

/** A cluster, and what has to be there before anything runs on it. */
interface FoundCluster {
  readonly cluster: EksCluster;
  readonly made?: MadeEksCluster;
}

/** The cluster, wherever its facts come from. */
export function eksCluster(scope: Construct, source: EksSource): FoundCluster {
  switch (source.from) {
    case 'configuration':
      return { cluster: source.cluster };
    case 'stack':
      return { cluster: ofStack(new StackOutputs(scope, 'cluster-stack', source.stack), source.known) };
    case 'create': {
      const made = new MadeEksCluster(scope, 'eks', source.spec);
      return { cluster: made.asCluster(), made };
    }
    default:
      return source satisfies never;
  }
}

/** Outputs are called as the facts are: `EksFacts` is the contract of the two stacks. */
function ofStack(stack: StackOutputs, { zones, ...known }: KnownOfStack): EksCluster {
  return {
    ...known,
    endpoint: known.endpoint ?? stack.text('endpoint'),
    certificateAuthority: known.certificateAuthority ?? stack.text('certificateAuthority'),
    vpc: known.vpc ?? stack.text('vpc'),
    subnets: known.subnets ?? stack.texts('subnets', zones.length),
    subnetCidrs: known.subnetCidrs ?? stack.texts('subnetCidrs', zones.length),
    nodeSecurityGroup: known.nodeSecurityGroup ?? stack.text('nodeSecurityGroup'),
    oidcIssuer: known.oidcIssuer ?? stack.text('oidcIssuer'),
    oidcProvider: known.oidcProvider ?? (known.account === undefined ? stack.text('oidcProvider') : undefined),
    resolver: known.resolver ?? stack.text('resolver'),
    apiService: known.apiService ?? stack.text('apiService'),
  };
}
