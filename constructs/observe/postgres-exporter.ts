import { Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { VERSIONS } from '../core/versions';
import type { Postgres } from '../data/postgres';
import { connect, url } from '../network/connect';
import type { SecretKey } from '../secrets/inject';
import { HttpService } from '../service/http-service';

export interface PostgresExporterProps {
  readonly of: Postgres;
  /** Secret with the database's URL. @default `<system>-<id>-<postgres>`, key `data-source-name` */
  readonly secret?: SecretKey;
}

/**
 * Metrics of a Postgres wherever it runs, RDS too: connections, sizes, locks, by `pg_stat_database_numbackends` and others. Its user has
 * `pg_monitor`, and reads no row.
 * Creates: as a Gateway of one copy, with metrics on port 9187; the edge to the database.
 * Limitation: CloudNativePG has metrics of its own, and needs none of it.
 *
 *     new PostgresExporter(this, 'postgres-metrics', { of: postgres });
 */
export class PostgresExporter extends HttpService {
  constructor(scope: Construct, id: string, { of, secret }: PostgresExporterProps) {
    super(
      scope,
      id,
      'seaworthy:observe:PostgresExporter',
      {
        image: VERSIONS.postgresExporter.image,
        port: 9187,
        scale: { min: 1, max: 1 },
        // `nobody` of the image, which names it by a word that Pod Security does not accept.
        user: 65534,
        probes: { live: { path: '/' }, ready: { path: '/', timeoutSeconds: 3 } },
        metrics: { requests: false },
        resources: {
          cpu: { request: Cpu.millis(20), limit: Cpu.millis(200) },
          memory: { request: Size.mebibytes(32), limit: Size.mebibytes(128) },
        },
      },
      { tellsOf: 'postgres' },
    );
    connect(this, of, {
      as: 'metrics',
      connections: 3,
      env: { DATA_SOURCE_NAME: url({ for: 'go' }) },
      ...(secret === undefined ? {} : { secret }),
    });
  }
}
