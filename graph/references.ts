import { HelmRelease } from '../constructs/core/helm-release';
import type { GraphNode } from './graph';
import { at, isRecord, list, text } from './json-value';

/** What an object reads or stands in, by kind, namespace and name; and why. */
interface Reference {
  readonly key: string;
  readonly reason: string;
}

/** Finds what an object refers to among the nodes of the graph. References to what is not in it lead nowhere, and are no error. */
export class References {
  private readonly provided = new Map<string, GraphNode>();

  constructor(nodes: readonly GraphNode[]) {
    for (const node of nodes)
      for (const key of providedBy(node)) this.provided.set(`${node.provider ?? ''} ${key}`, node);
  }

  of(node: GraphNode): { node: GraphNode; reason: string }[] {
    return referencesOf(node).flatMap(({ key, reason }) => {
      const found = this.provided.get(`${node.provider ?? ''} ${key}`);
      return found === undefined ? [] : [{ node: found, reason }];
    });
  }
}

/** The keys under which others refer to a node: its own, and that of a Secret or API that an operator makes of it. */
export function providedBy(node: GraphNode): string[] {
  const { object, inputs, construct } = node;
  if (HelmRelease.isHelmRelease(construct)) return (construct.props.serves ?? []).map((group) => `APIs of ${group}`);
  if (object === undefined) return [];
  const { kind, name, namespace = '' } = object;
  const own = `${kind} ${namespace}/${name}`;
  switch (kind) {
    case 'ExternalSecret':
      return [own, `Secret ${namespace}/${text(at(inputs, 'spec', 'target', 'name')) ?? name}`];
    case 'SealedSecret':
      return [own, `Secret ${namespace}/${name}`];
    case 'Certificate':
      return [own, `Secret ${namespace}/${text(at(inputs, 'spec', 'secretName')) ?? name}`];
    case 'CustomResourceDefinition':
      return [own, `API ${text(at(inputs, 'spec', 'group')) ?? ''}/${text(at(inputs, 'spec', 'names', 'kind')) ?? ''}`];
    default:
      return [own];
  }
}

type Refer = (kind: string, name: unknown, verb: string, where?: string) => void;

function referencesOf({ object, inputs, construct }: GraphNode): Reference[] {
  if (HelmRelease.isHelmRelease(construct)) {
    const { namespace } = construct.props;
    return [{ key: `Namespace /${namespace}`, reason: `stands in Namespace ${namespace}` }];
  }
  if (object === undefined) return [];
  const { apiVersion, kind, namespace } = object;
  const found: Reference[] = [];
  const refer: Refer = (to, name, verb, where = namespace) => {
    const plain = text(name);
    if (plain === undefined || plain === '') return;
    found.push({ key: `${to} ${where ?? ''}/${plain}`, reason: `${verb} ${to} ${plain}` });
  };
  refer('Namespace', namespace, 'stands in', '');
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : undefined;
  if (group !== undefined) {
    found.push({ key: `API ${group}/${kind}`, reason: `is a ${kind}` });
    found.push({ key: `APIs of ${group}`, reason: `is a ${kind}` });
  }
  const pod = podSpecOf(kind, inputs);
  if (pod !== undefined) podReferences(pod, refer);
  REFERENCES[kind]?.(inputs, refer, namespace);
  return found;
}

type Inputs = Readonly<Record<string, unknown>>;

/** What objects of a kind refer to, beside their Namespace and what their pods read. */
const REFERENCES: Readonly<Record<string, (inputs: Inputs, refer: Refer, namespace: string | undefined) => void>> = {
  HorizontalPodAutoscaler: (inputs, refer) => {
    const target = at(inputs, 'spec', 'scaleTargetRef');
    refer(text(at(target, 'kind')) ?? '', at(target, 'name'), 'scales');
  },
  ScaledObject: (inputs, refer) => {
    const target = at(inputs, 'spec', 'scaleTargetRef');
    refer(text(at(target, 'kind')) ?? 'Deployment', at(target, 'name'), 'scales');
  },
  StatefulSet: (inputs, refer) => refer('Service', at(inputs, 'spec', 'serviceName'), 'is named by'),
  Ingress: (inputs, refer) => {
    for (const tls of list(at(inputs, 'spec', 'tls'))) refer('Secret', at(tls, 'secretName'), 'serves with');
    const paths = list(at(inputs, 'spec', 'rules')).flatMap((rule) => list(at(rule, 'http', 'paths')));
    for (const path of paths) refer('Service', at(path, 'backend', 'service', 'name'), 'routes to');
  },
  RoleBinding: roleReferences,
  ClusterRoleBinding: roleReferences,
  ServiceAccount: (inputs, refer) => {
    for (const pull of list(inputs.imagePullSecrets)) refer('Secret', at(pull, 'name'), 'pulls images with');
  },
  PersistentVolumeClaim: (inputs, refer) => {
    refer('StorageClass', at(inputs, 'spec', 'storageClassName'), 'is cut from', '');
    refer('PersistentVolume', at(inputs, 'spec', 'volumeName'), 'binds', '');
  },
  ExternalSecret: (inputs, refer, namespace) => {
    const store = at(inputs, 'spec', 'secretStoreRef');
    const kind = text(at(store, 'kind')) ?? 'SecretStore';
    refer(kind, at(store, 'name'), 'reads from', kind === 'SecretStore' ? namespace : '');
  },
};

function roleReferences(inputs: Inputs, refer: Refer, namespace: string | undefined): void {
  const role = text(at(inputs, 'roleRef', 'kind')) ?? '';
  refer(role, at(inputs, 'roleRef', 'name'), 'grants', role === 'ClusterRole' ? '' : namespace);
  for (const subject of list(inputs.subjects)) {
    const where = text(at(subject, 'namespace')) ?? namespace;
    refer(text(at(subject, 'kind')) ?? '', at(subject, 'name'), 'grants to', where);
  }
}

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

function podReferences(pod: Record<string, unknown>, refer: Refer): void {
  refer('ServiceAccount', pod.serviceAccountName, 'runs as');
  for (const pull of list(pod.imagePullSecrets)) refer('Secret', at(pull, 'name'), 'pulls images with');
  for (const { kind, name } of dataReadBy(pod)) refer(kind, name, 'reads');
  for (const volume of list(pod.volumes))
    refer('PersistentVolumeClaim', at(volume, 'persistentVolumeClaim', 'claimName'), 'mounts');
}

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
