import { isSystem } from '../constructs/core/system';
import type { Graph, GraphNode } from '../graph/graph';
import { at, list, text } from '../graph/json-value';

/** Kinds whose pods become services. What runs on a schedule, and what stands on each node, stays in the cluster. */
const RUN = new Set(['Deployment', 'StatefulSet', 'Job']);

/** A port of a Service, and where it leads to in the container. */
export interface ServicePort {
  readonly service: string;
  readonly port: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
}

/** A workload, as Compose sees it: its pod is one service for each of its containers. */
export interface ComposeWorkload {
  /** Name of its service. */
  readonly name: string;
  readonly kind: string;
  readonly node: GraphNode;
  readonly pod: unknown;
  readonly part: string;
  /** Names under which others in the cluster ask for it. */
  readonly aliases: readonly string[];
  readonly ports: readonly ServicePort[];
  /** Services of it that the world reaches by themselves: load balancers. */
  readonly open: readonly string[];
  /** How many it is in the cluster, at most. */
  readonly most: number;
}

/** The workloads of a system, with the Services that lead to them. */
export function workloadsOf(nodes: readonly GraphNode[]): ComposeWorkload[] {
  const run = nodes.filter((n) => RUN.has(n.object?.kind ?? ''));
  const services = nodes.filter((n) => n.object?.kind === 'Service');
  const names = run.map(shortName);
  return run.map((node, i) => {
    const short = names[i] ?? '';
    // Two workloads that are called alike, in two namespaces say, are two services.
    const isOne = names.filter((name) => name === short).length === 1;
    const pod = at(node.inputs, 'spec', 'template', 'spec');
    const own = services.filter((s) => selects(s, node));
    const name = isOne ? short : `${node.object?.namespace ?? 'default'}-${node.object?.name}`;
    return {
      name,
      kind: node.object?.kind ?? '',
      node,
      pod,
      part: node.part ?? node.path,
      aliases: [...new Set(own.flatMap((s) => aliasesOf(s, node, isAloneIn(s, services))))].filter((a) => a !== name),
      ports: own.flatMap((s) => portsOf(s, pod)),
      open: own.filter((s) => at(s.inputs, 'spec', 'type') === 'LoadBalancer').map((s) => s.object?.name ?? ''),
      most: mostCopies(node, nodes),
    };
  });
}

function shortName(node: GraphNode): string {
  return text(at(node.inputs, 'spec', 'template', 'metadata', 'labels', 'app')) ?? node.object?.name ?? '';
}

function selects(service: GraphNode, workload: GraphNode): boolean {
  const selector = Object.entries(Object(at(service.inputs, 'spec', 'selector')));
  const labels = at(workload.inputs, 'spec', 'template', 'metadata', 'labels');
  const isNear = service.object?.namespace === workload.object?.namespace;
  return isNear && selector.length > 0 && selector.every(([key, value]) => at(labels, key) === value);
}

/** https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ */
function aliasesOf(service: GraphNode, workload: GraphNode, isAlone: boolean): string[] {
  const [name, namespace] = [service.object?.name ?? '', service.object?.namespace ?? 'default'];
  const long = (short: string) => ['', '.svc', '.svc.cluster.local'].map((end) => `${short}.${namespace}${end}`);
  const pod = `${workload.object?.name}-0.${name}`;
  const isOwn = at(workload.inputs, 'spec', 'serviceName') === name;
  return [...(isAlone ? [name] : []), ...long(name), ...(isOwn ? [pod, ...long(pod)] : [])];
}

/** A short name is one namespace's. */
function isAloneIn(service: GraphNode, services: readonly GraphNode[]): boolean {
  return services.filter((s) => s.object?.name === service.object?.name).length === 1;
}

function portsOf(service: GraphNode, pod: unknown): ServicePort[] {
  const named = list(at(pod, 'containers')).flatMap((c) => list(at(c, 'ports')));
  return list(at(service.inputs, 'spec', 'ports')).flatMap((entry): ServicePort[] => {
    const port = Number(at(entry, 'port'));
    const wanted = at(entry, 'targetPort') ?? port;
    const found = typeof wanted === 'string' ? named.find((p) => at(p, 'name') === wanted) : undefined;
    const target = Number(found === undefined ? wanted : at(found, 'containerPort'));
    const protocol = at(entry, 'protocol') === 'UDP' ? 'udp' : 'tcp';
    return Number.isInteger(target) ? [{ service: service.object?.name ?? '', port, target, protocol }] : [];
  });
}

