import { isMarker, valueBehind } from '../constructs/core/marker';
import { type Problem, ProblemsError } from '../constructs/core/problem';
import type { Graph, GraphNode } from '../graph/graph';
import { at, isRecord, pathText, text } from '../graph/json-value';
import { fileNames, folderNames, type Named } from './file-names';
import { objectsOf } from './flux';
import { writtenValue } from './written-value';
import { yamlText } from './yaml-text';

/** An environment as files, not written yet. */
export interface YamlFiles {
  /** Folder of a system → file → text. */
  readonly folders: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Number of objects. */
  readonly objects: number;
  /** Files of Secrets with placeholders, which no Kustomization lists: `talos/secret-talos-secrets.yaml`. */
  readonly secrets: readonly string[];
  /** What is known only after apply, and where it is missing. */
  readonly unknown: readonly UnknownPlace[];
  /** Files of Helm releases, which Flux installs. */
  readonly releases: readonly string[];
  /** API groups that Kubernetes does not have by itself: their operators must be there. */
  readonly groups: readonly string[];
  /** Cloud resources and providers, which are no YAML. */
  readonly cloud: number;
}

export interface UnknownPlace {
  readonly source: string;
  readonly file: string;
  readonly field: string;
}

/** One object on its way into a file. */
interface Draft extends Named {
  readonly folder: string;
  readonly node: GraphNode;
  readonly object: Readonly<Record<string, unknown>>;
}

/**
 * Graphs as YAML: one folder a system, one file an object, byte for byte the same from run to run. No file ever holds a secret: a Secret gets
 * placeholders that are no base64, so that the API server refuses it. Each folder has a Kustomization, so that `kubectl apply -k` makes
 * namespaces before what stands in them.
 * @throws ProblemsError SW-SYNTH-001 where two nodes are one object
 */
export function yamlFiles(graphs: readonly Graph[]): YamlFiles {
  const nodes = graphs.flatMap((graph) => graph.nodes);
  const drafts = draftsOf(nodes);
  const placed = placedOf(drafts);
  const written = placed.map(({ draft, file }) => ({ ...draft, file, ...contentOf(draft, `${draft.folder}/${file}`) }));
  const folders = new Map<string, Map<string, string>>();
  for (const { folder, file, content } of written) {
    const files = folders.get(folder) ?? new Map<string, string>();
    folders.set(folder, files.set(file, yamlText(content)));
  }
  for (const [folder, files] of folders) {
    const listed = written.filter((w) => w.folder === folder && !w.isFilled).map((w) => w.file);
    if (listed.length > 0) files.set(KUSTOMIZATION, kustomization(listed));
  }
  const paths = (some: typeof written) => some.map(({ folder, file }) => `${folder}/${file}`).sort();
  return {
    folders,
    objects: written.length,
    secrets: paths(written.filter((w) => w.isFilled)),
    unknown: written.flatMap((w) => w.unknown),
    releases: paths(written.filter((w) => w.kind === 'HelmRelease' && w.node.form === 'release')),
    groups: [...new Set(written.flatMap((w) => foreignGroup(w.apiVersion)))].sort(),
    cloud: nodes.filter((n) => n.form === 'cloud').length,
  };
}

/** Its name without ending is one of the three that kustomize knows, and the one that `kubectl apply -f` takes for no manifest. */
export const KUSTOMIZATION = 'Kustomization';

/** kustomize puts namespaces, CRDs and what others refer to first, whatever the order here. */
export function kustomization(resources: readonly string[]): string {
  const apiVersion = 'kustomize.config.k8s.io/v1beta1';
  return yamlText({ apiVersion, kind: KUSTOMIZATION, resources: [...resources].sort() });
}

function draftsOf(nodes: readonly GraphNode[]): Draft[] {
  const systems = [...new Set(nodes.map(systemOf))];
  const folders = folderNames(systems);
  const folderOf = new Map(systems.map((system, i) => [system, folders[i] ?? system]));
  return nodes.flatMap((node) =>
    objectsOf(node).map((object): Draft => {
      const metadata = at(object, 'metadata');
      return {
        node,
        object,
        folder: folderOf.get(systemOf(node)) ?? '',
        apiVersion: text(at(object, 'apiVersion')) ?? '',
        kind: text(at(object, 'kind')) ?? '',
        name: text(at(metadata, 'name')) ?? '',
        namespace: text(at(metadata, 'namespace')),
        home: homeOf(node),
      };
    }),
  );
}

