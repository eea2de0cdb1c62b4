import type { GraphNode } from './graph';
import { at, text } from './json-value';

const REPLICAS = 'spec.replicas';

/** Kinds that own the copies of another, and the kind of that where it is not said. https://keda.sh/docs/latest/reference/scaledobject-spec/#scaletargetref */
const AUTOSCALERS: Readonly<Record<string, string>> = {
  HorizontalPodAutoscaler: 'Deployment',
  ScaledObject: 'Deployment',
};

/**
 * Leaves the number of copies to the autoscaler, of whatever one scales: the declared number is where it starts. Otherwise the next
 * unrelated change would set it back, or fail.
 */
export function leaveToAutoscalers(nodes: readonly GraphNode[]): GraphNode[] {
  const scaled = new Set(nodes.flatMap(targetOf));
  return nodes.map((node) => {
    if (node.object === undefined || !scaled.has(keyOf(node, node.object.kind, node.object.name))) return node;
    const ignoreChanges = new Set([...(node.options.ignoreChanges ?? []), REPLICAS]);
    return { ...node, options: { ...node.options, ignoreChanges: [...ignoreChanges] } };
  });
}

function targetOf(node: GraphNode): string[] {
  const kindOfTarget = AUTOSCALERS[node.object?.kind ?? ''];
  if (kindOfTarget === undefined) return [];
  const target = at(node.inputs, 'spec', 'scaleTargetRef');
  return [keyOf(node, text(at(target, 'kind')) ?? kindOfTarget, text(at(target, 'name')) ?? '')];
}

function keyOf({ provider, object }: GraphNode, kind: string, name: string): string {
  return `${provider ?? ''} ${kind} ${object?.namespace ?? ''}/${name}`;
}
