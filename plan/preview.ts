import type { RegisteredResource } from '../bridge/recorder';
import type { Connection } from '../constructs/core/part';
import type { Problem } from '../constructs/core/problem';
import { isSystem } from '../constructs/core/system';
import { type Requests, requestsOf } from '../graph/capacity';
import { uncheckedKinds } from '../graph/fields';
import type { Graph, GraphNode } from '../graph/graph';
import { withoutMarkers } from '../graph/graph-json';
import { text } from '../graph/json-value';
import { readable } from './wire';

/** Version of the form below; preview.schema.json describes it. */
export const PREVIEW_VERSION = 1;

/** What `pulumi preview` would show, for machines. */
export interface Preview {
  readonly version: typeof PREVIEW_VERSION;
  readonly environment: string;
  readonly target: string;
  readonly systems: readonly PreviewSystem[];
  readonly resources: readonly PreviewResource[];
  readonly edges: readonly Connection[];
  readonly problems: readonly Problem[];
  /** What the pods ask for together: cores, bytes of memory, pods. */
  readonly requests: Requests;
  /** Kinds whose fields nothing here could check. */
  readonly unchecked: readonly string[];
}

export interface PreviewSystem {
  readonly name: string;
  /** What is not an edge cannot talk. */
  readonly closed: boolean;
  readonly parts: readonly { readonly name: string; readonly path: string; readonly facts: readonly string[] }[];
}

export interface PreviewResource {
  readonly urn: string;
  readonly type: string;
  /** Groups others, and is nothing by itself: the stack, a system, a part. */
  readonly component?: true;
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly system?: string;
  readonly part?: string;
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly inputs: unknown;
}

export interface PreviewFacts {
  readonly environment: string;
  readonly target: string;
  readonly graphs: readonly Graph[];
  readonly resources: readonly RegisteredResource[];
  readonly problems: readonly Problem[];
}

/** Which systems and parts are wanted; all where nothing is said. */
export interface Narrowed {
  readonly system?: string;
  readonly part?: string;
}

/** Joins what was sent to the engine with what the graph knows of it. */
export function previewOf(facts: PreviewFacts, only: Narrowed = {}): Preview {
  const nodes = facts.graphs.flatMap((graph) => graph.nodes);
  const byPath = new Map(nodes.map((node) => [node.path, node]));
  const isWanted = (system: string | undefined, part: string | undefined) =>
    (only.system === undefined || system === only.system) && (only.part === undefined || part === only.part);
  const resources = facts.resources.map((r) => resourceOf(r, byPath.get(r.name)));
  const wanted = resources.filter((r) => isWanted(r.system, r.part));
  const edges = facts.graphs.flatMap((graph) => graph.connections);
  return {
    version: PREVIEW_VERSION,
    environment: facts.environment,
    target: facts.target,
    systems: systemsOf(facts.graphs, resources)
      .filter((s) => only.system === undefined || s.name === only.system)
      .map((s) => ({
        ...s,
        parts: s.parts.filter((p) => only.part === undefined || p.name === only.part),
      })),
    resources: wanted,
    edges: edges.filter((e) =>
      [e.from, e.to].some((end) => isWanted(end.split('/')[0], end.split('/').slice(1).join('/'))),
    ),
    problems: facts.problems,
    requests: requestsOf(nodes.filter((n) => isWanted(n.system, partOf(n)))),
    unchecked: uncheckedKinds(nodes),
  };
}

/** Its name inside of its system. */
function partOf({ part, system }: GraphNode): string | undefined {
  return part === undefined || system === undefined ? undefined : part.slice(system.length + 1);
}

function resourceOf(sent: RegisteredResource, node: GraphNode | undefined): PreviewResource {
  const { object } = node ?? {};
  return {
    urn: sent.urn,
    type: sent.type,
    ...(sent.custom ? {} : { component: true as const }),
    ...(object === undefined ? {} : { kind: object.kind, apiVersion: object.apiVersion }),
    name: object?.name ?? sent.name,
    ...(object?.namespace === undefined ? {} : { namespace: object.namespace }),
    ...(node?.system === undefined ? {} : { system: node.system }),
    ...(node?.part === undefined || node.system === undefined ? {} : { part: node.part.slice(node.system.length + 1) }),
    dependsOn: sent.dependencies,
    protect: sent.protect,
    inputs: readable(sent.inputs, withoutMarkers(node?.inputs)),
  };
}

function systemsOf(graphs: readonly Graph[], resources: readonly PreviewResource[]): PreviewSystem[] {
  const parts = graphs.flatMap((graph) => graph.parts);
  const names = new Set([...parts.map((p) => p.system), ...resources.flatMap((r) => r.system ?? [])]);
  const closed = new Set(
    graphs.flatMap((graph) => graph.nodes.filter((n) => isSystem(n.construct)).map((n) => n.path)),
  );
  return [...names].map((name) => ({
    name,
    closed: closed.has(name),
    parts: parts
      .filter((p) => p.system === name)
      .map(({ path, facts }) => ({ name: path.slice(name.length + 1), path, facts })),
  }));
}

/** `AWS`, `Kubernetes`: who makes a resource, as people say it. */
export function makerOf({ type }: PreviewResource): string {
  const pkg = text(type.split(':')[0]) ?? '';
  return MAKERS[pkg] ?? pkg;
}

const MAKERS: Readonly<Record<string, string>> = {
  aws: 'AWS',
  gcp: 'Google Cloud',
  'azure-native': 'Azure',
  kubernetes: 'Kubernetes',
  random: 'generated',
  pulumi: 'providers',
};
