import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  connect,
  expose,
  Gateway,
  type GatewayProps,
  Migration,
  Postgres,
  Redis,
  System,
  url,
  Web,
} from '../constructs';
import type { Platform } from '../constructs/core/platform';
import { choice, count, flag, host, or, type Settings, size, text, type Values } from './setting';

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const TAG = /^(?!latest$)[\w][\w.-]{0,127}$/;

export const TALOS_SETTINGS = {
  host: host('host of the front door', 'talos.acme.org'),
  tag: text('tag of the Talos images', '3f2c1ab', TAG, 'it must be an image tag other than "latest"'),
  'migrations.version': or(count('version of the database schema; raise it with its tag'), 1),
  'migrations.tag': text(
    'tag of the image that migrates',
    '3f2c1ab',
    TAG,
    'it must be an image tag other than "latest"',
  ),
  'audit.port': or(count('port of the audit service', { max: 65535 }), 8001),
  'mcp.port': or(count('port of the MCP service', { max: 65535 }), 8002),
  devMode: or(flag('runs the gateway without its database checks'), false),
  'database.placement': or(choice('where Postgres runs', ['platform', 'in-cluster']), 'platform'),
  'database.version': or(count('major version of Postgres', { min: 15, max: 18 }), 15),
  'database.storage': or(size('room for the database', '20Gi'), Size.gibibytes(20)),
  'cache.placement': or(choice('where Redis runs', ['platform', 'in-cluster']), 'platform'),
  'ingress.requestsPerSecond': or(count('requests a second that one address may make'), 20),
} satisfies Settings;

export interface TalosProps {
  readonly platform: Platform;
  readonly environment: string;
  readonly settings: Values<typeof TALOS_SETTINGS>;
}

/** Where the gateway looks for its surface limits; the brief does not say. */
const SURFACE_FOLDER = '/etc/talos';
/** TAL-32 */
const SURFACE = { surface_id: 'llm.chat.completions', rate_limit_rps: 10, rate_limit_burst: 20 };

/**
 * Talos: governed gateway between agents and tools.
 *
 *     internet ─▶ dashboard ─┬─▶ gateway ─┬─▶ postgres ◀── migrations
 *        │         :3000     │   :8000    └─▶ redis
 *        │                   ├─▶ audit ──────▶ postgres
 *        │                   └─▶ mcp
 *        └─▶ /api gateway, /audit audit, /mcp mcp
 */
export class Talos extends System {
  constructor(scope: Construct, { platform, environment, settings }: TalosProps) {
    super(scope, 'talos', { namespace: 'talos-system', platform, environment });
    const image = (name: string, tag = settings.tag) => `ghcr.io/talosprotocol/talos-${name}:${tag}`;

    // parts
    const dashboard = new Web(this, 'dashboard', { image: image('dashboard'), port: 3000 });
    const gateway = new Gateway(this, 'gateway', { image: image('gateway'), ...gatewayProps(platform, settings) });
    const audit = new Gateway(this, 'audit', {
      image: image('audit'),
      port: settings['audit.port'],
      scale: { exactlyOneBecause: 'events are broadcast in process memory' },
    });
    const mcp = new Gateway(this, 'mcp', { image: image('mcp'), port: settings['mcp.port'] });
    const postgres = new Postgres(this, 'postgres', {
      database: 'talos',
      version: settings['database.version'],
      storage: settings['database.storage'],
      placement: settings['database.placement'],
    });
    const redis = new Redis(this, 'redis', { name: 'redis-cluster', placement: settings['cache.placement'] });
    const migrations = new Migration(this, 'migrations', {
      name: 'gateway-migrations',
      version: settings['migrations.version'],
      image: image('gateway', settings['migrations.tag']),
      command: ['alembic', 'upgrade', 'head'],
    });

    // edges: what is not written here cannot talk
    const databaseUrl = { env: { DATABASE_URL: url() }, secret: { name: 'talos-secrets', key: 'database-url' } };
    connect(dashboard, gateway, { env: { GATEWAY_URL: url() } });
    connect(dashboard, audit, { env: { AUDIT_URL: url() } });
    connect(dashboard, mcp, { env: { MCP_URL: url() } });
    connect(gateway, postgres, databaseUrl);
    connect(gateway, redis, { env: { REDIS_URL: url() }, secret: { name: 'talos-redis', key: 'redis-url' } });
    connect(audit, postgres, databaseUrl);
    connect(migrations, postgres, databaseUrl);
    gateway.node.addDependency(migrations);
    audit.node.addDependency(migrations);

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
  }
}

function gatewayProps(platform: Platform, settings: TalosProps['settings']): Omit<GatewayProps, 'image'> {
  return {
    port: 8000,
    probes: {
      live: {
        path: '/health/live',
        initialDelaySeconds: 10,
        periodSeconds: 30,
        timeoutSeconds: 5,
        failureThreshold: 3,
      },
      ready: {
        path: '/health/ready',
        initialDelaySeconds: 5,
        periodSeconds: 10,
        timeoutSeconds: 3,
        successThreshold: 1,
        failureThreshold: 3,
      },
    },
    scale: { min: 3, max: 10, cpu: 70 },
    resources: {
      cpu: { request: Cpu.millis(200), limit: Cpu.millis(1000) },
      memory: { request: Size.mebibytes(256), limit: Size.gibibytes(1) },
    },
    shutdown: { preStop: Duration.seconds(5), drain: Duration.seconds(30), grace: Duration.seconds(60) },
    env: gatewayEnv(platform.profile.name, settings.devMode),
    files: [
      {
        configMap: 'gateway-surface-config',
        key: 'gateway_surface.json',
        folder: SURFACE_FOLDER,
        text: JSON.stringify(SURFACE, null, 2),
      },
    ],
  };
}

function gatewayEnv(mode: string, devMode: boolean): Record<string, string> {
  return {
    MODE: mode,
    DEV_MODE: `${devMode}`,
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_BACKEND: 'redis',
    RATE_LIMIT_DEFAULT_RPS: '10',
    RATE_LIMIT_DEFAULT_BURST: '20',
    TRACING_ENABLED: 'false',
    SHUTDOWN_DRAIN_TIMEOUT_SECONDS: '30',
  };
}
