import { warn } from '@pulumi/pulumi/log';
import { lineOf, type Problem } from '../constructs/core/problem';
import { isStackOutputs } from '../constructs/core/stack-outputs';
import { leavesIn } from '../constructs/core/value';
import type { Graph, GraphNode } from '../graph/graph';
import { openCluster } from './cluster';
import { existing, unaskedProblem } from './existing';
import { outputOf, type Restorer } from './restore';

export interface ClusterFacts {
  readonly kubernetesVersion: string;
  /** `project/stack` */
  readonly stack: string;
}

/** Asks each cluster that a provider of the graph names in plain: whether it is there, and what of the graph it holds that is somebody else's. */
export async function clusterProblems(graph: Graph, restorer: Restorer, facts: ClusterFacts): Promise<Problem[]> {
  const providers = graph.nodes.filter((n) => n.type === 'pulumi:providers:kubernetes');
  const found = await Promise.all(providers.map((provider) => problemsOf(provider, graph, restorer, facts)));
  return found.flat();
}

async function problemsOf(provider: GraphNode, graph: Graph, restorer: Restorer, facts: ClusterFacts) {
  const { path, inputs } = provider;
  if (isMadeHere(inputs)) return [];
  const kubeconfig = await knownText(restorer.restore(inputs.kubeconfig, path));
  if (inputs.kubeconfig !== undefined && kubeconfig === undefined) return [];
  const context = await knownText(restorer.restore(inputs.context, path));
  const { server, problems } = await openCluster(kubeconfig, context, facts.kubernetesVersion);
  const own = problems.map((p) => ({ ...p, where: path }));
  if (server === undefined) return own;
  try {
    if (own.length > 0 || !creates(provider)) return own;
    const made = graph.nodes.filter((node) => node.provider === path);
    const there = await existing(server, made, facts.stack);
    for (const problem of unaskedProblem(there, path)) await warn(lineOf(problem));
    return [...there.problems];
  } finally {
    server.close();
  }
}

/** Whether a cluster is of this very graph: nobody can ask it before it is made. Another stack was read by now. */
function isMadeHere(inputs: object): boolean {
  return leavesIn(inputs).some((leaf) => leaf.kind === 'attribute' && !isStackOutputs(leaf.of));
}

/** A provider may be told to take over all that it finds, or to write files. */
function creates({ inputs }: GraphNode): boolean {
  return inputs.upsertExistingObjects === undefined && inputs.renderYamlToDirectory === undefined;
}

/** Undefined for an Output of something that is made by this very program. */
async function knownText(restored: unknown): Promise<string | undefined> {
  const held = outputOf(restored);
  const promise: unknown = Reflect.get(held, 'isKnown');
  if ((await promise) !== true) return undefined;
  return new Promise((resolve) => {
    held.apply((known) => resolve(typeof known === 'string' ? known : undefined));
  });
}
