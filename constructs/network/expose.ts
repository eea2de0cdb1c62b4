import { type Duration, Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { nameOf, shortNameOf } from '../core/labels';
import { recordConnection } from '../core/part';
import { type Problem, report } from '../core/problem';
import { unknownProps } from '../core/props';
import { type System, systemOf } from '../core/system';
import type { Workload } from '../core/workload';
import { isChallenged, issuerAnnotations, SELF_SIGNED, SOLVER, selfSigned } from './certificate';
import { nobodyIn } from './closed-paths';
import { freeId } from './edge';
import { hostProblems } from './host';
import { allowFrom, allowTo, frontDoorOf } from './network-policy';

export interface ExposeOptions {
  /** DNS name that the world uses. */
  readonly host: string;
  /** Everything below this path goes to the part. @default '/' */
  readonly path?: string;
  /** Name of the Ingress; routes of one name share it. @default the system's id */
  readonly ingress?: string;
  /** Secret with the certificate, filled by cert-manager. @default `<system>-tls` */
  readonly tlsSecret?: string;
  /** Requests a second that one address may make; five times as many in a burst. @default 20 */
  readonly requestsPerSecond?: number;
  /** Longest silence between two reads or writes. @default nginx's own 60 s; an hour for WebSockets */
  readonly silence?: Duration;
  /** Answers are passed on as they come, for streams. @default false: nginx collects them first */
  readonly streams?: boolean;
  /**
   * Headers of every answer: {@link SECURITY_HEADERS}. The controller must allow each by name (`global-allowed-response-headers` of
   * ingress-nginx; our add-on does). @default none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

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

const OPTIONS = {
  ...{ host: true, path: true, ingress: true, tlsSecret: true, requestsPerSecond: true },
  ...{ silence: true, streams: true, headers: true },
} as const satisfies Record<keyof ExposeOptions, true>;

interface Route {
  readonly options: ExposeOptions;
  readonly service: string;
  readonly port: number;
  readonly path: string;
  readonly webSocket: boolean;
  /** Paths that are not for the world. */
  readonly closed: readonly string[];
}

const DEFAULT_REQUESTS_PER_SECOND = 20;

/**
 * Puts a part behind the front door, with TLS and a rate limit. WebSockets get an Ingress of their own, that keeps a client with its copy.
 * Paths of metrics on the same port are closed to the world.
 * Creates: an Ingress (one for each name), a NetworkPolicy from the controller to the part; a ConfigMap of its headers; a Service without
 * pods, to which closed paths lead.
 * Limitation: the renderer writes ingress-nginx annotations; the path reaches the part unchanged. Paths are closed as they are written: a
 * program that ignores their case (Express, unless told otherwise) should have its metrics on a port of their own.
 */
export function expose(part: Workload & HasEndpoint, options: ExposeOptions): void {
  const { endpoint } = part;
  const system = systemOf(part);
  const path = options.path ?? '/';
  const front = new Construct(
    part,
    freeId(part, path === '/' ? 'front-door' : `front-door-${path.replaceAll('/', '')}`),
  );
  const ownDoor = endpoint.webSocket === true ? nameOf(part) : system.node.id;
  frontDoor(system, options.ingress ?? ownDoor).add({
    options,
    service: endpoint.host,
    port: endpoint.port,
    path,
    webSocket: endpoint.webSocket ?? false,
    closed: closedBelow(path, endpoint),
  });
  if (front.node.scope?.node.tryFindChild('front-door-policy') === undefined) {
    const policy = new Construct(part, 'front-door-policy');
    allowFrom(
      policy,
      `${part.node.id}-from-front-door`,
      part.selector,
      frontDoorOf(system.platform.ingress),
      endpoint.port,
    );
  }
  report(front, () => problemsWith(options, endpoint, path));
  recordConnection(part, () => ({
    from: 'internet',
    to: part.node.path,
    port: endpoint.port,
    variables: [],
    facts: [
      `https://${options.host}${path}`,
      `TLS ${tlsSecretOf(options, system)}`,
      `${options.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND} requests/s an address`,
      ...(endpoint.webSocket === true ? ['WebSocket: stays with its copy'] : []),
      ...closedBelow(path, endpoint).map((one) => `closed: ${one}`),
    ],
  }));
}

/**
 * Lets a part call what is behind the front door by its public name, as the world does: its address may be one of the internet or, where
 * the cluster answers itself, the controller.
 */
export function connectToFrontDoor(from: Workload, host: string): void {
  const edge = new Construct(from, 'to-front-door');
  const controllers = frontDoorOf(systemOf(from).platform.ingress);
  allowTo(edge, `${shortNameOf(from)}-to-front-door`, from.selector, [
    { reach: { by: 'public' }, port: 443 },
    ...controllers.flatMap((reach) => [443, 8443].map((port) => ({ reach, port }))),
  ]);
  recordConnection(from, () => ({
    from: from.node.path,
    to: 'front door',
    port: 443,
    variables: [],
    facts: [`https://${host}`],
  }));
}

class FrontDoor extends Construct {
  private readonly routes: Route[] = [];
  private readonly object: k8s.KubeIngress;

  constructor(
    private readonly system: System,
    id: string,
    private readonly name: string,
  ) {
    super(system, id);
    const { ingress, issuer } = system.platform;
    const lazily = (produce: () => string) => Lazy.any({ produce });
    this.object = new k8s.KubeIngress(this, 'object', {
      metadata: {
        name,
        annotations: {
          [`${NGINX}limit-rps`]: lazily(() => `${Math.min(...this.limits())}`),
          [`${NGINX}limit-burst-multiplier`]: '5',
          [`${NGINX}force-ssl-redirect`]: 'true',
          ...issuerAnnotations(issuer),
        },
      },
      spec: {
        ingressClassName: ingress.className,
        tls: Lazy.any({ produce: () => this.certificates(system) }),
        rules: Lazy.any({ produce: () => this.rules() }),
      },
    });
    report(this, () => this.conflicts());
  }

  add(route: Route): void {
    this.routes.push(route);
    if (route.closed.length > 0) nobodyIn(this.system);
    const { headers, streams = false } = route.options;
    if (route.webSocket) this.annotate(STICKY);
    if (streams) this.annotate({ 'proxy-buffering': 'off' });
    const seconds = this.silence();
    if (seconds !== undefined) {
      this.annotate({ 'proxy-read-timeout': `${seconds}`, 'proxy-send-timeout': `${seconds}` });
    }
    if (headers === undefined || this.node.tryFindChild('headers') !== undefined) return;
    const held = `${this.name}-headers`;
    new k8s.KubeConfigMap(this, 'headers', { metadata: { name: held }, data: { ...headers } });
    this.annotate({ 'custom-headers': `${this.system.namespaceName}/${held}` });
  }

  private annotate(annotations: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(annotations)) this.object.metadata.addAnnotation(NGINX + key, value);
  }

  private silence(): number | undefined {
    const asked = this.routes.flatMap(({ options, webSocket }) => {
      if (options.silence !== undefined) return [options.silence.toSeconds()];
      return webSocket ? [3600] : [];
    });
    return asked.length === 0 ? undefined : Math.max(...asked);
  }

  private limits(): number[] {
    return this.routes.map((r) => r.options.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND);
  }

  private certificates(system: System): k8s.IngressTls[] {
    const bySecret = new Map<string, Set<string>>();
    for (const { options } of this.routes) {
      const secret = tlsSecretOf(options, system);
      bySecret.set(secret, (bySecret.get(secret) ?? new Set()).add(options.host));
    }
    return [...bySecret].map(([secretName, hosts]) => ({ secretName, hosts: [...hosts] }));
  }

  private rules(): k8s.IngressRule[] {
    const hosts = [...new Set(this.routes.map((r) => r.options.host))];
    return hosts.map((host) => ({
      host,
      http: { paths: this.pathsOf(host) },
    }));
  }

  /** The routes of a host, and to nobody what is closed below them; whoever routes such a path on purpose has it. */
  private pathsOf(host: string): k8s.HttpIngressPath[] {
    const routes = this.routesOf(host);
    const open = this.system.node.children.flatMap((child) => (child instanceof FrontDoor ? child.routesOf(host) : []));
    const given = new Set(open.map(({ path }) => path));
    const closed = new Set(routes.flatMap((route) => route.closed).filter((path) => !given.has(path)));
    return [...routes, ...[...closed].map((path) => ({ path, ...nobodyIn(this.system) }))].map(ingressPath);
  }

  private routesOf(host: string): Route[] {
    return this.routes.filter((route) => route.options.host === host);
  }

  private conflicts(): Problem[] {
    const limits = new Set(this.limits());
    if (limits.size <= 1) return [];
    const what = `routes of one Ingress ask for different rate limits (${[...limits].join(', ')} requests/s); nginx has one for each Ingress.`;
    return [{ code: 'SW-EXPOSE-002', severity: 'error', what, fix: "ingress: 'another-name' on one of them" }];
  }
}

