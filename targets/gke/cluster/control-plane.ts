import type * as container from '@pulumi/gcp/container';
import { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { part } from '../../../constructs/core/part';
import { secretsKey } from './encryption';
import type { GkeSpec } from './gke-spec';
import { type GkeNetwork, RANGES } from './network';

type Cluster = CloudResource<container.ClusterArgs, container.Cluster>;

/**
 * The control plane, in three zones: Secrets are encrypted with a key of their own, policies hold (Dataplane V2), its log is kept by Cloud Logging, it
 * answers inside of the VPC and, to ranges that are said, outside. Google upgrades it within its channel, on weekends.
 * Cost: by hour, https://cloud.google.com/kubernetes-engine/pricing
 */
export class GkeControlPlane extends Construct {
  readonly cluster: Cluster;

  constructor(scope: Construct, id: string, spec: GkeSpec, network: GkeNetwork) {
    super(scope, id);
    const keyName = secretsKey(this, spec);
    this.cluster = new CloudResource(this, 'cluster', {
      type: 'gcp:container/cluster:Cluster',
      protect: spec.profile.protectData,
      inputs: {
        ...clusterInputs(spec),
        ...networkInputs(spec, network),
        databaseEncryption: { state: 'ENCRYPTED', keyName },
      },
      // Of the pool that is made and taken away: node pools are resources of their own.
      ignoreChanges: ['initialNodeCount', 'nodeConfig'],
    });
    part(this, 'seaworthy:gke:ControlPlane', () => [
      `GKE ${spec.kubernetesVersion}, channel regular`,
      'Secrets encrypted with a key of their own',
      spec.apiAccess === undefined ? 'API server in the VPC only' : `API server open to ${spec.apiAccess.join(', ')}`,
    ]);
  }
}

function clusterInputs({ project, region, cluster, kubernetesVersion, profile }: GkeSpec): container.ClusterArgs {
  return {
    name: cluster,
    location: region,
    minMasterVersion: kubernetesVersion,
    releaseChannel: { channel: 'REGULAR' },
    maintenancePolicy: {
      recurringWindow: {
        startTime: '2026-01-03T02:00:00Z',
        endTime: '2026-01-03T10:00:00Z',
        recurrence: 'FREQ=WEEKLY;BYDAY=SA,SU',
      },
    },
    deletionProtection: profile.protectData,
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    enableShieldedNodes: true,
    workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
    loggingConfig: { enableComponents: ['SYSTEM_COMPONENTS', 'APISERVER', 'CONTROLLER_MANAGER', 'SCHEDULER'] },
    // Prometheus of the platform is another: that of Google would cost by each sample of every pod.
    monitoringConfig: { enableComponents: ['SYSTEM_COMPONENTS'], managedPrometheus: { enabled: false } },
    securityPostureConfig: { mode: 'BASIC', vulnerabilityMode: 'VULNERABILITY_DISABLED' },
    addonsConfig: {
      dnsCacheConfig: { enabled: true },
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      httpLoadBalancing: { disabled: false },
    },
    // Envoy Gateway brings the definitions of the Gateway API: two owners of them would quarrel.
    gatewayApiConfig: { channel: 'CHANNEL_DISABLED' },
    costManagementConfig: { enabled: true },
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    resourceLabels: { 'seaworthy-profile': profile.name },
  };
}

function networkInputs(
  { apiAccess, controlPlaneCidr }: GkeSpec,
  { network, subnetwork }: GkeNetwork,
): container.ClusterArgs {
  return {
    network,
    subnetwork,
    networkingMode: 'VPC_NATIVE',
    datapathProvider: 'ADVANCED_DATAPATH',
    ipAllocationPolicy: { clusterSecondaryRangeName: RANGES.pods, servicesSecondaryRangeName: RANGES.services },
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: apiAccess === undefined,
      masterIpv4CidrBlock: controlPlaneCidr,
    },
    // Without ranges nobody outside of the VPC, and no other customer of Google's.
    masterAuthorizedNetworksConfig: {
      gcpPublicCidrsAccessEnabled: false,
      cidrBlocks: (apiAccess ?? []).map((cidrBlock) => ({ cidrBlock })),
    },
  };
}
