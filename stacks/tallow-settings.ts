import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { Problem, SignalingProps, WebProps } from '../constructs';
import { choice, flag, host, optional, or, type Settings, secret, size, text, type Values } from './setting';
import { BACKUP_SETTINGS, FRONT_DOOR_SETTINGS, MONITORING_SETTINGS, tag } from './shared-settings';
import { path, registry } from './typed-texts';

export const TALLOW_SETTINGS = {
  host: host('host of the front door', 'tallow.acme.org'),
  registry: registry('registry and folder of the images', 'ghcr.io/acme'),
  tag: tag('tag of the images; the app is built for one host, see docs/systems/tallow.md'),
  frontDoor: or(choice('who ends TLS', ['ingress', 'nginx']), 'ingress'),
  'signaling.path': or(path('where browsers find the signaling server', '/socket.io'), '/socket.io'),
  'turn.placement': or(choice('whose TURN server relays', ['external', 'in-cluster', 'in-cluster-public']), 'external'),
  'turn.server': or(text('TURN server outside', 'turns:relay.metered.ca:443'), 'turns:relay.metered.ca:443'),
  'turn.externalAddress': optional(text('public address of the own TURN server', '203.0.113.7')),
  'turn.username': optional(secret('user of the TURN server outside, where Pulumi keeps secrets')),
  'turn.credential': optional(secret('its credential')),
  'resend.apiKey': optional(secret('API key of Resend, where Pulumi keeps secrets')),
  'cache.placement': or(choice('where Redis runs', ['platform', 'in-cluster']), 'in-cluster'),
  'cache.storage': or(size('room of Redis on disk', '10Gi'), Size.gibibytes(10)),
  'ingress.headers': or(flag('sends security headers; the controller must allow them by name'), true),
  ...BACKUP_SETTINGS,
  ...FRONT_DOOR_SETTINGS,
  ...MONITORING_SETTINGS,
} satisfies Settings;

export type TallowSettings = Values<typeof TALLOW_SETTINGS>;

/** Why its Redis may hold no key: https://socket.io/docs/v4/redis-adapter/ */
export const EMPTY = 'what passes between copies is published, and leaves no key';

/** TLW-02 to TLW-09, TLW-19, TLW-26, TLW-61. Numbers that the brief does not have are ours. */
export const APP: Omit<WebProps, 'image' | 'env'> = {
  // Next.js and Socket.IO run on it.
  programs: ['node'],
  port: 3000,
  probes: {
    live: { path: '/api/health', periodSeconds: 15, timeoutSeconds: 3 },
    // TLW-06: it asks the signaling server by its public name, which takes longer than a look at itself.
    ready: { path: '/api/ready', periodSeconds: 10, timeoutSeconds: 5 },
    startup: { path: '/api/health', periodSeconds: 5, failureThreshold: 24 },
  },
  scale: { min: 3, max: 10, cpu: 70, memory: 80 },
  resources: {
    cpu: { request: Cpu.millis(250), limit: Cpu.millis(1000) },
    memory: { request: Size.mebibytes(256), limit: Size.gibibytes(1) },
  },
  // Next.js keeps what it rendered.
  scratch: [{ folder: '/app/.next/cache', size: Size.gibibytes(1) }],
  metrics: { path: '/api/metrics', requests: false, annotate: true },
  envIn: 'tallow-config',
};

/** TLW-03, TLW-07, TLW-20. */
export const SIGNALING: Omit<SignalingProps, 'image' | 'env'> = {
  programs: ['node'],
  port: 3001,
  probes: {
    live: { path: '/health', periodSeconds: 15, timeoutSeconds: 3 },
    ready: { path: '/health', periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
  },
  scale: { min: 2, max: 6, cpu: 70, memory: 80 },
  resources: {
    cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
    memory: { request: Size.mebibytes(256), limit: Size.mebibytes(512) },
  },
  shutdown: { preStop: Duration.seconds(10), drain: Duration.seconds(60), grace: Duration.seconds(90) },
  envIn: 'tallow-signaling-config',
};

/** TLW-49, TLW-50, TLW-52: what of it starts with NEXT_PUBLIC_ is read by the server here, and by browsers only if it was built in. */
export function appEnv(
  { host: name, 'turn.server': turn }: TallowSettings,
  ownTurn: string | undefined,
): Record<string, string> {
  return {
    NODE_ENV: 'production',
    NEXT_PUBLIC_SIGNALING_URL: `https://${name}`,
    ALLOWED_ORIGINS: `https://${name}`,
    NEXT_PUBLIC_TURN_SERVER: ownTurn ?? turn,
  };
}

/** TLW-47: a laptop's browser asks from localhost, too. */
export function signalingEnv({ host: name }: TallowSettings, isDevelopment: boolean): Record<string, string> {
  const local = isDevelopment ? ',http://localhost:3000' : '';
  return { NODE_ENV: 'production', PORT: '3001', ALLOWED_ORIGINS: `https://${name}${local}` };
}

/** Of the settings together: the TURN server of a laptop relays to anybody inside. */
export function tallowProblems(settings: TallowSettings, profile: 'dev' | 'staging' | 'prod'): Problem[] {
  if (settings['turn.placement'] !== 'in-cluster' || profile === 'dev') return [];
  const what = `tallow:turn.placement is "in-cluster" in ${profile}: it relays to private addresses, for one user who is never changed.`;
  return [{ code: 'SW-TALLOW-001', severity: 'error', what, fix: 'tallow:turn.placement: in-cluster-public' }];
}
