import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { clusterProvider } from '../../constructs/core/cluster-provider';
import { AZURE_LOAD_BALANCERS } from '../../constructs/core/load-balancer';
import { provide } from '../../constructs/core/node-options';
import type { Platform } from '../../constructs/core/platform';
import { report } from '../../constructs/core/problem';
import type { TargetFacts } from '../facts';
import { contextOf, inCluster, kubeconfigOf } from '../in-cluster';
import { askingKubeconfig } from '../kubeconfig';
import { AKS_BRINGS } from './aks-brings';
import type { AksCluster, AksSource, Azure } from './aks-cluster';
import { ofAks } from './aks-network';
import { aksCluster } from './aks-source';
import { versionProblems } from './aks-versions';
import { blobStore } from './blob-store';
import { flexibleServer } from './flexible-server';
import { frontDoor } from './front-door';
import { workloadIdentity } from './identity';
import { managedRedis, reachesKeys } from './managed-redis';
import { operator } from './operators';

const NAMES: Readonly<Record<AksSource['from'], string>> = {
  configuration: 'AKS, existing cluster',
  stack: 'AKS, cluster of another stack',
  create: 'AKS, cluster of this stack',
};

/** Postgres becomes a flexible server, Redis Azure Managed Redis, a store a container of Azure Storage; Secrets come from Key Vault through External Secrets. */
export function aks(scope: Construct, facts: TargetFacts, source: AksSource): Platform {
  const { cluster, made } = aksCluster(scope, source);
  const kubeconfig = kubeconfigOf(facts.kubeconfig);
  const own = kubeconfig === undefined ? (contextOf(facts) ?? { kubeconfig: asksEntra(cluster) }) : { kubeconfig };
  const clusterIdentifier = `aks/${cluster.subscription}/${cluster.resourceGroup}/${cluster.cluster}`;
  const kubernetes = clusterProvider(scope, 'cluster', { ...own, clusterIdentifier });
  // Nothing runs before there are nodes and names, and in a destroy these go last.
  if (made !== undefined) kubernetes.node.addDependency(made);
  provide(scope, kubernetes);
  provide(scope, azureProvider(scope, cluster));
  report(scope, () => versionProblems(facts.kubernetesVersion));
  const platform = inCluster(facts, {
    name: NAMES[source.from],
    storageClass: 'managed-csi',
    network: ofAks(cluster),
  });
  const tags = { 'seaworthy:project': facts.project, 'seaworthy:environment': facts.environment };
  const azure: Azure = { cluster, environment: facts.environment, tags };
  return {
    ...platform,
    ...(made === undefined ? {} : { clusterFacts: { ...made.facts } }),
    issuer: platform.issuer ?? { kind: 'ClusterIssuer', name: 'letsencrypt-prod' },
    loadBalancer: AZURE_LOAD_BALANCERS,
    brings: AKS_BRINGS,
    // https://learn.microsoft.com/azure/aks/azure-csi-disk-storage-provision
    disks: {
      provisioner: 'disk.csi.azure.com',
      usual: { skuName: 'StandardSSD_LRS' },
      fast: { skuName: 'Premium_LRS' },
      hasDefault: true,
    },
    postgres: (part, request) => flexibleServer(part, request, azure),
    ...(reachesKeys(facts.secrets) ? { redis: (part, request) => managedRedis(part, request, azure) } : {}),
    objectStore: (part, request) => blobStore(part, request, azure),
    site: (part, request) => frontDoor(part, request, azure),
    identity: (part, request) => workloadIdentity(part, request, azure),
    operator: (part, request) => operator(part, request, facts.profile, azure),
  };
}

function azureProvider(scope: Construct, { subscription, location }: AksCluster): CloudResource {
  const inputs = { subscriptionId: subscription, location };
  return new CloudResource(scope, 'azure', { type: 'pulumi:providers:azure-native', inputs });
}

/** The application that every AKS cluster trusts: https://learn.microsoft.com/azure/aks/kubelogin-authentication */
const SERVER = '6dae42f8-4368-4678-94ff-3960e28e3630';

/** Asks Entra ID for a token each time, as whom the Azure CLI is signed in; holds no credential. */
function asksEntra(cluster: AksCluster): string {
  return askingKubeconfig(cluster, {
    command: 'kubelogin',
    args: ['get-token', '--login', 'azurecli', '--server-id', SERVER],
    installHint: 'az aks install-cli',
    provideClusterInfo: false,
    interactiveMode: 'Never',
  });
}
