import type { Graph, GraphNode } from './graph';
import { at, isRecord, text } from './json-value';

/** On Namespaces: `project/stack`, so that another stack sees at preview whose it is. */
export const STACK_ANNOTATION = 'seaworthy.dev/stack';

/** The stack that a live object says it is of. */
export function ownerOf(metadata: unknown): string | undefined {
  return text(at(metadata, 'annotations', STACK_ANNOTATION));
}

/** The same graph, its Namespaces with the mark of their stack. What stands in them needs none. */
export function markedAs(stack: string, graph: Graph): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => (node.object?.kind === 'Namespace' ? marked(node, stack) : node)),
  };
}

function marked(node: GraphNode, stack: string): GraphNode {
  const { metadata } = node.inputs;
  if (!isRecord(metadata)) return node;
  const annotations = { ...(isRecord(metadata.annotations) ? metadata.annotations : {}), [STACK_ANNOTATION]: stack };
  return { ...node, inputs: { ...node.inputs, metadata: { ...metadata, annotations } } };
}
