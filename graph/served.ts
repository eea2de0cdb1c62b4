import { HelmRelease } from '../constructs/core/helm-release';
import type { Graph } from './graph';
import { at, text } from './json-value';

/** API groups that exist once a graph is applied, beside Kubernetes' own: those that its releases and CRDs bring. */
export function servedBy({ nodes }: Graph): string[] {
  const groups = nodes.flatMap(({ construct, object, inputs }) => {
    if (HelmRelease.isHelmRelease(construct)) return construct.props.serves ?? [];
    return object?.kind === 'CustomResourceDefinition' ? [text(at(inputs, 'spec', 'group')) ?? ''] : [];
  });
  return [...new Set(groups)].sort();
}
