import type { Construct } from 'constructs';
import { ANY_CLUSTER } from '../constructs/core/cluster-network';
import { clusterProvider } from '../constructs/core/cluster-provider';
import { provide } from '../constructs/core/node-options';
import type { Platform } from '../constructs/core/platform';
import { StackOutputs } from '../constructs/core/stack-outputs';
import type { TargetFacts } from './facts';
import { contextOf, inCluster, kubeconfigOf } from './in-cluster';

/** Any cluster that a kubeconfig leads to; everything runs inside it. */
export function existing(scope: Construct, facts: TargetFacts): Platform {
  const kubeconfig = kubeconfigOf(facts.kubeconfig) ?? kubeconfigOfStack(scope, facts);
  const clusterIdentifier = `${facts.project}/${facts.environment}`;
  const own = kubeconfig === undefined ? (contextOf(facts) ?? {}) : { kubeconfig };
  provide(scope, clusterProvider(scope, 'cluster', { ...own, clusterIdentifier }));
  const platform = inCluster(facts, { name: 'existing cluster', storageClass: 'standard', network: ANY_CLUSTER });
  const { disksBy: provisioner, fastDisks: fast = {} } = facts;
  return provisioner === undefined ? platform : { ...platform, disks: { ...platform.disks, provisioner, fast } };
}

/** Of a stack that made a cluster and tells how to reach it: its output `kubeconfig`. */
function kubeconfigOfStack(scope: Construct, { clusterStack }: TargetFacts): string | undefined {
  if (clusterStack === undefined) return undefined;
  return new StackOutputs(scope, 'cluster-stack', clusterStack).secretText('kubeconfig');
}
