import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import type { Caller, Endpoint } from '../core/endpoint';
import { named, nameOf } from '../core/labels';
import { isMarker, valueBehind } from '../core/marker';
import { part } from '../core/part';
import type { Answer, PostgresRequest } from '../core/platform';
import { sizeText } from '../core/pod';
import { type Problem, report } from '../core/problem';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import { sourceOf } from '../core/value';
import type { Dumped, Dumping } from './dumps';
import type { ObjectStore } from './object-store';
import {
  knownVersion,
  POSTGRES_IMAGES,
  POSTGRES_USER,
  POSTGRES_VERSIONS,
  type PostgresVersion,
} from './postgres-image';
import { postgresInCluster } from './postgres-in-cluster';
import { OPERATOR_RESOURCES, postgresByOperator } from './postgres-operator';
import { RESOURCES } from './postgres-pod';
import { sizeInWords, tooMany } from './postgres-size';
import { READERS, SUPERUSER } from './postgres-users';

const SMALLEST = Size.gibibytes(1);

export interface PostgresProps {
  /** Name of the Service and the server, where somebody fixed it. @default `<system>-<id>` */
  readonly name?: string;
  /** Name of the database. */
  readonly database: string;
  /** Owner of the database, and the application's user: no superuser, on RDS not its master. @default the database's name */
  readonly username?: string;
  /** Major version, in support. @default 17 */
  readonly version?: number;
  /** Room for data. @default 20 GiB */
  readonly storage?: Size;
  /** Days that a managed database keeps its backups, 7 at least in production. @default as the profile says: 1, 7, 14 */
  readonly keepBackupsDays?: number;
  /** Class of its volume, in the cluster. @default the platform's */
  readonly storageClass?: string;
  /** Where it runs: as the platform offers it (RDS), or always in the cluster. @default 'platform' */
  readonly placement?: 'platform' | 'in-cluster';
  /**
   * In the cluster: by CloudNativePG, which replicates, fails over and archives its log; or as one plain StatefulSet.
   * @default 'operator' where the profile is highly available, else 'statefulset'
   */
  readonly inCluster?: 'operator' | 'statefulset';
  /**
   * Refuses connections without TLS: `hostssl` lines only, and URLs that ask for it. RDS and CloudNativePG speak TLS in any case; a plain
   * StatefulSet gets a certificate from cert-manager, signed by an issuer of its own. @default false
   */
  readonly requireTls?: boolean;
  /** Where CloudNativePG archives its log and base backups, for recovery to a point in time. @default nowhere */
  readonly archiveTo?: ObjectStore;
}

/**
 * A PostgreSQL server with one database.
 * Creates: what the target offers (on EKS an RDS instance with its subnet group, security group and rules); in the cluster a Cluster of
 * CloudNativePG with the policies that its operator needs, or a StatefulSet with a volume, a Service, a Secret, a ServiceAccount.
 * The owner of the database is no superuser, and nobody else may connect to it but two users that read: `connect(…, { as: 'reader' })`,
 * `as: 'metrics'`. A password that changes in its Secret reaches the server within a minute (CloudNativePG: when its operator looks); pods
 * that run keep their connections, and need the new password for new ones: they read it when they start next.
 * Limitation: a plain StatefulSet is one server that stands still while its node is away.
 */
export class Postgres extends Construct implements Dumped, Monitored {
  readonly endpoint: Endpoint;
  readonly version: PostgresVersion;
  readonly signals: readonly Signal[];
  readonly dumping: Dumping;
  private readonly callers: Caller[] = [];

  constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    named(this, props.name);
    const { platform } = systemOf(this);
    const request: PostgresRequest = {
      name: nameOf(this),
      database: plain(props.database),
      username: plain(props.username ?? props.database),
      version: props.version ?? 17,
      storage: props.storage ?? Size.gibibytes(20),
      keepBackupsDays: props.keepBackupsDays ?? platform.profile.keepBackupsDays,
      storageClass: props.storageClass ?? platform.storageClass,
      requireTls: props.requireTls ?? false,
      inCluster: props.inCluster ?? (platform.profile.highlyAvailable ? 'operator' : 'statefulset'),
    };
    const offered = props.placement === 'in-cluster' ? undefined : platform.postgres?.(this, request);
    const answer = offered ?? this.inside(request, props.archiveTo);
    const { endpoint, facts, signals = [], mostConnections } = answer;
    this.endpoint = endpoint;
    this.signals = signals;
    this.version = knownVersion(request.version);
    this.dumping = {
      image: POSTGRES_IMAGES[this.version],
      user: POSTGRES_USER,
      variable: 'DATABASE_URL',
      dump: 'dump.sh',
      drill: 'drill.sh',
      holds: request.storage,
      reads: ['apart.sh', 'schema.sql', 'rows.sql', 'sequences.sql', 'roles.sql'],
    };
    const least = request.inCluster === 'operator' ? OPERATOR_RESOURCES : RESOURCES;
    const sized = () => (offered === undefined ? [sizeInWords(this.callers, least)] : []);
    part(this, 'seaworthy:data:Postgres', () => [...facts, ...sized()]);
    report(this, () => [
      ...problemsWith(request),
      ...['database', 'username'].flatMap((prop) => notPlain(prop, Reflect.get(props, prop))),
      ...keptTooShort(request, platform.profile.protectData),
      ...(mostConnections === undefined ? [] : tooMany(this.callers, mostConnections, facts[0] ?? '')),
    ]);
  }

  expect(caller: Caller): void {
    this.callers.push(caller);
  }

  private inside(request: PostgresRequest, archive: ObjectStore | undefined): Answer {
    return request.inCluster === 'operator'
      ? postgresByOperator(this, request, this.callers, archive)
      : postgresInCluster(this, request, this.callers);
  }
}

/** Stands for a name that is known only after apply, which is told by itself: it goes into files and scripts. */
function plain(name: string): string {
  return isMarker(name) ? 'not_known' : name;
}

function notPlain(prop: string, name: unknown): Problem[] {
  if (typeof name !== 'string' || !isMarker(name)) return [];
  const what = `${prop} is known only after apply (${sourceOf(valueBehind(name))}); it stands in files and scripts, and must be known before.`;
  return [{ code: 'SW-VALUE-002', severity: 'error', what, fix: `${prop}: 'shop'` }];
}

function keptTooShort({ keepBackupsDays }: PostgresRequest, protectData: boolean): Problem[] {
  if (!protectData || keepBackupsDays >= 7) return [];
  const what = `keepBackupsDays is ${keepBackupsDays}; in production 7 at least, or a mistake of last week is found too late.`;
  return [{ code: 'SW-POSTGRES-004', severity: 'error', what, fix: 'keepBackupsDays: 7' }];
}

/** Databases that every server has, and users that are not an application's, or that Postgres refuses whatever the quotes. */
const TAKEN = {
  database: ['postgres', 'template0', 'template1', 'rdsadmin', 'cloudsqladmin'],
  username: [
    SUPERUSER,
    ...Object.values(READERS),
    'public',
    'none',
    'rdsadmin',
    'cloudsqladmin',
    'cloudsqlsuperuser',
    'streaming_replica',
  ],
};

function nameProblems(names: Readonly<Record<keyof typeof TAKEN, string>>): Problem[] {
  const problem = (code: string, what: string, fix: string): Problem[] => [{ code, severity: 'error', what, fix }];
  const each = (prop: keyof typeof TAKEN, fix: string): Problem[] => {
    const name = names[prop];
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
      const what = `${prop} is "${name}"; Postgres wants lower-case letters, digits and underscores, at most 63.`;
      return problem('SW-POSTGRES-003', what, fix);
    }
    if (!TAKEN[prop].includes(name) && !name.startsWith('pg_')) return [];
    const what = `${prop} is "${name}", a name of Postgres' own: the application's would be the server's, with all of its rights.`;
    return problem('SW-POSTGRES-005', what, fix);
  };
  // Where nobody named the user, the database's name stands for both.
  const user = names.username === names.database ? [] : each('username', "username: 'shop'");
  return [...each('database', "database: 'shop'"), ...user];
}

function problemsWith({ storage, version, database, username }: PostgresRequest): Problem[] {
  const problems: Problem[] = [];
  if (storage.toMebibytes() < SMALLEST.toMebibytes()) {
    const what = `storage is ${sizeText(storage)}; Postgres needs at least ${sizeText(SMALLEST)} for its own files and log.`;
    problems.push({ code: 'SW-POSTGRES-001', severity: 'error', what, fix: 'storage: Size.gibibytes(1)' });
  }
  if (knownVersion(version) !== version) {
    const what = `version is ${version}; in support are ${POSTGRES_VERSIONS.join(', ')}.`;
    problems.push({ code: 'SW-POSTGRES-002', severity: 'error', what, fix: 'version: 17' });
  }
  return [...problems, ...nameProblems({ database, username })];
}
