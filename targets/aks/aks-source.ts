import type { Construct } from 'constructs';
import type { StackOutputs } from '../../constructs/core/stack-outputs';
import { type FoundCluster, foundCluster } from '../found-cluster';
import type { AksCluster, AksSource, KnownOfStack } from './aks-cluster';
import type { NamedAks } from './aks-facts';
import type { AksSpec } from './cluster/aks-spec';
import { MadeAksCluster } from './cluster/made-cluster';

/** The cluster, wherever its facts come from. */
export function aksCluster(scope: Construct, source: AksSource): FoundCluster<AksCluster, MadeAksCluster> {
  return foundCluster(scope, source, {
    ofStack,
    create: (spec) => {
      const made = new MadeAksCluster(scope, 'aks', spec);
      return { cluster: { ...named(spec), ...made.facts }, made };
    },
  });
}

function named({ subscription, resourceGroup, location, cluster, keyVault, ...others }: AksSpec): NamedAks {
  const { actionGroup, geoRedundantBackups, extensions, archives } = others;
  const place = { subscription, resourceGroup, location, cluster, keyVault };
  return { ...place, actionGroup, geoRedundantBackups, extensions, archives };
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
