import { isMarker } from '../constructs/core/marker';
import type { Problem } from '../constructs/core/problem';
import { amountOf } from '../constructs/core/quantity';
import type { GraphNode } from './graph';
import { at, isRecord, list, text } from './json-value';
import { podSpecOf } from './pods';

/** What pods ask a scheduler for. */
export interface Requests {
  /** Cores. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly pods: number;
}

const NOTHING: Requests = { cpu: 0, memory: 0, pods: 0 };
const GIBI = 1024 ** 3;
/** Kinds whose pods are always there. A DaemonSet is counted once: how many nodes there are is not known here. */
const STAYS = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
const COMES_AND_GOES = new Set(['Job', 'CronJob']);

/**
 * What the pods of these nodes ask for together: those that stay, with the copies that they start with, and room for the largest of those
 * that come and go. What a Helm release makes is its chart's, and not counted.
 */
export function requestsOf(nodes: readonly GraphNode[]): Requests {
  return asked(nodes, replicasOf);
}

/** As {@link requestsOf}, with as many copies as autoscalers may make. */
export function mostRequestsOf(nodes: readonly GraphNode[]): Requests {
  const most = new Map(nodes.flatMap(mostCopies));
  return asked(nodes, (node) =>
    Math.max(replicasOf(node), most.get(keyOf(node, node.object?.kind ?? '', node.object?.name ?? '')) ?? 0),
  );
}

function asked(nodes: readonly GraphNode[], copiesOf: (node: GraphNode) => number): Requests {
  const staying = nodes.filter(({ object }) => STAYS.has(object?.kind ?? ''));
  const passing = nodes.filter(({ object }) => COMES_AND_GOES.has(object?.kind ?? '')).map(podRequests);
  const largest = {
    cpu: Math.max(0, ...passing.map((p) => p.cpu)),
    memory: Math.max(0, ...passing.map((p) => p.memory)),
  };
  const all = staying.map((node) => times(podRequests(node), copiesOf(node))).reduce(plus, NOTHING);
  return plus(all, { ...largest, pods: passing.length === 0 ? 0 : 1 });
}

/** Of one pod: its containers together or, where that is more, the largest of those that run before them. https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers */
function podRequests({ object, inputs }: GraphNode): Requests {
  const pod = podSpecOf(object?.kind ?? '', inputs);
  const [before, sidecars] = [false, true].map((stays) =>
    list(pod?.initContainers).filter((c) => (at(c, 'restartPolicy') === 'Always') === stays),
  );
  const together = [...list(pod?.containers), ...(sidecars ?? [])].map(containerRequests).reduce(plus, NOTHING);
  const first = (before ?? []).map(containerRequests);
  return {
    cpu: Math.max(together.cpu, ...first.map((c) => c.cpu)),
    memory: Math.max(together.memory, ...first.map((c) => c.memory)),
    pods: 1,
  };
}

/** Where nothing is asked for, the limit is. */
function containerRequests(container: unknown): Requests {
  const of = (name: string) =>
    quantity(at(container, 'resources', 'requests', name) ?? at(container, 'resources', 'limits', name));
  return { cpu: of('cpu'), memory: of('memory'), pods: 0 };
}

function quantity(held: unknown): number {
  if ((typeof held !== 'string' && typeof held !== 'number') || isMarker(held)) return 0;
  return amountOf(held) ?? 0;
}

function replicasOf({ object, inputs }: GraphNode): number {
  const replicas = object?.kind === 'DaemonSet' ? 1 : at(inputs, 'spec', 'replicas');
  return typeof replicas === 'number' && !isMarker(replicas) ? replicas : 1;
}

function mostCopies(node: GraphNode): [string, number][] {
  if (node.object?.kind !== 'HorizontalPodAutoscaler') return [];
  const [target, most] = [at(node.inputs, 'spec', 'scaleTargetRef'), at(node.inputs, 'spec', 'maxReplicas')];
  if (typeof most !== 'number' || isMarker(most)) return [];
  return [[keyOf(node, text(at(target, 'kind')) ?? '', text(at(target, 'name')) ?? ''), most]];
}

function keyOf({ object }: GraphNode, kind: string, name: string): string {
  return `${kind} ${object?.namespace ?? ''}/${name}`;
}

function times({ cpu, memory, pods }: Requests, copies: number): Requests {
  return { cpu: cpu * copies, memory: memory * copies, pods: pods * copies };
}

function plus(a: Requests, b: Requests): Requests {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory, pods: a.pods + b.pods };
}

/** What a quota bounds, in words. */
const BOUNDED = {
  'requests.cpu': {
    of: 'cpu',
    words: (n: number) => `${round(n)} CPU`,
    fix: (n: number) => `Cpu.units(${Math.ceil(n)})`,
  },
  'requests.memory': {
    of: 'memory',
    words: (n: number) => `${round(n / GIBI)}Gi of memory`,
    fix: (n: number) => `Size.gibibytes(${Math.ceil(n / GIBI)})`,
  },
  pods: { of: 'pods', words: (n: number) => `${n} pods`, fix: (n: number) => `${n}` },
} as const;

/** Quotas that are smaller than what stands in their namespace: an error where not even the first copies fit, else a warning. */
export function quotaProblems(nodes: readonly GraphNode[]): Problem[] {
  return nodes.flatMap((quota): Problem[] => {
    const hard = at(quota.inputs, 'spec', 'hard');
    if (quota.object?.kind !== 'ResourceQuota' || !isRecord(hard)) return [];
    const inside = nodes.filter(
      (n) => n.object?.namespace === quota.object?.namespace && n.provider === quota.provider,
    );
    const [first, most] = [requestsOf(inside), mostRequestsOf(inside)];
    return Object.entries(BOUNDED).flatMap(([name, { of, words, fix }]): Problem[] => {
      const bound = hard[name] === undefined ? Number.POSITIVE_INFINITY : quantity(hard[name]);
      if (most[of] <= bound) return [];
      const fits = first[of] <= bound;
      const who = fits
        ? `with as many copies as may run they ask for ${words(most[of])}`
        : `they ask for ${words(first[of])}`;
      const what = `${name} is ${String(hard[name])} for all pods of ${quota.object?.namespace}, and ${who}${fits ? '; the last copies would not start' : ''}.`;
      const severity = fits ? 'warning' : 'error';
      return [
        { code: 'SW-QUOTA-002', severity, where: quota.path, what, fix: `${of}: ${fix(most[of])}, or fewer copies` },
      ];
    });
  });
}

function round(n: number): number {
  return Math.round(n * 100) / 100;
}