/** https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/ */
const NGINX = 'nginx.ingress.kubernetes.io/';

/** https://kubernetes.github.io/ingress-nginx/examples/affinity/cookie/ */
const STICKY = {
  affinity: 'cookie',
  'affinity-mode': 'persistent',
  'session-cookie-name': 'seaworthy-copy',
  'session-cookie-secure': 'true',
  'session-cookie-max-age': '86400',
};

/** A certificate is issued only if the front door reaches the pod that answers for it. Once for each system. */
function acmeSolver(system: System): void {
  if (system.node.tryFindChild('acme-solver') !== undefined) return;
  const scope = new Construct(system, 'acme-solver');
  allowFrom(scope, 'acme-solver-from-front-door', SOLVER.labels, frontDoorOf(system.platform.ingress), SOLVER.port);
}

function ingressPath({ path, service, port }: Pick<Route, 'path' | 'service' | 'port'>): k8s.HttpIngressPath {
  return { path, pathType: 'Prefix', backend: { service: { name: service, port: { number: port } } } };
}

/** Paths of metrics that a route would show. */
function closedBelow(path: string, { closed = [] }: Endpoint): string[] {
  const folder = path.endsWith('/') ? path : `${path}/`;
  return closed.filter((one) => `${one}/`.startsWith(folder));
}

