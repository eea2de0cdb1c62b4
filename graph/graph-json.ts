import { isMarker, valueBehind } from '../constructs/core/marker';
import { isSecret, leavesOf, sourceOf, type Value } from '../constructs/core/value';
import type { Graph } from './graph';
import { isRecord } from './json-value';

/** Version of the form below; graph.schema.json describes it. */
export const GRAPH_VERSION = 1;

/** A value in the JSON of a graph: where it comes from, never what it is. */
export interface JsonValue {
  readonly $value: { readonly kind: Value['kind']; readonly from: readonly string[]; readonly secret: boolean };
}

/** The graph for machines: the same from run to run, without a secret, without a marker. */
export function graphJson(graph: Graph) {
  return {
    version: GRAPH_VERSION,
    nodes: graph.nodes.map(({ construct: _, inputs, ...node }) => ({ ...node, inputs: withoutMarkers(inputs) })),
    edges: graph.edges,
    parts: graph.parts,
    connections: graph.connections,
    problems: graph.problems,
  };
}

/** Replaces markers by what they stand for. */
export function withoutMarkers(thing: unknown): unknown {
  if (typeof thing === 'string' || typeof thing === 'number')
    return isMarker(thing) ? described(valueBehind(thing)) : thing;
  if (Array.isArray(thing)) return thing.map(withoutMarkers);
  if (!isRecord(thing)) return thing;
  return Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, withoutMarkers(value)]));
}

function described(value: Value): JsonValue {
  return { $value: { kind: value.kind, from: [...new Set(leavesOf(value).map(sourceOf))], secret: isSecret(value) } };
}
