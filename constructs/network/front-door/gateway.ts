import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { type Problem, report } from '../../core/problem';
import { type Route, routeName } from '../../core/route';
import type { System } from '../../core/system';
import { certificate } from '../certificate';
import { ENVOY_GROUP, GROUP, kindOf, securityOf, trafficOf } from './gateway-policies';
import { closedName, rulesOf, targeting } from './gateway-route';

const V1 = `${GROUP}/v1`;
const ENVOY_V1ALPHA1 = `${ENVOY_GROUP}/v1alpha1`;
/** Of an HTTPRoute: https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec */
const MOST_HOSTS = 16;
/** Of a Gateway, the one of plain HTTP among them. */
const MOST_LISTENERS = 64;
const ID = 'front-door';

/** A host of a Gateway: how its listener is called, and what is said of it first. */
interface Listener {
  readonly name: string;
  readonly route: Route;
  /** Secret with its certificate. */
  readonly secret: string;
}

/** Puts a route behind the Gateway of its system; `at` is the place of its own objects. */
export function renderGateway(system: System, route: Route, at: Construct): void {
  const found = system.node.tryFindChild(ID);
  const gateway = found instanceof GatewayDoor ? found : new GatewayDoor(system, ID);
  gateway.add(route, at);
}

/** The Gateway of a system, made when it is first asked for. */
export function gatewayOf(system: System): GatewayDoor {
  const found = system.node.tryFindChild(ID);
  return found instanceof GatewayDoor ? found : new GatewayDoor(system, ID);
}

/**
 * The Gateway of a system, with proxies of its own: a listener and a Certificate for each host, the way from HTTP to HTTPS.
 */
export class GatewayDoor extends Construct {
  readonly name: string;
  private readonly listeners = new Map<string, Listener>();
  private readonly ports: { readonly name: string; readonly port: number; readonly protocol: 'TCP' | 'UDP' }[] = [];
  private readonly routes: Route[] = [];

  constructor(
    private readonly system: System,
    id: string,
  ) {
    super(system, id);
    this.name = system.node.id;
    this.object('object', V1, 'Gateway', this.name, {
      gatewayClassName: system.platform.frontDoor.className,
      listeners: Lazy.any({ produce: () => this.allListeners() }),
    });
    this.object('clients', ENVOY_V1ALPHA1, 'ClientTrafficPolicy', this.name, {
      ...targeting('Gateway', this.name),
      tls: { minVersion: '1.2' },
      connection: Lazy.any({ produce: () => this.connection() }),
    });
    report(this, () => this.problems());
  }

  add(route: Route, at: Construct): void {
    this.routes.push(route);
    for (const host of route.hosts) this.listen(host, route);
    if (route.closed.length > 0) this.closed();
    const kind = kindOf(route);
    const name = routeName(route, at.node.id);
    this.object('route', V1, kind, name, this.routeSpec(route), at);
    const policy = { ...targeting(kind, name), ...trafficOf(route) };
    this.object('traffic', ENVOY_V1ALPHA1, 'BackendTrafficPolicy', name, policy, at);
    const security = securityOf(route);
    if (security === undefined) return;
    this.object('security', ENVOY_V1ALPHA1, 'SecurityPolicy', name, { ...targeting(kind, name), ...security }, at);
  }

  /** A port of its own, for what is no HTTP. */
  addPort(protocol: 'TCP' | 'UDP', port: number): string {
    const name = `${protocol.toLowerCase()}-${port}`;
    this.ports.push({ name, port, protocol });
    return name;
  }

  private routeSpec(route: Route): object {
    const { hosts, options } = route;
    const sections = hosts.map((host) => this.listeners.get(host)?.name ?? '');
    const plain = options.plainHttp === 'serve' ? ['http'] : [];
    return {
      parentRefs: [...new Set([...sections, ...plain])].map((sectionName) => ({ name: this.name, sectionName })),
      hostnames: [...hosts],
      rules: Lazy.any({ produce: () => rulesOf(this.system, route) }),
    };
  }

  private listen(host: string, route: Route): void {
    if (this.listeners.has(host)) return;
    const n = this.listeners.size;
    const name = n === 0 ? 'https' : `https-${n + 1}`;
    const secret = this.secretFor(route);
    this.listeners.set(host, { name, route, secret });
    const place = new Construct(this, name);
    if (route.options.plainHttp !== 'serve') this.redirect(place, host, name);
    if (route.options.tls !== 'part') this.certificateFor(place, secret, host);
  }

  /**
   * A certificate for each host, where we ask for it: Envoy Gateway speaks no HTTP/2 where one is for several, lest browsers send requests
   * for one host by the connection of another.
   */
  private secretFor({ tlsSecret }: Route): string {
    const same = [...this.listeners.values()].filter(({ route }) => {
      return route.tlsSecret === tlsSecret && route.options.tls !== 'part';
    });
    const isOurs = this.system.platform.issuer !== undefined && same.length > 0;
    return isOurs ? `${tlsSecret}-${same.length + 1}` : tlsSecret;
  }

