import { Size } from 'cdk8s';
import type { AksSpec } from '../targets/aks/cluster/aks-spec';
import { choice, count, flag, optional, or, type Setting, type Settings, size, text, type Values } from './setting';
import { certificateAuthority, names, privateRange, ranges } from './typed-texts';

const GROUP = '\\/subscriptions\\/[0-9a-zA-Z-]+\\/resourceGroups\\/[\\w.()-]+';

/** Id of a resource: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
function id(is: string, type: string, name = 'acme', form = '[\\w.-]+'): Setting<string> {
  const [provider = '', kind = '', below] = type.split('/');
  const tail = below === undefined ? [kind, form] : [kind, '[\\w.-]+', below, form];
  const pattern = new RegExp(`^${GROUP}\\/providers\\/${provider.replaceAll('.', '\\.')}\\/${tail.join('\\/')}$`, 'i');
  const path = below === undefined ? `${kind}/${name}` : `${kind}/acme/${below}/${name}`;
  const example = `/subscriptions/01234567-89ab-cdef-0123-456789abcdef/resourceGroups/acme/providers/${provider}/${path}`;
  return text(is, example, pattern, `it must be the id of a resource: …/providers/${provider}/${path}`);
}

const UUID = /^([0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|placeholder.*)$/i;

/** What a stack says of its AKS cluster wherever the facts come from: it decides what is made, and what the cluster is to Pulumi. */
const NAMED = {
  subscription: text('Azure subscription', '01234567-89ab-cdef-0123-456789abcdef', UUID, 'it must be its id, a UUID'),
  resourceGroup: text(
    'resource group for what is made in Azure',
    'acme-prod',
    /^[\w.()-]{0,89}[\w()-]$/,
    'it must be the name of a resource group',
  ),
  location: text(
    'region',
    'germanywestcentral',
    /^[a-z]{3,}\d?$/,
    'it must be the short name of a region, like "germanywestcentral"',
  ),
  // https://learn.microsoft.com/azure/aks/quotas-skus-regions
  cluster: text(
    'name of the AKS cluster',
    'acme-prod',
    /^[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?$/,
    'it must be the name of a cluster',
  ),
  keyVault: optional(
    text(
      'Key Vault in that resource group, for secrets',
      'acme-prod',
      /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
      'it must be the name of a vault: 3 to 24 letters, digits and dashes',
    ),
  ),
  actionGroup: optional(id('action group that alarms of Azure go to', 'Microsoft.Insights/actionGroups', 'on-call')),
  geoRedundantBackups: or(flag('keeps backups of databases in the paired region too; for ever so, once made'), false),
  extensions: optional(
    names(
      'extensions that databases may create',
      '[pg_trgm, pgcrypto]',
      /^[a-z][a-z0-9_-]{0,62}$/,
      'each must be the name of an extension in lower case',
    ),
  ),
  archives: or(choice('whether archives that exist are locked for good', ['unlocked', 'locked']), 'unlocked'),
} satisfies Settings;

/** Facts of the cluster: nothing is looked up. */
const FACTS = {
  endpoint: text(
    'API server',
    'https://acme-prod-0a1b2c3d.hcp.germanywestcentral.azmk8s.io',
    /^https:\/\/[a-zA-Z0-9.-]+(:\d{1,5})?\/?$/,
    'it must be https:// and a host, without user and path',
  ),
  certificateAuthority: certificateAuthority("the cluster's certificate authority, base64", 'LS0tLS1CRUdJTi…'),
  oidcIssuer: text(
    'OIDC issuer of the cluster',
    'https://germanywestcentral.oic.prod-aks.azure.com/01234567-89ab-cdef-0123-456789abcdef/01234567-89ab-cdef-0123-456789abcdef/',
    /^https:\/\/[a-z0-9.-]+(\/[\w.-]+)*\/$/i,
    'it must be https://, a host and a path with its slash at the end, as `az aks show` says it',
  ),
  serviceCidrs: ranges('address range of Services', '[10.0.0.0/16]'),
  controlPlaneCidrs: ranges(
    'where the API server answers pods: its public address, or its own subnet',
    '[20.1.2.3/32]',
  ),
  databaseSubnet: id(
    'subnet of databases, delegated to Microsoft.DBforPostgreSQL/flexibleServers',
    'Microsoft.Network/virtualNetworks/subnets',
    'databases',
  ),
  databaseSubnetCidrs: ranges('address range of this subnet', '[10.1.4.0/24]'),
  databaseZone: id(
    'private DNS zone of databases, linked to the network',
    'Microsoft.Network/privateDnsZones',
    'acme.postgres.database.azure.com',
    '[\\w.-]+\\.postgres\\.database\\.azure\\.com',
  ),
  endpointSubnet: id('subnet of private endpoints', 'Microsoft.Network/virtualNetworks/subnets', 'endpoints'),
  endpointSubnetCidrs: ranges('address range of this subnet', '[10.1.5.0/24]'),
  redisZone: id(
    'private DNS zone of Azure Managed Redis, linked to the network',
    'Microsoft.Network/privateDnsZones',
    'privatelink.redis.azure.net',
    'privatelink\\.redis\\.azure\\.net',
  ),
} satisfies Settings;

/** Keys of the namespace `aks`, for a cluster that exists and no stack of ours tells of. */
export const AKS_SETTINGS = { ...NAMED, ...FACTS } satisfies Settings;

/** The same, where another stack tells the facts: what is given here nevertheless wins. */
export const AKS_OF_STACK_SETTINGS = {
  ...NAMED,
  endpoint: optional(FACTS.endpoint),
  certificateAuthority: optional(FACTS.certificateAuthority),
  oidcIssuer: optional(FACTS.oidcIssuer),
  serviceCidrs: optional(FACTS.serviceCidrs),
  controlPlaneCidrs: optional(FACTS.controlPlaneCidrs),
  databaseSubnet: optional(FACTS.databaseSubnet),
  databaseSubnetCidrs: optional(FACTS.databaseSubnetCidrs),
  databaseZone: optional(FACTS.databaseZone),
  endpointSubnet: optional(FACTS.endpointSubnet),
  endpointSubnetCidrs: optional(FACTS.endpointSubnetCidrs),
  redisZone: optional(FACTS.redisZone),
} satisfies Settings;

const machine = (is: string, example: string) =>
  or(text(is, example, /^Standard_[A-Z]+\d+[a-z]*(_v\d+)?$/, 'it must be a size, like "Standard_D4ds_v5"'), example);

/** Keys of the namespace `aks`, for a cluster that this stack makes. A brief says its name and three nodes. */
export const AKS_CREATE_SETTINGS = {
  ...NAMED,
  cidr: or(privateRange('range of the network', '10.1.0.0/16', 12, 16), '10.1.0.0/16'),
  podCidr: or(privateRange('range of the pods', '10.244.0.0/16', 12, 18), '10.244.0.0/16'),
  serviceCidr: or(privateRange('range of the addresses of Services', '10.0.0.0/16', 12, 24), '10.0.0.0/16'),
  zones: or(names('availability zones', '[1, 2, 3]', /^[1-3]$/, 'each must be 1, 2 or 3'), ['1', '2', '3']),
  apiAccess: optional(
    ranges('from where the API server’s public address answers; it has none where nobody says', '[198.51.100.7/32]'),
  ),
  admins: names(
    'groups of Entra ID that are administrators of the cluster; who runs pulumi up is in one of them',
    '[01234567-89ab-cdef-0123-456789abcdef]',
    UUID,
    'each must be the id of a group, a UUID',
  ),
  'nodes.type': machine('size of nodes', 'Standard_D4ds_v5'),
  'nodes.count': or(count('nodes, at least', { max: 1000 }), 3),
  'nodes.most': or(count('nodes, at most', { max: 1000 }), 9),
  'nodes.disk': or(size('disk of a node', '128Gi'), Size.gibibytes(128)),
  'spot.type': machine('size of spot nodes', 'Standard_D4ds_v5'),
  'spot.most': or(count('spot nodes, at most; 0 is none', { min: 0, max: 1000 }), 6),
  'log.days': or(count('days that the log of the control plane is kept', { min: 30, max: 730 }), 90),
} satisfies Settings;

/** What is asked for, as the cluster takes it. */
export function aksSpec(
  asked: Values<typeof AKS_CREATE_SETTINGS>,
  around: Pick<AksSpec, 'profile' | 'kubernetesVersion'>,
): AksSpec {
  const { subscription, resourceGroup, location, cluster, keyVault, actionGroup } = asked;
  const { geoRedundantBackups, extensions, archives, cidr, podCidr, serviceCidr, zones, apiAccess, admins } = asked;
  const diskGibibytes = asked['nodes.disk'].toGibibytes();
  return {
    ...around,
    ...{
      subscription,
      resourceGroup,
      location,
      cluster,
      keyVault,
      actionGroup,
      geoRedundantBackups,
      extensions,
      archives,
    },
    ...{ cidr, podCidr, serviceCidr, zones, apiAccess, admins, logDays: asked['log.days'] },
    nodes: { type: asked['nodes.type'], least: asked['nodes.count'], most: asked['nodes.most'], diskGibibytes },
    spot: { type: asked['spot.type'], least: 0, most: asked['spot.most'], diskGibibytes },
  };
}
