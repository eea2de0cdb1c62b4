import { closedOf, isRendered, type Route, routesOf } from '../constructs/core/route';
import { isSystem } from '../constructs/core/system';
import type { GraphNode } from '../graph/graph';
import { at, isRecord, list, text } from '../graph/json-value';

const ANNOTATION = 'nginx.ingress.kubernetes.io/';

/** How the front door treats a route. */
export interface Manner {
  readonly requestsPerSecond: number;
  readonly silence: number;
  readonly isSticky: boolean;
  readonly buffers: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** What the part sees in place of the path. */
  readonly rewrite?: string;
  /** Ranges that may come. */
  readonly allow?: readonly string[];
  readonly largestBodyKibibytes?: number;
  readonly connectSeconds?: number;
  /** Options that one nginx on one machine does not have. */
  readonly lost: readonly string[];
}

/** Where a host and a path lead: what `expose` said, whoever renders it, or an Ingress that somebody wrote by hand. */
export interface Way {
  readonly host: string;
  readonly path: string;
  readonly service: string;
  readonly port: number | undefined;
  readonly manner: Manner;
  /** Paths below it that lead to nobody. */
  readonly closed: readonly string[];
}

export function waysOf(nodes: readonly GraphNode[]): Way[] {
  const systems = new Set(nodes.flatMap(({ construct }) => construct.node.scopes.filter(isSystem)));
  const said = [...systems].flatMap((system) => {
    return routesOf(system).flatMap((route) => route.hosts.map((host) => wayOf(route, host, closedOf(system, route))));
  });
  const written = nodes.filter((n) => n.object?.kind === 'Ingress' && !isRendered(n.construct));
  return [...said, ...written.flatMap((ingress) => writtenWays(ingress, nodes))];
}

/** The Secret with the certificate of a host, and its namespace. */
export function certificateOf(
  nodes: readonly GraphNode[],
  host: string,
): { readonly secret: string; readonly namespace: string } | undefined {
  for (const { object, inputs } of nodes) {
    const namespace = object?.namespace ?? 'default';
    const shown = [
      ...list(at(inputs, 'spec', 'tls')).map((tls) => ({ hosts: list(at(tls, 'hosts')), name: at(tls, 'secretName') })),
      ...list(at(inputs, 'spec', 'listeners')).map((listener) => {
        return { hosts: [at(listener, 'hostname')], name: at(listener, 'tls', 'certificateRefs', 0, 'name') };
      }),
    ];
    const isDoor = object?.kind === 'Ingress' || object?.kind === 'Gateway';
    const secret = isDoor ? text(shown.find(({ hosts }) => hosts.includes(host))?.name) : undefined;
    if (secret !== undefined) return { secret, namespace };
  }
  return undefined;
}

function wayOf(route: Route, host: string, closed: readonly string[]): Way {
  const { path, service, port } = route;
  return { host, path, service, port, manner: mannerOf(route), closed };
}

function mannerOf({ options, requestsPerSecond, silenceSeconds, webSocket }: Route): Manner {
  const { rewrite, allow, largestBody, connectWithin, headers = {}, streams = false } = options;
  const { auth, cors, cached, answerWithin } = options;
  const more = { auth, cors, cached, answerWithin };
  return {
    requestsPerSecond,
    silence: silenceSeconds ?? 60,
    isSticky: webSocket,
    buffers: !streams,
    headers,
    ...(rewrite === undefined ? {} : { rewrite }),
    ...(allow === undefined ? {} : { allow }),
    ...(largestBody === undefined ? {} : { largestBodyKibibytes: Math.ceil(largestBody.toKibibytes()) }),
    ...(connectWithin === undefined ? {} : { connectSeconds: Math.ceil(connectWithin.toSeconds()) }),
    lost: [
      ...Object.entries(more).flatMap(([name, value]) => (value === undefined ? [] : [name])),
      ...(options.tls === 'part' ? ["tls: 'part'"] : []),
      ...(options.speaks === 'grpc' ? ["speaks: 'grpc'"] : []),
      ...(options.plainHttp === 'serve' ? ["plainHttp: 'serve'"] : []),
    ],
  };
}

function writtenWays(ingress: GraphNode, nodes: readonly GraphNode[]): Way[] {
  const manner = writtenManner(ingress, nodes);
  return list(at(ingress.inputs, 'spec', 'rules')).flatMap((rule) =>
    list(at(rule, 'http', 'paths')).flatMap((entry): Way[] => {
      const [host, path] = [text(at(rule, 'host')), text(at(entry, 'path')) ?? '/'];
      const service = text(at(entry, 'backend', 'service', 'name'));
      const port = at(entry, 'backend', 'service', 'port', 'number');
      if (host === undefined || service === undefined) return [];
      return [{ host, path, service, port: typeof port === 'number' ? port : undefined, manner, closed: [] }];
    }),
  );
}

function writtenManner({ inputs }: GraphNode, nodes: readonly GraphNode[]): Manner {
  const said = (name: string) => text(at(inputs, 'metadata', 'annotations', ANNOTATION + name));
  const headers = said('custom-headers')?.split('/').at(-1);
  const map = nodes.find((n) => n.object?.kind === 'ConfigMap' && n.object.name === headers);
  const data = at(map?.inputs, 'data');
  return {
    requestsPerSecond: Number(said('limit-rps') ?? 20),
    silence: Number(said('proxy-read-timeout') ?? 60),
    isSticky: said('affinity') === 'cookie',
    buffers: said('proxy-buffering') !== 'off',
    headers: Object.fromEntries(Object.entries(isRecord(data) ? data : {}).map(([k, v]) => [k, String(v)])),
    lost: [],
  };
}