/** Copies that the cluster may have of it: what its autoscaler says, or it itself. What stops before the next begins is one. */
function mostCopies(node: GraphNode, nodes: readonly GraphNode[]): number {
  if (node.object?.kind !== 'Deployment' || at(node.inputs, 'spec', 'strategy', 'type') === 'Recreate') return 1;
  const scaler = nodes.find(
    ({ object, inputs }) =>
      object?.kind === 'HorizontalPodAutoscaler' &&
      object.namespace === node.object?.namespace &&
      at(inputs, 'spec', 'scaleTargetRef', 'name') === node.object?.name,
  );
  return Number(at(scaler?.inputs, 'spec', 'maxReplicas') ?? at(node.inputs, 'spec', 'replicas') ?? 1);
}

/** What is added to the ports of a system on a laptop, as its architecture says. */
export function laptopShift(nodes: readonly GraphNode[]): number {
  const system = nodes.flatMap((n) => n.construct.node.scopes).find(isSystem);
  return system?.laptopPorts ?? 0;
}

/** In the order of their edges: what each workload waits for, and whether that must have ended. */
export interface Wait {
  readonly on: string;
  readonly until: 'ready' | 'ended';
}

/** What an edge leads to is up first; what must not race with a migration waits for its end. A circle is cut where it closes. */
export function waitsOf(workloads: readonly ComposeWorkload[], graph: Graph): Map<string, Wait[]> {
  const waits = new Map<string, Wait[]>(workloads.map(({ name }) => [name, []]));
  const add = (from: string, wait: Wait) => {
    if (from === wait.on || reaches(waits, wait.on, from) || waits.get(from)?.some((w) => w.on === wait.on)) return;
    waits.get(from)?.push(wait);
  };
  const pairs = workloads.flatMap((from) => workloads.map((to) => [from, to] as const));
  for (const [from, to] of pairs) {
    if (to.kind !== 'Job' || from === to) continue;
    const isOrdered = graph.edges.some((e) => e.to === to.node.path && startsIn(e.from, from.part));
    if (isOrdered) add(from.name, { on: to.name, until: 'ended' });
  }
  for (const [from, to] of pairs) {
    const isTold = graph.connections.some((c) => c.from === from.part && c.to === to.part && from.part !== to.part);
    if (isTold && to.kind !== 'Job') add(from.name, { on: to.name, until: 'ready' });
  }
  return waits;
}

function startsIn(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`);
}

function reaches(waits: ReadonlyMap<string, readonly Wait[]>, from: string, to: string): boolean {
  return from === to || (waits.get(from) ?? []).some(({ on }) => reaches(waits, on, to));
}

/** Kinds that Compose has its own way for, or no use of: nothing of a running system is lost with them. */
const CARRIED = new Set([
  ...RUN,
  'Service',
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'Certificate',
  'Issuer',
  'Namespace',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'PodDisruptionBudget',
  'NetworkPolicy',
  'StorageClass',
  'ResourceQuota',
  'LimitRange',
  'PriorityClass',
]);

/** What of a system is not in its Compose project, in words. */
export function leftOutOf(nodes: readonly GraphNode[], graph: Graph, hasDoor: boolean): string[] {
  const objects = nodes.flatMap(({ form, object, type, path }) => {
    if (form === 'release') return [`Helm release ${path}`];
    if (form === 'cloud') return type.startsWith('random:') ? [] : [`${type.split(':').at(-1)} ${path}`];
    if (object === undefined || CARRIED.has(object.kind)) return [];
    return hasDoor && object.kind === 'Ingress' ? [] : [`${object.kind} ${object.name}`];
  });
  const outside = nodes.flatMap(({ object, inputs }) => {
    const isAlias = object?.kind === 'Service' && at(inputs, 'spec', 'type') === 'ExternalName';
    return isAlias ? [`Service ${object.name}, which is another name for a host outside`] : [];
  });
  const parts = new Set(nodes.map((n) => n.part));
  const elsewhere = graph.connections.flatMap(({ from, to }) => {
    const isFarther = parts.has(from) && !parts.has(to) && graph.nodes.some((n) => n.part === to);
    return isFarther ? [`${to}, which ${from} asks: it is in another system`] : [];
  });
  const services = nodes.filter((n) => n.object?.kind === 'Service');
  const twice = services.filter((s) => !isAloneIn(s, services)).map((s) => s.object?.name ?? '');
  const ambiguous = twice.map(
    (name) => `the short name ${name}, which is in two namespaces (${name}.NAMESPACE.svc works)`,
  );
  return [...new Set([...objects, ...outside, ...elsewhere, ...ambiguous])];
}
