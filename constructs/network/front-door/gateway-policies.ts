import type { Duration } from 'cdk8s';
import { CORS_DEFAULTS } from '../../core/expose-options';
import { BURST, type Route, STICKY_COOKIE, STICKY_SECONDS } from '../../core/route';

export const GROUP = 'gateway.networking.k8s.io';
export const ENVOY_GROUP = 'gateway.envoyproxy.io';

/** nginx's own, so that a system does not behave otherwise behind the other door. */
const SILENCE_SECONDS = 60;
const EVERYBODY = ['0.0.0.0/0', '::/0'];

/** Kind of the route that carries it. */
export function kindOf({ options: { tls, speaks } }: Route): 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' {
  if (tls === 'part') return 'TLSRoute';
  return speaks === 'grpc' ? 'GRPCRoute' : 'HTTPRoute';
}

/** Five digits at most: https://gateway-api.sigs.k8s.io/geps/gep-2257/ */
export function lasting(seconds: number): string {
  return seconds < 100_000 ? `${Math.ceil(seconds)}s` : `${Math.ceil(seconds / 3600)}h`;
}

function length(duration: Duration): string {
  return lasting(duration.toSeconds({ integral: false }));
}

/** https://gateway.envoyproxy.io/docs/api/extension_types/#backendtrafficpolicyspec */
export function trafficOf(route: Route): Record<string, unknown> {
  const { silence, connectWithin, answerWithin, largestBody, tls } = route.options;
  const connecting = connectWithin === undefined ? {} : { tcp: { connectTimeout: length(connectWithin) } };
  if (tls === 'part') return { timeout: connecting };
  const silent = silence === undefined && !route.webSocket ? SILENCE_SECONDS : (route.silenceSeconds ?? 0);
  return {
    rateLimit: { type: 'Local', local: { rules: limits(route.requestsPerSecond) } },
    timeout: {
      ...connecting,
      http: {
        // Envoy's own is 15 s for a whole answer, which ends uploads and long polls.
        requestTimeout: answerWithin === undefined ? '0s' : length(answerWithin),
        streamIdleTimeout: lasting(silent),
      },
    },
    ...(largestBody === undefined ? {} : { requestBuffer: { limit: `${Math.ceil(largestBody.toKibibytes())}Ki` } }),
    ...(route.webSocket ? { loadBalancer: STICKY } : {}),
  };
}

/**
 * Each address of its own. A bucket is filled once a second and once a minute: the first keeps bursts small, the second what was promised.
 */
function limits(requestsPerSecond: number): object[] {
  const each = [
    { requests: requestsPerSecond * BURST, unit: 'Second' },
    { requests: requestsPerSecond * 60, unit: 'Minute' },
  ];
  return EVERYBODY.flatMap((value) =>
    each.map((limit) => ({ clientSelectors: [{ sourceCIDR: { type: 'Distinct', value } }], limit })),
  );
}

const STICKY = {
  type: 'ConsistentHash',
  consistentHash: {
    type: 'Cookie',
    cookie: { name: STICKY_COOKIE, ttl: lasting(STICKY_SECONDS), attributes: { Secure: '', HttpOnly: '' } },
  },
} as const;

/** https://gateway.envoyproxy.io/docs/api/extension_types/#securitypolicyspec Undefined where everybody may do everything. */
export function securityOf({ options: { allow, auth, cors } }: Route): Record<string, unknown> | undefined {
  const spec = {
    ...(allow === undefined ? {} : { authorization: onlyFrom(allow) }),
    ...(cors === undefined ? {} : { cors: corsOf(cors) }),
    ...(auth === undefined ? {} : authOf(auth)),
  };
  return Object.keys(spec).length === 0 ? undefined : spec;
}

function onlyFrom(clientCIDRs: readonly string[]): object {
  return { defaultAction: 'Deny', rules: [{ action: 'Allow', principal: { clientCIDRs: [...clientCIDRs] } }] };
}

function corsOf(cors: NonNullable<Route['options']['cors']>): object {
  return {
    allowOrigins: [...cors.origins],
    allowMethods: [...(cors.methods ?? CORS_DEFAULTS.methods)],
    allowHeaders: [...(cors.headers ?? CORS_DEFAULTS.headers)],
    allowCredentials: cors.credentials ?? false,
    maxAge: lasting(cors.remembered?.toSeconds() ?? CORS_DEFAULTS.rememberedSeconds),
  };
}

function authOf(auth: NonNullable<Route['options']['auth']>): object {
  switch (auth.by) {
    case 'password':
      return { basicAuth: { users: { name: auth.secret } } };
    case 'part': {
      const { host, port } = auth.part.endpoint;
      const headers = auth.headers ?? [];
      return {
        extAuth: {
          http: {
            backendRefs: [{ name: host, port }],
            pathOverride: auth.path ?? '/',
            ...(headers.length === 0 ? {} : { headersToBackend: [...headers] }),
          },
        },
      };
    }
    case 'url':
      // Refused: supports.ts
      return {};
    default:
      return auth satisfies never;
  }
}
