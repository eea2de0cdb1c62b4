import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  Archive,
  address,
  Backup,
  connect,
  expose,
  Gateway,
  given,
  Migration,
  Monitoring,
  ObjectStore,
  Postgres,
  Redis,
  RestoreDrill,
  report,
  System,
  Tracing,
  type TracingBackend,
  url,
  Web,
} from '../constructs';
import type { Platform } from '../constructs/core/platform';
import { GATEWAY, gatewayEnv, type TalosSettings, talosProblems } from './talos-settings';

export interface TalosProps {
  readonly platform: Platform;
  readonly environment: string;
  readonly settings: TalosSettings;
}

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
  constructor(scope: Construct, { platform, environment, settings }: TalosProps) {
    super(scope, 'talos', { namespace: 'talos-system', platform, environment });
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
    const backups = new ObjectStore(this, 'backups', { keep: Duration.days(profile.keepBackupsDays) });
    const cold = new ObjectStore(this, 'cold', { keep: COLD, locked: true });
    const postgres = new Postgres(this, 'postgres', {
      database: 'talos',
      version: settings['database.version'],
      storage: settings['database.storage'],
      placement: settings['database.placement'],
      archiveTo: backups,
      ...(settings['database.inCluster'] === undefined ? {} : { inCluster: settings['database.inCluster'] }),
    });
    const redis = new Redis(this, 'redis', { name: 'redis-cluster', placement: settings['cache.placement'] });
    const migrations = new Migration(this, 'migrations', {
      name: 'gateway-migrations',
      version: settings['migrations.version'],
      image: image('gateway', settings['migrations.tag']),
      command: ['alembic', 'upgrade', 'head'],
    });
    const secret = { name: 'talos-secrets', key: 'database-url' };
    const backup = new Backup(this, 'backup', {
      of: postgres,
      to: backups,
      schedule: settings['backup.schedule'],
      secret,
    });
    const drill = new RestoreDrill(this, 'drill', { of: backup, schedule: settings['drill.schedule'] });
    const archive = new Archive(this, 'archive', {
      of: postgres,
      to: cold,
      table: settings['audit.table'],
      timeColumn: settings['audit.timeColumn'],
      hot: HOT,
      secret,
    });

    // edges: what is not written here cannot talk
    connect(dashboard, gateway, { env: { GATEWAY_URL: url() } });
    connect(dashboard, audit, { env: { AUDIT_URL: url() } });
    connect(dashboard, mcp, { env: { MCP_URL: url() } });
    connect(gateway, redis, { env: { REDIS_URL: url() }, secret: { name: 'talos-redis', key: 'redis-url' } });
    for (const client of [gateway, audit, migrations]) {
      connect(client, postgres, { env: { DATABASE_URL: url() }, secret });
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
    const tracing = settings['tracing.enabled'] ? this.trace(services, settings) : undefined;
    if (tracing !== undefined) connect(drill, tracing.reports, { env: { REPORT_TO: address } });
    if (settings['monitoring.enabled']) {
      const stores = [postgres, backup, drill, archive, ...(tracing === undefined ? [] : [tracing])];
      new Monitoring(this, 'monitoring', {
        watch: [...services, ...stores],
        runbooks: settings['monitoring.runbooks'],
        serviceMonitor: settings['monitoring.serviceMonitor'],
        prometheusRule: settings['monitoring.prometheusRule'],
      });
    }
    report(this, () => talosProblems(settings, profile.protectData));
  }

  private trace(services: readonly (Gateway | Web)[], settings: TalosSettings): Tracing {
    const backend = this.tracingBackend(settings);
    const tracing = new Tracing(this, 'tracing', { backend, secret: 'talos-otlp' });
    for (const service of services) {
      connect(service, tracing, {
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: url() },
        secret: { name: 'talos-otlp', key: 'endpoint' },
      });
      service.addEnv('TRACING_ENABLED', { value: 'true' });
      const attributes = `service.name=talos-${service.node.id},environment=${this.environment}`;
      service.addEnv('OTEL_RESOURCE_ATTRIBUTES', { value: attributes });
    }
    return tracing;
  }

  private tracingBackend(settings: TalosSettings): TracingBackend {
    const kind = settings['tracing.backend'];
    switch (kind) {
      case 'jaeger':
        return { kind, namespace: 'observability' };
      case 'jaeger-operator':
        return {
          kind,
          name: 'talos-jaeger',
          namespace: 'observability',
          elasticsearch: settings['tracing.elasticsearch'] ?? '',
        };
      case 'managed': {
        const name = settings['tracing.keyHeader'];
        const endpoint = settings['tracing.endpoint'] ?? '';
        if (name === undefined) return { kind, endpoint };
        const key = { name: 'talos-otlp', field: 'key', config: 'talos:tracing.key' } as const;
        return { kind, endpoint, header: { name, value: given(this, key, settings['tracing.key']) } };
      }
      default:
        return kind satisfies never;
    }
  }
}
