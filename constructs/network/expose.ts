import { Construct } from 'constructs';
import type { HasEndpoint } from '../core/endpoint';
import type { ExposeOptions } from '../core/expose-options';
import { nameOf, shortNameOf } from '../core/labels';
import { recordConnection } from '../core/part';
import { report } from '../core/problem';
import { closedOf, type Route, recordRoute, routeTo } from '../core/route';
import { type System, systemOf } from '../core/system';
import type { Workload } from '../core/workload';
import { isChallenged, SOLVER } from './certificate';
import { freeId } from './edge';
import { renderGateway } from './front-door/gateway';
import { renderIngress } from './front-door/ingress';
import { routeProblems } from './front-door/problems';
import { featuresOf, unsupported } from './front-door/supports';
import { allowFrom, allowTo, frontDoorOf } from './network-policy';

export { type ExposeOptions, SECURITY_HEADERS } from '../core/expose-options';

/**
 * Puts a part behind the front door, with TLS and a rate limit. WebSockets keep a client with its copy. Paths of metrics on the same port
 * are closed to the world.
 * Creates, as the platform's front door is: an Ingress (one for each name; one of their own for WebSockets), a ConfigMap of its headers, a
 * Service without pods, to which closed paths lead; or a Gateway, a Certificate for each host, an HTTPRoute with its policies. And a
 * NetworkPolicy from the controller to the part.
 * Limitation: what a renderer cannot do is told at preview (SW-EXPOSE-008). Paths are closed as they are written: a program that ignores
 * their case (Express, unless told otherwise) should have its metrics on a port of their own.
 */
export function expose(part: Workload & HasEndpoint, options: ExposeOptions): void {
  const system = systemOf(part);
  const route = routeTo(part, options);
  const { path } = route;
  const front = new Construct(
    part,
    freeId(part, path === '/' ? 'front-door' : `front-door-${path.replaceAll('/', '')}`),
  );
  recordRoute(system, route);
  if (isChallenged(system)) acmeSolver(system);
  const { renderer } = system.platform.frontDoor;
  if (renderer === 'ingress') renderIngress(system, route, nameOf(part));
  else renderGateway(system, route, front);
  openTo(part);
  if (options.auth?.by === 'part') openTo(options.auth.part);
  report(front, () => [...routeProblems(route), ...unsupported(renderer, featuresOf(options))]);
  recordConnection(part, () => ({
    from: 'internet',
    to: part.node.path,
    port: route.port,
    variables: [],
    facts: factsOf(route, system),
  }));
}

function factsOf(route: Route, system: System): string[] {
  const { hosts, path, options } = route;
  return [
    ...hosts.map((host) => `https://${host}${path}`),
    options.tls === 'part' ? 'TLS ends in the part' : `TLS ${route.tlsSecret}`,
    ...(options.tls === 'part' ? [] : [`${route.requestsPerSecond} requests/s an address`]),
    ...(route.webSocket ? ['WebSocket: stays with its copy'] : []),
    ...(options.allow === undefined ? [] : [`only from ${options.allow.join(', ')}`]),
    ...(options.auth === undefined ? [] : [`asks first, by ${options.auth.by}`]),
    ...closedOf(system, route).map((one) => `closed: ${one}`),
  ];
}

/** From the controller to a part, once. */
function openTo(part: Workload & HasEndpoint): void {
  if (part.node.tryFindChild('front-door-policy') !== undefined) return;
  const policy = new Construct(part, 'front-door-policy');
  const from = frontDoorOf(systemOf(part));
  allowFrom(policy, `${part.node.id}-from-front-door`, part.selector, from, part.endpoint.port);
}

/**
 * Lets a part call what is behind the front door by its public name, as the world does: its address may be one of the internet or, where
 * the cluster answers itself, the controller.
 */
export function connectToFrontDoor(from: Workload, host: string): void {
  const edge = new Construct(from, 'to-front-door');
  const system = systemOf(from);
  const { httpsPorts } = system.platform.frontDoor;
  allowTo(edge, `${shortNameOf(from)}-to-front-door`, from.selector, [
    { reach: { by: 'public' }, port: 443 },
    ...frontDoorOf(system).flatMap((reach) => httpsPorts.map((port) => ({ reach, port }))),
  ]);
  recordConnection(from, () => ({
    from: from.node.path,
    to: 'front door',
    port: 443,
    variables: [],
    facts: [`https://${host}`],
  }));
}

/** A certificate is issued only if the front door reaches the pod that answers for it. Once for each system. */
function acmeSolver(system: System): void {
  if (system.node.tryFindChild('acme-solver') !== undefined) return;
  const scope = new Construct(system, 'acme-solver');
  allowFrom(scope, 'acme-solver-from-front-door', SOLVER.labels, frontDoorOf(system), SOLVER.port);
}
