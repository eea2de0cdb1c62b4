import { CORS_DEFAULTS } from '../../core/expose-options';
import { BURST, type Route, STICKY_COOKIE, STICKY_SECONDS } from '../../core/route';

type Annotations = Readonly<Record<string, string>>;

/** https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/ */
export const NGINX = 'nginx.ingress.kubernetes.io/';

/** https://kubernetes.github.io/ingress-nginx/examples/affinity/cookie/ */
export const STICKY: Annotations = {
  affinity: 'cookie',
  'affinity-mode': 'persistent',
  'session-cookie-name': STICKY_COOKIE,
  'session-cookie-secure': 'true',
  'session-cookie-max-age': `${STICKY_SECONDS}`,
};

export const BURST_MULTIPLIER = `${BURST}`;

/** What holds for the whole Ingress, and must be the same for all of its routes. */
export function annotationsOf(route: Route): Annotations {
  const { options } = route;
  const { largestBody, connectWithin, allow, speaks, plainHttp } = options;
  return {
    ...(largestBody === undefined ? {} : { 'proxy-body-size': `${Math.ceil(largestBody.toKibibytes())}k` }),
    ...(connectWithin === undefined ? {} : { 'proxy-connect-timeout': `${Math.ceil(connectWithin.toSeconds())}` }),
    ...(allow === undefined ? {} : { 'whitelist-source-range': allow.join(',') }),
    ...(speaks === 'grpc' ? { 'backend-protocol': 'GRPC' } : {}),
    ...(plainHttp === 'serve' ? { 'force-ssl-redirect': 'false', 'ssl-redirect': 'false' } : {}),
    ...authOf(route),
    ...corsOf(route),
    ...(options.rewrite === undefined ? {} : { 'rewrite-target': `${options.rewrite.replace(/\/$/, '')}/$2` }),
  };
}

function authOf({ options: { auth }, part }: Route): Annotations {
  if (auth === undefined) return {};
  switch (auth.by) {
    case 'part': {
      const { host, port } = auth.part.endpoint;
      // Seen from the controller's namespace.
      return asking(`http://${host}.${namespaceOf(part)}.svc.cluster.local:${port}${auth.path ?? '/'}`, auth.headers);
    }
    case 'url':
      return {
        ...asking(auth.url, auth.headers),
        ...(auth.signIn === undefined ? {} : { 'auth-signin': auth.signIn }),
      };
    case 'password':
      return { 'auth-type': 'basic', 'auth-secret': auth.secret };
    default:
      return auth satisfies never;
  }
}

function asking(url: string, headers: readonly string[] = []): Annotations {
  return { 'auth-url': url, ...(headers.length === 0 ? {} : { 'auth-response-headers': headers.join(',') }) };
}

function namespaceOf({ selector: _, endpoint }: Route['part']): string {
  return endpoint.reach.by === 'pods' ? endpoint.reach.namespace : 'default';
}

function corsOf({ options: { cors } }: Route): Annotations {
  if (cors === undefined) return {};
  const { origins, methods = CORS_DEFAULTS.methods, headers = CORS_DEFAULTS.headers, credentials = false } = cors;
  return {
    'enable-cors': 'true',
    'cors-allow-origin': origins.join(','),
    'cors-allow-methods': methods.join(', '),
    'cors-allow-headers': headers.join(', '),
    'cors-allow-credentials': `${credentials}`,
    'cors-max-age': `${cors.remembered?.toSeconds() ?? CORS_DEFAULTS.rememberedSeconds}`,
  };
}
