import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { HelmRelease, type HelmReleaseProps } from '../constructs/core/helm-release';
import { isMarker, valueBehind } from '../constructs/core/marker';
import { isSecret, sourceOf } from '../constructs/core/value';
import type { Graph, GraphNode } from '../graph/graph';
import { isRecord } from '../graph/json-value';
import { DIGEST_ANNOTATION, SECRET_DIGEST_ANNOTATION } from '../graph/roll';

export interface WrittenYaml {
  readonly files: number;
  /** Names of Secrets that were written with placeholders. */
  readonly secrets: readonly string[];
  /** Sources of values that are known only after apply. */
  readonly unknown: readonly string[];
  /** Cloud resources and providers, which are no YAML. */
  readonly cloud: number;
}

/**
 * Writes graphs as YAML below `out`: one folder a system, one file an object, byte for byte the same from run to run. The folders of the
 * systems are made anew; nothing else is touched. No file ever holds a secret: a Secret gets placeholders that are no base64, so that
 * the API server refuses it.
 */
export function writeYaml(graphs: readonly Graph[], base: string, out: string): WrittenYaml {
  const nodes = graphs.flatMap((graph) => graph.nodes);
  const hidden = new Hidden();
  const files = new Map<string, string>();
  for (const node of nodes) {
    for (const object of objectsOf(node)) {
      const system = node.system?.replaceAll('/', '-') ?? 'app';
      files.set(join(system, fileOf(object)), stringify(hidden.hide(node, object), YAML_FORM));
    }
  }
  const root = resolve(base, out);
  for (const folder of new Set([...files.keys()].map((file) => file.split('/')[0] ?? ''))) {
    rmSync(join(root, folder), { recursive: true, force: true });
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const [file, content] of files) writeFileSync(join(root, file), content);
  const cloud = nodes.filter((n) => n.form === 'cloud').length;
  return { files: files.size, secrets: [...hidden.secrets].sort(), unknown: [...hidden.unknown].sort(), cloud };
}

function objectsOf(node: GraphNode): Record<string, unknown>[] {
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

/** `deployment-talos-gateway.yaml` */
function fileOf(object: Record<string, unknown>): string {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  return `${`${object.kind}-${metadata.name}`.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-')}.yaml`;
}

/** kubectl reads YAML 1.1, to which a bare `no` is false. */
const YAML_FORM = { lineWidth: 0, compat: 'yaml-1.1' } as const;

/** Replaces markers by words in angle brackets, and remembers which. */
class Hidden {
  readonly secrets = new Set<string>();
  readonly unknown = new Set<string>();

  hide(node: GraphNode, object: Record<string, unknown>): unknown {
    if (node.object?.kind !== 'Secret') return this.replaced(object);
    const written = { ...object };
    const isOpen = (key: string) => node.options.openKeys?.includes(key) === true;
    for (const field of ['data', 'stringData']) {
      const data = object[field];
      if (!isRecord(data) || Object.keys(data).every(isOpen)) continue;
      this.secrets.add(node.object.name);
      // Under `data` either way: what stands there must be base64, which a placeholder is not.
      delete written[field];
      const held = isRecord(written.data) ? written.data : {};
      written.data = {
        ...held,
        ...Object.fromEntries(
          Object.keys(data).map((key) => [key, isOpen(key) ? data[key] : `<secret: ${node.object?.name}/${key}>`]),
        ),
      };
    }
    return this.replaced(written);
  }

  private replaced(thing: unknown): unknown {
    if (typeof thing === 'string' || typeof thing === 'number') return isMarker(thing) ? this.word(thing) : thing;
    if (Array.isArray(thing)) return thing.map((item) => this.replaced(item));
    if (!isRecord(thing)) return thing;
    const kept = Object.entries(thing)
      .filter(([key, value]) => !DIGESTS.has(key) || typeof value !== 'string' || !isMarker(value))
      .map(([key, value]) => [key, this.replaced(value)] as const);
    return Object.fromEntries(kept.filter(([key, value]) => key !== 'annotations' || !isEmpty(value)));
  }

  private word(marker: string | number): string {
    const value = valueBehind(marker);
    if (isSecret(value)) return `<secret: ${sourceOf(value)}>`;
    this.unknown.add(sourceOf(value));
    return `<known after apply: ${sourceOf(value)}>`;
  }
}

const DIGESTS = new Set([DIGEST_ANNOTATION, SECRET_DIGEST_ANNOTATION]);

/** A pod template that had the digest alone. */
function isEmpty(thing: unknown): boolean {
  return isRecord(thing) && Object.keys(thing).length === 0;
}
