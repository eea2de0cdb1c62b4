import { Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  connect,
  connectToFrontDoor,
  expose,
  given,
  inject,
  injectExisting,
  Monitoring,
  password,
  Quota,
  Redis,
  ReverseProxy,
  report,
  SECURITY_HEADERS,
  Signaling,
  System,
  Turn,
  url,
  Web,
} from '../constructs';
import { monitoringProps } from './shared-settings';
import type { Surroundings } from './surroundings';
import { keptOf } from './tallow-parts';
import { APP, appEnv, SIGNALING, signalingEnv, type TallowSettings, tallowProblems } from './tallow-settings';

const SECRET = 'tallow-secrets';

/**
 * Tallow: files and calls between browsers, end to end encrypted.
 *
 *     internet ─▶ / app :3000 ────────▶ redis ◀── backup ─▶ backups ◀── drill
 *        │             └─▶ signaling      ▲ 10Gi, kept
 *        ├─▶ /socket.io signaling :3001 ──┘
 *        └─▶ turn :3478 (outside, or here)
 */
export class Tallow extends System {
  constructor(scope: Construct, { platform, environment, settings }: Surroundings<TallowSettings>) {
    super(scope, 'tallow', { namespace: 'tallow', platform, environment });
    const { profile } = platform;
    const image = (name: string) => `${settings.registry}/${name}:${settings.tag}`;

    // parts
    const turn = this.turn(settings);
    const app = new Web(this, 'app', { ...APP, image: image('tallow'), env: appEnv(settings, turn?.url) });
    const signaling = new Signaling(this, 'signaling', {
      ...SIGNALING,
      image: image('tallow-signaling'),
      env: signalingEnv(settings, profile.name === 'dev'),
    });
    const redis = new Redis(this, 'redis', {
      keeps: settings['cache.storage'],
      placement: settings['cache.placement'],
    });
    new Quota(this, 'quota', { cpu: Cpu.units(24), memory: Size.gibibytes(48), storage: Size.gibibytes(100) });

    // edges: what is not written here cannot talk
    connect(app, signaling);
    app.node.addDependency(signaling);
    connectToFrontDoor(app, settings.host);
    for (const client of [app, signaling]) {
      connect(client, redis, { env: { REDIS_URL: url(), REDIS_PASSWORD: password }, secret: { name: SECRET } });
    }
    const from = (field: string, config: 'resend.apiKey' | 'turn.username' | 'turn.credential') =>
      given(this, { name: SECRET, field, config: `tallow:${config}` }, settings[config]);
    const key = (variable: string) => ({ name: SECRET, key: variable });
    inject(app, 'RESEND_API_KEY', from('RESEND_API_KEY', 'resend.apiKey'), key('RESEND_API_KEY'));
    if (turn === undefined) {
      const [username, credential] = ['NEXT_PUBLIC_TURN_USERNAME', 'NEXT_PUBLIC_TURN_CREDENTIAL'] as const;
      inject(app, username, from(username, 'turn.username'), key(username));
      inject(app, credential, from(credential, 'turn.credential'), key(credential));
    } else if (settings['turn.placement'] === 'in-cluster-public') {
      turn.signFor(app, { secret: 'TURN_SECRET' });
    } else {
      turn.tellUser(app, { username: 'NEXT_PUBLIC_TURN_USERNAME', credential: 'NEXT_PUBLIC_TURN_CREDENTIAL' });
    }
    for (const variable of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY']) {
      injectExisting(app, variable, { name: 'tallow-stripe', key: variable }, { optional: true });
    }

    // front door: the cluster's, or an nginx of its own
    const { host, 'ingress.requestsPerSecond': requestsPerSecond, 'signaling.path': path } = settings;
    if (settings.frontDoor === 'nginx') {
      const routes = { '/': app, [`/${path.slice(1)}/`]: signaling };
      // What Next.js built is the same for everybody, and its names change with it.
      new ReverseProxy(this, 'nginx', { routes, host, requestsPerSecond, cached: ['/_next/static/'] });
    } else {
      const door = { host, requestsPerSecond, ...(settings['ingress.headers'] ? { headers: SECURITY_HEADERS } : {}) };
      expose(app, door);
      expose(signaling, { ...door, path });
    }

    // what is kept, and what watches it
    const kept = keptOf(this, redis, settings);
    if (settings['monitoring.enabled']) {
      const watch = [app, signaling, redis, ...kept, ...(turn === undefined ? [] : [turn])];
      new Monitoring(this, 'monitoring', { watch, ...monitoringProps(settings) });
    }
    report(this, () => tallowProblems(settings, profile.name));
  }

  private turn(settings: TallowSettings): Turn | undefined {
    const address = settings['turn.externalAddress'];
    const outside = address === undefined ? {} : { externalAddress: address };
    const own = { name: 'coturn', realm: settings.host, ...outside };
    if (settings['turn.placement'] === 'external') return undefined;
    if (settings['turn.placement'] === 'in-cluster') {
      return new Turn(this, 'turn', { ...own, credentials: 'one-user', privatePeers: true });
    }
    return new Turn(this, 'turn', { ...own, credentials: 'short-lived', isPublic: true });
  }
}
