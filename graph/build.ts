import { ApiObject, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { broughtBy } from '../constructs/core/brought';
import { CloudResource } from '../constructs/core/cloud-resource';
import { HelmRelease } from '../constructs/core/helm-release';
import { legible } from '../constructs/core/legible';
import { aliasesOf, componentOf, nodeOptionsOf, providersOf } from '../constructs/core/node-options';
import { type Connection, connectionsOf, factsOf } from '../constructs/core/part';
import { type ObjectPatch, patchesOf } from '../constructs/core/patch';
import { type Problem, problemsOf, readOrTold } from '../constructs/core/problem';
import { STACK_REFERENCE } from '../constructs/core/stack-outputs';
import { isSystem } from '../constructs/core/system';
import { withoutForeignNamespace } from './custom-fields';
import { dependencies } from './dependencies';
import { CLUSTER_SCOPED } from './fields';
import { type Graph, type GraphEdge, type GraphNode, identityKey, typeOf } from './graph';
import { at, isRecord, text } from './json-value';
import { normalForm } from './normal-form';
import { importProblems, soundOptions } from './options';
import { ordered } from './order';
import { rollOnChange } from './roll';
import { leaveToAutoscalers } from './scaled';
import { ToJson } from './to-json';
import type { Walked } from './walked';

/** What is told to everything below a construct. */
interface Surroundings {
  readonly parent?: string;
  readonly system?: string;
  readonly part?: string;
  readonly providers: Readonly<Record<string, IConstruct>>;
  /** What is changed of objects, the innermost first. */
  readonly patches: readonly ObjectPatch[];
  /** Earlier paths of the construct above. */
  readonly oldPaths: readonly string[];
}

interface Step {
  readonly construct: IConstruct;
  readonly around: Surroundings;
}

/**
 * Makes the graph of a cdk8s app, or of any construct tree. Never calls cdk8s' own synthesis, which is quadratic in charts: walks,
 * validates, renders and orders once, in time linear in the objects. Problems are collected, never thrown.
 */
export function buildGraph(root: IConstruct): Graph {
  const found = walk(root);
  // What digests are made of is waited for, too.
  const rolled = rollOnChange(withoutForeignNamespace(found.nodes));
  const walked = { ...found, nodes: rolled.nodes };
  const edges = dependencies(walked);
  const { nodes, problems } = ordered(leaveToAutoscalers(withoutIdleProviders(walked.nodes, edges)), edges);
  const { parts, connections, brought } = walked;
  return {
    nodes,
    edges,
    parts,
    connections,
    brought,
    problems: [...walked.problems, ...rolled.problems, ...problems, ...importProblems(nodes), ...doubles(nodes)],
  };
}

/** A provider that nobody uses is not registered: the engine would start its plugin, and ask for its credentials, for nothing. */
function withoutIdleProviders(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): readonly GraphNode[] {
  const used = new Set(edges.map(({ to }) => to));
  return nodes.filter(({ form, path }) => form !== 'provider' || used.has(path));
}

function walk(root: IConstruct): Walked {
  const walked: Walked = {
    constructs: [],
    index: new Map(),
    last: [],
    nodes: [],
    at: [],
    problems: [],
    parts: [],
    connections: [],
    brought: [],
  };
  const toJson = new ToJson(walked.problems);
  try {
    visit({ construct: root, around: { providers: {}, patches: [], oldPaths: [] } }, walked, toJson);
    walked.problems.push(...walked.constructs.flatMap(patchesOf).flatMap((patch) => withoutObject(patch, toJson)));
  } finally {
    toJson.dispose();
  }
  return walked;
}

function visit({ construct, around }: Step, walked: Walked, toJson: ToJson): void {
  const here = walked.constructs.push(construct) - 1;
  walked.index.set(construct, here);
  walked.problems.push(...problemsOf(construct));
  walked.brought.push(...broughtBy(construct));
  const below = surroundingsBelow(construct, around, walked);
  const node = readOrTold(construct, walked.problems, () => nodeOf(construct, around, below, toJson));
  if (node !== undefined) {
    walked.nodes.push({ ...node, options: soundOptions(node.options, node.path, walked.problems) });
    walked.at.push(here);
  }
  for (const child of construct.node.children) visit({ construct: child, around: below }, walked, toJson);
  walked.last[here] = walked.constructs.length - 1;
}

function surroundingsBelow(construct: IConstruct, around: Surroundings, walked: Walked): Surroundings {
  const { path } = construct.node;
  const type = componentType(construct);
  const facts = factsOf(construct);
  const system = isSystem(construct) || (around.system === undefined && type !== undefined) ? path : around.system;
  if (facts !== undefined && system !== undefined) {
    const said = readOrTold(construct, walked.problems, () => facts().map(legible)) ?? [];
    walked.parts.push({ path, system, facts: said });
  }
  if (isSystem(construct)) {
    const read = connectionsOf(construct).map((one) => readOrTold(construct, walked.problems, () => connection(one)));
    walked.connections.push(...read.filter((one) => one !== undefined));
  }
  const parent = type === undefined ? around.parent : path;
  const part = facts === undefined ? around.part : path;
  return {
    oldPaths: oldPathsOf(construct, around),
    providers: { ...around.providers, ...providersOf(construct) },
    patches: patchesBelow(construct, around),
    ...(parent === undefined ? {} : { parent }),
    ...(system === undefined ? {} : { system }),
    ...(part === undefined ? {} : { part }),
  };
}

function patchesBelow(construct: IConstruct, { patches }: Surroundings): readonly ObjectPatch[] {
  const own = patchesOf(construct);
  return own.length === 0 ? patches : [...own, ...patches];
}

function connection(read: () => Connection): Connection {
  const found = read();
  return { ...found, facts: found.facts.map(legible) };
}

function withoutObject(patch: ObjectPatch, { applied }: ToJson): Problem[] {
  if (applied.has(patch)) return [];
  const what = `patch(…, '${patch.kind}', …) changes nothing: there is no ${patch.kind} in it.`;
  const fix = `patch(…, 'Deployment', …), or the kind that the preview shows there`;
  return [{ code: 'SW-PATCH-001', severity: 'error', where: patch.by, what, fix }];
}

/** Charts and classes that say so are components; everything else is transparent, so that adding a child moves nothing. */
function componentType(construct: IConstruct): string | undefined {
  return componentOf(construct) ?? (Chart.isChart(construct) ? 'seaworthy:cdk8s:Chart' : undefined);
}

function nodeOf(
  construct: IConstruct,
  around: Surroundings,
  below: Surroundings,
  toJson: ToJson,
): GraphNode | undefined {
  const { path } = construct.node;
  const type = componentType(construct);
  if (type !== undefined) return { ...common(construct, around, below), path, type, form: 'component', inputs: {} };
  if (ApiObject.isApiObject(construct)) return objectNode(construct, around, below.patches, toJson);
  if (CloudResource.isCloudResource(construct)) {
    const form = formOf(construct.type);
    const inputs = toJson.ofCloudResource(construct);
    const provider = form === 'cloud' ? around.providers[construct.package] : undefined;
    return { ...common(construct, around), ...providerOf(provider), path, type: construct.type, form, inputs };
  }
  if (HelmRelease.isHelmRelease(construct)) {
    const inputs = toJson.ofRelease(construct);
    const provider = providerOf(around.providers.kubernetes);
    return {
      ...common(construct, around),
      ...provider,
      path,
      type: 'kubernetes:helm.sh/v3:Release',
      form: 'release',
      inputs,
    };
  }
  return undefined;
}

function formOf(type: string): 'provider' | 'reference' | 'cloud' {
  if (type === STACK_REFERENCE) return 'reference';
  return type.startsWith('pulumi:providers:') ? 'provider' : 'cloud';
}

function objectNode(
  construct: ApiObject,
  around: Surroundings,
  patches: readonly ObjectPatch[],
  toJson: ToJson,
): GraphNode | undefined {
  const own = patches.filter((patch) => patch.kind === construct.kind);
  for (const patch of own) toJson.applied.add(patch);
  const inputs = toJson.ofObject(construct, own);
  if (inputs === undefined) return undefined;
  const { apiVersion, kind } = construct;
  const namespaced = !CLUSTER_SCOPED.has(`${apiVersion}/${kind}`);
  const metadata = isRecord(inputs.metadata) ? inputs.metadata : {};
  const { namespace: _chartsOwn, ...clusterWide } = metadata;
  const namespace = namespaced ? text(metadata.namespace) : undefined;
  const object = {
    apiVersion,
    kind,
    name: text(metadata.name) ?? '',
    ...(namespace === undefined ? {} : { namespace }),
  };
  return {
    ...common(construct, around),
    ...providerOf(around.providers.kubernetes),
    path: construct.node.path,
    type: typeOf(apiVersion, kind),
    form: 'object',
    inputs: normalForm(apiVersion, { ...inputs, metadata: namespaced ? metadata : clusterWide }),
    object,
  };
}

function common(construct: IConstruct, around: Surroundings, below: Surroundings = around) {
  return {
    construct,
    options: nodeOptionsOf(construct),
    aliases: oldPathsOf(construct, around),
    ...(around.parent === undefined ? {} : { parent: around.parent }),
    ...(below.system === undefined ? {} : { system: below.system }),
    ...(below.part === undefined ? {} : { part: below.part }),
  };
}

/** Its own aliases, and its place under those of what it stands in. */
function oldPathsOf(construct: IConstruct, around: Surroundings): readonly string[] {
  const own = aliasesOf(construct);
  if (own.length === 0 && around.oldPaths.length === 0) return NO_PATHS;
  return [...own, ...around.oldPaths.map((path) => `${path}/${construct.node.id}`)];
}
const NO_PATHS: readonly string[] = [];

function providerOf(provider: IConstruct | undefined): { provider?: string } {
  return provider === undefined ? {} : { provider: provider.node.path };
}

/** Two objects that are one to Kubernetes: the second up would fail, or worse, share it. */
function doubles(nodes: readonly GraphNode[]): Problem[] {
  const first = new Map<string, GraphNode>();
  return nodes.flatMap((node): Problem[] => {
    if (node.object === undefined || at(node.inputs, 'metadata', 'name') === undefined) return [];
    const key = `${node.provider ?? ''} ${identityKey(node.object)}`;
    const other = first.get(key);
    first.set(key, other ?? node);
    if (other === undefined) return [];
    const what = `${identityKey(node.object)} is made twice, here and by ${other.path}; a cluster holds one.`;
    const fix = `metadata: { name: '${node.object.name}-2' }`;
    return [{ code: 'SW-GRAPH-002', severity: 'error', where: node.path, what, fix }];
  });
}
