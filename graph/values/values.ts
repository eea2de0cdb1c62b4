import type { Problem } from '../../constructs/core/problem';
import { isBuiltIn } from '../fields';
import type { Graph, GraphNode } from '../graph';
import { byField } from './by-field';
import { dataProblems } from './data';
import { Findings } from './findings';
import { linkProblems } from './links';
import { networkProblems } from './network';
import { objectNames } from './object-names';
import { routeProblems } from './routes';
import { Told } from './told';
import { workloadProblems } from './workloads';

/** Fields of an object that hold other people's texts, or are judged apart. */
const APART = new Set(['apiVersion', 'kind', 'metadata', 'data', 'stringData', 'binaryData', 'status', 'type']);

/**
 * Names, values and references as the API server takes them, so that nothing is refused in the middle of an up, or taken and never starts.
 * What is known only after apply is left to it.
 */
export function valueProblems({ nodes, problems }: Pick<Graph, 'nodes' | 'problems'>): Problem[] {
  const told = new Told(problems);
  const own = nodes.flatMap((node) => ofObject(node).filter((problem) => told.isNew(node, problem)));
  return [...own, ...linkProblems(nodes), ...routeProblems(nodes)];
}

function ofObject(node: GraphNode): Problem[] {
  const { object, inputs, path } = node;
  if (object === undefined) return [];
  const findings = new Findings(path);
  objectNames(node, findings);
  if (isBuiltIn(object.apiVersion) && object.kind !== 'CustomResourceDefinition') {
    for (const [field, value] of Object.entries(inputs)) if (!APART.has(field)) byField(value, [field], findings);
    workloadProblems(object.kind, inputs, findings);
    networkProblems(object.kind, inputs, findings);
    dataProblems(object.kind, inputs, findings);
  }
  return findings.problems;
}
