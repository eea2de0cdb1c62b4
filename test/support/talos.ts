import { join } from 'node:path';
import type { App } from 'cdk8s';
import { App as CdkApp } from 'cdk8s';
import { readStackFile } from '../../bridge/stack-file';
import { buildGraph } from '../../graph/build';
import type { Graph, GraphNode } from '../../graph/graph';
import { SYSTEMS } from '../../stacks';
import { readEnvironment } from '../../stacks/environment';
import { platformOn } from '../../targets';

const ROOT = join(__dirname, '..', '..');

/** Talos as the committed configuration of an environment has it, with some keys changed. */
export function talosIn(app: App, stack: 'dev' | 'prod', changes: Readonly<Record<string, string>> = {}): void {
  const committed = readStackFile(ROOT, stack)?.entries.filter((e) => !(e.key in changes)) ?? [];
  const changed = Object.entries(changes).map(([key, value]) => ({ key, value, secret: false }));
  const source = { project: 'seaworthy', stack, file: `Pulumi.${stack}.yaml`, entries: [...committed, ...changed] };
  const environment = readEnvironment(source, SYSTEMS);
  const platform = platformOn(app, { ...environment, project: 'seaworthy', environment: stack });
  for (const { build } of environment.systems) build(app, { platform, environment: stack });
}

export function talosGraph(stack: 'dev' | 'prod', changes: Readonly<Record<string, string>> = {}): Graph {
  const app = new CdkApp();
  talosIn(app, stack, changes);
  return buildGraph(app);
}

/** The one object of a kind and name. */
export function objectIn(graph: Graph, kind: string, name: string): GraphNode {
  const found = graph.nodes.filter((n) => n.object?.kind === kind && n.object.name === name);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} objects ${kind} ${name}`);
  return only;
}
