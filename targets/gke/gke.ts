import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { ofGke } from '../../constructs/core/cluster-network';
import { clusterProvider } from '../../constructs/core/cluster-provider';
import { GOOGLE_LOAD_BALANCERS } from '../../constructs/core/load-balancer';
import { provide } from '../../constructs/core/node-options';
import type { Platform } from '../../constructs/core/platform';
import { report } from '../../constructs/core/problem';
import type { TargetFacts } from '../facts';
import { contextOf, inCluster, kubeconfigOf } from '../in-cluster';
import { askingKubeconfig } from '../kubeconfig';
import { cloudCdn } from './cloud-cdn';
import { cloudSql } from './cloud-sql';
import { cloudStorage } from './cloud-storage';
import { GKE_BRINGS } from './gke-brings';
import type { GkeCluster, GkeSource } from './gke-cluster';
import { gkeCluster } from './gke-source';
import { versionProblems } from './kubernetes-support';
import { memorystore } from './memorystore';
import { operator } from './operators';
import { workloadIdentity } from './principal';

const NAMES: Readonly<Record<GkeSource['from'], string>> = {
  configuration: 'GKE, existing cluster',
  stack: 'GKE, cluster of another stack',
  create: 'GKE, cluster of this stack',
};

/** Postgres becomes Cloud SQL, Redis becomes Memorystore, Secrets come from Secret Manager through External Secrets. */
export function gke(scope: Construct, facts: TargetFacts, source: GkeSource): Platform {
  const { cluster, made } = gkeCluster(scope, source);
  const kubeconfig = kubeconfigOf(facts.kubeconfig);
  const own = kubeconfig === undefined ? (contextOf(facts) ?? { kubeconfig: asksGoogle(cluster) }) : { kubeconfig };
  const clusterIdentifier = `gke/${cluster.project}/${cluster.region}/${cluster.cluster}`;
  const kubernetes = clusterProvider(scope, 'cluster', { ...own, clusterIdentifier });
  // Nothing runs before there are nodes and names, and in a destroy these go last.
  if (made !== undefined) kubernetes.node.addDependency(made);
  provide(scope, kubernetes);
  const provider = googleProvider(scope, cluster, facts);
  provide(scope, provider);
  report(provider, () => versionProblems(facts.kubernetesVersion));
  const platform = inCluster(facts, {
    name: NAMES[source.from],
    storageClass: 'standard-rwo',
    network: ofGke(cluster),
  });
  return {
    ...platform,
    ...(made === undefined ? {} : { clusterFacts: { ...made.facts } }),
    issuer: platform.issuer ?? { kind: 'ClusterIssuer', name: 'letsencrypt-prod' },
    loadBalancer: GOOGLE_LOAD_BALANCERS,
    brings: GKE_BRINGS,
    postgres: (part, request) => cloudSql(part, request, cluster, facts.environment),
    redis: (part, request) => memorystore(part, request, cluster, facts.environment),
    objectStore: (part, request) => cloudStorage(part, request, cluster, facts.environment),
    site: (part, request) => cloudCdn(part, request, cluster, facts.environment),
    identity: (part, request) => workloadIdentity(part, request, cluster),
    operator: (part, request) => operator(part, request, { ...facts, cluster }),
    // https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/gce-pd-csi-driver
    disks: {
      provisioner: 'pd.csi.storage.gke.io',
      usual: { type: 'pd-balanced' },
      fast: { type: 'pd-ssd' },
      hasDefault: true,
    },
  };
}

function googleProvider(scope: Construct, cluster: GkeCluster, { project, environment }: TargetFacts): CloudResource {
  const { project: own, region } = cluster;
  const defaultLabels = { 'seaworthy-project': labelOf(project), 'seaworthy-environment': labelOf(environment) };
  return new CloudResource(scope, 'gcp', {
    type: 'pulumi:providers:gcp',
    inputs: { project: own, region, defaultLabels },
  });
}

/** https://cloud.google.com/resource-manager/docs/labels-overview#requirements */
function labelOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);
}

/** Asks Google's plugin for a token each time; holds no credential. https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl */
function asksGoogle(cluster: GkeCluster): string {
  return askingKubeconfig(cluster, {
    command: 'gke-gcloud-auth-plugin',
    installHint: 'gcloud components install gke-gcloud-auth-plugin',
    provideClusterInfo: true,
    interactiveMode: 'Never',
  });
}
