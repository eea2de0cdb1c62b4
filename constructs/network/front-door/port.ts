import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { HasEndpoint } from '../../core/endpoint';
import { nameOf, shortNameOf } from '../../core/labels';
import { recordConnection } from '../../core/part';
import { peersOf } from '../../core/peers';
import { type Problem, report } from '../../core/problem';
import { unknownProps } from '../../core/props';
import { systemOf } from '../../core/system';
import type { Workload } from '../../core/workload';
import { freeId } from '../edge';
import { frontDoorOf } from '../network-policy';
import { gatewayOf } from './gateway';
import { GROUP } from './gateway-policies';
import { unsupported } from './supports';

/** Ports below this one Envoy opens this much higher, so that it needs no privilege. */
const [PRIVILEGED, HIGHER] = [1024, 10_000];
const TAKEN = [80, 443];

export interface ExposePortOptions {
  /** Port that the world uses. @default the part's own */
  readonly port?: number;
  /** @default 'TCP' */
  readonly protocol?: 'TCP' | 'UDP';
}

const OPTIONS = { port: true, protocol: true } as const satisfies Record<keyof ExposePortOptions, true>;

/**
 * Puts a part that speaks no HTTP behind the front door, at a port of its own. Bytes are passed as they are: the part itself ends TLS.
 * Creates: a listener of the system's Gateway, a TCPRoute or UDPRoute, NetworkPolicies to the proxies and from them to the part.
 * Limitation: `gateway` only. One port, not a range: a TURN relay keeps its Service of type LoadBalancer (`Turn`). For UDP the part's
 * Service must have the port as UDP.
 */
export function exposePort(part: Workload & HasEndpoint, options: ExposePortOptions = {}): void {
  const system = systemOf(part);
  const { protocol = 'TCP', port = part.endpoint.port } = options;
  const scope = new Construct(part, freeId(part, `front-door-${protocol.toLowerCase()}-${port}`));
  const { renderer } = system.platform.frontDoor;
  const lacking = unsupported(renderer, ['exposePort']);
  if (lacking.length === 0) route(scope, part, protocol, port);
  report(scope, () => [...lacking, ...unknownProps(options, OPTIONS, 'exposePort'), ...portProblems(port)]);
  recordConnection(part, () => {
    return { from: 'internet', to: part.node.path, port, variables: [], facts: [`${protocol} ${port}`] };
  });
}

function route(scope: Construct, part: Workload & HasEndpoint, protocol: 'TCP' | 'UDP', port: number): void {
  const system = systemOf(part);
  const gateway = gatewayOf(system);
  const sectionName = gateway.addPort(protocol, port);
  const { host, port: own } = part.endpoint;
  new ApiObject(scope, 'route', {
    apiVersion: `${GROUP}/v1`,
    kind: `${protocol}Route`,
    metadata: { name: `${nameOf(part)}-${sectionName}` },
    spec: {
      parentRefs: [{ name: gateway.name, sectionName }],
      rules: [{ backendRefs: [{ name: host, port: own }] }],
    },
  });
  const listening = port < PRIVILEGED ? port + HIGHER : port;
  const metadata = { name: `${shortNameOf(part)}-${sectionName}-from-front-door` };
  const from = frontDoorOf(system).flatMap(peersOf);
  new k8s.KubeNetworkPolicy(scope, 'from-front-door', {
    metadata,
    spec: {
      podSelector: { matchLabels: { ...part.selector } },
      policyTypes: ['Ingress'],
      ingress: [{ from, ports: [{ protocol, port: number(own) }] }],
    },
  });
  openProxies(scope, `${system.node.id}-${sectionName}`, { protocol, port: number(listening) });
}

/** The namespace of the proxies is closed but for HTTP: whoever opens a port of them opens it there. */
function openProxies(scope: Construct, name: string, port: k8s.NetworkPolicyPort): void {
  const [proxies] = frontDoorOf(systemOf(scope));
  if (proxies?.by !== 'pods') return;
  new k8s.KubeNetworkPolicy(scope, 'to-front-door', {
    metadata: { name, namespace: proxies.namespace },
    spec: {
      podSelector: { matchLabels: { ...proxies.labels } },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [port] }],
    },
  });
}

const number = (port: number): k8s.IntOrString => k8s.IntOrString.fromNumber(port);

function portProblems(port: number): Problem[] {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535 && !TAKEN.includes(port)) return [];
  const what = `port is ${port}; it must be a whole number of 1 to 65535, and ${TAKEN.join(' and ')} are for HTTP.`;
  return [{ code: 'SW-EXPOSE-014', severity: 'error', what, fix: 'port: 5432' }];
}
