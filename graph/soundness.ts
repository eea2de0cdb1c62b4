import type { Problem } from '../constructs/core/problem';
import { quotaProblems } from './capacity';
import { cloudRightsProblems } from './cloud-rights';
import { fieldProblems } from './fields';
import type { Graph } from './graph';
import { type IdentityLock, identityProblems } from './identity';
import { markerProblems } from './marker-check';
import { openWorldProblems } from './open-world';
import { secretProblems } from './secret-check';
import { valueProblems } from './values/values';

export interface SoundnessContext {
  /** Of the target: `1.35`. */
  readonly kubernetesVersion: string;
  /** `dev` */
  readonly environment: string;
  /** None where nothing was locked yet. */
  readonly lock?: IdentityLock;
  /** The one system that a command asks about: the others are not in the graph. */
  readonly only?: string;
}

/** Everything that must hold before anything is registered. All problems at once. */
export function soundness(graph: Graph, { kubernetesVersion, environment, lock, only }: SoundnessContext): Problem[] {
  return [
    ...graph.problems,
    ...markerProblems(graph.nodes),
    ...secretProblems(graph.nodes),
    ...openWorldProblems(graph.nodes),
    ...cloudRightsProblems(graph.nodes),
    ...fieldProblems(graph.nodes, kubernetesVersion),
    ...valueProblems(graph),
    ...quotaProblems(graph.nodes),
    ...(lock === undefined ? [] : identityProblems(graph, lock, environment, only)),
  ];
}
