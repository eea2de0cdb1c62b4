import type { Graph, GraphNode } from '../graph/graph';
import { at, isRecord, list, text } from '../graph/json-value';
import { healthcheck } from './compose-health';
import { LocalValues } from './compose-values';

/** https://github.com/compose-spec/compose-spec/blob/main/spec.md */
export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, object>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly configs: Readonly<Record<string, object>>;
  readonly secrets: Readonly<Record<string, object>>;
}

export interface Composed {
  readonly file: ComposeFile;
  /** Secrets, by variable: for a file that no repository keeps. */
  readonly env: Readonly<Record<string, string>>;
  /** Secrets that people must give, in words. */
  readonly missing: readonly string[];
  /** What of the system is not in it, in words. */
  readonly leftOut: readonly string[];
}

/** Kinds whose pods become services. What runs on a schedule, and what watches, stays in the cluster. */
const RUN = new Set(['Deployment', 'StatefulSet', 'Job']);

/** A Docker Compose file of a system's graph: one container of each workload, on one machine. */
export function composeOf(graph: Graph, system: string): Composed {
  const nodes = graph.nodes.filter((node) => node.system === system);
  const workshop = new Workshop(nodes);
  const services = nodes.filter((n) => RUN.has(n.object?.kind ?? '')).map((node) => workshop.service(node, graph));
  const left = nodes.filter((n) =>
    ['CronJob', 'Ingress', 'ServiceMonitor', 'PrometheusRule'].includes(n.object?.kind ?? ''),
  );
  return {
    file: {
      name: system,
      services: Object.fromEntries(services),
      volumes: Object.fromEntries([...workshop.volumes].map((name) => [name, {}])),
      configs: Object.fromEntries(workshop.configs),
      secrets: Object.fromEntries(
        [...workshop.files].map((variable) => [variable.toLowerCase(), { environment: variable }]),
      ),
    },
    env: Object.fromEntries(workshop.env),
    missing: [...workshop.values.missing],
    leftOut: [...new Set(left.map((n) => `${n.object?.kind} ${n.object?.name}`))],
  };
}

/** What a service mounts, by how Compose calls it. */
interface Mounted {
  readonly mounts: string[];
  readonly tmpfs: string[];
  readonly configs: object[];
  readonly secrets: object[];
}

class Workshop {
  readonly values = new LocalValues();
  readonly env = new Map<string, string>();
  readonly volumes = new Set<string>();
  readonly configs = new Map<string, object>();
  /** Variables that are mounted as files. */
  readonly files = new Set<string>();
  private readonly data = new Map<string, Readonly<Record<string, unknown>>>();
  private readonly ports = new Map<string, string[]>();

  constructor(nodes: readonly GraphNode[]) {
    for (const { object, inputs } of nodes) {
      if (object === undefined) continue;
      if (object.kind === 'ConfigMap' || object.kind === 'Secret') {
        this.data.set(`${object.kind} ${object.name}`, isRecord(inputs.data) ? inputs.data : {});
      }
      if (object.kind === 'Service') {
        const app = text(at(inputs, 'spec', 'selector', 'app')) ?? '';
        const ports = list(at(inputs, 'spec', 'ports')).map((p) => {
          const port = String(at(p, 'port'));
          return at(p, 'protocol') === 'UDP' ? `${port}:${port}/udp` : `${port}:${port}`;
        });
        this.ports.set(app, [...(this.ports.get(app) ?? []), ...ports]);
      }
    }
  }

  service({ object, inputs, path }: GraphNode, graph: Graph): [string, object] {
    const pod = at(inputs, 'spec', 'template', 'spec');
    const container = at(pod, 'containers', 0);
    const isJob = object?.kind === 'Job';
    const app = text(at(inputs, 'spec', 'template', 'metadata', 'labels', 'app')) ?? object?.name ?? '';
    const user = at(pod, 'securityContext', 'runAsUser');
    const { mounts, tmpfs, configs, secrets } = this.mounted(pod, container, app, Number(user));
    const published = isJob ? [] : [...new Set(this.ports.get(app) ?? [])];
    const health = healthcheck(container);
    const grace = at(pod, 'terminationGracePeriodSeconds');
    return [
      app,
      {
        image: at(container, 'image'),
        ...optional('entrypoint', at(container, 'command')),
        ...optional('command', at(container, 'args')),
        environment: this.environment(container),
        ...(published.length === 0 ? {} : { ports: published.map((port) => `127.0.0.1:${port}`) }),
        ...(user === undefined ? {} : { user: `${String(user)}:${String(user)}` }),
        read_only: at(container, 'securityContext', 'readOnlyRootFilesystem') === true,
        cap_drop: ['ALL'],
        ...optional('cap_add', at(container, 'securityContext', 'capabilities', 'add')),
        security_opt: ['no-new-privileges:true'],
        ...(mounts.length === 0 ? {} : { volumes: mounts }),
        ...(tmpfs.length === 0 ? {} : { tmpfs }),
        ...(configs.length === 0 ? {} : { configs }),
        ...(secrets.length === 0 ? {} : { secrets }),
        ...(health === undefined ? {} : { healthcheck: health }),
        ...this.waits(path, graph),
        restart: isJob ? 'no' : 'unless-stopped',
        ...(typeof grace === 'number' ? { stop_grace_period: `${grace}s` } : {}),
        mem_limit: megabytes(at(container, 'resources', 'limits', 'memory')),
      },
    ];
  }

