import type { Duration, Size } from 'cdk8s';
import type { HasEndpoint } from './endpoint';
import type { Workload } from './workload';

/** Who is let in. The front door asks before the part does. */
export type Auth =
  | {
      /** A part of this system says yes (2xx) or no to each request. */
      readonly by: 'part';
      readonly part: Workload & HasEndpoint;
      /** Path that it is asked at. @default '/' */
      readonly path?: string;
      /** Headers of its answer that the exposed part is told. @default none */
      readonly headers?: readonly string[];
    }
  | {
      /** Somebody elsewhere says yes or no. `ingress` only. */
      readonly by: 'url';
      readonly url: string;
      /** Where people who are not known are sent. @default they are refused */
      readonly signIn?: string;
      readonly headers?: readonly string[];
    }
  | {
      /** Names and passwords of htpasswd, in a Secret: key `auth` for `ingress`, key `.htpasswd` (of SHA-1) for `gateway`. */
      readonly by: 'password';
      readonly secret: string;
    };

/** Which pages of other origins may call. https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS */
export interface Cors {
  /** `['https://shop.acme.org', 'https://*.acme.org']` */
  readonly origins: readonly string[];
  /** @default GET, PUT, POST, DELETE, PATCH, OPTIONS */
  readonly methods?: readonly string[];
  /** Headers that they may send. @default Content-Type, Authorization */
  readonly headers?: readonly string[];
  /** Whether cookies go with it. @default false */
  readonly credentials?: boolean;
  /** How long browsers remember it. @default an hour */
  readonly remembered?: Duration;
}

export interface ExposeOptions {
  /** DNS name that the world uses, or several. */
  readonly host: string | readonly string[];
  /** Everything below this path goes to the part. @default '/' */
  readonly path?: string;
  /** Name of the Ingress; routes of one name share it. Nothing to `gateway`, where each route is an object. @default the system's id */
  readonly ingress?: string;
  /** Secret with the certificate, filled by cert-manager. Of `gateway` each further host has its own, `<name>-2`. @default `<system>-tls` */
  readonly tlsSecret?: string;
  /** Who ends TLS: the front door, or the part, whose endpoint then speaks it. `'part'` is for `gateway` only. @default 'front door' */
  readonly tls?: 'front door' | 'part';
  /** What becomes of a request without TLS. @default 'redirect' */
  readonly plainHttp?: 'redirect' | 'serve';
  /** @default 'http', which WebSockets are too */
  readonly speaks?: 'http' | 'grpc';
  /** Requests a second that one address may make; five times as many in a burst. @default 20 */
  readonly requestsPerSecond?: number;
  /** Longest silence between two reads or writes. @default 60 s; an hour for WebSockets */
  readonly silence?: Duration;
  /** Longest wait for a connection to the part. @default the controller's: 5 s of nginx, 10 s of Envoy */
  readonly connectWithin?: Duration;
  /** Longest time from a request to the end of its answer. `gateway` only. @default no end */
  readonly answerWithin?: Duration;
  /** Answers are passed on as they come, for streams. @default false: nginx collects them first; Envoy never does */
  readonly streams?: boolean;
  /** Largest body of a request. `gateway` holds it whole in memory before the part sees it. @default 1 MiB of nginx; none of Envoy */
  readonly largestBody?: Size;
  /** What the part sees in place of `path`: with `path: '/api'` and `rewrite: '/'`, a request for `/api/users` is `/users`. @default unchanged */
  readonly rewrite?: string;
  /** Ranges of addresses that may come; nobody else. @default everybody */
  readonly allow?: readonly string[];
  /** @default everybody is let in */
  readonly auth?: Auth;
  /** @default browsers refuse pages of other origins */
  readonly cors?: Cors;
  /** Folders of files whose names change with their content: browsers keep them a year. `gateway` only. @default none */
  readonly cached?: readonly string[];
  /**
   * Headers of every answer: {@link SECURITY_HEADERS}. Of `ingress` they are those of the whole Ingress, and the controller must allow each
   * by name (`global-allowed-response-headers` of ingress-nginx; our add-ons do). @default none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

export const OPTIONS = {
  ...{ host: true, path: true, ingress: true, tlsSecret: true, tls: true, plainHttp: true, speaks: true },
  ...{ requestsPerSecond: true, silence: true, connectWithin: true, answerWithin: true, streams: true },
  ...{ largestBody: true, rewrite: true, allow: true, auth: true, cors: true, cached: true, headers: true },
} as const satisfies Record<keyof ExposeOptions, true>;

/** What browsers are told of every page: https://owasp.org/www-project-secure-headers/ */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'Content-Security-Policy':
    "default-src 'self'; connect-src 'self' https: wss:; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'self'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-XSS-Protection': '1; mode=block',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
};

export const CORS_DEFAULTS = {
  methods: ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'],
  headers: ['Content-Type', 'Authorization'],
  rememberedSeconds: 3600,
} as const;
