import { isMarker, marker } from '../constructs/core/marker';
import type { Problem } from '../constructs/core/problem';
import { isSystem } from '../constructs/core/system';
import { type Digest, toValue, type Value } from '../constructs/core/value';
import type { GraphNode } from './graph';
import { at, isRecord, text } from './json-value';
import { madeBy } from './names/made';
import { keyOf as nameKey } from './names/name';
import { dataReadBy, podTemplateOf } from './pods';

/** The annotation that rolls pods when a ConfigMap, an address or the place of a secret changes: what everybody may know. */
export const DIGEST_ANNOTATION = 'seaworthy.dev/config-digest';
/** The one that rolls pods when a secret changes that Pulumi holds. Keyed, so that nobody can try passwords against it. */
export const SECRET_DIGEST_ANNOTATION = 'seaworthy.dev/secret-digest';

/**
 * Names the Secrets that an operator writes: what changes in a store outside, Pulumi never sees, and Reloader, an add-on of the platform, restarts
 * the pods then. Read by nobody else. https://github.com/stakater/Reloader
 */
export const RELOAD_ANNOTATION = 'secret.reloader.stakater.com/reload';

/** Their Secret is written after them: pods that a digest rolled at once may have read the one of before. */
const WRITTEN_BY_OPERATOR = new Set(['ExternalSecret', 'SealedSecret']);

/** A Job must not run again because a password changed; a CronJob reads anew each time. */
const ROLLED = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/**
 * Writes on each pod template of a system digests of the ConfigMaps and Secrets that its pods read, because Kubernetes changes those in
 * place and tells no pod. What is open and what is secret have a digest each, so that the one never waits for the key of the other.
 * What is in no System is left as it is.
 */
export function rollOnChange(nodes: readonly GraphNode[]): { nodes: GraphNode[]; problems: Problem[] } {
  const systems = new Map(nodes.flatMap(({ construct, path }) => (isSystem(construct) ? [[path, construct]] : [])));
  const data = new Map<string, GraphNode>();
  for (const node of nodes) for (const made of madeBy(node)) data.set(nameKey(made), node);
  const problems: Problem[] = [];
  const rolled = nodes.map((node) => {
    const kind = node.object?.kind ?? '';
    const system = systems.get(node.system ?? '');
    const template = ROLLED.has(kind) ? podTemplateOf(kind, node.inputs) : undefined;
    if (template === undefined || system === undefined) return node;
    const read = readBy(node, template, data);
    const key = keyOf(system.digestKey);
    const secrets = read.filter((n) => hasContent(secretContentOf(n)));
    if (key === undefined) problems.push(...secrets.map((secret) => rollsNothing(secret, node)));
    const rolling = annotated(node, {
      ...digestOf(DIGEST_ANNOTATION, read.map(openContentOf)),
      ...(key === undefined ? {} : digestOf(SECRET_DIGEST_ANNOTATION, secrets.map(secretContentOf), key)),
    });
    return reloaded(rolling, read);
  });
  return { nodes: rolled, problems };
}

function readBy(node: GraphNode, template: unknown, data: ReadonlyMap<string, GraphNode>): GraphNode[] {
  const spec = at(template, 'spec');
  const namespace = node.object?.namespace ?? '';
  const read = new Map<string, GraphNode>();
  for (const { kind, name } of dataReadBy(isRecord(spec) ? spec : {})) {
    const found = data.get(nameKey({ kind, name, namespace }));
    if (found !== undefined) read.set(found.path, found);
  }
  return [...read.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function keyOf(key: string | undefined): Value | undefined {
  const value = key === undefined || !isMarker(key) ? undefined : toValue(key);
  return typeof value === 'string' ? undefined : value;
}

function digestOf(annotation: string, contents: readonly object[], key?: Value): Record<string, string> {
  const of = contents.filter(hasContent);
  if (of.length === 0) return {};
  const digest: Digest = { kind: 'digest', of, ...(key === undefined ? {} : { key }) };
  return { [annotation]: marker(digest) };
}

const FIELDS = ['data', 'binaryData', 'stringData', 'spec'];

/** What everybody may know of it: all of a ConfigMap and of an ExternalSecret, the open keys of a Secret. */
function openContentOf({ object, inputs, options }: GraphNode): Record<string, unknown> {
  return contentOf(inputs, (key) => object?.kind !== 'Secret' || options.openKeys?.includes(key) === true);
}

function secretContentOf({ object, inputs, options }: GraphNode): Record<string, unknown> {
  return contentOf(inputs, (key) => object?.kind === 'Secret' && options.openKeys?.includes(key) !== true);
}

function contentOf(
  inputs: Readonly<Record<string, unknown>>,
  isWanted: (key: string) => boolean,
): Record<string, unknown> {
  const fields = FIELDS.flatMap((field): [string, object][] => {
    const held = inputs[field];
    const wanted = Object.entries(isRecord(held) ? held : {}).filter(([key]) => isWanted(key));
    return wanted.length === 0 ? [] : [[field, Object.fromEntries(wanted)]];
  });
  return Object.fromEntries(fields);
}

function hasContent(content: object): boolean {
  return Object.keys(content).length > 0;
}

/** A secret that Pulumi writes where the backend of Secrets is another, so that there is no key. */
function rollsNothing({ object, path }: GraphNode, reader: GraphNode): Problem {
  const what = `${reader.object?.kind} ${reader.object?.name} reads Secret ${object?.name}, and its pods stay as they are when that changes: secrets of this environment are kept outside of Pulumi, and this one is not.`;
  const fix = `keep it where the others are: inject(…, fromStore('…'), …); or, after each change: kubectl rollout restart ${reader.object?.kind.toLowerCase()}/${reader.object?.name}`;
  return { code: 'SW-ROLL-001', severity: 'warning', where: path, what, fix };
}

/** On the object itself, where Reloader looks; its pods stay as they are. */
function reloaded(node: GraphNode, read: readonly GraphNode[]): GraphNode {
  const names = read.flatMap(({ object, inputs }) =>
    object !== undefined && WRITTEN_BY_OPERATOR.has(object.kind)
      ? [text(at(inputs, 'spec', 'target', 'name')) ?? object.name]
      : [],
  );
  if (names.length === 0) return node;
  return {
    ...node,
    inputs: {
      ...node.inputs,
      metadata: withAnnotations(node.inputs.metadata, { [RELOAD_ANNOTATION]: names.join(',') }),
    },
  };
}

function annotated(node: GraphNode, digests: Readonly<Record<string, string>>): GraphNode {
  const { spec } = node.inputs;
  const template = at(spec, 'template');
  if (!isRecord(spec) || !isRecord(template) || Object.keys(digests).length === 0) return node;
  const metadata = withAnnotations(template.metadata, digests);
  return { ...node, inputs: { ...node.inputs, spec: { ...spec, template: { ...template, metadata } } } };
}

function withAnnotations(metadata: unknown, more: Readonly<Record<string, string>>): Record<string, unknown> {
  const annotations = at(metadata, 'annotations');
  return {
    ...(isRecord(metadata) ? metadata : {}),
    annotations: { ...(isRecord(annotations) ? annotations : {}), ...more },
  };
}
