import type { Graph, GraphNode } from '../graph/graph';
import { at, list } from '../graph/json-value';
import type { Published } from './compose-ports';
import { type Manner, type Way, waysOf } from './compose-routes';
import type { ComposeWorkload } from './compose-workloads';

/** A way from the world into the system: `https://shop.acme.org/api` → a workload. */
export interface PublicRoute {
  readonly host: string;
  readonly path: string;
  readonly workload: string;
  /** Port of the container. */
  readonly target: number;
  /** Where the workload itself ends TLS. */
  readonly secure: boolean;
  /** How the front door treats it, where it is behind one. */
  readonly manner?: Manner;
}

/** What the front door, or a proxy of the system's own, answers for. */
export function publicRoutes(nodes: readonly GraphNode[], workloads: readonly ComposeWorkload[]): PublicRoute[] {
  const led = waysOf(nodes).flatMap((way): PublicRoute[] => {
    const workload = workloads.find((w) => w.ports.some((p) => isPort(p, way)));
    const port = workload?.ports.find((p) => isPort(p, way));
    if (workload === undefined || port === undefined) return [];
    const { host, path, manner } = way;
    return [{ host, path, manner, workload: workload.name, target: port.target, secure: false }];
  });
  return [...led, ...ownDoors(nodes, workloads)];
}

/** Paths of the front door that lead to nobody, and are closed with that: metrics of a part, say. */
export function closedPaths(
  nodes: readonly GraphNode[],
  workloads: readonly ComposeWorkload[],
  host: string,
): string[] {
  const ways = waysOf(nodes).filter((way) => way.host === host);
  const nobodys = ways.filter((way) => !workloads.some((w) => w.ports.some((port) => isPort(port, way))));
  return [...new Set([...nobodys.map((way) => way.path), ...ways.flatMap((way) => way.closed)])];
}

function isPort(port: { service: string; port: number }, wanted: Pick<Way, 'service' | 'port'>): boolean {
  return port.service === wanted.service && (wanted.port === undefined || port.port === wanted.port);
}

/** A load balancer that leads to a part with a certificate. */
function ownDoors(nodes: readonly GraphNode[], workloads: readonly ComposeWorkload[]): PublicRoute[] {
  return nodes.flatMap(({ object, inputs, part }) => {
    if (object?.kind !== 'Certificate') return [];
    const workload = workloads.find((w) => w.part === part);
    const port = workload?.ports.find((p) => p.port === 443);
    if (workload === undefined || port === undefined) return [];
    return list(at(inputs, 'spec', 'dnsNames')).map((host) => {
      return { host: String(host), path: '/', workload: workload.name, target: port.target, secure: true };
    });
  });
}

/** Puts addresses right that are others in Compose than in the cluster. */
export class Addresses {
  private readonly byHost: ReadonlyMap<string, readonly PublicRoute[]>;

  constructor(
    routes: readonly PublicRoute[],
    private readonly workloads: readonly ComposeWorkload[],
    private readonly published: readonly Published[],
    /** Whether browsers are on this machine: addresses of the world are localhost then. */
    private readonly isLaptop: boolean,
  ) {
    const hosts = [...new Set(routes.map((route) => route.host))];
    this.byHost = new Map(hosts.map((host) => [host, routes.filter((route) => route.host === host)]));
  }

  /** A text of a configuration, or of the variable of this name. */
  apply(plain: string, variable = ''): string {
    const inside = this.relays(this.insidePorts(plain));
    if (!this.isLaptop) return inside;
    let localised = inside;
    for (const host of this.byHost.keys()) localised = this.hostIn(localised, host, variable);
    return localised === inside || variable === '' ? localised : withoutTwins(localised);
  }

  /** A proxy of the system's own answers to its name only. */
  config(plain: string): string {
    let written = this.apply(plain);
    if (!this.isLaptop) return written;
    for (const [host, routes] of this.byHost) {
      if (routes.some((r) => r.secure))
        written = written.replaceAll(`server_name ${host};`, `server_name ${host} localhost;`);
    }
    return written;
  }

