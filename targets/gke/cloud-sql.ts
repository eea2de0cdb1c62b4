import type * as sql from '@pulumi/gcp/sql';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import type { Authority, Endpoint } from '../../constructs/core/endpoint';
import { keyOf, nameOf } from '../../constructs/core/labels';
import type { Answer, PostgresRequest, Profile } from '../../constructs/core/platform';
import { sizeText } from '../../constructs/core/pod';
import { type Problem, report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import { SUPERUSER, usersOf } from '../../constructs/data/postgres-users';
import { PostgresUsers } from '../../constructs/data/postgres-users-server';
import { diskAlarm } from './cloud-sql-alarm';
import { cloudSqlPasswords } from './cloud-sql-passwords';
import type { GkeCluster } from './gke-cluster';
import { uniqueName } from './unique-name';

type Instance = CloudResource<sql.DatabaseInstanceArgs, sql.DatabaseInstance>;

const PORT = 5432;
const KEY = 'ca.crt';
/** With the project, a colon and a dash between: https://cloud.google.com/sql/docs/postgres/instance-settings#instance-id-2ndgen */
const LONGEST_NAME = 60;
/** https://cloud.google.com/sql/docs/postgres/instance-settings#storage-capacity-2ndgen */
const SMALLEST_GIBIBYTES = 10;
/** How many times its first room a disk may grow to. */
const GROWS = 5;
/** More than a year of daily backups is refused: https://cloud.google.com/sql/docs/postgres/backup-recovery/backups#retention */
const MOST_BACKUPS = 365;
/** Of Enterprise: https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr#pitrlog_retention_of_enterprise */
const MOST_LOG_DAYS = 7;
/**
 * Dedicated cores, 3.75 GiB for each: shared ones have no promise of being there. https://cloud.google.com/sql/docs/postgres/create-instance#machine-types
 * The connections are those that Cloud SQL lets in for so much memory, and are said, so that they stay: https://cloud.google.com/sql/docs/postgres/flags#postgres-m
 */
const SIZES: Readonly<Record<Profile['name'], { readonly tier: string; readonly connections: number }>> = {
  dev: { tier: 'db-custom-1-3840', connections: 100 },
  staging: { tier: 'db-custom-1-3840', connections: 100 },
  prod: { tier: 'db-custom-2-7680', connections: 400 },
};

/**
 * Cloud SQL for PostgreSQL, at a private address. Its master makes the users of the system, by a Deployment in the cluster, and is nobody's user else.
 * Its certificate is signed by an authority of this instance alone, for no name: callers check who signed.
 * Cost: by cores, memory, zones and GiB, https://cloud.google.com/sql/pricing
 */
export function cloudSql(scope: Construct, request: PostgresRequest, cluster: GkeCluster, environment: string): Answer {
  const { profile, secrets } = systemOf(scope).platform;
  const name = `${keyOf(scope)}-${environment}`;
  const gibibytes = Math.max(SMALLEST_GIBIBYTES, request.storage.toGibibytes({ rounding: 2 }));
  const { passwords, master } = cloudSqlPasswords(scope, secrets, profile);
  const instance: Instance = new CloudResource(scope, 'instance', {
    type: 'gcp:sql/databaseInstance:DatabaseInstance',
    protect: profile.protectData,
    inputs: {
      name: uniqueName(scope, name, LONGEST_NAME),
      region: cluster.region,
      databaseVersion: `POSTGRES_${request.version}`,
      deletionProtection: profile.protectData,
      settings: {
        ...settingsOf(profile),
        backupConfiguration: backupsOf(request),
        ipConfiguration: privateAddress(cluster),
        // It grows by itself, and an alarm sees it where it did not: https://cloud.google.com/sql/docs/postgres/instance-settings#automatic-storage-increase-2ndgen
        diskType: 'PD_SSD',
        diskSize: gibibytes,
        diskAutoresize: true,
        diskAutoresizeLimit: gibibytes * GROWS,
      },
    },
    // A disk that grew stays as large.
    ignoreChanges: ['settings.diskSize'],
  });
  diskAlarm(scope, name, instance.output('name'), cluster);
  report(scope, () => problemsWith(request));
  const endpoint: Endpoint = {
    scheme: 'postgresql',
    host: instance.output('privateIpAddress'),
    port: PORT,
    database: request.database,
    username: request.username,
    password: passwords.password,
    users: usersOf(passwords),
    comesFirst: true,
    authority: authorityOf(scope, instance),
    reach: { by: 'cidrs', cidrs: cluster.privateServicesCidrs },
  };
  const users = new PostgresUsers(scope, 'users', { request, passwords, at: endpoint });
  for (const first of databaseIn(scope, instance, request, master)) users.node.addDependency(first);
  return {
    endpoint,
    mostConnections: SIZES[profile.name].connections,
    facts: [
      `Cloud SQL PostgreSQL ${request.version}`,
      profile.highlyAvailable ? '2 zones' : '1 zone',
      `${sizeText(request.storage)} encrypted, grows to ${gibibytes * GROWS}Gi`,
      `backups ${request.keepBackupsDays} days`,
      ...(profile.protectData ? ['protected'] : []),
    ],
  };
}

function settingsOf(profile: Profile): sql.DatabaseInstanceArgs['settings'] & { readonly tier: string } {
  const { tier, connections } = SIZES[profile.name];
  return {
    // Where nobody says, a project may default to Enterprise Plus, which refuses these tiers.
    edition: 'ENTERPRISE',
    tier,
    availabilityType: profile.highlyAvailable ? 'REGIONAL' : 'ZONAL',
    deletionProtectionEnabled: profile.protectData,
    retainBackupsOnDelete: profile.protectData,
    ...(profile.protectData ? { finalBackupConfig: { enabled: true, retentionDays: 30 } } : {}),
    databaseFlags: [{ name: 'max_connections', value: `${connections}` }],
    maintenanceWindow: { day: 7, hour: 4, updateTrack: profile.name === 'prod' ? 'stable' : 'canary' },
    userLabels: { 'seaworthy-data': 'database' },
  };
}

function backupsOf({ keepBackupsDays }: PostgresRequest) {
  return {
    enabled: true,
    startTime: '01:00',
    pointInTimeRecoveryEnabled: true,
    transactionLogRetentionDays: Math.min(keepBackupsDays, MOST_LOG_DAYS),
    backupRetentionSettings: { retainedBackups: keepBackupsDays, retentionUnit: 'COUNT' },
  };
}

/** By private service access; nothing of it is on the internet, and nothing of it is spoken in plain. */
function privateAddress({ network, privateServices }: GkeCluster) {
  return {
    ipv4Enabled: false,
    privateNetwork: network,
    allocatedIpRange: privateServices,
    sslMode: 'ENCRYPTED_ONLY',
    serverCaMode: 'GOOGLE_MANAGED_INTERNAL_CA',
  };
}

/** The database, and the master with its password. Both go with their instance: Postgres refuses to drop what others own something in. */
function databaseIn(scope: Construct, instance: Instance, { database }: PostgresRequest, master: string): Construct[] {
  const at = instance.output('name');
  return [
    new CloudResource<sql.DatabaseArgs>(scope, 'database', {
      type: 'gcp:sql/database:Database',
      protect: systemOf(scope).platform.profile.protectData,
      inputs: { instance: at, name: database, deletionPolicy: 'ABANDON' },
    }),
    new CloudResource<sql.UserArgs>(scope, 'master', {
      type: 'gcp:sql/user:User',
      inputs: { instance: at, name: SUPERUSER, password: master, deletionPolicy: 'ABANDON' },
    }),
  ];
}

/** The authority of the instance, in a ConfigMap: it is Google's, and no system trusts it by itself. */
function authorityOf(scope: Construct, instance: Instance): Authority {
  const name = `${nameOf(scope)}-ca`;
  const data = { [KEY]: instance.output('serverCaCerts', '[0].cert') };
  new k8s.KubeConfigMap(scope, 'authority', { metadata: { name }, data });
  return { kind: 'ConfigMap', name, key: KEY, signsOneServer: true };
}

function problemsWith({ keepBackupsDays }: PostgresRequest): Problem[] {
  if (keepBackupsDays <= MOST_BACKUPS) return [];
  const what = `keepBackupsDays is ${keepBackupsDays}; Cloud SQL keeps ${MOST_BACKUPS} daily backups at most.`;
  const fix = `keepBackupsDays: ${MOST_BACKUPS}, and a Backup into an ObjectStore for what is kept longer`;
  return [{ code: 'SW-CLOUDSQL-001', severity: 'error', what, fix }];
}
