import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { keyOf } from '../../constructs/core/labels';
import type { Answer, Profile, RedisRequest } from '../../constructs/core/platform';
import type { SecretBackend, SecretSource } from '../../constructs/core/secret-source';
import { systemOf } from '../../constructs/core/system';
import { VERSIONS } from '../../constructs/core/versions';
import { evictionPolicy, fullInWords } from '../../constructs/data/redis-in-cluster';
import { fromStore, generated } from '../../constructs/secrets/sources';
import { databaseSecurityGroup } from './database-network';
import type { EksCluster } from './eks-cluster';

const PORT = 6379;
/** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html */
const NODE_TYPES: Readonly<Record<Profile['name'], string>> = {
  dev: 'cache.t4g.small',
  staging: 'cache.t4g.small',
  prod: 'cache.m7g.large',
};

/**
 * ElastiCache for Valkey, encrypted, with a token. AWS wants the token as an input, so Pulumi makes it, keeps it encrypted in its
 * state and, with External Secrets, also in Secrets Manager, where the operator reads it.
 * Cost: by node type and nodes, https://aws.amazon.com/elasticache/pricing/
 */
export function elasticache(scope: Construct, request: RedisRequest, cluster: EksCluster, environment: string): Answer {
  const { platform } = systemOf(scope);
  const { profile } = platform;
  const name = `${keyOf(scope)}-${environment}`;
  const group = databaseSecurityGroup(scope, name, PORT, cluster);
  const subnets = new CloudResource<aws.elasticache.SubnetGroupArgs, aws.elasticache.SubnetGroup>(scope, 'subnets', {
    type: 'aws:elasticache/subnetGroup:SubnetGroup',
    inputs: { name, description: `Private subnets for ${name}`, subnetIds: [...cluster.subnets] },
  });
  const token = generated(scope, 'token', { length: 64 });
  const replication = new CloudResource<aws.elasticache.ReplicationGroupArgs, aws.elasticache.ReplicationGroup>(
    scope,
    'replication',
    {
      type: 'aws:elasticache/replicationGroup:ReplicationGroup',
      protect: profile.protectData,
      inputs: {
        ...replicationInputs(profile, name),
        ...(token.from === 'pulumi' ? { authToken: token.value } : {}),
        parameterGroupName: parameterGroup(scope, name, request),
        subnetGroupName: subnets.output('name'),
        securityGroupIds: [group],
      },
    },
  );

  return {
    endpoint: {
      scheme: 'rediss',
      host: replication.output('primaryEndpointAddress'),
      port: PORT,
      password: readable(scope, token, platform.secrets, profile),
      reach: { by: 'cidrs', cidrs: cluster.subnetCidrs },
    },
    facts: [
      `ElastiCache Valkey ${VERSIONS.elasticacheValkey.version}`,
      profile.highlyAvailable ? '2 nodes in 2 zones' : '1 node',
      'TLS and token',
      fullInWords(request.whenFull),
    ],
  };
}

function replicationInputs(profile: Profile, name: string): aws.elasticache.ReplicationGroupArgs {
  return {
    replicationGroupId: name,
    description: name,
    engine: 'valkey',
    engineVersion: VERSIONS.elasticacheValkey.version,
    nodeType: NODE_TYPES[profile.name],
    numCacheClusters: profile.highlyAvailable ? 2 : 1,
    automaticFailoverEnabled: profile.highlyAvailable,
    multiAzEnabled: profile.highlyAvailable,
    port: PORT,
    atRestEncryptionEnabled: true,
    transitEncryptionEnabled: true,
    authTokenUpdateStrategy: 'ROTATE',
    autoMinorVersionUpgrade: true,
    tags: { 'seaworthy:data': 'cache' },
    snapshotRetentionLimit: profile.protectData ? 7 : 0,
    // Snapshots of the nights go with it; this one stays.
    ...(profile.protectData ? { finalSnapshotIdentifier: `${name}-final` } : {}),
  };
}

function parameterGroup(scope: Construct, name: string, { whenFull }: RedisRequest): string {
  const group = new CloudResource<aws.elasticache.ParameterGroupArgs, aws.elasticache.ParameterGroup>(
    scope,
    'parameters',
    {
      type: 'aws:elasticache/parameterGroup:ParameterGroup',
      inputs: { name, family: 'valkey8', parameters: [{ name: 'maxmemory-policy', value: evictionPolicy(whenFull) }] },
    },
  );
  return group.output('name');
}

/** Where the pods' Secret takes the token from. */
function readable(scope: Construct, token: SecretSource, backend: SecretBackend, profile: Profile): SecretSource {
  if (backend.kind === 'sealed') return { from: 'sealed' };
  if (backend.kind !== 'external' || token.from !== 'pulumi') return token;
  const { node } = systemOf(scope);
  const secret = new CloudResource<aws.secretsmanager.SecretArgs, aws.secretsmanager.Secret>(scope, 'stored-token', {
    type: 'aws:secretsmanager/secret:Secret',
    protect: profile.protectData,
    inputs: {
      name: `${backend.prefix}/${node.id}/${scope.node.id}`,
      recoveryWindowInDays: profile.protectData ? 30 : 0,
    },
  });
  const version = new CloudResource<aws.secretsmanager.SecretVersionArgs, aws.secretsmanager.SecretVersion>(
    scope,
    'stored-token-version',
    {
      type: 'aws:secretsmanager/secretVersion:SecretVersion',
      inputs: { secretId: secret.output('id'), secretString: token.value },
    },
  );
  return fromStore(version.output('arn'));
}
