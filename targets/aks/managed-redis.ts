import type { PrivateDnsZoneGroupArgs, PrivateEndpoint, PrivateEndpointArgs } from '@pulumi/azure-native/network';
import type {
  Database,
  DatabaseArgs,
  RedisEnterprise,
  RedisEnterpriseArgs,
} from '@pulumi/azure-native/redisenterprise';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import type { Answer, Profile, RedisRequest } from '../../constructs/core/platform';
import { type Problem, report } from '../../constructs/core/problem';
import type { SecretBackend, SecretSource } from '../../constructs/core/secret-source';
import { systemOf } from '../../constructs/core/system';
import { fullInWords } from '../../constructs/data/redis-in-cluster';
import { fromStore } from '../../constructs/secrets/sources';
import type { Azure } from './aks-cluster';
import { nameInGroup, uniqueName } from './azure-name';
import { managementLock } from './management-lock';
import { keyInVault } from './redis-key';

/** https://learn.microsoft.com/azure/redis/architecture */
const PORT = 10000;
type Cluster = CloudResource<RedisEnterpriseArgs, RedisEnterprise>;

/**
 * Mebibytes of each size of the tier Balanced. A fifth of them is Azure's: https://learn.microsoft.com/azure/redis/overview#choosing-the-right-tier.
 * None above 24 GiB: `NoCluster`, with which every client and every command works, ends at 25.
 */
const SIZES = { B0: 512, B1: 1024, B3: 3072, B5: 6144, B10: 12_288, B20: 24_576 };
const USABLE = 0.8;

const POLICIES = { refuse: 'NoEviction', 'drop-oldest': 'AllKeysLRU' } as const;

/** Whether pods can be given the key: Azure makes it, and hands it out to those who ask it for it, not to Pulumi. */
export function reachesKeys({ kind }: SecretBackend): boolean {
  return kind === 'external' || kind === 'sealed';
}

/**
 * Azure Managed Redis behind a private endpoint, with TLS and its key. A deployment of Azure Resource Manager puts the key into Key Vault, so that it is
 * never in Pulumi's state. What `keeps` is written to disk each second.
 * Cost: by size, twice where it is highly available, https://azure.microsoft.com/pricing/details/managed-redis/
 */
export function managedRedis(scope: Construct, request: RedisRequest, azure: Azure): Answer {
  const { profile, secrets } = systemOf(scope).platform;
  const { cluster } = azure;
  const size = sizeFor(request);
  const group = { resourceGroupName: cluster.resourceGroup };
  const redis: Cluster = new CloudResource(scope, 'cluster', {
    type: 'azure-native:redisenterprise:RedisEnterprise',
    protect: profile.protectData,
    inputs: {
      ...group,
      clusterName: uniqueName(scope, azure.environment, 'dashed'),
      location: cluster.location,
      sku: { name: `Balanced_${size}` },
      highAvailability: profile.highlyAvailable ? 'Enabled' : 'Disabled',
      minimumTlsVersion: '1.2',
      publicNetworkAccess: 'Disabled',
      tags: { ...azure.tags, 'seaworthy:data': 'cache' },
    },
  });
  const database = new CloudResource<DatabaseArgs, Database>(scope, 'database', {
    type: 'azure-native:redisenterprise:Database',
    protect: profile.protectData,
    inputs: {
      ...group,
      clusterName: redis.output('name'),
      databaseName: 'default',
      clientProtocol: 'Encrypted',
      port: PORT,
      clusteringPolicy: 'NoCluster',
      evictionPolicy: POLICIES[request.whenFull],
      accessKeysAuthentication: 'Enabled',
      ...persistence(request, profile),
    },
  });
  privateEndpoint(scope, redis, azure);
  if (profile.protectData) managementLock(scope, 'lock', redis.output('id'));
  report(scope, () => problemsWith(request));
  return {
    endpoint: {
      scheme: 'rediss',
      host: redis.output('hostName'),
      port: PORT,
      password: keyOf(scope, redis, database, secrets, azure),
      comesFirst: true,
      reach: { by: 'cidrs', cidrs: cluster.endpointSubnetCidrs },
    },
    facts: [
      `Azure Managed Redis Balanced_${size}`,
      profile.highlyAvailable ? '2 nodes in 2 zones' : '1 node',
      'TLS and key',
      fullInWords(request.whenFull),
      ...(request.keeps === undefined ? [] : ['kept on disk, each second']),
    ],
  };
}

/** Of log and snapshots Azure takes one: https://learn.microsoft.com/azure/redis/how-to-persistence */
function persistence({ keeps }: RedisRequest, { protectData }: Profile): Pick<DatabaseArgs, 'persistence'> {
  if (keeps !== undefined) return { persistence: { aofEnabled: true, aofFrequency: '1s' } };
  return protectData ? { persistence: { rdbEnabled: true, rdbFrequency: '1h' } } : {};
}

/** In the subnet of endpoints, and found there by its own name: https://learn.microsoft.com/azure/redis/private-link */
function privateEndpoint(scope: Construct, redis: Cluster, { cluster, environment, tags }: Azure): void {
  const name = nameInGroup(scope, environment);
  const group = { resourceGroupName: cluster.resourceGroup };
  const endpoint = new CloudResource<PrivateEndpointArgs, PrivateEndpoint>(scope, 'endpoint', {
    type: 'azure-native:network:PrivateEndpoint',
    inputs: {
      ...group,
      privateEndpointName: name,
      location: cluster.location,
      subnet: { id: cluster.endpointSubnet },
      privateLinkServiceConnections: [
        { name: 'redis', privateLinkServiceId: redis.output('id'), groupIds: ['redisEnterprise'] },
      ],
      tags,
    },
  });
  new CloudResource<PrivateDnsZoneGroupArgs>(scope, 'endpoint-name', {
    type: 'azure-native:network:PrivateDnsZoneGroup',
    inputs: {
      ...group,
      privateEndpointName: endpoint.output('name'),
      privateDnsZoneGroupName: 'default',
      privateDnsZoneConfigs: [{ name: 'redis', privateDnsZoneId: cluster.redisZone }],
    },
  });
}

function keyOf(
  scope: Construct,
  redis: Cluster,
  database: CloudResource<DatabaseArgs, Database>,
  { kind }: SecretBackend,
  azure: Azure,
): SecretSource {
  const key = keyInVault(scope, { cluster: redis.output('name'), database: database.output('name') }, azure);
  return kind === 'sealed' ? { from: 'sealed' } : fromStore(key);
}

/** The smallest that holds it, beside what Azure takes. */
function sizeFor({ memory }: RedisRequest): string {
  const found = Object.entries(SIZES).find(([, mebibytes]) => mebibytes * USABLE >= memory.toMebibytes());
  return found?.[0] ?? 'B20';
}

function problemsWith({ memory }: RedisRequest): Problem[] {
  const most = Math.floor(SIZES.B20 * USABLE);
  if (memory.toMebibytes() <= most) return [];
  const what = `memory is ${memory.toMebibytes()} MiB; Azure Managed Redis without shards, which every client can speak to, holds ${most} MiB.`;
  return [{ code: 'SW-AKS-007', severity: 'error', what, fix: `memory: Size.mebibytes(${most})` }];
}
