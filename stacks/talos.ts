import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  Archive,
  address,
  Backup,
  connect,
  expose,
  Gateway,
  Migration,
  Monitoring,
  ObjectStore,
  Postgres,
  Redis,
  RestoreDrill,
  report,
  System,
  url,
  Web,
} from '../constructs';
import { databaseProps, keptProps, monitoringProps } from './shared-settings';
import type { Surroundings } from './surroundings';
import { GATEWAY, gatewayEnv, type TalosSettings, talosProblems } from './talos-settings';
import { traced } from './traced';

/** TAL-71, TAL-72: seven years, leap days included. */
const [HOT, COLD] = [Duration.days(90), Duration.days(2557)];

/**
 * Talos: governed gateway between agents and tools.
 *
 *     internet ─▶ dashboard ─┬─▶ gateway ─┬─▶ postgres ◀── migrations, backup ─▶ backups ◀── drill
 *        │         :3000     │   :8000    └─▶ redis   ◀── archive ─▶ cold (7 years, locked)
 *        │                   ├─▶ audit ──────▶ postgres
 *        │                   └─▶ mcp              all ─▶ tracing (OTLP, redacted)
 *        └─▶ /api gateway, /audit audit, /mcp mcp
 */
export class Talos extends System {
  constructor(scope: Construct, { platform, environment, settings }: Surroundings<TalosSettings>) {
    super(scope, 'talos', { namespace: 'talos-system', platform, environment, laptopPorts: 100 });
    const { profile } = platform;
    const image = (name: string, tag = settings.tag) => `ghcr.io/talosprotocol/talos-${name}:${tag}`;

    // parts
    const dashboard = new Web(this, 'dashboard', { image: image('dashboard'), port: 3000 });
    const gateway = new Gateway(this, 'gateway', {
      ...GATEWAY,
      image: image('gateway'),
      env: gatewayEnv(profile.name, settings),
    });
    const audit = new Gateway(this, 'audit', {
      image: image('audit'),
      port: settings['audit.port'],
      scale: { exactlyOneBecause: 'events are broadcast in process memory' },
    });
    const mcp = new Gateway(this, 'mcp', { image: image('mcp'), port: settings['mcp.port'] });
    const kept = keptProps(settings, profile.keepBackupsDays, settings['database.storage']);
    const backups = new ObjectStore(this, 'backups', kept.store);
    const cold = new ObjectStore(this, 'cold', { keep: COLD, locked: settings['audit.locked'] });
    const postgres = new Postgres(this, 'postgres', {
      database: 'talos',
      archiveTo: backups,
      ...databaseProps(settings),
    });
    const redis = new Redis(this, 'redis', { name: 'redis-cluster', placement: settings['cache.placement'] });
    const migrations = new Migration(this, 'migrations', {
      name: 'gateway-migrations',
      version: settings['migrations.version'],
      longest: settings['migrations.longest'],
      image: image('gateway', settings['migrations.tag']),
      command: ['alembic', 'upgrade', 'head'],
    });
    const secret = { name: 'talos-secrets', key: 'database-url' };
    const backup = new Backup(this, 'backup', { of: postgres, to: backups, ...kept.backup });
    const drill = new RestoreDrill(this, 'drill', { of: backup, ...kept.drill });
    const archive = new Archive(this, 'archive', {
      of: postgres,
      to: cold,
      table: settings['audit.table'],
      timeColumn: settings['audit.timeColumn'],
      hot: HOT,
      room: settings['archive.room'],
      longest: settings['archive.longest'],
    });

    // edges: what is not written here cannot talk
    connect(dashboard, gateway, { env: { GATEWAY_URL: url() } });
    connect(dashboard, audit, { env: { AUDIT_URL: url() } });
    connect(dashboard, mcp, { env: { MCP_URL: url() } });
    connect(gateway, redis, {
      env: { REDIS_URL: url({ for: 'redis-py' }) },
      secret: { name: 'talos-redis', key: 'redis-url' },
    });
    for (const client of [gateway, audit, migrations]) {
      connect(client, postgres, { env: { DATABASE_URL: url({ for: 'asyncpg' }) }, secret });
    }
    for (const reader of [gateway, audit, archive]) reader.node.addDependency(migrations);

    // front door: two Ingresses, one for people and one for programs
    const door = {
      host: settings.host,
      tlsSecret: 'talos-tls',
      requestsPerSecond: settings['ingress.requestsPerSecond'],
    };
    expose(dashboard, { ...door, ingress: 'talos-dashboard' });
    expose(gateway, { ...door, ingress: 'talos-api', path: '/api' });
    expose(audit, { ...door, ingress: 'talos-api', path: '/audit' });
    expose(mcp, { ...door, ingress: 'talos-api', path: '/mcp' });

    // what watches it
    const services = [gateway, dashboard, audit, mcp];
    const tracing = traced(this, services, settings, 'talos-otlp');
    if (tracing !== undefined) connect(drill, tracing.reports, { env: { REPORT_TO: address } });
    if (settings['monitoring.enabled']) {
      const stores = [postgres, backup, drill, archive, ...(tracing === undefined ? [] : [tracing])];
      new Monitoring(this, 'monitoring', { watch: [...services, ...stores], ...monitoringProps(settings) });
    }
    report(this, () => talosProblems(settings, profile.protectData));
  }
}
