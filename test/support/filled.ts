import { isMarker, valueBehind } from '../../constructs/core/marker';
import type { Value } from '../../constructs/core/value';
import type { Graph } from '../../graph/graph';
import { isRecord } from '../../graph/json-value';

export type KubeJson = Record<string, unknown>;

/** The Kubernetes objects of a graph, with a plausible text wherever a value is known only after apply. */
export function objectsOf(graph: Graph): KubeJson[] {
  return graph.nodes.flatMap((node) => {
    const inputs = node.object === undefined ? undefined : filled(node.inputs);
    return isRecord(inputs) ? [inputs] : [];
  });
}

export function filled(thing: unknown): unknown {
  if (typeof thing === 'number' && isMarker(thing)) return 5432;
  if (typeof thing === 'string' && isMarker(thing)) return plausible(valueBehind(thing));
  if (Array.isArray(thing)) return thing.map(filled);
  if (!isRecord(thing)) return thing;
  return Object.fromEntries(
    Object.entries(thing).map(([key, value]) => [key, isRange(key, value) ? RANGE : filled(value)]),
  );
}

/** A range of addresses that another stack tells. */
const RANGE = '10.0.1.0/24';
const isRange = (key: string, value: unknown) => key === 'cidr' && typeof value === 'string' && isMarker(value);

function plausible(value: Value): string {
  switch (value.kind) {
    case 'composed':
      return value.pieces.map((p) => (typeof p === 'string' ? p : plausible(p.value))).join('');
    case 'base64':
      return Buffer.from(typeof value.of === 'string' ? value.of : plausible(value.of)).toString('base64');
    case 'digest':
      return '0'.repeat(64);
    default:
      return 'known-after-apply';
  }
}
