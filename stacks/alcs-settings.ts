import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { GatewayProps, Problem } from '../constructs';
import { choice, flag, host, optional, or, type Settings, secret, type Values } from './setting';
import {
  BACKUP_SETTINGS,
  DATABASE_SETTINGS,
  FRONT_DOOR_SETTINGS,
  MIGRATION_SETTINGS,
  MONITORING_SETTINGS,
  tag,
} from './shared-settings';
import { registry, storeKey } from './typed-texts';

export const ALCS_SETTINGS = {
  host: host('host of the front door', 'alcs.acme.org'),
  registry: registry('registry and folder of the image', 'ghcr.io/acme'),
  tag: tag('tag of the image', '1.0.0'),
  authentication: or(flag('asks for an API key or a JWT'), true),
  'jwt.expiresIn': or(choice('how long a JWT holds', ['1h', '24h', '7d', '30d']), '24h'),
  'anthropic.apiKey': optional(secret('API key of Anthropic, where Pulumi keeps secrets')),
  'openai.apiKey': optional(secret('API key of OpenAI')),
  'secrets.key': or(storeKey('key of all of its secrets in the store', 'alcs/production'), 'alcs/production'),
  'cache.placement': or(choice('where Redis runs', ['platform', 'in-cluster']), 'in-cluster'),
  ...MIGRATION_SETTINGS,
  ...DATABASE_SETTINGS,
  ...BACKUP_SETTINGS,
  ...FRONT_DOOR_SETTINGS,
  ...MONITORING_SETTINGS,
} satisfies Settings;

export type AlcsSettings = Values<typeof ALCS_SETTINGS>;

/** ALC-16 to ALC-21, ALC-42 to ALC-44, ALC-68. Timings, resources and the startup path are ours. */
export const ALCS: Omit<GatewayProps, 'image' | 'env'> = {
  // The brief runs it in the container to try the database.
  programs: ['node'],
  name: 'alcs',
  port: 3000,
  probes: {
    live: { path: '/health', periodSeconds: 15, timeoutSeconds: 3 },
    // ALC-44: it asks the model provider, who may be slow; one slow answer must not empty the service.
    ready: { path: '/ready', periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    startup: { path: '/health', periodSeconds: 5, failureThreshold: 30 },
  },
  scale: { min: 3, max: 10, cpu: 70, memory: 80 },
  resources: {
    cpu: { request: Cpu.millis(250), limit: Cpu.millis(1000) },
    memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) },
  },
  // ALC-39: a request may take 30 s.
  shutdown: { preStop: Duration.seconds(5), drain: Duration.seconds(35), grace: Duration.seconds(60) },
  envIn: 'alcs-config',
  account: { token: true },
  metrics: {
    port: 9090,
    requests: { counter: 'alcs_requests_total', status: 'status', duration: 'alcs_request_duration_seconds' },
  },
};

/** ALC-24 to ALC-40, each value as the brief has it. */
export function alcsEnv({ authentication, 'jwt.expiresIn': expires }: AlcsSettings): Record<string, string> {
  return {
    NODE_ENV: 'production',
    PORT: '3000',
    LOG_LEVEL: 'info',
    ENABLE_AUTHENTICATION: `${authentication}`,
    JWT_EXPIRES_IN: expires,
    MODEL_NAME: 'claude-3-5-sonnet-20241022',
    ENABLE_RATE_LIMITING: 'true',
    RATE_LIMIT_MAX_REQUESTS: '100',
    RATE_LIMIT_WINDOW_MS: '60000',
    CACHE_DEFAULT_TTL: '300',
    CACHE_MAX_ITEMS: '1000',
    MAX_SESSIONS: '1000',
    SESSION_TIMEOUT: '3600000',
    CLEANUP_INTERVAL: '300000',
    MAX_CONCURRENT_REQUESTS: '50',
    REQUEST_TIMEOUT: '30000',
    STREAMING_ENABLED: 'true',
    QUALITY_THRESHOLD: '0.7',
    MAX_ITERATIONS: '5',
    MIN_CONFIDENCE: '0.6',
  };
}

export function alcsProblems({ authentication }: AlcsSettings, isProduction: boolean): Problem[] {
  if (authentication || !isProduction) return [];
  const what = 'authentication is false; in production whoever finds the API could use the model keys behind it.';
  return [{ code: 'SW-ALCS-001', severity: 'error', what, fix: 'alcs:authentication: true' }];
}
