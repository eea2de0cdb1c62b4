import type { Construct } from 'constructs';
import type { StackOutputs } from '../../constructs/core/stack-outputs';
import { type ClusterSource, type FoundCluster, foundCluster } from '../found-cluster';
import type { EksSpec } from './cluster/eks-spec';
import { MadeEksCluster } from './cluster/made-cluster';
import type { EksCluster, EksFacts, NamedEks } from './eks-cluster';

export type EksSource = ClusterSource<EksCluster, KnownOfStack, EksSpec>;

type Told = { readonly [K in keyof EksFacts]?: EksFacts[K] | undefined };

/** What a stack that joins a cluster's says itself: facts that it gives win over those of the stack. */
export interface KnownOfStack extends NamedEks, Told {
  /** Availability zones of the cluster's subnets: as many as the stack tells subnets. */
  readonly zones: readonly string[];
}

/** The cluster, wherever its facts come from. */
export function eksCluster(scope: Construct, source: EksSource): FoundCluster<EksCluster, MadeEksCluster> {
  return foundCluster(scope, source, {
    ofStack,
    create: (spec) => {
      const made = new MadeEksCluster(scope, 'eks', spec);
      return { cluster: made.asCluster(), made };
    },
  });
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
