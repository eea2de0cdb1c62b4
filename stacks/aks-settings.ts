import { choice, flag, optional, or, type Setting, type Settings, text } from './setting';
import { certificateAuthority, names, ranges } from './typed-texts';

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
