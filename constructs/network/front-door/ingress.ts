import { Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { type Problem, report } from '../../core/problem';
import { closedOf, markRendered, type Route, routesOf } from '../../core/route';
import type { System } from '../../core/system';
import { issuerAnnotations, SELF_SIGNED, selfSigned } from '../certificate';
import { nobodyIn } from '../closed-paths';
import { annotationsOf, BURST_MULTIPLIER, NGINX, STICKY } from './ingress-annotations';

/** Puts a route into the Ingress of its name: WebSockets have one of their own, that keeps a client with its copy. */
export function renderIngress(system: System, route: Route, ownName: string): void {
  ingressNamed(system, route.options.ingress ?? (route.webSocket ? ownName : system.node.id)).add(route);
  for (const child of system.node.children) if (child instanceof FrontDoor) child.readExpressions();
}

function ingressNamed(system: System, name: string): FrontDoor {
  const id = `front-door-${name}`;
  const found = system.node.tryFindChild(id);
  if (found instanceof FrontDoor) return found;
  if (system.platform.issuer?.name === SELF_SIGNED.name) selfSigned(system);
  return new FrontDoor(system, id, name);
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
    markRendered(this);
    const { frontDoor, issuer } = system.platform;
    const lazily = (produce: () => string) => Lazy.any({ produce });
    this.object = new k8s.KubeIngress(this, 'object', {
      metadata: {
        name,
        annotations: {
          [`${NGINX}limit-rps`]: lazily(() => `${Math.min(...this.limits())}`),
          [`${NGINX}limit-burst-multiplier`]: BURST_MULTIPLIER,
          [`${NGINX}force-ssl-redirect`]: 'true',
          ...issuerAnnotations(issuer),
        },
      },
      spec: {
        ingressClassName: frontDoor.className,
        tls: Lazy.any({ produce: () => this.certificates() }),
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
    this.annotate(annotationsOf(route));
    if (headers === undefined || this.node.tryFindChild('headers') !== undefined) return;
    const held = `${this.name}-headers`;
    new k8s.KubeConfigMap(this, 'headers', { metadata: { name: held }, data: { ...headers } });
    this.annotate({ 'custom-headers': `${this.system.namespaceName}/${held}` });
  }

  /** Once a path of a host is an expression, all of them are, in every Ingress of that host. */
  readExpressions(): void {
    const isAny = this.routes.some((route) => route.hosts.some((host) => isRewritten(this.system, host)));
    if (isAny) this.annotate({ 'use-regex': 'true' });
  }

  private annotate(annotations: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(annotations)) this.object.metadata.addAnnotation(NGINX + key, value);
  }

  private silence(): number | undefined {
    const asked = this.routes.flatMap(({ silenceSeconds }) => silenceSeconds ?? []);
    return asked.length === 0 ? undefined : Math.max(...asked);
  }

  private limits(): number[] {
    return this.routes.map((route) => route.requestsPerSecond);
  }

  private certificates(): k8s.IngressTls[] {
    const bySecret = new Map<string, Set<string>>();
    for (const { tlsSecret, hosts } of this.routes) {
      const known = bySecret.get(tlsSecret) ?? new Set();
      for (const host of hosts) known.add(host);
      bySecret.set(tlsSecret, known);
    }
    return [...bySecret].map(([secretName, hosts]) => ({ secretName, hosts: [...hosts] }));
  }

  private rules(): k8s.IngressRule[] {
    const hosts = [...new Set(this.routes.flatMap((route) => route.hosts))];
    return hosts.map((host) => ({ host, http: { paths: this.pathsOf(host) } }));
  }

  private pathsOf(host: string): k8s.HttpIngressPath[] {
    const routes = this.routes.filter((route) => route.hosts.includes(host));
    const closed = new Set(routes.flatMap((route) => closedOf(this.system, route)));
    const all = [...routes, ...[...closed].map((path) => ({ path, ...nobodyIn(this.system) }))];
    return all.map(isRewritten(this.system, host) ? byExpression : byPrefix);
  }

  private conflicts(): Problem[] {
    const limits = new Set(this.limits());
    const fix = "ingress: 'another-name' on one of them";
    const differ = this.differing();
    return [
      ...(limits.size <= 1 ? [] : [`rate limits (${[...limits].join(', ')} requests/s); nginx has one`]),
      ...(differ.length === 0 ? [] : [`${differ.join(', ')}; nginx has one of each`]),
    ].map((what) => ({
      code: 'SW-EXPOSE-002',
      severity: 'error',
      what: `routes of one Ingress ask for different ${what} for each Ingress.`,
      fix,
    }));
  }

  /** Annotations that some routes of it want, and others want otherwise or not at all: they would have them without a word. */
  private differing(): string[] {
    const all = this.routes.map((route) => new Map(Object.entries(annotationsOf(route))));
    const names = new Set(all.flatMap((one) => [...one.keys()]));
    const headers = new Set(
      this.routes.flatMap(({ options }) => (options.headers === undefined ? [] : [JSON.stringify(options.headers)])),
    );
    const differ = [...names].filter((name) => new Set(all.map((one) => one.get(name))).size > 1);
    return [...differ, ...(headers.size > 1 ? ['custom-headers'] : [])];
  }
}

interface Leads {
  readonly path: string;
  readonly service: string;
  readonly port: number;
}

function byPrefix(route: Leads): k8s.HttpIngressPath {
  return { path: route.path, pathType: 'Prefix', backend: backend(route) };
}

/**
 * Of a host that has one expression nginx takes all paths for expressions, and the longest text wins: with one ending for all, that is
 * the longest path. https://kubernetes.github.io/ingress-nginx/user-guide/ingress-path-matching/
 */
function byExpression(route: Leads): k8s.HttpIngressPath {
  const plain = route.path.replace(/\/$/, '').replaceAll(/[.+*?()[\]{}|^$\\]/g, String.raw`\$&`);
  const path = plain === '' ? '/()(.*)' : `${plain}(/|$)(.*)`;
  return { path, pathType: 'ImplementationSpecific', backend: backend(route) };
}

function backend({ service, port }: Leads): k8s.IngressBackend {
  return { service: { name: service, port: { number: port } } };
}

function isRewritten(system: System, host: string): boolean {
  return routesOf(system).some((route) => route.options.rewrite !== undefined && route.hosts.includes(host));
}
