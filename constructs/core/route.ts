import type { IConstruct } from 'constructs';
import type { Endpoint, HasEndpoint } from './endpoint';
import type { ExposeOptions } from './expose-options';
import { nameOf } from './labels';
import { type System, systemOf } from './system';
import type { Workload } from './workload';

export const DEFAULT_REQUESTS_PER_SECOND = 20;
/** Bursts are this many times a second's requests. */
export const BURST = 5;
export const STICKY_COOKIE = 'seaworthy-copy';
export const STICKY_SECONDS = 86_400;

/** What the front door does for one part: the model, of which renderers make objects. */
export interface Route {
  readonly part: Workload & HasEndpoint;
  readonly options: ExposeOptions;
  readonly hosts: readonly string[];
  readonly path: string;
  readonly service: string;
  readonly port: number;
  readonly webSocket: boolean;
  readonly requestsPerSecond: number;
  /** Longest silence, where it is not the controller's own. */
  readonly silenceSeconds: number | undefined;
  readonly tlsSecret: string;
  /** Paths, as the world would ask for them, that are not for the world. */
  readonly closed: readonly string[];
}

const ROUTES = Symbol.for('seaworthy.routes');

interface Routed extends IConstruct {
  [ROUTES]?: Route[];
}

export function routeTo(part: Workload & HasEndpoint, options: ExposeOptions): Route {
  const { host, port, webSocket = false } = part.endpoint;
  const path = options.path ?? '/';
  return {
    part,
    options,
    hosts: [options.host].flat(),
    path,
    service: host,
    port,
    webSocket,
    requestsPerSecond: options.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND,
    silenceSeconds: options.silence?.toSeconds() ?? (webSocket ? 3600 : undefined),
    tlsSecret: options.tlsSecret ?? `${systemOf(part).node.id}-tls`,
    closed: closedBelow(path, options.rewrite, part.endpoint),
  };
}

const MADE = Symbol.for('seaworthy.frontDoor');

/** Says of a construct that its objects are made of routes. */
export function markRendered(construct: IConstruct): void {
  Object.defineProperty(construct, MADE, { value: true });
}

/** Whether an object was made of routes, and is not of somebody's own hand. */
export function isRendered(construct: IConstruct): boolean {
  return construct.node.scopes.some((scope) => MADE in scope);
}

export function recordRoute(system: System, route: Route): void {
  const target: Routed = system;
  target[ROUTES] = [...(target[ROUTES] ?? []), route];
}

/** What the front door does for a system, whoever renders it. */
export function routesOf(system: IConstruct): readonly Route[] {
  const target: Routed = system;
  return target[ROUTES] ?? [];
}

/** Paths of the route that lead to nobody; whoever routes such a path on purpose has it. */
export function closedOf(system: IConstruct, route: Route): string[] {
  const given = routesOf(system).filter((other) => other.hosts.some((host) => route.hosts.includes(host)));
  return route.closed.filter((path) => !given.some((other) => other.path === path));
}

/** One name for each route, as long as its path and its order stay. */
export function routeName(route: Route, id: string): string {
  return `${nameOf(route.part)}${id
    .replace(/^front-door/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')}`;
}

/** Paths of metrics that a route would show: what the part calls `/metrics`, the world asks for below the route's path. */
function closedBelow(path: string, rewrite: string | undefined, { closed = [] }: Endpoint): string[] {
  const seen = folderOf(rewrite ?? path);
  const shown = closed.filter((one) => `${one}/`.startsWith(seen));
  return rewrite === undefined
    ? shown
    : shown.map((one) => (folderOf(path) + one.slice(seen.length)).replace(/\/$/, ''));
}

function folderOf(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