  /** Ports of the laptop to which addresses of the world lead. */
  doors(): { readonly host: number; readonly workload: string; readonly target: number }[] {
    return [...this.byHost.values()].flat().flatMap(({ workload, target }) => {
      const port = this.portOf(workload, target);
      return port === undefined ? [] : [{ host: port, workload, target }];
    });
  }

  private hostIn(plain: string, host: string, variable: string): string {
    const pattern = new RegExp(
      `\\b(https|http|wss|ws)://${escaped(host)}(?::(?:443|80))?(/[^\\s"'\`,;<>]*)?(?![\\w.:-])`,
      'g',
    );
    return plain.replaceAll(pattern, (all, scheme: string, path: string | undefined) => {
      const route = this.routeFor(host, path ?? '', variable);
      const port = route === undefined ? undefined : this.portOf(route.workload, route.target);
      if (route === undefined || port === undefined) return all;
      const word = scheme.startsWith('ws') ? 'ws' : 'http';
      const shown = route.secure && port === 443 ? '' : `:${port}`;
      return `${word}${route.secure ? 's' : ''}://localhost${shown}${seenPath(route, path ?? '')}`;
    });
  }

  /** The longest path that matches; of an address without one, the part that the variable names (SIGNALING_URL), else what `/` leads to. */
  private routeFor(host: string, path: string, variable: string): PublicRoute | undefined {
    const routes = [...(this.byHost.get(host) ?? [])].sort((a, b) => b.path.length - a.path.length);
    if (path === '' || path === '/') {
      const words = variable.toUpperCase().split('_');
      const named = routes.find(({ workload }) => words.includes(this.idOf(workload)) && !words.includes('ORIGINS'));
      if (named !== undefined) return named;
    }
    return routes.find((r) => r.path === '/' || path === r.path || path.startsWith(`${r.path.replace(/\/$/, '')}/`));
  }

  private idOf(workload: string): string {
    const part = this.workloads.find((w) => w.name === workload)?.part ?? '';
    return (part.split('/').at(-1) ?? '').toUpperCase().replaceAll('-', '_');
  }

  private portOf(workload: string, target: number): number | undefined {
    return this.published.find((p) => p.workload === workload && p.target === target && p.protocol === 'tcp')?.host;
  }

  /** Browsers speak to relays from outside: on a laptop at localhost, else under the name of the system. */
  private relays(plain: string): string {
    return plain.replaceAll(
      /\b(turns?|stuns?):([\w.-]+)(?::(\d+))?/g,
      (all, scheme: string, name: string, port = '3478') => {
        const workload = this.workloads.find((w) => w.name === name || w.aliases.includes(name));
        const open = this.published.find((p) => p.workload === workload?.name && p.port === Number(port));
        if (open === undefined) return all;
        const host = this.isLaptop ? 'localhost' : [...this.byHost.keys()][0];
        return host === undefined ? all : `${scheme}:${host}:${open.host}`;
      },
    );
  }

  /** Compose has no Services that translate ports: `web:80` is `web:8080` where the container listens there. */
  private insidePorts(plain: string): string {
    let written = plain;
    for (const { name, aliases, ports } of this.workloads) {
      for (const { port, target } of ports.filter((p) => p.port !== p.target)) {
        const names = [name, ...aliases].map(escaped).join('|');
        written = written.replaceAll(new RegExp(`(?<![\\w.-])(${names}):${port}(?!\\d)`, 'g'), `$1:${target}`);
      }
    }
    return written;
  }
}

/** Without a front door between, a part is asked for what it would see. */
function seenPath({ path, manner }: PublicRoute, asked: string): string {
  if (manner?.rewrite === undefined || asked === '') return asked;
  const rest = asked.slice(path.replace(/\/$/, '').length).replace(/^\//, '');
  return `${manner.rewrite.replace(/\/$/, '')}/${rest}`;
}

/** Workloads that ask the front door by its public name. */
export function asksFrontDoor({ connections }: Graph, { part }: ComposeWorkload): boolean {
  return connections.some((c) => c.from === part && c.to === 'front door');
}

/** `a,b,a` → `a,b`: origins that became one. */
function withoutTwins(plain: string): string {
  const items = plain.split(',');
  return items.every((item) => /^\w+:\/\//.test(item)) ? [...new Set(items)].join(',') : plain;
}

function escaped(plain: string): string {
  return plain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
