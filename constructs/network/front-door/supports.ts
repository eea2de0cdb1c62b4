import type { ExposeOptions } from '../../core/expose-options';
import type { Problem } from '../../core/problem';

/** What an option becomes, with the page that says so; or why it becomes nothing, and what to do instead. */
type Support = { readonly as: string; readonly source: string } | { readonly not: string; readonly fix: string };

/** Options, and the ways that some have. */
export type Feature =
  | Exclude<keyof ExposeOptions, 'auth' | 'tls' | 'speaks' | 'plainHttp'>
  | `auth by ${'part' | 'url' | 'password'}`
  | 'auth with signIn'
  | 'tls by part'
  | 'speaks grpc'
  | 'plainHttp served'
  | 'exposePort';

const NGINX = 'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/';
const GATEWAY = 'https://gateway-api.sigs.k8s.io/reference/spec/';
const ENVOY = 'https://gateway.envoyproxy.io/docs/api/extension_types/';
const GATEWAY_INSTEAD = 'seaworthy:frontDoor: gateway';

const nginx = (annotation: string, anchor = ''): Support => ({ as: annotation, source: `${NGINX}${anchor}` });
const gateway = (field: string): Support => ({ as: field, source: GATEWAY });
const envoy = (field: string, kind: string): Support => ({ as: field, source: `${ENVOY}#${kind.toLowerCase()}` });

/** Annotations of ingress-nginx, without their prefix. Traefik's provider for them reads all of these, {@link IGNORED_BY_TRAEFIK} apart. */
const INGRESS: Readonly<Record<Feature, Support>> = {
  host: { as: 'spec.rules', source: 'https://kubernetes.io/docs/concepts/services-networking/ingress/' },
  path: { as: 'spec.rules', source: 'https://kubernetes.io/docs/concepts/services-networking/ingress/' },
  ingress: { as: 'metadata.name', source: 'https://kubernetes.io/docs/concepts/services-networking/ingress/' },
  tlsSecret: { as: 'spec.tls', source: 'https://cert-manager.io/docs/usage/ingress/' },
  'tls by part': {
    not: 'the controller passes TLS through only with a flag that is off (--enable-ssl-passthrough)',
    fix: GATEWAY_INSTEAD,
  },
  'plainHttp served': nginx('force-ssl-redirect, ssl-redirect', '#server-side-https-enforcement-through-redirect'),
  'speaks grpc': nginx('backend-protocol', '#backend-protocol'),
  requestsPerSecond: nginx('limit-rps, limit-burst-multiplier', '#rate-limiting'),
  silence: nginx('proxy-read-timeout, proxy-send-timeout', '#custom-timeouts'),
  connectWithin: nginx('proxy-connect-timeout', '#custom-timeouts'),
  answerWithin: { not: 'nginx measures silences, and no whole answer', fix: 'silence: Duration.seconds(60)' },
  streams: nginx('proxy-buffering', '#proxy-buffering'),
  largestBody: nginx('proxy-body-size', '#custom-max-body-size'),
  rewrite: nginx('use-regex, rewrite-target', '#rewrite'),
  allow: nginx('whitelist-source-range', '#whitelist-source-range'),
  'auth by part': nginx('auth-url, auth-response-headers', '#external-authentication'),
  'auth by url': nginx('auth-url, auth-response-headers', '#external-authentication'),
  'auth with signIn': nginx('auth-signin', '#external-authentication'),
  'auth by password': nginx('auth-type, auth-secret', '#authentication'),
  cors: nginx('enable-cors, cors-allow-*, cors-max-age', '#enable-cors'),
  cached: {
    not: 'headers are of a whole Ingress, and not of some of its folders',
    fix: "expose it once more: { path: '/static', ingress: 'shop-static', headers: { 'Cache-Control': 'public, max-age=31536000, immutable' } }",
  },
  headers: nginx('custom-headers', '#custom-headers'),
  exposePort: { not: 'an Ingress routes HTTP', fix: 'a Service of type LoadBalancer, or seaworthy:frontDoor: gateway' },
};

