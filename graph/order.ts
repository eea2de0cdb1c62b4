import type { Problem } from '../constructs/core/problem';
import type { GraphEdge, GraphNode } from './graph';

/** Being looked at, or done. */
type Colour = 'grey' | 'black';

/**
 * Puts each node after all that it needs, and components first, keeping the program's order otherwise. Depth-first with colours and
 * a stack of its own, so that neither a diamond nor a long chain costs more than its edges. A cycle is a problem with its whole way.
 */
export function ordered(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): { nodes: GraphNode[]; problems: Problem[] } {
  const byPath = new Map(nodes.map((node) => [node.path, node]));
  const needs = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    const known = needs.get(edge.from);
    if (known === undefined) needs.set(edge.from, [edge]);
    else known.push(edge);
  }
  const colour = new Map<string, Colour>();
  const result = nodes.filter((node) => node.form === 'component');
  for (const node of nodes) {
    if (node.form === 'component') continue;
    const cycle = visit(node, { byPath, needs, colour, result });
    if (cycle !== undefined) return { nodes: [...nodes], problems: [cycleProblem(cycle)] };
  }
  return { nodes: result, problems: [] };
}

interface Visit {
  readonly byPath: ReadonlyMap<string, GraphNode>;
  readonly needs: ReadonlyMap<string, readonly GraphEdge[]>;
  readonly colour: Map<string, Colour>;
  readonly result: GraphNode[];
}

const NO_EDGES: readonly GraphEdge[] = [];

/** Visits what can be reached from a node; gives the edges of a cycle where there is one. */
function visit(start: GraphNode, { byPath, needs, colour, result }: Visit): GraphEdge[] | undefined {
  if (colour.has(start.path)) return undefined;
  const stack: { node: GraphNode; next: number; by?: GraphEdge }[] = [{ node: start, next: 0 }];
  colour.set(start.path, 'grey');
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const edge = (needs.get(top.node.path) ?? NO_EDGES)[top.next++];
    if (edge === undefined) {
      colour.set(top.node.path, 'black');
      result.push(top.node);
      stack.pop();
      continue;
    }
    const node = byPath.get(edge.to);
    const seen = colour.get(edge.to);
    if (seen === 'grey') return [...wayFrom(edge.to, stack), edge];
    if (node === undefined || seen === 'black') continue;
    colour.set(node.path, 'grey');
    stack.push({ node, next: 0, by: edge });
  }
  return undefined;
}

/** The edges on the stack from a node on. */
function wayFrom(path: string, stack: readonly { node: GraphNode; by?: GraphEdge }[]): GraphEdge[] {
  const start = stack.findIndex((step) => step.node.path === path);
  return stack.slice(start + 1).flatMap((step) => (step.by === undefined ? [] : [step.by]));
}

function cycleProblem(cycle: readonly GraphEdge[]): Problem {
  const way = cycle.map(({ from, to, reason }) => `\n      ${from} needs ${to}: ${reason}`).join('');
  return {
    code: 'SW-GRAPH-001',
    severity: 'error',
    where: cycle[0]?.from ?? '',
    what: `${cycle.length} nodes wait for each other in a circle, so none can be the first:${way}`,
    fix: 'remove one of these dependencies',
  };
}
