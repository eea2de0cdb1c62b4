import type { Construct } from 'constructs';
import { StackOutputs } from '../../constructs/core/stack-outputs';
import type { AksCluster, AksSource, KnownOfStack } from './aks-cluster';

/** The cluster, wherever its facts come from. */
export function aksCluster(scope: Construct, source: AksSource): AksCluster {
  switch (source.from) {
    case 'configuration':
      return source.cluster;
    case 'stack':
      return ofStack(new StackOutputs(scope, 'cluster-stack', source.stack), source.known);
    default:
      return source satisfies never;
  }
}

/** Outputs are called as the facts are: `AksFacts` is the contract of the two stacks. A network of ours has one range of each kind. */
function ofStack(stack: StackOutputs, known: KnownOfStack): AksCluster {
  return {
    ...known,
    endpoint: known.endpoint ?? stack.text('endpoint'),
    certificateAuthority: known.certificateAuthority ?? stack.text('certificateAuthority'),
    oidcIssuer: known.oidcIssuer ?? stack.text('oidcIssuer'),
    serviceCidrs: known.serviceCidrs ?? stack.texts('serviceCidrs', 1),
    controlPlaneCidrs: known.controlPlaneCidrs ?? stack.texts('controlPlaneCidrs', 1),
    databaseSubnet: known.databaseSubnet ?? stack.text('databaseSubnet'),
    databaseSubnetCidrs: known.databaseSubnetCidrs ?? stack.texts('databaseSubnetCidrs', 1),
    databaseZone: known.databaseZone ?? stack.text('databaseZone'),
    endpointSubnet: known.endpointSubnet ?? stack.text('endpointSubnet'),
    endpointSubnetCidrs: known.endpointSubnetCidrs ?? stack.texts('endpointSubnetCidrs', 1),
    redisZone: known.redisZone ?? stack.text('redisZone'),
  };
}