/** Objects of Gateway API, and of Envoy Gateway where Gateway API has none. */
const GATEWAY_API: Readonly<Record<Feature, Support>> = {
  host: gateway('Gateway listeners.hostname, HTTPRoute hostnames'),
  path: gateway('HTTPRoute rules.matches.path'),
  ingress: { as: 'nothing: each route is an object of its own', source: GATEWAY },
  tlsSecret: gateway('Gateway listeners.tls.certificateRefs, and a Certificate'),
  'tls by part': gateway('Gateway listeners.tls.mode Passthrough, TLSRoute'),
  'plainHttp served': gateway('HTTPRoute parentRefs'),
  'speaks grpc': gateway('GRPCRoute'),
  requestsPerSecond: envoy('BackendTrafficPolicy rateLimit.local', 'RateLimitSpec'),
  silence: envoy('BackendTrafficPolicy timeout.http.streamIdleTimeout', 'HTTPTimeout'),
  connectWithin: envoy('BackendTrafficPolicy timeout.tcp.connectTimeout', 'TCPTimeout'),
  answerWithin: envoy('BackendTrafficPolicy timeout.http.requestTimeout', 'HTTPTimeout'),
  streams: { as: 'nothing: Envoy passes answers on as they come', source: ENVOY },
  largestBody: envoy('BackendTrafficPolicy requestBuffer, ClientTrafficPolicy connection.bufferLimit', 'RequestBuffer'),
  rewrite: gateway('HTTPRoute filters URLRewrite'),
  allow: envoy('SecurityPolicy authorization', 'Authorization'),
  'auth by part': envoy('SecurityPolicy extAuth.http', 'ExtAuth'),
  'auth by url': {
    not: 'Envoy Gateway asks Services of the cluster',
    fix: "auth: { by: 'part', part: verifier, path: '/verify' }, or seaworthy:frontDoor: ingress",
  },
  'auth with signIn': {
    not: 'Envoy Gateway passes on the answer of who is asked, and sends nobody elsewhere itself',
    fix: "auth: { by: 'part', … } of a part that answers 302",
  },
  'auth by password': envoy('SecurityPolicy basicAuth', 'BasicAuth'),
  cors: envoy('SecurityPolicy cors', 'CORS'),
  cached: gateway('HTTPRoute filters ResponseHeaderModifier'),
  headers: gateway('HTTPRoute filters ResponseHeaderModifier'),
  exposePort: gateway('Gateway listeners, TCPRoute, UDPRoute'),
};

export const SUPPORTS = { ingress: INGRESS, gateway: GATEWAY_API } as const;

/** What Traefik 3.7's provider for ingress-nginx does not read. Its cookies keep a client with its copy all the same. */
export const IGNORED_BY_TRAEFIK: readonly string[] = ['affinity-mode'];

const RENDERERS = { ingress: 'an Ingress of ingress-nginx', gateway: 'Envoy Gateway' } as const;

/** Whatever was asked for, and the renderer cannot do. */
export function unsupported(renderer: keyof typeof SUPPORTS, features: readonly Feature[]): Problem[] {
  return features.flatMap((feature): Problem[] => {
    const support = SUPPORTS[renderer][feature];
    if (support === undefined || !('not' in support)) return [];
    const what = `${RENDERERS[renderer]} cannot do "${feature}": ${support.not}.`;
    return [{ code: 'SW-EXPOSE-008', severity: 'error', what, fix: support.fix }];
  });
}

const PLAIN = [
  ...(['host', 'path', 'ingress', 'tlsSecret', 'requestsPerSecond', 'silence', 'connectWithin'] as const),
  ...(['answerWithin', 'streams', 'largestBody', 'rewrite', 'allow', 'cors', 'cached', 'headers'] as const),
] as const satisfies readonly Feature[];

/** What options ask for. */
export function featuresOf(options: ExposeOptions): Feature[] {
  const { auth, tls, speaks, plainHttp } = options;
  const asked: Feature[] = PLAIN.filter((feature) => options[feature] !== undefined);
  if (auth !== undefined) asked.push(`auth by ${auth.by}`);
  if (auth?.by === 'url' && auth.signIn !== undefined) asked.push('auth with signIn');
  if (tls === 'part') asked.push('tls by part');
  if (speaks === 'grpc') asked.push('speaks grpc');
  if (plainHttp === 'serve') asked.push('plainHttp served');
  return asked;
}
