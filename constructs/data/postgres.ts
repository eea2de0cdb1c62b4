import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import type { Endpoint } from '../core/endpoint';
import { named, nameOf } from '../core/labels';
import { part } from '../core/part';
import type { Answer, PostgresRequest } from '../core/platform';
import { sizeText } from '../core/pod';
import { type Problem, report } from '../core/problem';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
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
import { postgresByOperator } from './postgres-operator';

const SMALLEST = Size.gibibytes(1);

export interface PostgresProps {
  /** Name of the Service and the server, where somebody fixed it. @default `<system>-<id>` */
  readonly name?: string;
  /** Name of the database. */
  readonly database: string;
  /** Owner of the database. @default the database's name */
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
 * The owner of the database is no superuser in the cluster, and nobody else may connect to it.
 * Limitation: a plain StatefulSet is one server that stands still while its node is away; its roles are made when its volume is empty.
 */
export class Postgres extends Construct implements Dumped, Monitored {
  readonly endpoint: Endpoint;
  readonly version: PostgresVersion;
  readonly signals: readonly Signal[];
  readonly dumping: Dumping;

  constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    named(this, props.name);
    const { platform } = systemOf(this);
    const request: PostgresRequest = {
      name: nameOf(this),
      database: props.database,
      username: props.username ?? props.database,
      version: props.version ?? 17,
      storage: props.storage ?? Size.gibibytes(20),
      keepBackupsDays: props.keepBackupsDays ?? platform.profile.keepBackupsDays,
      storageClass: props.storageClass ?? platform.storageClass,
      requireTls: props.requireTls ?? false,
      inCluster: props.inCluster ?? (platform.profile.highlyAvailable ? 'operator' : 'statefulset'),
    };
    const offered = props.placement === 'in-cluster' ? undefined : platform.postgres?.(this, request);
    const { endpoint, facts, signals = [] } = offered ?? this.inside(request, props.archiveTo);
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
    part(this, 'seaworthy:data:Postgres', () => facts);
    report(this, () => [...problemsWith(request), ...keptTooShort(request, platform.profile.protectData)]);
  }

  private inside(request: PostgresRequest, archive: ObjectStore | undefined): Answer {
    return request.inCluster === 'operator'
      ? postgresByOperator(this, request, archive)
      : postgresInCluster(this, request);
  }
}

function keptTooShort({ keepBackupsDays }: PostgresRequest, protectData: boolean): Problem[] {
  if (!protectData || keepBackupsDays >= 7) return [];
  const what = `keepBackupsDays is ${keepBackupsDays}; in production 7 at least, or a mistake of last week is found too late.`;
  return [{ code: 'SW-POSTGRES-004', severity: 'error', what, fix: 'keepBackupsDays: 7' }];
}

function problemsWith({ storage, version, database }: PostgresRequest): Problem[] {
  const problems: Problem[] = [];
  if (storage.toMebibytes() < SMALLEST.toMebibytes()) {
    const what = `storage is ${sizeText(storage)}; Postgres needs at least ${sizeText(SMALLEST)} for its own files and log.`;
    problems.push({ code: 'SW-POSTGRES-001', severity: 'error', what, fix: 'storage: Size.gibibytes(1)' });
  }
  if (knownVersion(version) !== version) {
    const what = `version is ${version}; in support are ${POSTGRES_VERSIONS.join(', ')}.`;
    problems.push({ code: 'SW-POSTGRES-002', severity: 'error', what, fix: 'version: 17' });
  }
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(database)) {
    const what = `database is "${database}"; Postgres wants lower-case letters, digits and underscores, at most 63.`;
    problems.push({ code: 'SW-POSTGRES-003', severity: 'error', what, fix: "database: 'shop'" });
  }
  return problems;
}
