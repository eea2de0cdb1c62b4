import { HelmRelease, type HelmReleaseProps } from '../constructs/core/helm-release';
import type { GraphNode } from '../graph/graph';
import { isRecord } from '../graph/json-value';

/** The Kubernetes objects that a node is where nobody but `kubectl` and Flux applies it: none of a cloud resource. */
export function objectsOf(node: GraphNode): Record<string, unknown>[] {
  if (node.form === 'object') return [withoutScaledReplicas(node)];
  return HelmRelease.isHelmRelease(node.construct) ? fluxObjects(node.construct.props) : [];
}

/** GitOps has no `ignoreChanges`: what another controller owns is left out. */
function withoutScaledReplicas({ inputs, options }: GraphNode): Record<string, unknown> {
  if (options.ignoreChanges?.includes('spec.replicas') !== true || !isRecord(inputs.spec)) return { ...inputs };
  const { replicas: _, ...spec } = inputs.spec;
  return { ...inputs, spec };
}

/** https://fluxcd.io/flux/components/helm/helmreleases/ */
function fluxObjects({
  name,
  namespace,
  chart,
  repository,
  version,
  values = {},
}: HelmReleaseProps): Record<string, unknown>[] {
  const metadata = { name, namespace };
  const isOci = chart.startsWith('oci://');
  const url = isOci ? chart.slice(0, chart.lastIndexOf('/')) : repository;
  const sourceRef = { kind: 'HelmRepository', name };
  return [
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata,
      spec: { interval: '1h', url, ...(isOci ? { type: 'oci' } : {}) },
    },
    {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata,
      spec: { interval: '1h', chart: { spec: { chart: chart.split('/').at(-1), version, sourceRef } }, values },
    },
  ];
}