  private redirect(place: Construct, host: string, name: string): void {
    this.object(
      'redirect',
      V1,
      'HTTPRoute',
      `${this.name}-to-${name}`,
      {
        parentRefs: [{ name: this.name, sectionName: 'http' }],
        hostnames: [host],
        // 308 as nginx does: a POST stays one.
        rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 308 } }] }],
      },
      place,
    );
  }

  /** Of ours, each Secret with one owner: cert-manager asks for nothing by itself. */
  private certificateFor(place: Construct, secret: string, host: string): void {
    if (this.system.platform.issuer === undefined) return;
    certificate(place, {
      secret,
      hosts: [host],
      // Where its challenge is answered: https://cert-manager.io/docs/reference/annotations/
      annotations: {
        'acme.cert-manager.io/http01-parentrefkind': 'Gateway',
        'acme.cert-manager.io/http01-parentrefname': this.name,
      },
    });
  }

  /** Envoy answers itself for what is closed: nothing is asked. */
  private closed(): void {
    if (this.node.tryFindChild('closed') !== undefined) return;
    const place = new Construct(this, 'closed');
    const spec = { directResponse: { statusCode: 404 } };
    this.object('filter', ENVOY_V1ALPHA1, 'HTTPRouteFilter', closedName(this.system), spec, place);
  }

  private allListeners(): object[] {
    const allowedRoutes = { namespaces: { from: 'Same' } };
    const secure = [...this.listeners].map(([hostname, { name, route, secret }]) => {
      const isPassed = route.options.tls === 'part';
      const tls = isPassed ? { mode: 'Passthrough' } : { mode: 'Terminate', certificateRefs: [{ name: secret }] };
      return { name, hostname, port: 443, protocol: isPassed ? 'TLS' : 'HTTPS', tls, allowedRoutes };
    });
    const others = this.ports.map(({ name, port, protocol }) => ({ name, port, protocol, allowedRoutes }));
    const plain = secure.length === 0 ? [] : [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes }];
    return [...plain, ...secure, ...others];
  }

  /** Room for the largest body that is held whole. */
  private connection(): object | undefined {
    const bodies = this.routes.flatMap(({ options }) => options.largestBody?.toKibibytes() ?? []);
    return bodies.length === 0 ? undefined : { bufferLimit: `${Math.ceil(Math.max(...bodies))}Ki` };
  }

  private problems(): Problem[] {
    const told: Problem[] = [];
    const tell = (code: string, what: string, fix: string) => told.push({ code, severity: 'error', what, fix });
    for (const route of this.routes) {
      if (route.webSocket && route.options.largestBody !== undefined) {
        const what = `largestBody of ${route.service} holds each request whole, and WebSockets never end: they would not open.`;
        tell(
          'SW-EXPOSE-013',
          what,
          'expose what takes large bodies on a path of its own, by a part without WebSockets',
        );
      }
      if (route.hosts.length > MOST_HOSTS) {
        const what = `a route has ${route.hosts.length} hosts; an HTTPRoute has ${MOST_HOSTS} at most.`;
        tell('SW-EXPOSE-013', what, 'expose the part once more with the rest of them');
      }
      for (const host of route.hosts) {
        const first = this.listeners.get(host)?.route;
        const differ = first === undefined ? [] : differing(first, route);
        if (differ.length === 0) continue;
        const what = `routes of ${host} do not say the same of ${differ.join(', ')}; a host has one listener.`;
        tell('SW-EXPOSE-013', what, `the same ${differ.join(', ')} for all routes of ${host}`);
      }
    }
    const ways = this.routes.flatMap((route) => route.hosts.map((host) => `${host}${route.path}`));
    for (const way of new Set(ways.filter((one, i) => ways.indexOf(one) !== i))) {
      const what = `${way} is routed twice; only one of the two would be reached.`;
      tell('SW-EXPOSE-005', what, 'another path, or another host, for one of the two');
    }
    if (this.listeners.size + 1 > MOST_LISTENERS) {
      const what = `the system has ${this.listeners.size} hosts; a Gateway has ${MOST_LISTENERS - 1} at most.`;
      tell('SW-EXPOSE-013', what, "one host '*.shop.acme.org' for several");
    }
    return told;
  }

  private object(
    id: string,
    apiVersion: string,
    kind: string,
    name: string,
    spec: object,
    at: Construct = this,
  ): ApiObject {
    return new ApiObject(at, id, { apiVersion, kind, metadata: { name }, spec });
  }
}

/** What is said of a host, and not of a path. */
function differing(one: Route, other: Route): string[] {
  const said = ({ tlsSecret, options: { tls = 'front door', plainHttp = 'redirect' } }: Route) =>
    Object.entries({ tlsSecret: tls === 'part' ? '' : tlsSecret, tls, plainHttp });
  const others = new Map(said(other));
  return said(one).flatMap(([name, value]) => (others.get(name) === value ? [] : [name]));
}
