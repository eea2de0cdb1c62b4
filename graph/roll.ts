import { isMarker, marker } from '../constructs/core/marker';
import { isSystem } from '../constructs/core/system';
import { type Digest, toValue } from '../constructs/core/value';
import type { GraphNode } from './graph';
import { at, isRecord } from './json-value';
import { dataReadBy, podTemplateOf, providedBy } from './references';

/** The annotation that rolls pods when what they read changes. */
export const DIGEST_ANNOTATION = 'seaworthy.dev/config-digest';

/** A Job must not run again because a password changed; a CronJob reads anew each time. */
const ROLLED = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/**
 * Writes on each pod template of a system a digest of the ConfigMaps and Secrets that its pods read, because Kubernetes changes those in
 * place and tells no pod. Where one of them is a Secret the digest is keyed, so that nobody can try passwords against it.
 * What is in no System is left as it is.
 */
export function rollOnChange(nodes: readonly GraphNode[]): GraphNode[] {
  const keys = new Map<string, string>();
  for (const { construct, path } of nodes) {
    if (isSystem(construct) && construct.digestKey !== undefined) keys.set(path, construct.digestKey);
  }
  const systems = new Set(nodes.filter((n) => isSystem(n.construct)).map((n) => n.path));
  const data = new Map<string, GraphNode>();
  for (const node of nodes) for (const key of providedBy(node)) data.set(key, node);
  return nodes.map((node) => {
    const template = ROLLED.has(node.object?.kind ?? '')
      ? podTemplateOf(node.object?.kind ?? '', node.inputs)
      : undefined;
    if (template === undefined || node.system === undefined || !systems.has(node.system)) return node;
    const digest = digestFor(node, template, data, keys.get(node.system));
    return digest === undefined ? node : annotated(node, marker(digest));
  });
}

function digestFor(
  node: GraphNode,
  template: Record<string, unknown>,
  data: ReadonlyMap<string, GraphNode>,
  key: string | undefined,
): Digest | undefined {
  const spec = isRecord(template.spec) ? template.spec : {};
  const namespace = node.object?.namespace ?? '';
  const read = new Map<string, GraphNode>();
  for (const { kind, name } of dataReadBy(spec)) {
    const found = data.get(`${kind} ${namespace}/${name}`);
    if (found !== undefined) read.set(found.path, found);
  }
  if (read.size === 0) return undefined;
  const of = [...read.values()].sort((a, b) => (a.path < b.path ? -1 : 1)).map(contentOf);
  const hasSecret = [...read.values()].some((n) => n.object?.kind === 'Secret');
  if (!hasSecret) return { kind: 'digest', of };
  const value = key === undefined || !isMarker(key) ? undefined : toValue(key);
  return value === undefined || typeof value === 'string' ? undefined : { kind: 'digest', of, key: value };
}

function contentOf({ inputs }: GraphNode): unknown {
  const { data, binaryData, stringData, spec } = inputs;
  return { data, binaryData, stringData, spec };
}

function annotated(node: GraphNode, digest: string): GraphNode {
  const { spec } = node.inputs;
  const template = at(spec, 'template');
  if (!isRecord(spec) || !isRecord(template)) return node;
  const annotations = at(template, 'metadata', 'annotations');
  const metadata = {
    ...(isRecord(template.metadata) ? template.metadata : {}),
    annotations: { ...(isRecord(annotations) ? annotations : {}), [DIGEST_ANNOTATION]: digest },
  };
  return { ...node, inputs: { ...node.inputs, spec: { ...spec, template: { ...template, metadata } } } };
}
