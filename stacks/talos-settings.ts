import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { GatewayProps, Problem } from '../constructs';
import { choice, count, duration, flag, host, or, type Settings, size, type Values } from './setting';
import {
  BACKUP_SETTINGS,
  DATABASE_SETTINGS,
  FRONT_DOOR_SETTINGS,
  MIGRATION_SETTINGS,
  MONITORING_SETTINGS,
  TRACING_SETTINGS,
  tag,
} from './shared-settings';
import { identifier } from './typed-texts';

export const TALOS_SETTINGS = {
  host: host('host of the front door', 'talos.acme.org'),
  tag: tag('tag of the Talos images', '3f2c1ab'),
  'audit.port': or(count('port of the audit service', { max: 65535 }), 8001),
  'audit.table': or(identifier('table of the audit events', 'audit_events'), 'audit_events'),
  'audit.timeColumn': or(identifier('column with the time of an event', 'created_at'), 'created_at'),
  'archive.longest': or(duration('after this a run of the archive is ended, and has failed', '4h'), Duration.hours(4)),
  'archive.room': or(
    size('room for what one run of the archive copies; a day must fit into half of it', '10Gi'),
    Size.gibibytes(10),
  ),
  'audit.locked': or(flag('nobody changes an archived event before its time; needs a target with buckets'), true),
  'mcp.port': or(count('port of the MCP service', { max: 65535 }), 8002),
  devMode: or(flag('runs the gateway without its database checks'), false),
  'cache.placement': or(choice('where Redis runs', ['platform', 'in-cluster']), 'platform'),
  ...MIGRATION_SETTINGS,
  ...DATABASE_SETTINGS,
  ...BACKUP_SETTINGS,
  ...FRONT_DOOR_SETTINGS,
  ...TRACING_SETTINGS,
  ...MONITORING_SETTINGS,
} satisfies Settings;

export type TalosSettings = Values<typeof TALOS_SETTINGS>;

/** TAL-32 */
const SURFACE = { surface_id: 'llm.chat.completions', rate_limit_rps: 10, rate_limit_burst: 20 };
/** Where the gateway looks for its surface limits; the brief does not say. */
const SURFACE_FOLDER = '/etc/talos';

/** What the brief fixes for the gateway: TAL-25 to TAL-33, TAL-43 to TAL-50, TAL-65 to TAL-67. */
export const GATEWAY: Omit<GatewayProps, 'image' | 'env'> = {
  // Alembic, which migrates in the same image, is Python.
  programs: ['python3'],
  port: 8000,
  probes: {
    live: { path: '/health/live', initialDelaySeconds: 10, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 3 },
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
  shutdown: { preStop: Duration.seconds(5), drain: Duration.seconds(30), grace: Duration.seconds(60), waits: 'shell' },
  files: [
    {
      configMap: 'gateway-surface-config',
      key: 'gateway_surface.json',
      folder: SURFACE_FOLDER,
      text: JSON.stringify(SURFACE, null, 2),
    },
  ],
};

export function gatewayEnv(mode: string, settings: TalosSettings): Record<string, string> {
  return {
    MODE: mode,
    DEV_MODE: `${settings.devMode}`,
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_BACKEND: 'redis',
    RATE_LIMIT_DEFAULT_RPS: '10',
    RATE_LIMIT_DEFAULT_BURST: '20',
    SHUTDOWN_DRAIN_TIMEOUT_SECONDS: '30',
    ...(settings['tracing.enabled'] ? {} : { TRACING_ENABLED: 'false' }),
  };
}

/** What the brief demands, where a setting could break it. */
export function talosProblems(settings: TalosSettings, isProduction: boolean): Problem[] {
  const isWatched = settings['monitoring.enabled'] && settings['monitoring.prometheusRule'];
  const isWithoutStorage =
    settings['tracing.backend'] === 'jaeger-operator' && settings['tracing.elasticsearch'] === undefined;
  const broken: readonly (readonly [isBroken: boolean, code: string, what: string, fix: string])[] = [
    [
      isProduction && settings.devMode,
      'SW-TALOS-001',
      'devMode is true; in production the gateway must check its database.',
      'talos:devMode: false',
    ],
    [
      isProduction && !isWatched,
      'SW-TALOS-002',
      'monitoring or its alerts are off; production must be watched.',
      'talos:monitoring.enabled: true',
    ],
    [
      isWithoutStorage,
      'SW-TALOS-003',
      'tracing.backend is jaeger-operator, whose strategy "production" needs Elasticsearch.',
      'talos:tracing.elasticsearch: http://elasticsearch:9200',
    ],
  ];
  return broken.flatMap(([isBroken, code, what, fix]) => (isBroken ? [{ code, severity: 'error', what, fix }] : []));
}
