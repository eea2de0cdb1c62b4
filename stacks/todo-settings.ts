import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { GatewayProps, WebProps } from '../constructs';
import { choice, count, flag, host, optional, or, type Settings, secret, text, type Values } from './setting';
import {
  BACKUP_SETTINGS,
  DATABASE_SETTINGS,
  MIGRATION_TIME,
  MONITORING_SETTINGS,
  schedule,
  tag,
} from './shared-settings';
import { objectName, registry } from './typed-texts';

export const TODO_SETTINGS = {
  host: host('host of the API', 'api.todo.acme.org'),
  'frontend.host': host('host of the web application', 'todo.acme.org'),
  registry: registry('registry and folder of the images', 'registry.acme.org'),
  tag: tag('tag of both images', '1.2.0'),
  'registry.isPrivate': or(flag('nodes pull with the Secret registry-credentials'), true),
  'registry.credentials': optional(secret('text of a docker config.json, where Pulumi keeps secrets')),
  'frontend.port': or(count('port of the web application', { max: 65535 }), 3000),
  'llm.host': optional(text('model provider that the backend calls', 'api.openai.com')),
  'data.claim': or(choice('what /app/data is', ['scratch', 'shared']), 'scratch'),
  'data.storageClass': optional(objectName('class of volumes that many nodes mount', 'efs-sc')),
  'ingress.requestsPerSecond': or(count('requests a second that one address may make'), 100),
  'velero.enabled': or(flag('copies the namespace by Velero'), true),
  'velero.schedule': schedule('when it is copied', '30 2 * * *'),
  'migrations.version': or(count('version of the database schema'), 1),
  ...MIGRATION_TIME,
  ...DATABASE_SETTINGS,
  ...BACKUP_SETTINGS,
  ...MONITORING_SETTINGS,
} satisfies Settings;

export type TodoSettings = Values<typeof TODO_SETTINGS>;

const REQUESTS = { counter: 'http_requests_total', status: 'status', duration: 'http_request_duration_seconds' };

/** TDO-09 to TDO-17, TDO-26, TDO-31. The brief has no probe: these paths are ours. */
export const BACKEND: Omit<GatewayProps, 'image'> = {
  programs: ['node'],
  port: 3000,
  probes: { live: { path: '/health' }, ready: { path: '/ready', timeoutSeconds: 3 } },
  scale: { min: 3, max: 10, cpu: 70, memory: 80 },
  resources: {
    cpu: { request: Cpu.millis(500), limit: Cpu.millis(1000) },
    memory: { request: Size.mebibytes(256), limit: Size.mebibytes(512) },
  },
  user: 1000,
  env: { NODE_ENV: 'production', LOG_LEVEL: 'info' },
  metrics: { interval: '30s', requests: REQUESTS },
};

/** TDO-18, TDO-57: it holds nothing, and may be interrupted. */
export const FRONTEND: Omit<WebProps, 'image' | 'port'> = {
  probes: { live: { path: '/', periodSeconds: 15 }, ready: { path: '/', timeoutSeconds: 3 } },
  scale: { min: 2, max: 6, cpu: 70 },
  user: 1000,
  metrics: false,
  mayBeInterrupted: true,
  shutdown: { preStop: Duration.seconds(5), drain: Duration.seconds(10), grace: Duration.seconds(30) },
};
