import { HelmRelease } from '../constructs/core/helm-release';
import type { Problem } from '../constructs/core/problem';
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

/** Objects whose API neither the graph itself nor the platform's stack serves. One problem for each group. */
export function unserved(graph: Graph, platformServes: readonly string[], stack: string): Problem[] {
  const served = new Set([...platformServes, ...servedBy(graph)]);
  const first = new Map<string, { path: string; kind: string }>();
  for (const { object, path } of graph.nodes) {
    const group = object?.apiVersion.split('/')[0] ?? '';
    // Kubernetes' own groups have no dot, or end so.
    const isCustom = group.includes('.') && !group.endsWith('.k8s.io');
    if (isCustom && !served.has(group) && !first.has(group)) first.set(group, { path, kind: object?.kind ?? '' });
  }
  return [...first].map(([group, { path, kind }]): Problem => {
    const what = `${kind} is of ${group}, which no add-on of the platform's stack ${stack} serves.`;
    const fix = `add it to platform:addOns of ${stack}, and pulumi up there first`;
    return { code: 'SW-PLATFORM-004', severity: 'error', where: path, what, fix };
  });
}
