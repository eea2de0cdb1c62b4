import type { Construct } from 'constructs';
import { StackOutputs } from '../../constructs/core/stack-outputs';
import { MadeGkeCluster } from './cluster/made-cluster';
import type { GkeCluster, GkeSource, KnownOfGke } from './gke-cluster';

/** A cluster, and what has to be there before anything runs on it. */
interface FoundCluster {
  readonly cluster: GkeCluster;
  readonly made?: MadeGkeCluster;
}

/** The cluster, wherever its facts come from. */
export function gkeCluster(scope: Construct, source: GkeSource): FoundCluster {
  switch (source.from) {
    case 'configuration':
      return { cluster: source.cluster };
    case 'stack':
      return { cluster: ofStack(new StackOutputs(scope, 'cluster-stack', source.stack), source.known) };
    case 'create': {
      const made = new MadeGkeCluster(scope, 'gke', source.spec);
      const { project, projectNumber, region, cluster, alarmChannel } = source.spec;
      return { cluster: { ...made.facts, project, projectNumber, region, cluster, alarmChannel }, made };
    }
    default:
      return source satisfies never;
  }
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
