import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { keyOf } from '../../constructs/core/labels';
import type { Answer, PostgresRequest, Profile } from '../../constructs/core/platform';
import { sizeText } from '../../constructs/core/pod';
import type { SecretBackend, SecretSource } from '../../constructs/core/secret-source';
import { systemOf } from '../../constructs/core/system';
import { fromStore, passwordOf } from '../../constructs/secrets/sources';
import { databaseSecurityGroup } from './database-network';
import type { EksCluster } from './eks-cluster';

const PORT = 5432;
/** gp3 starts at 20 GiB: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html */
const SMALLEST_GIBIBYTES = 20;
/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html */
const CLASSES: Readonly<Record<Profile['name'], string>> = {
  dev: 'db.t4g.medium',
  staging: 'db.t4g.medium',
  prod: 'db.m7g.large',
};

/**
 * RDS for PostgreSQL. With External Secrets the password is made and rotated by RDS in Secrets Manager, and never seen by Pulumi.
 * Cost: by instance class, zones and GiB, https://aws.amazon.com/rds/postgresql/pricing/
 */
export function rds(scope: Construct, request: PostgresRequest, cluster: EksCluster, environment: string): Answer {
  const { platform } = systemOf(scope);
  const { profile } = platform;
  const name = `${keyOf(scope)}-${environment}`;
  const group = databaseSecurityGroup(scope, name, PORT, cluster);
  const subnets = new CloudResource<aws.rds.SubnetGroupArgs, aws.rds.SubnetGroup>(scope, 'subnets', {
    type: 'aws:rds/subnetGroup:SubnetGroup',
    inputs: { name, description: `Private subnets for ${name}`, subnetIds: [...cluster.subnets] },
  });
  const { kind } = platform.secrets;
  const known = kind === 'pulumi' || kind === 'sops' ? passwordOf(scope) : undefined;
  const gibibytes = Math.max(SMALLEST_GIBIBYTES, request.storage.toGibibytes({ rounding: 2 }));
  const instance = new CloudResource<aws.rds.InstanceArgs, aws.rds.Instance>(scope, 'instance', {
    type: 'aws:rds/instance:Instance',
    protect: profile.protectData,
    inputs: {
      ...instanceInputs(request, profile, name),
      ...passwordInputs(known),
      allocatedStorage: gibibytes,
      dbSubnetGroupName: subnets.output('name'),
      vpcSecurityGroupIds: [group],
    },
  });

  return {
    endpoint: {
      scheme: 'postgresql',
      host: instance.output('address'),
      port: PORT,
      database: request.database,
      username: request.username,
      password: known ?? ofRds(instance, kind),
      // RDS refuses plain connections from version 15 on (rds.force_ssl).
      query: { sslmode: 'require' },
      reach: { by: 'cidrs', cidrs: cluster.subnetCidrs },
    },
    facts: [
      `RDS PostgreSQL ${request.version}`,
      profile.highlyAvailable ? '2 zones' : '1 zone',
      `${sizeText(request.storage)} encrypted`,
      `backups ${request.keepBackupsDays} days`,
      ...(profile.protectData ? ['protected'] : []),
    ],
  };
}

/** RDS keeps the password in Secrets Manager: the operator reads it there, or a person does, to seal it. */
function ofRds(
  instance: CloudResource<aws.rds.InstanceArgs, aws.rds.Instance>,
  kind: SecretBackend['kind'],
): SecretSource {
  if (kind === 'sealed') return { from: 'sealed' };
  return fromStore(instance.output('masterUserSecrets', '[0].secretArn'), 'password');
}

function instanceInputs(request: PostgresRequest, profile: Profile, name: string): aws.rds.InstanceArgs {
  const final = profile.protectData ? { finalSnapshotIdentifier: `${name}-final` } : {};
  return {
    identifier: name,
    engine: 'postgres',
    // The major only: minor versions come by themselves in the maintenance window, and are no drift.
    engineVersion: `${request.version}`,
    autoMinorVersionUpgrade: true,
    instanceClass: CLASSES[profile.name],
    storageType: 'gp3',
    storageEncrypted: true,
    dbName: request.database,
    username: request.username,
    port: PORT,
    multiAz: profile.highlyAvailable,
    publiclyAccessible: false,
    backupRetentionPeriod: request.keepBackupsDays,
    copyTagsToSnapshot: true,
    tags: { 'seaworthy:data': 'database' },
    deletionProtection: profile.protectData,
    skipFinalSnapshot: !profile.protectData,
    enabledCloudwatchLogsExports: ['postgresql', 'upgrade'],
    ...final,
  };
}

function passwordInputs(
  known: SecretSource | undefined,
): Pick<aws.rds.InstanceArgs, 'password' | 'manageMasterUserPassword'> {
  return known?.from === 'pulumi' ? { password: known.value } : { manageMasterUserPassword: true };
}
