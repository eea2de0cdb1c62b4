import type { ManagedCluster, ManagedClusterArgs } from '@pulumi/azure-native/containerservice';
import type { UserAssignedIdentity, UserAssignedIdentityArgs } from '@pulumi/azure-native/managedidentity';
import type { DiagnosticSettingArgs } from '@pulumi/azure-native/monitor';
import type { Workspace, WorkspaceArgs } from '@pulumi/azure-native/operationalinsights';
import { Construct } from 'constructs';
import { addressIn } from '../../../constructs/core/addresses';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { text } from '../../../constructs/core/compose';
import { part } from '../../../constructs/core/part';
import { assignTo } from '../identity';
import type { AksSpec } from './aks-spec';
import type { AksNetwork } from './network';
import { poolInputs } from './nodes';

/** Joins nodes and load balancers to a subnet. https://learn.microsoft.com/azure/aks/configure-azure-cni#prerequisites */
const NETWORK_CONTRIBUTOR = '4d97b98b-1d4f-4787-a291-c67834d212e7';
/** https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs The whole audit log is many times as large. */
const LOGS = ['kube-apiserver', 'kube-audit-admin', 'kube-controller-manager', 'cluster-autoscaler', 'guard'];

type Cluster = CloudResource<ManagedClusterArgs, ManagedCluster>;

/**
 * The control plane: it answers in the network and, to ranges that are said, outside; only Entra ID says who somebody is, and Azure's roles what they
 * may. Its patches come by themselves, its log is kept. Cost: by hour in the tier Standard, https://azure.microsoft.com/pricing/details/kubernetes-service/
 */
export class AksControlPlane extends Construct {
  readonly cluster: Cluster;
  readonly endpoint: string;

  constructor(scope: Construct, id: string, spec: AksSpec, network: AksNetwork) {
    super(scope, id);
    const identity = new CloudResource<UserAssignedIdentityArgs, UserAssignedIdentity>(this, 'identity', {
      type: 'azure-native:managedidentity:UserAssignedIdentity',
      inputs: {
        resourceGroupName: spec.resourceGroup,
        resourceName: `${spec.cluster}-cluster`,
        location: spec.location,
      },
    });
    this.cluster = new CloudResource(this, 'cluster', {
      type: 'azure-native:containerservice:ManagedCluster',
      protect: spec.profile.protectData,
      inputs: {
        ...clusterInputs(spec, network),
        identity: { type: 'UserAssigned', userAssignedIdentities: [identity.output('id')] },
        agentPoolProfiles: [{ name: 'nodes', ...poolInputs(spec, spec.nodes, network.subnets.nodes), mode: 'System' }],
      },
      // The autoscaler's.
      ignoreChanges: ['agentPoolProfiles[0].count'],
    });
    for (const name of ['nodes', 'api-server'] as const) {
      const role = {
        principalId: identity.output('principalId'),
        role: NETWORK_CONTRIBUTOR,
        on: network.subnets[name],
      };
      this.cluster.node.addDependency(assignTo(this, `${name}-role`, role, spec.subscription));
    }
    this.log(spec);
    const isPrivate = spec.apiAccess === undefined;
    this.endpoint = text`https://${this.cluster.output(isPrivate ? 'privateFQDN' : 'fqdn')}`;
    part(this, 'seaworthy:aks:ControlPlane', () => [
      `AKS ${spec.cluster}, Kubernetes ${spec.kubernetesVersion}`,
      isPrivate ? 'API server in the network only' : `API server in the network, and to ${spec.apiAccess?.join(', ')}`,
      'patches by themselves',
      `log kept ${spec.logDays} days`,
      ...(spec.profile.protectData ? ['protected'] : []),
    ]);
  }

  private log({ resourceGroup: resourceGroupName, cluster, location, logDays, profile }: AksSpec): void {
    const workspace = new CloudResource<WorkspaceArgs, Workspace>(this, 'log', {
      type: 'azure-native:operationalinsights:Workspace',
      protect: profile.protectData,
      inputs: {
        resourceGroupName,
        workspaceName: `${cluster}-log`,
        location,
        sku: { name: 'PerGB2018' },
        retentionInDays: logDays,
      },
    });
    new CloudResource<DiagnosticSettingArgs>(this, 'log-setting', {
      type: 'azure-native:monitor:DiagnosticSetting',
      inputs: {
        name: 'seaworthy',
        resourceUri: this.cluster.output('id'),
        workspaceId: workspace.output('id'),
        logAnalyticsDestinationType: 'Dedicated',
        logs: LOGS.map((category) => ({ category, enabled: true })),
      },
    });
  }
}

function clusterInputs(
  spec: AksSpec,
  { subnets }: AksNetwork,
): Omit<ManagedClusterArgs, 'identity' | 'agentPoolProfiles'> {
  const { apiAccess, serviceCidr, podCidr, profile } = spec;
  return {
    resourceGroupName: spec.resourceGroup,
    resourceName: spec.cluster,
    location: spec.location,
    dnsPrefix: spec.cluster.toLowerCase().replaceAll('_', '-'),
    kubernetesVersion: spec.kubernetesVersion,
    sku: { name: 'Base', tier: profile.highlyAvailable ? 'Standard' : 'Free' },
    enableRBAC: true,
    disableLocalAccounts: true,
    aadProfile: { managed: true, enableAzureRBAC: true, adminGroupObjectIDs: [...spec.admins] },
    oidcIssuerProfile: { enabled: true },
    securityProfile: { workloadIdentity: { enabled: true } },
    autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'NodeImage' },
    apiServerAccessProfile: {
      enableVnetIntegration: true,
      subnetId: subnets['api-server'],
      ...(apiAccess === undefined ? { enablePrivateCluster: true } : { authorizedIPRanges: [...apiAccess] }),
    },
    networkProfile: {
      networkPlugin: 'azure',
      networkPluginMode: 'overlay',
      networkDataplane: 'cilium',
      networkPolicy: 'cilium',
      outboundType: 'userAssignedNATGateway',
      loadBalancerSku: 'Standard',
      podCidr,
      serviceCidr,
      dnsServiceIP: (addressIn(serviceCidr, 10) ?? '').replace('/32', ''),
    },
  };
}
