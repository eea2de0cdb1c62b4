import { StackReference } from '@pulumi/pulumi/stackReference';
import type { Problem } from '../constructs/core/problem';
import { leavesIn, type Value } from '../constructs/core/value';
import type { Graph, GraphNode } from '../graph/graph';
import { at, text } from '../graph/json-value';

/** Steps of a path of outputs: `subnets[0]` → subnets, 0. */
function stepsOf(path: string): string[] {
  return path.split(/[.[\]]+/).filter((step) => step !== '');
}

/** Reads another stack: nothing is made. */
export function stackReference({ path, inputs }: GraphNode): StackReference {
  return new StackReference(path, { name: text(inputs.name) ?? '' });
}

/** What nodes take from another stack and it does not have. Asks the backend; not for previews without an engine. */
export async function missingOutputs(graph: Graph, node: GraphNode, reference: StackReference): Promise<Problem[]> {
  const paths = [...new Set(graph.nodes.flatMap((n) => leavesIn(n.inputs)).flatMap((leaf) => pathIn(leaf, node)))];
  const stack = text(node.inputs.name) ?? '';
  const found = await Promise.all(paths.map((path) => isThere(reference, path)));
  const missing = paths.filter((_, i) => found[i] !== true);
  if (missing.length === 0) return [];
  const isEmpty = missing.length === paths.length;
  const why = isEmpty ? ' Was it applied yet?' : ' It is another kind of stack, or of an earlier version.';
  const what = `the stack ${stack} has no output ${missing.map((path) => `"${path}"`).join(', ')}.${why}`;
  const fix = `pulumi up --stack ${stack}; or the same facts in the configuration of this stack`;
  return [{ code: 'SW-STACK-001', severity: 'error', where: node.path, what, fix }];
}

function pathIn(leaf: Value, { construct }: GraphNode): string[] {
  return leaf.kind === 'attribute' && leaf.of === construct ? [leaf.path] : [];
}

/** False where the backend has no such stack, too. */
async function isThere(reference: StackReference, path: string): Promise<boolean> {
  const [name = '', ...rest] = stepsOf(path);
  try {
    const { value, secretValue } = await reference.getOutputDetails(name);
    const found = at(value ?? secretValue, ...rest.map((step) => (/^\d+$/.test(step) ? Number(step) : step)));
    return found !== undefined && found !== null;
  } catch {
    return false;
  }
}
