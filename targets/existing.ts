import type { Construct } from 'constructs';
import { ANY_CLUSTER } from '../constructs/core/cluster-network';
import { clusterProvider } from '../constructs/core/cluster-provider';
import { provide } from '../constructs/core/node-options';
import type { Platform } from '../constructs/core/platform';
import type { TargetFacts } from './facts';
import { inCluster, kubeconfigOf } from './in-cluster';

/** Any cluster that a kubeconfig leads to; everything runs inside it. */
export function existing(scope: Construct, facts: TargetFacts): Platform {
  const kubeconfig = kubeconfigOf(facts.kubeconfig);
  const clusterIdentifier = `${facts.project}/${facts.environment}`;
  const own = kubeconfig === undefined ? contextOf(facts) : { kubeconfig };
  provide(scope, clusterProvider(scope, 'cluster', { ...own, clusterIdentifier }));
  return inCluster(facts, { name: 'existing cluster', storageClass: 'standard', network: ANY_CLUSTER });
}

function contextOf({ context }: TargetFacts): { readonly context?: string } {
  return context === undefined ? {} : { context };
}
