import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import type { Endpoint } from '../../constructs/core/endpoint';
import { keyOf } from '../../constructs/core/labels';
import type { Answer, PostgresRequest, Profile } from '../../constructs/core/platform';
import { sizeText } from '../../constructs/core/pod';
import type { SecretBackend, SecretSource } from '../../constructs/core/secret-source';
import { systemOf } from '../../constructs/core/system';
import { SUPERUSER, usersOf } from '../../constructs/data/postgres-users';
import { PostgresUsers } from '../../constructs/data/postgres-users-server';
import { fromStore, passwordOf } from '../../constructs/secrets/sources';
import { databaseSecurityGroup } from './database-network';
import type { EksCluster } from './eks-cluster';
import { diskAlarm } from './rds-alarm';
import { rdsAuthority } from './rds-authority';
import { rdsPasswords } from './rds-passwords';

const PORT = 5432;
/** gp3 starts at 20 GiB: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html */
const SMALLEST_GIBIBYTES = 20;
/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html */
const CLASSES: Readonly<Record<Profile['name'], string>> = {
  dev: 'db.t4g.medium',
  staging: 'db.t4g.medium',
  prod: 'db.m7g.large',
};

/** How many times its first room a disk may grow to. */
const GROWS = 5;
/**
 * LEAST(DBInstanceClassMemory / 9531392, 5000), where RDS keeps part of the class's 4 and 8 GiB for itself:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
 */
const MOST_CONNECTIONS: Readonly<Record<Profile['name'], number>> = { dev: 400, staging: 400, prod: 800 };

/**
 * RDS for PostgreSQL. Its master makes the users of the system, by a Deployment in the cluster, and is nobody's user else: with External
 * Secrets and with Sealed Secrets RDS makes its password, keeps it in Secrets Manager and changes it every seven days, which strands no one.
 * The users' own passwords are Pulumi's, encrypted in its state, and with External Secrets also in Secrets Manager, where a person may change them.
 * Cost: by instance class, zones and GiB, https://aws.amazon.com/rds/postgresql/pricing/
 */
export function rds(scope: Construct, request: PostgresRequest, cluster: EksCluster, environment: string): Answer {
  const { profile, secrets } = systemOf(scope).platform;
  const name = `${keyOf(scope)}-${environment}`;
  const gibibytes = Math.max(SMALLEST_GIBIBYTES, request.storage.toGibibytes({ rounding: 2 }));
  const known = secrets.kind === 'pulumi' || secrets.kind === 'sops' ? passwordOf(scope, 'superuser') : undefined;
  const instance = new CloudResource<aws.rds.InstanceArgs, aws.rds.Instance>(scope, 'instance', {
    type: 'aws:rds/instance:Instance',
    protect: profile.protectData,
    inputs: {
      ...instanceInputs(request, profile, name),
      ...passwordInputs(known),
      ...networkInputs(scope, name, cluster),
      allocatedStorage: gibibytes,
      // It grows by itself, and an alarm sees it where it did not: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
      maxAllocatedStorage: gibibytes * GROWS,
    },
  });
  diskAlarm(scope, name, instance.output('identifier'), cluster);
  const passwords = rdsPasswords(scope, secrets, profile, known ?? ofRds(instance, secrets));
  const endpoint: Endpoint = {
    scheme: 'postgresql',
    host: instance.output('address'),
    port: PORT,
    database: request.database,
    username: request.username,
    password: passwords.password,
    users: usersOf(passwords),
    comesFirst: true,
    // RDS refuses plain connections from version 15 on (rds.force_ssl).
    authority: rdsAuthority(scope, cluster.region),
    reach: { by: 'cidrs', cidrs: cluster.subnetCidrs },
  };
  new PostgresUsers(scope, 'users', { request, passwords, at: endpoint });
  return {
    endpoint,
    mostConnections: MOST_CONNECTIONS[profile.name],
    facts: [
      `RDS PostgreSQL ${request.version}`,
      profile.highlyAvailable ? '2 zones' : '1 zone',
      `${sizeText(request.storage)} encrypted, grows to ${gibibytes * GROWS}Gi`,
      `backups ${request.keepBackupsDays} days`,
      ...(profile.protectData ? ['protected'] : []),
    ],
  };
}

function networkInputs(
  scope: Construct,
  name: string,
  cluster: EksCluster,
): Pick<aws.rds.InstanceArgs, 'dbSubnetGroupName' | 'vpcSecurityGroupIds'> {
  const group = databaseSecurityGroup(scope, name, PORT, cluster);
  const subnets = new CloudResource<aws.rds.SubnetGroupArgs, aws.rds.SubnetGroup>(scope, 'subnets', {
    type: 'aws:rds/subnetGroup:SubnetGroup',
    inputs: { name, description: `Private subnets for ${name}`, subnetIds: [...cluster.subnets] },
  });
  return { dbSubnetGroupName: subnets.output('name'), vpcSecurityGroupIds: [group] };
}

/** RDS keeps the password in Secrets Manager: the operator reads it there, or a person does, to seal it. */
function ofRds(instance: CloudResource<aws.rds.InstanceArgs, aws.rds.Instance>, { kind }: SecretBackend): SecretSource {
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
    username: SUPERUSER,
    port: PORT,
    multiAz: profile.highlyAvailable,
    publiclyAccessible: false,
    backupRetentionPeriod: request.keepBackupsDays,
    copyTagsToSnapshot: true,
    tags: { 'seaworthy:data': 'database' },
    deletionProtection: profile.protectData,
    skipFinalSnapshot: !profile.protectData,
    deleteAutomatedBackups: !profile.protectData,
    enabledCloudwatchLogsExports: ['postgresql', 'upgrade'],
    ...final,
  };
}

function passwordInputs(
  known: SecretSource | undefined,
): Pick<aws.rds.InstanceArgs, 'password' | 'manageMasterUserPassword'> {
  return known?.from === 'pulumi' ? { password: known.value } : { manageMasterUserPassword: true };
}
