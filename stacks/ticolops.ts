import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  Access,
  Backup,
  connect,
  ErrorReporting,
  expose,
  Gateway,
  given,
  Migration,
  Monitoring,
  ObjectStore,
  Postgres,
  PostgresExporter,
  Redis,
  RestoreDrill,
  report,
  SECURITY_HEADERS,
  Site,
  System,
  url,
} from '../constructs';
import { databaseProps, keptProps, monitoringProps } from './shared-settings';
import type { Surroundings } from './surroundings';
import { API, type TicolopsSettings, ticolopsProblems } from './ticolops-settings';

const SECRET = 'ticolops-secrets';

/**
 * Ticolops: work of a team, in real time.
 *
 *     internet ─▶ site (bucket + CDN)
 *        └─▶ api ─┬─▶ postgres (two zones) ◀── migrations, metrics, backup ─▶ backups ◀── drill
 *                 ├─▶ redis (sessions, cache, pub/sub, rate counters)
 *                 └─▶ errors (Sentry, by release)
 */
export class Ticolops extends System {
  constructor(scope: Construct, { platform, environment, settings }: Surroundings<TicolopsSettings>) {
    super(scope, 'ticolops', { namespace: 'ticolops', platform, environment, laptopPorts: 200 });
    const { profile } = platform;
    const image = (tag: string) => `${settings.registry}/ticolops-api:${tag}`;
    const headers = settings['ingress.headers'] ? { headers: SECURITY_HEADERS } : {};

    // parts
    const api = new Gateway(this, 'api', { ...API, image: image(settings.tag), port: settings['api.port'] });
    const requestsPerSecond = settings['ingress.requestsPerSecond'];
    new Site(this, 'site', { host: settings['site.host'], tlsSecret: 'ticolops-site-tls', requestsPerSecond });
    const keepBackupsDays = settings['database.keepBackupsDays'] ?? profile.keepBackupsDays;
    const postgres = new Postgres(this, 'postgres', {
      database: 'ticolops',
      keepBackupsDays,
      ...databaseProps(settings),
    });
    // Sessions are in it: a full server must say so, and not forget who is signed in.
    const redis = new Redis(this, 'redis', { whenFull: 'refuse' });
    const migrations = new Migration(this, 'migrations', {
      version: settings['migrations.version'],
      longest: settings['migrations.longest'],
      image: image(settings['migrations.tag']),
      command: ['alembic', 'upgrade', 'head'],
    });
    const metrics = new PostgresExporter(this, 'postgres-metrics', { of: postgres });
    new Access(this, 'deployer', {
      rules: [
        { groups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'patch'] },
        { resources: ['pods', 'pods/log', 'events'], verbs: ['get', 'list', 'watch'] },
      ],
    });

    // edges: what is not written here cannot talk
    for (const client of [api, migrations]) {
      connect(client, postgres, {
        env: { DATABASE_URL: url({ for: 'asyncpg' }) },
        secret: { name: SECRET, key: 'database_url' },
      });
    }
    connect(api, redis, { env: { REDIS_URL: url({ for: 'redis-py' }) }, secret: { name: SECRET, key: 'redis_url' } });
    api.node.addDependency(migrations);
    expose(api, { host: settings.host, requestsPerSecond, ...headers });
    if (settings['sentry.enabled']) {
      const dsn = { name: 'ticolops-sentry', field: 'dsn', config: 'ticolops:sentry.dsn' } as const;
      new ErrorReporting(this, 'errors', {
        of: [api],
        dsn: given(this, dsn, settings['sentry.dsn']),
        secret: { name: 'ticolops-sentry', key: 'dsn' },
        release: settings.tag,
      });
    }

    // what is kept, and tried: its own backup, or that of production
    const kept = keptProps(settings, keepBackupsDays, settings['database.storage']);
    const backups = new ObjectStore(this, 'backups', kept.store);
    const backup = new Backup(this, 'backup', { of: postgres, to: backups, ...kept.backup });
    const drill = new RestoreDrill(this, 'drill', {
      of: this.production(settings, postgres) ?? backup,
      ...kept.drill,
    });

    // what watches it
    const contact = settings['onCall.contact'];
    if (settings['monitoring.enabled']) {
      new Monitoring(this, 'monitoring', {
        watch: [api, postgres, redis, metrics, backup, drill],
        ...(contact === undefined ? {} : { onCall: contact }),
        ...monitoringProps(settings),
      });
    }
    report(this, () => ticolopsProblems(settings, profile.protectData));
  }

  /** TCO-19: what production wrote is restored here. */
  private production(settings: TicolopsSettings, like: Postgres) {
    const existing = settings['drill.bucket'];
    if (existing === undefined) return undefined;
    const to = new ObjectStore(this, 'production-backups', { keep: Duration.days(1), existing });
    return { name: 'ticolops-backup', to, like, atMost: Duration.hours(26) };
  }
}
