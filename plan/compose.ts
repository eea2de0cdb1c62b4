import type { Problem } from '../constructs/core/problem';
import type { Graph, GraphNode } from '../graph/graph';
import { Addresses, asksFrontDoor, closedPaths, type PublicRoute, publicRoutes } from './compose-address';
import { ComposeData, type LocalCertificate, type Variable } from './compose-data';
import {
  DOOR_TLS,
  type DoorHost,
  doorConfig,
  doorHosts,
  doorProblems,
  hallwayConfig,
  nginxService,
} from './compose-door';
import { type ProjectFile, Storage } from './compose-mounts';
import { type Published, publish } from './compose-ports';
import { HARDENED, ServiceMaker } from './compose-service';
import { type ComposeWorkload, laptopShift, leftOutOf, waitsOf, workloadsOf } from './compose-workloads';

/** https://github.com/compose-spec/compose-spec/blob/main/spec.md */
export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, object>>;
  readonly volumes?: Readonly<Record<string, object>>;
  readonly configs?: Readonly<Record<string, object>>;
  readonly secrets?: Readonly<Record<string, object>>;
}

export interface Composed {
  readonly file: ComposeFile;
  /** Files beside it, by their path: a read-only container takes no other. */
  readonly files: Readonly<Record<string, ProjectFile>>;
  /** Secrets, and what people must give, by variable: for a file that no repository keeps. */
  readonly env: Readonly<Record<string, Variable>>;
  readonly certificates: readonly LocalCertificate[];
  /** Addresses at which it answers, in words. */
  readonly addresses: readonly string[];
  /** What of the system is not in it, in words. */
  readonly leftOut: readonly string[];
  readonly problems: readonly Problem[];
}

export interface ComposeOptions {
  /** A laptop with all ports open to it; or one server with two copies, a front door with TLS, and nothing else open. */
  readonly variant: 'laptop' | 'production';
  /** What stands in `.env` already. */
  readonly kept?: Readonly<Record<string, string>>;
}

/** Folder of the files beside compose.yaml. */
export const MOUNTED = 'mounted';

/** A Docker Compose project of a system's graph, on one machine. */
export function composeOf(graph: Graph, system: string, options: ComposeOptions): Composed {
  return new Project(graph, system, options).composed();
}

class Project {
  private readonly nodes: readonly GraphNode[];
  private readonly workloads: readonly ComposeWorkload[];
  private readonly published: readonly Published[];
  private readonly routes: readonly PublicRoute[];
  private readonly addresses: Addresses;
  private readonly data: ComposeData;
  private readonly storage: Storage;
  private readonly doors: readonly DoorHost[];
  private readonly isLaptop: boolean;

  constructor(
    private readonly graph: Graph,
    private readonly system: string,
    { variant, kept = {} }: ComposeOptions,
  ) {
    this.isLaptop = variant === 'laptop';
    this.nodes = graph.nodes.filter((node) => node.system === system);
    this.workloads = workloadsOf(this.nodes);
    const running = this.workloads.filter((w) => w.kind !== 'Job');
    const open = this.isLaptop ? running : running.map(publicOnly);
    this.published = publish(open, this.isLaptop ? laptopShift(this.nodes) : 0);
    this.routes = publicRoutes(this.nodes, this.workloads);
    this.addresses = new Addresses(this.routes, this.workloads, this.published, this.isLaptop);
    this.data = new ComposeData(this.nodes, kept, (text, name) => this.addresses.apply(text, name));
    this.storage = new Storage(this.data, (text) => this.addresses.config(text));
    this.doors = this.isLaptop
      ? []
      : doorHosts(this.nodes, this.routes, (host) => closedPaths(this.nodes, this.workloads, host));
  }