  private environment(container: unknown): Record<string, string> {
    return Object.fromEntries(
      list(at(container, 'env')).flatMap((variable): [string, string][] => {
        const name = text(at(variable, 'name')) ?? '';
        const from = at(variable, 'valueFrom');
        const [map, secret] = [at(from, 'configMapKeyRef'), at(from, 'secretKeyRef')];
        if (isRecord(map))
          return [[name, dollar(this.values.text(this.data.get(`ConfigMap ${String(map.name)}`)?.[String(map.key)]))]];
        if (!isRecord(secret)) return [[name, dollar(this.values.text(at(variable, 'value') ?? ''))]];
        const held = this.data.get(`Secret ${String(secret.name)}`);
        // Somebody else's Secret: what is optional there is empty here.
        return [[name, `\${${this.variable(String(secret.name), String(secret.key), held)}}`]];
      }),
    );
  }

  /** A variable for a key of a Secret, with its text. */
  private variable(secret: string, key: string, data: Readonly<Record<string, unknown>> | undefined): string {
    const name = `${secret}__${key}`.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_');
    if (!this.env.has(name))
      this.env.set(name, data === undefined ? '' : Buffer.from(this.values.text(data[key]), 'base64').toString());
    return name;
  }

  private mounted(pod: unknown, container: unknown, app: string, user: number): Mounted {
    const volumes = new Map(list(at(pod, 'volumes')).map((v) => [text(at(v, 'name')) ?? '', v]));
    const into: Mounted = { mounts: [], tmpfs: [], configs: [], secrets: [] };
    const owner = Number.isNaN(user) ? {} : { uid: `${user}`, gid: `${user}` };
    for (const mount of list(at(container, 'volumeMounts'))) {
      const [name, folder] = [text(at(mount, 'name')) ?? '', text(at(mount, 'mountPath')) ?? ''];
      const [volume, only] = [volumes.get(name), text(at(mount, 'subPath'))];
      if (at(volume, 'configMap') !== undefined) this.asConfigs(volume, folder, only, owner, into);
      else if (at(volume, 'secret') !== undefined) this.asSecrets(volume, folder, only, owner, into);
      else if (at(volume, 'emptyDir') !== undefined) {
        into.tmpfs.push(Number.isNaN(user) ? folder : `${folder}:uid=${user},gid=${user},mode=0770`);
      } else {
        const claim = text(at(volume, 'persistentVolumeClaim', 'claimName')) ?? `${app}-${name}`;
        this.volumes.add(claim);
        into.mounts.push(`${claim}:${folder}`);
      }
    }
    return into;
  }

  private asConfigs(
    volume: unknown,
    folder: string,
    only: string | undefined,
    owner: object,
    { configs }: Mounted,
  ): void {
    const map = text(at(volume, 'configMap', 'name')) ?? '';
    const held = this.data.get(`ConfigMap ${map}`) ?? {};
    for (const key of only === undefined ? Object.keys(held) : [only]) {
      const source = `${map}-${key}`.replaceAll(/[^a-z0-9-]/g, '-');
      this.configs.set(source, { content: dollar(this.values.text(held[key])) });
      configs.push({ source, target: only === undefined ? `${folder}/${key}` : folder, mode: 0o444, ...owner });
    }
  }

  private asSecrets(
    volume: unknown,
    folder: string,
    only: string | undefined,
    owner: object,
    { secrets }: Mounted,
  ): void {
    const secret = text(at(volume, 'secret', 'secretName')) ?? '';
    const held = this.data.get(`Secret ${secret}`);
    const items = list(at(volume, 'secret', 'items')).map((i) => text(at(i, 'key')) ?? '');
    const keys = only === undefined ? (items.length > 0 ? items : Object.keys(held ?? {})) : [only];
    for (const key of keys) {
      const variable = this.variable(secret, key, held);
      this.files.add(variable);
      const target = only === undefined ? `${folder}/${key}` : folder;
      secrets.push({ source: variable.toLowerCase(), target, mode: 0o400, ...owner });
    }
  }

  /** What an edge leads to is up first; what must not race with a migration waits for its end. */
  private waits(path: string, graph: Graph): { depends_on?: object } {
    const part = path.split('/').slice(0, 2).join('/');
    const apps = new Map(
      graph.nodes
        .filter((n) => RUN.has(n.object?.kind ?? ''))
        .map((n) => [n.path.split('/').slice(0, 2).join('/'), n] as const),
    );
    const found = new Map<string, object>();
    for (const { from, to } of graph.connections) {
      const callee = apps.get(to);
      if (from !== part || callee === undefined || to === part) continue;
      const app = text(at(callee.inputs, 'spec', 'template', 'metadata', 'labels', 'app')) ?? '';
      const isProbed = healthcheck(at(callee.inputs, 'spec', 'template', 'spec', 'containers', 0)) !== undefined;
      found.set(app, { condition: isProbed ? 'service_healthy' : 'service_started' });
    }
    for (const [migration, node] of apps) {
      if (node.object?.kind !== 'Job') continue;
      const waits = graph.edges.some((e) => e.to.startsWith(`${migration}/job-`) && e.from.startsWith(`${part}/`));
      const app = text(at(node.inputs, 'spec', 'template', 'metadata', 'labels', 'app')) ?? '';
      if (waits && migration !== part) found.set(app, { condition: 'service_completed_successfully' });
    }
    return found.size === 0 ? {} : { depends_on: Object.fromEntries(found) };
  }
}

/** In Compose a dollar begins a variable. */
function dollar(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function optional(name: string, value: unknown): object {
  return value === undefined ? {} : { [name]: Array.isArray(value) ? value.map((v) => dollar(String(v))) : value };
}

/** `1Gi` → `1024m` */
function megabytes(quantity: unknown): string {
  const [, digits = '512', unit = 'Mi'] = /^(\d+)(Mi|Gi)$/.exec(String(quantity)) ?? [];
  return `${Number(digits) * (unit === 'Gi' ? 1024 : 1)}m`;
}
