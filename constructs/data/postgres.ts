import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import type { PostgresRequest } from '../core/platform';
import { sizeText } from '../core/pod';
import { type Problem, report } from '../core/problem';
import { systemOf } from '../core/system';
import { postgresInCluster } from './postgres-in-cluster';

const SMALLEST = Size.gibibytes(1);
const VERSIONS_IN_SUPPORT = [15, 16, 17, 18];

export interface PostgresProps {
  /** Name of the database. */
  readonly database: string;
  /** Owner of the database. @default the database's name */
  readonly username?: string;
  /** Major version, in support. @default 17 */
  readonly version?: number;
  /** Room for data. @default 20 GiB */
  readonly storage?: Size;
  /** Where it runs: as the platform offers it (RDS), or always in the cluster. @default 'platform' */
  readonly placement?: 'platform' | 'in-cluster';
}

/**
 * A PostgreSQL server with one database.
 * Creates: what the target offers (on EKS an RDS instance with its subnet group, security group and rules); in the cluster a
 * StatefulSet with a volume, a Service, a Secret, a ServiceAccount.
 * Limitation: in the cluster it is one server without backups; use it for development.
 */
export class Postgres extends Construct implements HasEndpoint {
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    const { platform } = systemOf(this);
    const request: PostgresRequest = {
      name: nameOf(this),
      database: props.database,
      username: props.username ?? props.database,
      version: props.version ?? 17,
      storage: props.storage ?? Size.gibibytes(20),
      keepBackupsDays: platform.profile.keepBackupsDays,
    };
    const offered = props.placement === 'in-cluster' ? undefined : platform.postgres?.(this, request);
    const { endpoint, facts } = offered ?? postgresInCluster(this, request);
    this.endpoint = endpoint;
    part(this, 'seaworthy:data:Postgres', () => facts);
    report(this, () => problemsWith(request));
  }
}

function problemsWith({ storage, version, database }: PostgresRequest): Problem[] {
  const problems: Problem[] = [];
  if (storage.toMebibytes() < SMALLEST.toMebibytes()) {
    const what = `storage is ${sizeText(storage)}; Postgres needs at least ${sizeText(SMALLEST)} for its own files and log.`;
    problems.push({ code: 'SW-POSTGRES-001', severity: 'error', what, fix: 'storage: Size.gibibytes(1)' });
  }
  if (!VERSIONS_IN_SUPPORT.includes(version)) {
    const what = `version is ${version}; in support are ${VERSIONS_IN_SUPPORT.join(', ')}.`;
    problems.push({ code: 'SW-POSTGRES-002', severity: 'error', what, fix: 'version: 17' });
  }
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(database)) {
    const what = `database is "${database}"; Postgres wants lower-case letters, digits and underscores, at most 63.`;
    problems.push({ code: 'SW-POSTGRES-003', severity: 'error', what, fix: "database: 'shop'" });
  }
  return problems;
}
