import type { Construct } from 'constructs';
import { StackOutputs } from '../../constructs/core/stack-outputs';
import type { EksCluster, EksSource, KnownOfStack } from './eks-cluster';

/** The cluster, wherever its facts come from. */
export function eksCluster(scope: Construct, source: EksSource): EksCluster {
  switch (source.from) {
    case 'configuration':
      return source.cluster;
    case 'stack':
      return ofStack(new StackOutputs(scope, 'cluster-stack', source.stack), source.known);
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
