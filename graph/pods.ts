import { at, isRecord, list, text } from './json-value';

/** The pod that a workload makes, or is. */
export function podSpecOf(
  kind: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const template = podTemplateOf(kind, inputs);
  const spec = kind === 'Pod' ? inputs.spec : at(template, 'spec');
  return isRecord(spec) ? spec : undefined;
}

/** The template of its pods, of what makes pods. */
export function podTemplateOf(
  kind: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const template =
    kind === 'CronJob' ? at(inputs, 'spec', 'jobTemplate', 'spec', 'template') : at(inputs, 'spec', 'template');
  return MAKES_PODS.has(kind) && isRecord(template) ? template : undefined;
}

const MAKES_PODS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob']);

/** ConfigMaps and Secrets that a pod reads: variables, and volumes, projected ones too. */
export function dataReadBy(pod: Record<string, unknown>): { kind: 'ConfigMap' | 'Secret'; name: string }[] {
  const found: { kind: 'ConfigMap' | 'Secret'; name: string }[] = [];
  const read = (kind: 'ConfigMap' | 'Secret', name: unknown) => {
    const plain = text(name);
    if (plain !== undefined) found.push({ kind, name: plain });
  };
  for (const container of [...list(pod.initContainers), ...list(pod.containers), ...list(pod.ephemeralContainers)]) {
    for (const from of list(at(container, 'envFrom'))) {
      read('ConfigMap', at(from, 'configMapRef', 'name'));
      read('Secret', at(from, 'secretRef', 'name'));
    }
    for (const variable of list(at(container, 'env'))) {
      read('ConfigMap', at(variable, 'valueFrom', 'configMapKeyRef', 'name'));
      read('Secret', at(variable, 'valueFrom', 'secretKeyRef', 'name'));
    }
  }
  for (const volume of list(pod.volumes)) {
    for (const source of [volume, ...list(at(volume, 'projected', 'sources'))]) {
      read('ConfigMap', at(source, 'configMap', 'name'));
      read('Secret', at(source, 'secret', 'secretName') ?? at(source, 'secret', 'name'));
    }
  }
  return found;
}
