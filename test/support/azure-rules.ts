import { isMarker, valueBehind } from '../../constructs/core/marker';
import type { Value } from '../../constructs/core/value';
import type { Graph, GraphNode } from '../../graph/graph';
import { at, isRecord, list } from '../../graph/json-value';

/**
 * What Azure's resource manager says of inputs, and a compiler cannot: forms of names and closed lists.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
interface Rule {
  readonly path: readonly (string | number)[];
  readonly form: RegExp;
  /** Where it was read. */
  readonly source: string;
}

const NAMES = 'https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules';
const API = 'https://learn.microsoft.com/rest/api/';
const rule = (path: string, form: RegExp, source = NAMES): Rule => ({ path: path.split('.'), form, source });
const UNDER_64 = /^(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const GROUP = rule('resourceGroupName', /^[\w.()-]{0,89}[\w()-]$/);
const LOCATION = rule('location', /^[a-z]{3,}\d?$/, 'az account list-locations');

export const RULES: Readonly<Record<string, readonly Rule[]>> = {
  'azure-native:containerservice:ManagedCluster': [
    GROUP,
    LOCATION,
    rule('resourceName', /^[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?$/),
    rule('dnsPrefix', /^[a-z0-9]([a-z0-9-]{0,52}[a-z0-9])?$/, `${API}aks/managed-clusters/create-or-update`),
    rule('sku.tier', /^(Free|Standard|Premium)$/, `${API}aks/managed-clusters/create-or-update`),
    rule(
      'networkProfile.networkDataplane',
      /^cilium$/,
      'https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium',
    ),
    rule(
      'networkProfile.outboundType',
      /^userAssignedNATGateway$/,
      'https://learn.microsoft.com/azure/aks/egress-outboundtype',
    ),
    rule(
      'autoUpgradeProfile.upgradeChannel',
      /^(rapid|stable|patch|node-image|none)$/,
      'https://learn.microsoft.com/azure/aks/auto-upgrade-cluster',
    ),
    rule('agentPoolProfiles.0.name', /^[a-z][a-z0-9]{0,11}$/, `${API}aks/agent-pools/create-or-update`),
    rule('agentPoolProfiles.0.mode', /^System$/, `${API}aks/agent-pools/create-or-update`),
  ],
  'azure-native:containerservice:AgentPool': [
    rule('agentPoolName', /^[a-z][a-z0-9]{0,11}$/, `${API}aks/agent-pools/create-or-update`),
    rule('mode', /^User$/, 'https://learn.microsoft.com/azure/aks/spot-node-pool: never of the system'),
  ],
  'azure-native:network:VirtualNetwork': [GROUP, rule('virtualNetworkName', /^[A-Za-z0-9][\w.-]{0,62}\w$/)],
  'azure-native:network:Subnet': [
    rule('subnetName', /^[A-Za-z0-9][\w.-]{0,78}\w$/),
    rule('addressPrefix', /^\d+\.\d+\.\d+\.\d+\/\d+$/),
  ],
  'azure-native:network:NatGateway': [
    rule('natGatewayName', /^[A-Za-z0-9][\w.-]{0,78}\w$/),
    rule('sku.name', /^Standard$/),
  ],
  'azure-native:network:PublicIPAddress': [
    rule('publicIPAllocationMethod', /^Static$/),
    rule('sku.name', /^Standard$/),
  ],
  'azure-native:privatedns:PrivateZone': [
    rule('privateZoneName', /^(privatelink\.redis\.azure\.net|[a-z0-9-]+\.postgres\.database\.azure\.com)$/),
    rule('location', /^global$/),
  ],
  'azure-native:privatedns:VirtualNetworkLink': [rule('location', /^global$/), rule('registrationEnabled', /^false$/)],
  'azure-native:operationalinsights:Workspace': [
    rule('workspaceName', /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/),
    rule('retentionInDays', /^([3-9]\d|[1-6]\d\d|7[0-2]\d|730)$/),
  ],
  'azure-native:monitor:DiagnosticSetting': [rule('name', /^[\w-]{1,260}$/)],
  'azure-native:dbforpostgresql:Server': [
    GROUP,
    LOCATION,
    rule('serverName', UNDER_64),
    rule('version', /^1[5-8]$/, `${API}postgresql/servers/create-or-update`),
    rule(
      'sku.name',
      /^Standard_(B2s|D2ds_v5)$/,
      'https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-compute',
    ),
    rule(
      'administratorLogin',
      /^(?!azure_superuser|azure_pg_admin|admin$|administrator|root|guest|public|pg_)[a-z_]+$/,
      `${API}postgresql/servers/create-or-update`,
    ),
    rule(
      'storage.storageSizeGB',
      /^(32|64|128|256|512|1024|2048|4096|8192|16384|32767)$/,
      'https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage-premium-ssd',
    ),
    rule(
      'backup.backupRetentionDays',
      /^([7-9]|[12]\d|3[0-5])$/,
      'https://learn.microsoft.com/azure/postgresql/backup-restore/concepts-backup-restore',
    ),
    rule('network.delegatedSubnetResourceId', /\/subnets\/[\w.-]+$/, `${API}postgresql/servers/create-or-update`),
    rule(
      'network.privateDnsZoneArmResourceId',
      /\.postgres\.database\.azure\.com$/,
      'https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private',
    ),
  ],
  'azure-native:dbforpostgresql:Database': [GROUP, rule('databaseName', /^[a-z_][a-z0-9_]{0,62}$/)],
  'azure-native:dbforpostgresql:Configuration': [
    GROUP,
    rule('source', /^user-override$/, `${API}postgresql/configurations/put`),
  ],
  'azure-native:redisenterprise:RedisEnterprise': [
    GROUP,
    LOCATION,
    rule('clusterName', /^(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*$/, `${API}redis/redis-enterprise/create`),
    rule('sku.name', /^Balanced_B(0|1|3|5|10|20)$/, 'https://learn.microsoft.com/azure/redis/overview'),
    rule('publicNetworkAccess', /^Disabled$/, 'ours: behind a private endpoint'),
    rule('minimumTlsVersion', /^1\.2$/, `${API}redis/redis-enterprise/create`),
  ],
  'azure-native:redisenterprise:Database': [
    rule('databaseName', /^default$/, `${API}redis/databases/create`),
    rule('clientProtocol', /^Encrypted$/, 'ours: TLS only'),
    rule('port', /^10000$/, 'https://learn.microsoft.com/azure/redis/architecture'),
  ],
  'azure-native:storage:StorageAccount': [
    GROUP,
    LOCATION,
    rule('accountName', /^[a-z0-9]{3,24}$/),
    rule('minimumTlsVersion', /^TLS1_2$/, `${API}storagerp/storage-accounts/create`),
    rule('allowBlobPublicAccess', /^false$/, 'ours: private'),
  ],
  'azure-native:storage:BlobContainer': [
    rule('containerName', /^(?=.{3,63}$)(?!.*--)[a-z0-9][a-z0-9-]*[a-z0-9]$/),
    rule('publicAccess', /^None$/, 'ours: private'),
  ],
  'azure-native:storage:BlobServiceProperties': [
    rule('blobServicesName', /^default$/, `${API}storagerp/blob-services/set-service-properties`),
    rule(
      'deleteRetentionPolicy.days',
      /^([1-9]|[1-9]\d|[12]\d\d|3[0-5]\d|36[0-5])$/,
      'https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview',
    ),
  ],
  'azure-native:storage:ManagementPolicy': [
    rule('managementPolicyName', /^default$/, `${API}storagerp/management-policies/create-or-update`),
  ],
  'azure-native:keyvault:Secret': [
    rule('vaultName', /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/),
    rule('secretName', /^[A-Za-z0-9-]{1,127}$/),
  ],
  'azure-native:managedidentity:UserAssignedIdentity': [GROUP, rule('resourceName', /^[A-Za-z0-9][\w-]{2,127}$/)],
  'azure-native:managedidentity:FederatedIdentityCredential': [
    rule('federatedIdentityCredentialResourceName', /^[A-Za-z0-9][\w-]{2,119}$/),
    rule('issuer', /^https:\/\/.*\/$/, 'https://learn.microsoft.com/entra/workload-id/workload-identity-federation'),
    rule(
      'subject',
      /^system:serviceaccount:[a-z0-9-]+:[a-z0-9-]+$/,
      'https://learn.microsoft.com/azure/aks/workload-identity-overview',
    ),
    rule(
      'audiences.0',
      /^api:\/\/AzureADTokenExchange$/,
      'https://learn.microsoft.com/azure/aks/workload-identity-overview',
    ),
  ],
  'azure-native:monitor:MetricAlert': [
    rule('ruleName', /^[^*#&+:<>?@%{}\\/|]{1,259}[^*#&+:<>?@%{}\\/|. ]$/),
    rule('location', /^global$/, `${API}monitor/metric-alerts/create-or-update`),
  ],
  'azure-native:network:PrivateEndpoint': [
    rule('privateEndpointName', /^(?=.{2,64}$)[A-Za-z0-9][\w.-]*\w$/),
    rule(
      'privateLinkServiceConnections.0.groupIds.0',
      /^redisEnterprise$/,
      'https://learn.microsoft.com/azure/private-link/private-endpoint-overview#private-link-resource',
    ),
  ],
  'azure-native:network:PrivateDnsZoneGroup': [
    rule(
      'privateDnsZoneConfigs.0.privateDnsZoneId',
      /\/privatelink\.redis\.azure\.net$/,
      'https://learn.microsoft.com/azure/private-link/private-endpoint-dns',
    ),
  ],
  'azure-native:resources:Deployment': [
    rule('deploymentName', /^(?=.{1,64}$)[\w.()-]+$/),
    rule('properties.mode', /^Incremental$/, 'ours: Complete deletes what it does not name'),
  ],
  'azure-native:cdn:Profile': [rule('profileName', /^(?=.{1,260}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/)],
  'azure-native:cdn:AFDEndpoint': [
    rule(
      'endpointName',
      /^(?=.{1,46}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/,
      `${API}frontdoor/azurefrontdoorstandardpremium/afd-endpoints/create`,
    ),
  ],
  'azure-native:cdn:RuleSet': [rule('ruleSetName', /^[A-Za-z][A-Za-z0-9]{0,259}$/)],
  'azure-native:cdn:Rule': [rule('ruleName', /^[A-Za-z][A-Za-z0-9]{0,259}$/), rule('order', /^\d{1,3}$/)],
  'azure-native:cdn:AFDCustomDomain': [
    rule('customDomainName', /^[a-z0-9]+(-[a-z0-9]+)*$/),
    rule('tlsSettings.minimumTlsVersion', /^TLS12$/, 'ours'),
  ],
  'azure-native:authorization:RoleAssignment': [
    rule(
      'principalType',
      /^ServicePrincipal$/,
      'https://learn.microsoft.com/azure/role-based-access-control/troubleshooting',
    ),
    rule(
      'roleDefinitionId',
      /^\/subscriptions\/[^/]+\/providers\/Microsoft\.Authorization\/roleDefinitions\/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/,
      `${API}authorization/role-assignments/create`,
    ),
  ],
  'azure-native:authorization:ManagementLockByScope': [
    rule('level', /^CanNotDelete$/, `${API}resources/management-locks`),
  ],
};

/** A drawn suffix has six letters; another value of Azure's is a name that was checked where it was given. */
export function shownName(thing: unknown): string {
  if ((typeof thing === 'string' || typeof thing === 'number') && isMarker(thing)) return ofValue(valueBehind(thing));
  return String(thing);
}

function ofValue(value: Value): string {
  if (value.kind === 'composed')
    return value.pieces.map((piece) => (typeof piece === 'string' ? piece : ofValue(piece.value))).join('');
  return value.kind === 'attribute' && value.path === 'result' ? 'a1b2c3' : 'known-later';
}

/** What of the Azure resources of a graph breaks a rule. */
export function misfits({ nodes }: Graph): string[] {
  return azure(nodes).flatMap(({ path, type, inputs }) => {
    const rules = RULES[type];
    const named = (rules ?? []).flatMap(({ path: field, form }) => {
      const found = shownName(at(inputs, ...field.map((step) => (/^\d+$/.test(`${step}`) ? Number(step) : step))));
      return form.test(found) ? [] : [`${path} ${field.join('.')} is ${found}`];
    });
    return [...(rules === undefined && !UNCHECKED.includes(type) ? [`${path}: nobody knows ${type}`] : []), ...named];
  });
}

/** Nothing in them but references. */
const UNCHECKED = [
  'azure-native:storage:StorageAccountStaticWebsite',
  'azure-native:cdn:AFDOriginGroup',
  'azure-native:cdn:AFDOrigin',
  'azure-native:cdn:Route',
];

export function azure(nodes: readonly GraphNode[]): GraphNode[] {
  return nodes.filter(({ type }) => type.startsWith('azure-native:'));
}

/** Every text and number in a structure. */
export function leaves(thing: unknown): unknown[] {
  if (Array.isArray(thing)) return list(thing).flatMap(leaves);
  return isRecord(thing) ? Object.values(thing).flatMap(leaves) : [thing];
}
