import { join } from 'node:path';
import type { App } from 'cdk8s';
import { App as CdkApp } from 'cdk8s';
import { readStackFile } from '../../bridge/stack-file';
import type { ConfigEntry } from '../../constructs/core/config-source';
import type { Platform } from '../../constructs/core/platform';
import { buildGraph } from '../../graph/build';
import type { Graph, GraphNode } from '../../graph/graph';
import { isRecord } from '../../graph/json-value';
import { SYSTEMS } from '../../stacks';
import { readEnvironment } from '../../stacks/environment';
import { platformOn } from '../../targets';

const ROOT = join(__dirname, '..', '..');

export const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export type StackName = (typeof ENVIRONMENTS)[number] | 'platform' | 'platform-staging' | 'cluster';
export type SystemName = Exclude<keyof typeof SYSTEMS, 'platform'>;
export const FIVE: readonly SystemName[] = ['talos', 'tallow', 'ticolops', 'todo', 'alcs'];
type Changes = Readonly<Record<string, string>>;

/** The committed configuration of an environment, with some keys changed; of a structure, by the path of a leaf. */
export function committed(stack: StackName | 'cluster', changes: Changes): ConfigEntry[] {
  const changed = new Map(Object.entries(changes));
  const others = (readStackFile(ROOT, stack)?.entries ?? []).flatMap((entry): ConfigEntry[] => {
    const below = [...changed].filter(([key]) => key.startsWith(`${entry.key}.`));
    if (changed.has(entry.key)) return [];
    if (below.length === 0 || !entry.value.startsWith('{')) return [entry];
    for (const [key] of below) changed.delete(key);
    const leaves = below.map(([key, value]) => [key.slice(entry.key.length + 1), value]);
    return [{ ...entry, value: JSON.stringify({ ...JSON.parse(entry.value), ...Object.fromEntries(leaves) }) }];
  });
  return [...others, ...[...changed].map(([key, value]) => ({ key, value, secret: value === '[secret]' }))];
}

/** Systems as the committed configuration of an environment has them, with some keys changed; gives what they stand on. */
export function systemsIn(app: App, stack: StackName, systems: readonly string[], changes: Changes = {}): Platform {
  const entries = committed(stack, { 'seaworthy:systems': JSON.stringify(systems), ...changes });
  const source = { project: 'seaworthy', stack, file: `Pulumi.${stack}.yaml`, entries };
  const environment = readEnvironment(source, SYSTEMS);
  const platform = platformOn(app, { ...environment, project: 'seaworthy', environment: stack });
  for (const { build } of environment.systems) build(app, { platform, environment: stack });
  return platform;
}

/** One system, without the others. */
export function systemGraph(system: SystemName, stack: StackName, changes: Changes = {}): Graph {
  const app = new CdkApp();
  systemsIn(app, stack, [system], changes);
  return mutated(buildGraph(app));
}

/** All that the committed configuration of a stack makes, with some keys changed. */
export function stackGraph(stack: StackName, changes: Changes = {}): Graph {
  const entries = committed(stack, changes);
  const environment = readEnvironment({ project: 'seaworthy', stack, file: `Pulumi.${stack}.yaml`, entries }, SYSTEMS);
  const app = new CdkApp();
  const platform = platformOn(app, { ...environment, project: 'seaworthy', environment: stack });
  for (const { build } of environment.systems) build(app, { platform, environment: stack });
  return mutated(buildGraph(app));
}

/** The platform's own stack. */
export function platformGraph(changes: Changes = {}, stack: StackName = 'platform'): Graph {
  const app = new CdkApp();
  systemsIn(app, stack, ['platform'], changes);
  return mutated(buildGraph(app));
}

/** Talos, in dev with the add-ons of its laptop. */
export function talosIn(app: App, stack: StackName, changes: Changes = {}): void {
  systemsIn(app, stack, stack === 'dev' ? ['platform', 'talos'] : ['talos'], changes);
}

export function talosGraph(stack: StackName, changes: Changes = {}): Graph {
  const app = new CdkApp();
  talosIn(app, stack, changes);
  return mutated(buildGraph(app));
}

/** The one object of a kind and name. */
export function objectIn(graph: Graph, kind: string, name: string): GraphNode {
  const found = graph.nodes.filter((n) => n.object?.kind === kind && n.object.name === name);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} objects ${kind} ${name}`);
  return only;
}

/** A rendered value, changed: tools/requirements.js proves with it that the test of a requirement fails when the requirement is broken. */
interface Mutation {
  /** Kind and name of an object: `Deployment alcs`; or a Pulumi type. */
  readonly of: string;
  readonly at: readonly (string | number)[];
  readonly to: unknown;
}

function mutated(graph: Graph): Graph {
  const asked = process.env.SEAWORTHY_MUTATION;
  if (asked === undefined) return graph;
  const { of, at: path, to }: Mutation = JSON.parse(asked);
  const nodes = graph.nodes.map((node) => {
    const isIt = node.type === of || `${node.object?.kind} ${node.object?.name}` === of;
    const changed = isIt ? changedAt(node.inputs, path, to) : node.inputs;
    return isRecord(changed) ? { ...node, inputs: changed } : node;
  });
  return { ...graph, nodes };
}

function changedAt(thing: unknown, [first, ...rest]: readonly (string | number)[], to: unknown): unknown {
  if (first === undefined) return to;
  if (Array.isArray(thing)) return thing.map((item, i) => (i === first ? changedAt(item, rest, to) : item));
  return isRecord(thing) ? { ...thing, [first]: changedAt(thing[first], rest, to) } : thing;
}
