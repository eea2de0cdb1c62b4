import type { Construct } from 'constructs';
import type { Brought } from '../constructs/core/brought';
import { MINIKUBE } from '../constructs/core/cluster-network';
import { clusterProvider } from '../constructs/core/cluster-provider';
import { provide } from '../constructs/core/node-options';
import type { Platform } from '../constructs/core/platform';
import type { TargetFacts } from './facts';
import { inCluster, kubeconfigOf } from './in-cluster';

const INGRESS = 'https://kubernetes.io/docs/tasks/access-application-cluster/ingress-minikube/';

const MINIKUBE_BRINGS: readonly Brought[] = [
  {
    kind: 'StorageClass',
    name: 'standard',
    source: 'https://minikube.sigs.k8s.io/docs/handbook/persistent_volumes/',
  },
  { kind: 'IngressClass', name: 'nginx', source: INGRESS },
  { kind: 'Namespace', name: 'ingress-nginx', source: INGRESS },
  { kind: 'API', name: 'metrics.k8s.io', source: 'https://minikube.sigs.k8s.io/docs/handbook/addons/' },
];

/** A cluster on a laptop: `minikube start`, with the add-ons `ingress` and `metrics-server`. */
export function minikube(scope: Construct, facts: TargetFacts): Platform {
  const kubeconfig = kubeconfigOf(facts.kubeconfig);
  const own = kubeconfig === undefined ? { context: facts.context ?? 'minikube' } : { kubeconfig };
  provide(scope, clusterProvider(scope, 'cluster', { ...own, clusterIdentifier: 'minikube' }));
  const platform = inCluster(facts, { name: 'minikube', storageClass: 'standard', network: MINIKUBE });
  // `minikube tunnel` asks for nothing.
  return { ...platform, loadBalancer: { tcp: {}, udp: {} }, brings: MINIKUBE_BRINGS };
}
