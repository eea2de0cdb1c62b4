import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { connect, expose, Gateway, Postgres, Redis, System, url } from '../constructs';
import type { Platform } from '../constructs/core/platform';
import { choice, count, flag, host, or, type Settings, size, text, type Values } from './setting';

export const TALOS_SETTINGS = {
  host: host('host of the front door', 'talos.acme.org'),
  tag: text(
    'tag of the Talos images',
    '3f2c1ab',
    /^(?!latest$)[\w][\w.-]{0,127}$/,
    'it must be an image tag other than "latest"',
  ),
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
 *     internet ─▶ gateway ─┬─▶ postgres
 *                 :8000    └─▶ redis
 */
export class Talos extends System {
  constructor(scope: Construct, { platform, environment, settings }: TalosProps) {
    super(scope, 'talos', { namespace: 'talos-system', platform, environment });

    // parts
    const gateway = new Gateway(this, 'gateway', {
      image: `ghcr.io/talosprotocol/talos-gateway:${settings.tag}`,
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
    });
    const postgres = new Postgres(this, 'postgres', {
      database: 'talos',
      version: settings['database.version'],
      storage: settings['database.storage'],
      placement: settings['database.placement'],
    });
    const redis = new Redis(this, 'redis', { name: 'redis-cluster', placement: settings['cache.placement'] });

    // edges: what is not written here cannot talk
    connect(gateway, postgres, {
      env: { DATABASE_URL: url() },
      secret: { name: 'talos-secrets', key: 'database-url' },
    });
    connect(gateway, redis, { env: { REDIS_URL: url() }, secret: { name: 'talos-redis', key: 'redis-url' } });

    // front door
    expose(gateway, {
      host: settings.host,
      path: '/api',
      ingress: 'talos-api',
      tlsSecret: 'talos-tls',
      requestsPerSecond: settings['ingress.requestsPerSecond'],
    });
  }
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
