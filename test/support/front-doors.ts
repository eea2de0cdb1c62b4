import { Duration, Size } from 'cdk8s';
import {
  type ExposeOptions,
  expose,
  exposePort,
  FRONT_DOORS,
  Gateway,
  IN_CLUSTER,
  type Platform,
  Signaling,
  type System,
} from '../../constructs';
import type { Feature } from '../../constructs/network/front-door/supports';
import { api } from './shop';

export type Door = keyof typeof FRONT_DOORS;

/** A platform with one of the front doors, and an issuer as in production. */
export function withDoor(door: Door): Platform {
  const issuer = { kind: 'ClusterIssuer', name: 'letsencrypt-prod' } as const;
  return { ...IN_CLUSTER, frontDoor: FRONT_DOORS[door], issuer };
}

export const HOST = 'shop.acme.org';
const image = 'ghcr.io/acme/api:1.0.0';

type Ask = (system: System) => void;

const asking =
  (options: Partial<ExposeOptions>): Ask =>
  (s) =>
    expose(api(s), { host: HOST, ...options });

/** Each option of `expose`, alone, and what goes with it. */
export const ASKED: Readonly<Record<Feature, Ask>> = {
  host: asking({ host: [HOST, '*.acme.net'] }),
  path: asking({ path: '/api' }),
  ingress: asking({ ingress: 'shop-api' }),
  tlsSecret: asking({ tlsSecret: 'wildcard' }),
  'tls by part': asking({ tls: 'part' }),
  'plainHttp served': asking({ plainHttp: 'serve' }),
  'speaks grpc': asking({ speaks: 'grpc' }),
  requestsPerSecond: asking({ requestsPerSecond: 7 }),
  silence: asking({ silence: Duration.minutes(5) }),
  connectWithin: asking({ connectWithin: Duration.seconds(3) }),
  answerWithin: asking({ answerWithin: Duration.seconds(30) }),
  streams: asking({ streams: true }),
  largestBody: asking({ largestBody: Size.mebibytes(20) }),
  rewrite: asking({ path: '/api', rewrite: '/' }),
  allow: asking({ allow: ['203.0.113.0/24', '2001:db8::/32'] }),
  'auth by part': (s) => {
    const verifier = new Gateway(s, 'login', { image, port: 9000, metrics: false });
    expose(api(s), { host: HOST, auth: { by: 'part', part: verifier, path: '/verify', headers: ['X-User'] } });
  },
  'auth by url': asking({ auth: { by: 'url', url: 'https://login.acme.org/verify', headers: ['X-User'] } }),
  'auth with signIn': asking({
    auth: { by: 'url', url: 'https://login.acme.org/verify', signIn: 'https://login.acme.org/start' },
  }),
  'auth by password': asking({ auth: { by: 'password', secret: 'operators' } }),
  cors: asking({ cors: { origins: ['https://*.acme.org'], credentials: true, remembered: Duration.hours(2) } }),
  cached: asking({ cached: ['/static/'] }),
  headers: asking({ headers: { 'X-Frame-Options': 'DENY' } }),
  exposePort: (s) => exposePort(api(s), { port: 993 }),
};

/** All that a Gateway can do, in one system. */
export function everything(s: System): void {
  const login = new Gateway(s, 'login', { image, port: 9000, metrics: false });
  const chat = new Signaling(s, 'chat', { image, port: 3001 });
  const rpc = new Gateway(s, 'rpc', { image, port: 5000, metrics: false });
  const own = new Gateway(s, 'own', { image, port: 8443, metrics: false });
  const shop = api(s);
  expose(shop, {
    ...{ host: [HOST, '*.acme.net'], headers: { 'X-Frame-Options': 'DENY' }, cached: ['/static'], streams: true },
    ...{ cors: { origins: ['https://*.acme.org'] }, allow: ['203.0.113.0/24'], requestsPerSecond: 7 },
    ...{ silence: Duration.minutes(5), connectWithin: Duration.seconds(3), answerWithin: Duration.minutes(10) },
    ...{ largestBody: Size.mebibytes(20), auth: { by: 'part', part: login, path: '/verify', headers: ['X-User'] } },
  });
  expose(shop, { host: HOST, path: '/api', rewrite: '/', auth: { by: 'password', secret: 'operators' } });
  expose(chat, { host: HOST, path: '/chat' });
  expose(rpc, { host: 'rpc.acme.org', speaks: 'grpc', tlsSecret: 'rpc-tls' });
  expose(own, { host: 'own.acme.org', tls: 'part' });
  expose(new Gateway(s, 'plain', { image, port: 8080, metrics: false }), {
    host: 'plain.acme.org',
    plainHttp: 'serve',
  });
  exposePort(rpc, { port: 993 });
}