function systemOf({ system }: GraphNode): string {
  return system ?? 'app';
}

/** The namespace of the chart that the node's system is. */
function homeOf({ construct, system }: GraphNode): string | undefined {
  const chart = construct.node.scopes.find((scope) => scope.node.path === system);
  return chart !== undefined && 'namespace' in chart ? text(chart.namespace) : undefined;
}

function placedOf(drafts: readonly Draft[]): { readonly draft: Draft; readonly file: string }[] {
  const twice: Problem[] = [];
  const placed = [...new Set(drafts.map((d) => d.folder))].flatMap((folder) => {
    const here = drafts.filter((d) => d.folder === folder);
    const names = fileNames(here);
    return here.flatMap((draft, i) => {
      const file = names[i];
      if (file === undefined) twice.push(sameObject(draft));
      return file === undefined ? [] : [{ draft, file }];
    });
  });
  if (twice.length > 0) throw new ProblemsError(twice);
  return placed;
}

function sameObject({ node, kind, name, namespace }: Draft): Problem {
  const what = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} is made more than once; one file cannot hold both.`;
  return { code: 'SW-SYNTH-001', severity: 'error', where: node.path, what, fix: 'give one of them another name' };
}

function foreignGroup(apiVersion: string): string[] {
  const [group = '', version] = apiVersion.split('/');
  return version !== undefined && group.includes('.') && !group.endsWith('.k8s.io') ? [group] : [];
}

interface Content {
  readonly content: unknown;
  /** A Secret with placeholders. */
  readonly isFilled: boolean;
  readonly unknown: readonly UnknownPlace[];
}

function contentOf({ node, object }: Draft, file: string): Content {
  const hidden = node.object?.kind === 'Secret' ? withoutData(node, object) : undefined;
  const unknown: UnknownPlace[] = [];
  const path: (string | number)[] = [];
  const walk = (thing: unknown): unknown => {
    if (typeof thing === 'string' || typeof thing === 'number') {
      if (!isMarker(thing)) return thing;
      const { text: words, unknown: source } = writtenValue(valueBehind(thing));
      if (source !== undefined) unknown.push({ source, file, field: pathText(path) });
      return words;
    }
    if (Array.isArray(thing)) return thing.map((item, i) => below(i, item));
    if (!isRecord(thing)) return thing;
    const kept = Object.entries(thing).filter(([, value]) => !isKeyedDigest(value));
    if (kept.length === 0 && Object.keys(thing).length > 0) return undefined;
    return Object.fromEntries(kept.map(([key, value]) => [key, below(key, value)]));
  };
  const below = (key: string | number, item: unknown): unknown => {
    path.push(key);
    const written = walk(item);
    path.pop();
    return written;
  };
  return { content: walk(hidden ?? object), isFilled: hidden !== undefined, unknown };
}

/** Of secrets that nobody has here: who fills them in rolls the pods. */
function isKeyedDigest(thing: unknown): boolean {
  if (typeof thing !== 'string' || !isMarker(thing)) return false;
  const value = valueBehind(thing);
  return value.kind === 'digest' && value.key !== undefined;
}

/** With placeholders under `data`, whatever they stood under: there must be base64, which a placeholder is not. Undefined where all is open. */
function withoutData(node: GraphNode, object: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const isOpen = (key: string) => node.options.openKeys?.includes(key) === true;
  const { data, stringData, ...rest } = object;
  const held = [data, stringData].flatMap((field) => (isRecord(field) ? Object.keys(field) : []));
  if (held.every(isOpen)) return undefined;
  const placeholder = (key: string) => `<secret: ${node.object?.name}/${key}>`;
  const open = isRecord(data) ? Object.entries(data).filter(([key]) => isOpen(key)) : [];
  const openText = isRecord(stringData) ? Object.entries(stringData).filter(([key]) => isOpen(key)) : [];
  return {
    ...rest,
    ...(openText.length === 0 ? {} : { stringData: Object.fromEntries(openText) }),
    data: Object.fromEntries([...held.filter((key) => !isOpen(key)).map((key) => [key, placeholder(key)]), ...open]),
  };
}
