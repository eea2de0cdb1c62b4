import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { GatewayProps, Problem } from '../constructs';
import { choice, count, flag, host, optional, or, type Settings, secret, size, text, type Values } from './setting';

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const TAG = /^(?!latest$)[\w][\w.-]{0,127}$/;
const TAG_RULE = 'it must be an image tag other than "latest"';
const URL_FORM = /^https?:\/\/[^\s/]+/;
const URL_RULE = 'it must start with http:// or https://';
const CRON = /^(\S+\s+){4}\S+$/;
const CRON_RULE = 'it needs five fields: minute, hour, day, month, weekday';

export const TALOS_SETTINGS = {
  host: host('host of the front door', 'talos.acme.org'),
  tag: text('tag of the Talos images', '3f2c1ab', TAG, TAG_RULE),
  'migrations.version': or(count('version of the database schema; raise it with its tag'), 1),
  'migrations.tag': text('tag of the image that migrates', '3f2c1ab', TAG, TAG_RULE),
  'audit.port': or(count('port of the audit service', { max: 65535 }), 8001),
  'audit.table': or(text('table of the audit events', 'audit_events'), 'audit_events'),
  'audit.timeColumn': or(text('column with the time of an event', 'created_at'), 'created_at'),
  'mcp.port': or(count('port of the MCP service', { max: 65535 }), 8002),
  devMode: or(flag('runs the gateway without its database checks'), false),
  'database.placement': or(choice('where Postgres runs', ['platform', 'in-cluster']), 'platform'),
  'database.inCluster': optional(choice('how Postgres runs in the cluster', ['operator', 'statefulset'])),
  'database.version': or(count('major version of Postgres', { min: 15, max: 18 }), 15),
  'database.storage': or(size('room for the database', '20Gi'), Size.gibibytes(20)),
  'backup.schedule': or(text('when the database is dumped, UTC', '0 2 * * *', CRON, CRON_RULE), '0 2 * * *'),
  'drill.schedule': or(text('when a dump is restored for trial, UTC', '0 3 * * 0', CRON, CRON_RULE), '0 3 * * 0'),
  'cache.placement': or(choice('where Redis runs', ['platform', 'in-cluster']), 'platform'),
  'ingress.requestsPerSecond': or(count('requests a second that one address may make'), 20),
  'tracing.enabled': or(flag('sends traces'), true),
  'tracing.backend': or(choice('where traces end', ['jaeger', 'jaeger-operator', 'managed']), 'jaeger'),
  'tracing.endpoint': optional(text('OTLP endpoint', 'https://otlp.datadoghq.com:4317', URL_FORM, URL_RULE)),
  'tracing.keyHeader': optional(text('header by which the OTLP endpoint knows us', 'DD-API-KEY')),
  'tracing.key': optional(secret('key of the OTLP endpoint, where Pulumi keeps secrets')),
  'tracing.elasticsearch': optional(text('Elasticsearch of Jaeger', 'http://elasticsearch:9200', URL_FORM, URL_RULE)),
  'monitoring.enabled': or(flag('watches the parts; needs the Prometheus operator'), true),
  'monitoring.serviceMonitor': or(flag('lets Prometheus read metrics'), true),
  'monitoring.prometheusRule': or(flag('makes alerts'), true),
  'monitoring.runbooks': text(
    'where docs/runbooks.md is published',
    'https://docs.acme.org/runbooks',
    URL_FORM,
    URL_RULE,
  ),
} satisfies Settings;

export type TalosSettings = Values<typeof TALOS_SETTINGS>;

/** TAL-32 */
const SURFACE = { surface_id: 'llm.chat.completions', rate_limit_rps: 10, rate_limit_burst: 20 };
/** Where the gateway looks for its surface limits; the brief does not say. */
const SURFACE_FOLDER = '/etc/talos';

/** What the brief fixes for the gateway: TAL-25 to TAL-33, TAL-43 to TAL-50, TAL-65 to TAL-67. */
export const GATEWAY: Omit<GatewayProps, 'image' | 'env'> = {
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
  shutdown: { preStop: Duration.seconds(5), drain: Duration.seconds(30), grace: Duration.seconds(60) },
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
