import type { IConstruct } from 'constructs';
import { leavesIn } from '../constructs/core/value';
import type { GraphEdge, GraphNode } from './graph';
import { References } from './names/references';
import type { Walked } from './walked';

/** What a node waits for, with the reason. One reason for each pair is enough. */
class Edges {
  private readonly to = new Map<string, Map<string, string>>();

  add(from: string, to: string, reason: string): void {
    if (from === to) return;
    const known = this.to.get(from) ?? new Map<string, string>();
    if (!known.has(to)) known.set(to, reason);
    this.to.set(from, known);
  }

  of(from: string): ReadonlyMap<string, string> {
    return this.to.get(from) ?? NONE;
  }

  all(): GraphEdge[] {
    return [...this.to].flatMap(([from, targets]) => [...targets].map(([to, reason]) => ({ from, to, reason })));
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

/** All edges between nodes: those that Kubernetes and outputs imply, and those that the program declared. */
export function dependencies(walked: Walked): GraphEdge[] {
  const edges = new Edges();
  const byConstruct = new Map(walked.nodes.map((node) => [node.construct, node]));
  const references = new References(walked.nodes);
  for (const node of walked.nodes) {
    if (node.form === 'component') continue;
    for (const { node: to, reason } of references.of(node)) edges.add(node.path, to.path, reason);
    for (const leaf of leavesIn(node.inputs)) {
      if (leaf.kind !== 'attribute') continue;
      const to = byConstruct.get(leaf.of);
      if (to !== undefined) edges.add(node.path, to.path, `uses its ${leaf.path}`);
    }
    if (node.provider !== undefined) edges.add(node.path, node.provider, 'is created by it');
  }
  for (const { construct, target } of declarations(walked)) declared(construct, target, walked, edges);
  return edges.all();
}

interface Declaration {
  readonly construct: IConstruct;
  readonly target: IConstruct;
}

/** What the program declared, the smallest groups first: the edges inside a group thin out those between groups. */
function declarations({ constructs, index, last }: Walked): Declaration[] {
  const size = (construct: IConstruct) => {
    const start = index.get(construct) ?? 0;
    return (last[start] ?? start) - start;
  };
  const all = constructs.flatMap((construct) => construct.node.dependencies.map((target) => ({ construct, target })));
  return all
    .map((declaration) => ({ ...declaration, size: size(declaration.construct) + size(declaration.target) }))
    .sort((a, b) => a.size - b.size);
}

/** Group to group: the first of one after the last of the other, which implies all the rest with S + T edges, not S × T. */
function declared(construct: IConstruct, target: IConstruct, walked: Walked, edges: Edges): void {
  const sources = below(construct, walked);
  const targets = below(target, walked);
  const inSources = new Set(sources.map((n) => n.path));
  const first = sources.filter((n) => ![...edges.of(n.path).keys()].some((to) => inSources.has(to)));
  const needed = new Set(targets.flatMap((n) => [...edges.of(n.path).keys()]));
  const last = targets.filter((n) => !needed.has(n.path));
  const reason = `${construct.node.path} was told to wait for ${target.node.path}`;
  for (const from of first) for (const to of last) if (!inSources.has(to.path)) edges.add(from.path, to.path, reason);
}

/** The resources in a construct's subtree: a range of the walk. */
function below(construct: IConstruct, walked: Walked): GraphNode[] {
  const start = walked.index.get(construct);
  if (start === undefined) return [];
  const end = walked.last[start] ?? start;
  const found: GraphNode[] = [];
  for (let i = firstAtOrAfter(walked.at, start); i < walked.at.length && (walked.at[i] ?? 0) <= end; i++) {
    const node = walked.nodes[i];
    if (node !== undefined && node.form !== 'component') found.push(node);
  }
  return found;
}

function firstAtOrAfter(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
