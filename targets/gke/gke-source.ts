import type { Construct } from 'constructs';
import type { StackOutputs } from '../../constructs/core/stack-outputs';
import { type FoundCluster, foundCluster } from '../found-cluster';
import { MadeGkeCluster } from './cluster/made-cluster';
import type { GkeCluster, GkeSource, KnownOfGke } from './gke-cluster';

/** The cluster, wherever its facts come from. */
export function gkeCluster(scope: Construct, source: GkeSource): FoundCluster<GkeCluster, MadeGkeCluster> {
  return foundCluster(scope, source, {
    ofStack,
    create: (spec) => {
      const made = new MadeGkeCluster(scope, 'gke', spec);
      const { project, projectNumber, region, cluster, alarmChannel } = spec;
      return { cluster: { ...made.facts, project, projectNumber, region, cluster, alarmChannel }, made };
    },
  });
}

/** Outputs are called as the facts are: `GkeFacts` is the contract of the two stacks. */
function ofStack(stack: StackOutputs, known: KnownOfGke): GkeCluster {
  return {
    ...known,
    endpoint: known.endpoint ?? stack.text('endpoint'),
    certificateAuthority: known.certificateAuthority ?? stack.text('certificateAuthority'),
    network: known.network ?? stack.text('network'),
    serviceCidrs: known.serviceCidrs ?? stack.texts('serviceCidrs', 1),
    controlPlaneCidrs: known.controlPlaneCidrs ?? stack.texts('controlPlaneCidrs', 1),
    privateServices: known.privateServices ?? stack.text('privateServices'),
    privateServicesCidrs: known.privateServicesCidrs ?? stack.texts('privateServicesCidrs', 1),
  };
}
