import { Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { recordConnection } from '../core/part';
import { type Problem, report } from '../core/problem';
import { type System, systemOf } from '../core/system';
import type { Workload } from '../core/workload';
import { allowFrom } from './network-policy';

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
}

interface Route {
  readonly options: ExposeOptions;
  readonly service: string;
  readonly port: number;
  readonly path: string;
}

const DEFAULT_REQUESTS_PER_SECOND = 20;

/**
 * Puts a part behind the front door, with TLS and a rate limit.
 * Creates: an Ingress (one for each name), a NetworkPolicy from the controller to the part.
 * Limitation: the renderer writes ingress-nginx annotations; the path reaches the part unchanged.
 */
export function expose(part: Workload & HasEndpoint, options: ExposeOptions): void {
  const { endpoint } = part;
  const system = systemOf(part);
  const path = options.path ?? '/';
  const front = new Construct(part, path === '/' ? 'front-door' : `front-door-${path.replaceAll('/', '')}`);
  frontDoor(system, options.ingress ?? system.node.id).add({
    options,
    service: endpoint.host,
    port: endpoint.port,
    path,
  });
  if (front.node.scope?.node.tryFindChild('front-door-policy') === undefined) {
    const { namespace, podLabels } = system.platform.ingress;
    const policy = new Construct(part, 'front-door-policy');
    allowFrom(
      policy,
      `${part.node.id}-from-front-door`,
      part.selector,
      { by: 'pods', namespace, labels: podLabels },
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
    ],
  }));
}

class FrontDoor extends Construct {
  private readonly routes: Route[] = [];

  constructor(scope: System, id: string, name: string) {
    super(scope, id);
    new k8s.KubeIngress(this, 'object', {
      metadata: { name, annotations: this.annotations(scope) },
      spec: {
        ingressClassName: scope.platform.ingress.className,
        tls: Lazy.any({ produce: () => this.certificates(scope) }),
        rules: Lazy.any({ produce: () => this.rules() }),
      },
    });
    report(this, () => this.conflicts());
  }

  add(route: Route): void {
    this.routes.push(route);
  }

  /** https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/ */
  private annotations({ platform }: System): Record<string, string> {
    const issuer = platform.issuer;
    const key = issuer?.kind === 'Issuer' ? 'cert-manager.io/issuer' : 'cert-manager.io/cluster-issuer';
    return {
      'nginx.ingress.kubernetes.io/limit-rps': Lazy.any({ produce: () => `${Math.min(...this.limits())}` }),
      'nginx.ingress.kubernetes.io/limit-burst-multiplier': '5',
      'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true',
      ...(issuer === undefined ? {} : { [key]: issuer.name }),
    };
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
      http: { paths: this.routes.filter((r) => r.options.host === host).map(ingressPath) },
    }));
  }

  private conflicts(): Problem[] {
    const limits = new Set(this.limits());
    if (limits.size <= 1) return [];
    const what = `routes of one Ingress ask for different rate limits (${[...limits].join(', ')} requests/s); nginx has one for each Ingress.`;
    return [{ code: 'SW-EXPOSE-002', severity: 'error', what, fix: "ingress: 'another-name' on one of them" }];
  }
}

/** The pods by which cert-manager answers a challenge of ACME. https://cert-manager.io/docs/configuration/acme/http01/ */
const SOLVER = { port: 8089, labels: { 'acme.cert-manager.io/http01-solver': 'true' } };

/** A certificate is issued only if the front door reaches the pod that answers for it. Once for each system. */
function acmeSolver(system: System): void {
  if (system.node.tryFindChild('acme-solver') !== undefined) return;
  const { namespace, podLabels } = system.platform.ingress;
  const scope = new Construct(system, 'acme-solver');
  const from = { by: 'pods', namespace, labels: podLabels } as const;
  allowFrom(scope, 'acme-solver-from-front-door', SOLVER.labels, from, SOLVER.port);
}

function ingressPath({ path, service, port }: Route): k8s.HttpIngressPath {
  return { path, pathType: 'Prefix', backend: { service: { name: service, port: { number: port } } } };
}

function frontDoor(system: System, name: string): FrontDoor {
  const id = `front-door-${name}`;
  const found = system.node.tryFindChild(id);
  if (found instanceof FrontDoor) return found;
  if (system.platform.issuer !== undefined) acmeSolver(system);
  return new FrontDoor(system, id, name);
}

function tlsSecretOf(options: ExposeOptions, system: System): string {
  return options.tlsSecret ?? `${system.node.id}-tls`;
}

function problemsWith({ requestsPerSecond, host }: ExposeOptions, endpoint: Endpoint, path: string): Problem[] {
  const problems: Problem[] = [];
  if (!path.startsWith('/')) {
    problems.push({
      code: 'SW-EXPOSE-001',
      severity: 'error',
      what: `path is "${path}"; it must start with a slash.`,
      fix: `path: '/${path}'`,
    });
  }
  if (requestsPerSecond !== undefined && requestsPerSecond < 1) {
    problems.push({
      code: 'SW-EXPOSE-003',
      severity: 'error',
      what: `requestsPerSecond is ${requestsPerSecond}; it must be 1 or more.`,
      fix: `requestsPerSecond: ${DEFAULT_REQUESTS_PER_SECOND}`,
    });
  }
  if (endpoint.scheme !== 'http') {
    problems.push({
      code: 'SW-EXPOSE-004',
      severity: 'error',
      what: `a ${endpoint.scheme} endpoint cannot be put behind the front door of ${host}; it routes HTTP.`,
    });
  }
  return problems;
}
