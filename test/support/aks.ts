import type { Construct } from 'constructs';
import { System } from '../../constructs';
import { PROFILES } from '../../constructs/core/profile';
import type { SecretBackend } from '../../constructs/core/secret-source';
import type { Graph } from '../../graph/graph';
import { soundness } from '../../graph/soundness';
import { aks } from '../../targets/aks/aks';
import type { AksCluster } from '../../targets/aks/aks-cluster';
import { documentedGraph } from './documented';
import { Look } from './look';
import { graphOf } from './offline';

export type Changes = Readonly<Record<string, string | undefined>>;
export const on = (system: string, profile: string, changes: Changes = {}) =>
  documentedGraph('aks', 'prod', [system], { 'seaworthy:profile': profile, ...changes });
export const looked = (system: string, profile: string, changes: Changes = {}) =>
  new Look(on(system, profile, changes));

export const IN = '/subscriptions/a/resourceGroups/b/providers/Microsoft.Network';
export const CLUSTER: AksCluster = {
  subscription: '01234567-89ab-cdef-0123-456789abcdef',
  resourceGroup: 'acme',
  location: 'germanywestcentral',
  cluster: 'acme',
  endpoint: 'https://acme.hcp.germanywestcentral.azmk8s.io',
  certificateAuthority: 'cGxhY2Vob2xkZXI=',
  oidcIssuer: 'https://germanywestcentral.oic.prod-aks.azure.com/a/b/',
  serviceCidrs: ['10.0.0.0/16'],
  controlPlaneCidrs: ['20.1.2.3/32'],
  databaseSubnet: `${IN}/virtualNetworks/c/subnets/databases`,
  databaseSubnetCidrs: ['10.1.4.0/24'],
  databaseZone: `${IN}/privateDnsZones/acme.postgres.database.azure.com`,
  endpointSubnet: `${IN}/virtualNetworks/c/subnets/endpoints`,
  endpointSubnetCidrs: ['10.1.5.0/24'],
  redisZone: `${IN}/privateDnsZones/privatelink.redis.azure.net`,
  keyVault: 'acme',
  geoRedundantBackups: false,
  archives: 'unlocked',
};

export const BACKENDS: Readonly<Record<SecretBackend['kind'], SecretBackend>> = {
  pulumi: { kind: 'pulumi' },
  sops: { kind: 'sops', file: 'secrets.prod.yaml', keys: [] },
  sealed: { kind: 'sealed', file: 'sealed.prod.yaml', ciphertexts: {} },
  external: {
    kind: 'external',
    store: { kind: 'ClusterSecretStore', name: 'azure-key-vault' },
    prefix: 'shop/prod',
    keys: 'dashes',
    refreshInterval: '1h',
  },
};

/** A system of somebody's own on AKS. */
export function shopOn(kind: SecretBackend['kind'], write: (shop: System) => unknown): Look {
  const build = (app: Construct) => {
    const facts = {
      ...({
        project: 'shop',
        environment: 'prod',
        profile: PROFILES.prod,
        target: 'aks',
        kubernetesVersion: '1.35',
      } as const),
      ...{ context: undefined, kubeconfig: undefined, secrets: BACKENDS[kind], storageClass: undefined },
      ...{ issuer: undefined, eks: undefined, gke: undefined },
    };
    const platform = aks(app, facts, { from: 'configuration', cluster: CLUSTER });
    write(new System(app, 'shop', { namespace: 'shop', platform }));
  };
  return new Look(graphOf(build));
}

/** What stands on purpose in the configuration that docs/targets/aks.md shows: an archive is locked by a second step, and the front door is that of the briefs. */
export const TOLD = ['SW-AKS-009 talos/cold', 'SW-ADDON-001 platform/ingress-nginx'];
export const told = (graph: Graph, kubernetesVersion = '1.35') =>
  soundness(graph, { kubernetesVersion, environment: 'prod' })
    .filter((p) => p.severity !== 'placeholder')
    .map((p) => `${p.code} ${p.where}`)
    .filter((problem) => !TOLD.includes(problem));