  composed(): Composed {
    const waits = waitsOf(this.workloads, this.graph);
    const maker = new ServiceMaker({
      data: this.data,
      storage: this.storage,
      addresses: this.addresses,
      published: this.published,
      waits,
      isLaptop: this.isLaptop,
    });
    const services = { ...maker.services(this.workloads), ...this.hallways(), ...this.frontDoor() };
    const { configs, secrets, volumes } = this.storage;
    const pathOf = (kind: string) => (source: string) => `./${MOUNTED}/${kind}/${source}`;
    return {
      file: {
        name: projectName(this.isLaptop ? this.system : `${this.system}-production`),
        services,
        ...listed('volumes', [...volumes], () => ({})),
        ...listed('configs', [...configs.keys()], (source) => ({ file: pathOf('configs')(source) })),
        ...listed('secrets', [...secrets.keys()], (source) => ({ file: pathOf('secrets')(source) })),
      },
      files: Object.fromEntries([
        ...[...configs].map(([source, file]) => [`${MOUNTED}/configs/${source}`, file] as const),
        ...[...secrets].map(([source, file]) => [`${MOUNTED}/secrets/${source}`, file] as const),
      ]),
      env: Object.fromEntries(this.data.variables),
      certificates: this.data.certificates(),
      addresses: this.inWords(),
      leftOut: [
        ...leftOutOf(this.nodes, this.graph, this.doors.length > 0),
        ...this.closedRelays(),
        ...new Set(maker.told),
      ],
      problems: doorProblems(this.doors),
    };
  }

  /** For those who ask the front door by its public name, from inside of their container. */
  private hallways(): Record<string, object> {
    if (!this.isLaptop) return {};
    const found = this.workloads.flatMap((workload) => {
      const own = new Set(workload.ports.map((p) => p.target));
      const doors = this.addresses.doors().filter(({ host }) => !own.has(host));
      if (!asksFrontDoor(this.graph, workload) || doors.length === 0) return [];
      const name = `${workload.name}-front-door`;
      this.storage.configs.set(name, { text: hallwayConfig(doors), isProgram: false });
      const behind = [...new Set(doors.map((d) => d.workload))].filter((other) => other !== workload.name);
      const needs = [workload.name, ...behind].map((other) => [other, { condition: 'service_started' }]);
      const more = { network_mode: `service:${workload.name}`, depends_on: Object.fromEntries(needs) };
      return [[name, { ...nginxService(name, more), ...HARDENED, restart: 'unless-stopped' }] as const];
    });
    return Object.fromEntries(found);
  }

  private frontDoor(): Record<string, object> {
    if (this.doors.length === 0) return {};
    this.storage.configs.set('front-door', { text: doorConfig(this.doors), isProgram: false });
    const secrets = this.doors.flatMap(({ namespace, secret }) =>
      ['tls.crt', 'tls.key'].map((key) => ({
        source: this.storage.secretFile(this.data.secret(namespace, secret, key)),
        target: `${DOOR_TLS}/${secret}/${key}`,
      })),
    );
    const behind = [...new Set(this.doors.flatMap((d) => d.routes.map((r) => r.workload)))];
    const more = {
      ports: ['80:8080', '443:8443'],
      secrets: [...new Map(secrets.map((s) => [s.target, s])).values()],
      // It asks for the addresses of the copies once, when it starts.
      depends_on: Object.fromEntries(behind.map((name) => [name, { condition: 'service_started', restart: true }])),
      healthcheck: {
        test: ['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/healthz'],
        interval: '10s',
        timeout: '3s',
        retries: 3,
      },
    };
    return { 'front-door': { ...nginxService('front-door', more), ...HARDENED, restart: 'always' } };
  }

  /** A relay that is for the cluster's own network is no relay for the world: whoever knows its one user would use it. */
  private closedRelays(): string[] {
    if (this.isLaptop) return [];
    const closed = this.workloads.filter((w) => w.open.length === 0 && w.ports.some((p) => p.port === 3478));
    return closed.map(
      ({ name }) => `${name}, for the world: it is a test bed; use a TURN server outside, or make it public`,
    );
  }

  private inWords(): string[] {
    if (!this.isLaptop) return this.doors.map(({ host }) => `https://${host}`);
    return this.published.map(({ workload, host, protocol }) => {
      return `${workload} localhost:${host}${protocol === 'udp' ? ' (UDP)' : ''}`;
    });
  }
}

/** What of a workload the world may reach without the front door: ports of a load balancer. */
function publicOnly(workload: ComposeWorkload): ComposeWorkload {
  return { ...workload, ports: workload.ports.filter((port) => workload.open.includes(port.service)) };
}

/** https://docs.docker.com/reference/compose-file/version-and-name/ */
function projectName(system: string): string {
  return system
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .replace(/^[^a-z0-9]+/, '');
}

function listed(name: string, keys: readonly string[], make: (key: string) => object): object {
  return keys.length === 0 ? {} : { [name]: Object.fromEntries(keys.map((key) => [key, make(key)])) };
}