function frontDoor(system: System, name: string): FrontDoor {
  const id = `front-door-${name}`;
  const found = system.node.tryFindChild(id);
  if (found instanceof FrontDoor) return found;
  const { issuer } = system.platform;
  if (issuer?.name === SELF_SIGNED.name) selfSigned(system);
  else if (isChallenged(system)) acmeSolver(system);
  return new FrontDoor(system, id, name);
}

function tlsSecretOf(options: ExposeOptions, system: System): string {
  return options.tlsSecret ?? `${system.node.id}-tls`;
}

function problemsWith(options: ExposeOptions, endpoint: Endpoint, path: string): Problem[] {
  const { requestsPerSecond, host } = options;
  const problems: Problem[] = [...unknownProps(options, OPTIONS, 'expose'), ...hostProblems(host)];
  if (!path.startsWith('/')) {
    problems.push({
      code: 'SW-EXPOSE-001',
      severity: 'error',
      what: `path is "${path}"; it must start with a slash.`,
      fix: `path: '/${path}'`,
    });
  }
  if (requestsPerSecond !== undefined && !(Number.isInteger(requestsPerSecond) && requestsPerSecond >= 1)) {
    problems.push({
      code: 'SW-EXPOSE-003',
      severity: 'error',
      what: `requestsPerSecond is ${requestsPerSecond}; it must be a whole number of 1 or more.`,
      fix: `requestsPerSecond: ${DEFAULT_REQUESTS_PER_SECOND}`,
    });
  }
  if (endpoint.scheme !== 'http') {
    problems.push({
      code: 'SW-EXPOSE-004',
      severity: 'error',
      what: `a ${endpoint.scheme} endpoint cannot be put behind the front door of ${host}; it routes HTTP.`,
      fix: 'expose the service that speaks HTTP',
    });
  }
  return problems;
}
