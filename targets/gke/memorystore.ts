import type * as redis from '@pulumi/gcp/redis';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import type { Authority } from '../../constructs/core/endpoint';
import { keyOf, nameOf } from '../../constructs/core/labels';
import type { Answer, Profile, RedisRequest } from '../../constructs/core/platform';
import type { SecretBackend, SecretSource } from '../../constructs/core/secret-source';
import { systemOf } from '../../constructs/core/system';
import { VERSIONS } from '../../constructs/core/versions';
import { evictionPolicy, fullInWords } from '../../constructs/data/redis-in-cluster';
import type { GkeCluster } from './gke-cluster';
import { storedSecret } from './stored-secret';
import { uniqueName } from './unique-name';

type Instance = CloudResource<redis.InstanceArgs, redis.Instance>;

/** Of TLS: https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption */
const PORT = 6378;
const KEY = 'ca.crt';
/** https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/create */
const LONGEST_NAME = 40;

/**
 * Memorystore for Redis, at a private address, with TLS and a password. Memorystore for Valkey knows tokens of IAM only, which last an hour: a client
 * that has a password in its URL cannot ask it. Google makes the password; it is in Pulumi's state, encrypted, and with External Secrets also in
 * Secret Manager, where the operator reads it.
 * Cost: by GiB and tier, https://cloud.google.com/memorystore/docs/redis/pricing
 */
export function memorystore(scope: Construct, request: RedisRequest, cluster: GkeCluster, environment: string): Answer {
  const { profile, secrets } = systemOf(scope).platform;
  const name = `${keyOf(scope)}-${environment}`;
  const instance: Instance = new CloudResource(scope, 'instance', {
    type: 'gcp:redis/instance:Instance',
    protect: profile.protectData,
    inputs: {
      ...instanceInputs(request, profile),
      name: uniqueName(scope, name, LONGEST_NAME),
      displayName: name,
      region: cluster.region,
      connectMode: 'PRIVATE_SERVICE_ACCESS',
      authorizedNetwork: cluster.network,
      reservedIpRange: cluster.privateServices,
    },
    secretOutputs: ['authString'],
  });
  return {
    endpoint: {
      scheme: 'rediss',
      host: instance.output('host'),
      port: PORT,
      password: readable(scope, instance, secrets, profile),
      comesFirst: true,
      authority: authorityOf(scope, instance),
      reach: { by: 'cidrs', cidrs: cluster.privateServicesCidrs },
    },
    facts: [
      `Memorystore Redis ${VERSIONS.memorystoreRedis.version}`,
      profile.highlyAvailable ? '2 zones' : '1 zone',
      'TLS and password',
      fullInWords(request.whenFull),
    ],
  };
}

function instanceInputs(request: RedisRequest, profile: Profile): redis.InstanceArgs {
  const isKept = profile.protectData || request.keeps !== undefined;
  return {
    redisVersion: `REDIS_${VERSIONS.memorystoreRedis.version.replace('.', '_')}`,
    tier: profile.highlyAvailable ? 'STANDARD_HA' : 'BASIC',
    // Whole GiB; what a request asks for is less.
    memorySizeGb: Math.max(1, Math.ceil(request.memory.toMebibytes() / 1024)),
    authEnabled: true,
    transitEncryptionMode: 'SERVER_AUTHENTICATION',
    redisConfigs: { 'maxmemory-policy': evictionPolicy(request.whenFull) },
    persistenceConfig: isKept
      ? { persistenceMode: 'RDB', rdbSnapshotPeriod: 'TWELVE_HOURS' }
      : { persistenceMode: 'DISABLED' },
    deletionProtection: profile.protectData,
    labels: { 'seaworthy-data': 'cache' },
  };
}

/** Where the pods' Secret takes the password from. A person asks for it, to seal it: gcloud redis instances get-auth-string. */
function readable(scope: Construct, instance: Instance, backend: SecretBackend, profile: Profile): SecretSource {
  const password: SecretSource = { from: 'pulumi', value: instance.secretOutput('authString') };
  if (backend.kind === 'sealed') return { from: 'sealed' };
  if (backend.kind !== 'external') return password;
  return storedSecret(scope, 'stored-password', { password }, { backend, profile, isOurs: true })('password');
}

/** The authority of the instance, in a ConfigMap: no system trusts it by itself. */
function authorityOf(scope: Construct, instance: Instance): Authority {
  const name = `${nameOf(scope)}-ca`;
  const data = { [KEY]: instance.output('serverCaCerts', '[0].cert') };
  new k8s.KubeConfigMap(scope, 'authority', { metadata: { name }, data });
  return { kind: 'ConfigMap', name, key: KEY };
}
