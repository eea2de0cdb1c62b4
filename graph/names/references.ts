import type { GraphNode } from '../graph';
import { madeBy } from './made';
import { keyOf, keysOf } from './name';
import { namedBy, reasonOf } from './named';

/** Finds what an object refers to among the nodes of the graph. What is not in it, {@link nameProblems} tells. */
export class References {
  private readonly provided = new Map<string, GraphNode>();

  constructor(nodes: readonly GraphNode[]) {
    for (const node of nodes)
      for (const made of madeBy(node)) this.provided.set(`${node.provider ?? ''} ${keyOf(made)}`, node);
  }

  of(node: GraphNode): { node: GraphNode; reason: string }[] {
    return namedBy(node).flatMap((named) => {
      if (named.waits === false) return [];
      const found = keysOf(named).flatMap((key) => this.provided.get(`${node.provider ?? ''} ${key}`) ?? []);
      return found.map((one) => ({ node: one, reason: reasonOf(named) }));
    });
  }
}
