import type {
  Configuration,
  ConfigurationArgs,
  Database,
  DatabaseArgs,
  Server,
  ServerArgs,
} from '@pulumi/azure-native/dbforpostgresql';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import type { Endpoint } from '../../constructs/core/endpoint';
import type { Answer, PostgresRequest, Profile } from '../../constructs/core/platform';
import { type Problem, report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import { SUPERUSER, usersOf } from '../../constructs/data/postgres-users';
import { PostgresUsers } from '../../constructs/data/postgres-users-server';
import type { Azure } from './aks-cluster';
import { uniqueName } from './azure-name';
import { diskAlarm } from './flexible-server-alarm';
import { flexibleServerAuthority } from './flexible-server-authority';
import { serverPasswords } from './flexible-server-passwords';
import { managementLock } from './management-lock';

const PORT = 5432;

interface Size {
  readonly name: string;
  readonly tier: 'Burstable' | 'GeneralPurpose';
  /** What is left for users: https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-limits#maximum-connections */
  readonly mostConnections: number;
}

/** Burstable ones stand alone: https://learn.microsoft.com/azure/reliability/reliability-postgresql-flexible-server */
const ALONE: Size = { name: 'Standard_B2s', tier: 'Burstable', mostConnections: 414 };
const IN_TWO_ZONES: Size = { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose', mostConnections: 844 };

/** Gibibytes of Premium SSD, the only ones that there are: https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage-premium-ssd */
const DISKS = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767];
/** https://learn.microsoft.com/azure/postgresql/backup-restore/concepts-backup-restore */
const BACKUP_DAYS = { least: 7, most: 35 };

/**
 * Azure Database for PostgreSQL, flexible server, in its delegated subnet: nobody comes in from elsewhere. Its administrator makes the users of the
 * system, by a Deployment in the cluster, and is nobody's user else. Pulumi makes all passwords, encrypted in its state; with External Secrets they
 * are also in Key Vault, where a person may change those of the users.
 * Cost: by compute (twice in two zones), GiB and backups, https://azure.microsoft.com/pricing/details/postgresql/flexible-server/
 */
export function flexibleServer(scope: Construct, request: PostgresRequest, azure: Azure): Answer {
  const { profile, secrets } = systemOf(scope).platform;
  const { cluster } = azure;
  const size = profile.highlyAvailable ? IN_TWO_ZONES : ALONE;
  const disk = diskFor(request);
  const keepDays = Math.max(BACKUP_DAYS.least, request.keepBackupsDays);
  const { administrator, users } = serverPasswords(scope, secrets, azure);
  const server = new CloudResource<ServerArgs, Server>(scope, 'server', {
    type: 'azure-native:dbforpostgresql:Server',
    protect: profile.protectData,
    inputs: {
      ...serverInputs(request, profile, azure),
      serverName: uniqueName(scope, azure.environment, 'dashed'),
      sku: { name: size.name, tier: size.tier },
      storage: { storageSizeGB: disk, autoGrow: 'Enabled', type: 'Premium_LRS' },
      administratorLoginPassword: administrator,
      backup: {
        backupRetentionDays: keepDays,
        geoRedundantBackup: cluster.geoRedundantBackups ? 'Enabled' : 'Disabled',
      },
    },
  });
  configure(scope, server, request, azure);
  diskAlarm(scope, server.output('id'), azure);
  if (profile.protectData) managementLock(scope, 'lock', server.output('id'));
  const endpoint: Endpoint = {
    scheme: 'postgresql',
    host: server.output('fullyQualifiedDomainName'),
    port: PORT,
    database: request.database,
    username: request.username,
    password: users.password,
    users: usersOf(users),
    comesFirst: true,
    authority: flexibleServerAuthority(scope),
    reach: { by: 'cidrs', cidrs: cluster.databaseSubnetCidrs },
  };
  new PostgresUsers(scope, 'users', { request, passwords: users, at: endpoint });
  report(scope, () => problemsWith(request));
  return {
    endpoint,
    mostConnections: size.mostConnections,
    facts: [
      `Azure Database for PostgreSQL ${request.version}`,
      profile.highlyAvailable ? '2 zones' : '1 zone',
      `${disk}Gi encrypted, grows by itself`,
      `backups ${keepDays} days${cluster.geoRedundantBackups ? ', in two regions' : ''}`,
      ...(profile.protectData ? ['protected'] : []),
    ],
  };
}

/** The smallest disk that holds it. */
function diskFor({ storage }: PostgresRequest): number {
  const wanted = storage.toGibibytes({ rounding: 2 });
  return DISKS.find((gibibytes) => gibibytes >= wanted) ?? DISKS.at(-1) ?? wanted;
}

function serverInputs({ version }: PostgresRequest, profile: Profile, { cluster, tags }: Azure): ServerArgs {
  return {
    resourceGroupName: cluster.resourceGroup,
    location: cluster.location,
    version: `${version}`,
    createMode: 'Default',
    administratorLogin: SUPERUSER,
    authConfig: { passwordAuth: 'Enabled', activeDirectoryAuth: 'Disabled' },
    highAvailability: { mode: profile.highlyAvailable ? 'ZoneRedundant' : 'Disabled' },
    network: { delegatedSubnetResourceId: cluster.databaseSubnet, privateDnsZoneArmResourceId: cluster.databaseZone },
    // Sunday at three, UTC: minor versions come then.
    maintenanceWindow: { customWindow: 'Enabled', dayOfWeek: 0, startHour: 3, startMinute: 0 },
    tags: { ...tags, 'seaworthy:data': 'database' },
  };
}

/** One after the other: a server that is being changed refuses the next change. */
function configure(
  scope: Construct,
  server: CloudResource<ServerArgs, Server>,
  request: PostgresRequest,
  { cluster }: Azure,
): void {
  const { protectData } = systemOf(scope).platform.profile;
  const place = { serverName: server.output('name'), resourceGroupName: cluster.resourceGroup };
  const database = new CloudResource<DatabaseArgs, Database>(scope, 'database', {
    type: 'azure-native:dbforpostgresql:Database',
    protect: protectData,
    inputs: { ...place, databaseName: request.database, charset: 'UTF8', collation: 'en_US.utf8' },
  });
  const { extensions = [] } = cluster;
  const settings = [
    { id: 'tls', name: 'require_secure_transport', value: 'on' },
    { id: 'extensions', name: 'azure.extensions', value: extensions.map((name) => name.toUpperCase()).join(',') },
  ].filter(({ value }) => value !== '');
  settings.reduce<Construct>((before, { id, name, value }) => {
    const configuration = new CloudResource<ConfigurationArgs, Configuration>(scope, id, {
      type: 'azure-native:dbforpostgresql:Configuration',
      inputs: { ...place, configurationName: name, value, source: 'user-override' },
    });
    configuration.node.addDependency(before);
    return configuration;
  }, database);
}

function problemsWith({ keepBackupsDays, storage }: PostgresRequest): Problem[] {
  const problems: Problem[] = [];
  const most = DISKS.at(-1) ?? 0;
  if (keepBackupsDays > BACKUP_DAYS.most) {
    const what = `keepBackupsDays is ${keepBackupsDays}; Azure Database for PostgreSQL keeps backups ${BACKUP_DAYS.most} days at most.`;
    problems.push({ code: 'SW-AKS-005', severity: 'error', what, fix: `keepBackupsDays: ${BACKUP_DAYS.most}` });
  }
  if (storage.toGibibytes({ rounding: 2 }) > most) {
    const what = `storage is ${storage.toGibibytes({ rounding: 2 })} GiB; the largest disk of Azure Database for PostgreSQL has ${most}.`;
    problems.push({ code: 'SW-AKS-006', severity: 'error', what, fix: `storage: Size.gibibytes(${most})` });
  }
  return problems;
}
