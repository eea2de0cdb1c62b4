import { HelmRelease } from '../../constructs/core/helm-release';
import { isBuiltIn } from '../fields';
import type { GraphNode } from '../graph';
import { at, eachLeaf, list } from '../json-value';
import { namedByFields, plain } from './by-field';
import { namedByKind, routesIn } from './by-kind';
import type { Named } from './name';

/** Fields of an object that hold other people's texts, or a schema. */
const APART = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'data',
  'stringData',
  'binaryData',
  'status',
  'type',
  'rules',
]);

/** Asked for the order, and again for what is missing; inputs never change. */
const READ = new WeakMap<GraphNode['inputs'], readonly Named[]>();

/** Everything that a node names of others: an object, the values of a chart, a resource of a cloud. */
export function namedBy(node: GraphNode): readonly Named[] {
  const before = READ.get(node.inputs);
  if (before !== undefined) return before;
  const found = readFrom(node);
  READ.set(node.inputs, found);
  return found;
}

function readFrom(node: GraphNode): Named[] {
  if (HelmRelease.isHelmRelease(node.construct)) return byRelease(node, node.construct);
  if (node.form === 'cloud') return byCloud(node);
  if (node.object === undefined) return [];
  const { apiVersion, kind, namespace } = node.object;
  const found = plain('Namespace', namespace, undefined, 'stands in');
  if (!isBuiltIn(apiVersion)) found.push({ kind: 'API', name: `${apiVersion.split('/')[0]}/${kind}`, verb: 'is a' });
  if (kind === 'CustomResourceDefinition') return found;
  for (const [field, value] of Object.entries(node.inputs)) {
    if (!APART.has(field)) found.push(...namedByFields({ [field]: value }, namespace));
  }
  found.push(...namedByKind(apiVersion, kind, node.inputs, namespace));
  return found;
}

/** Why a node waits for what it names, in the words of an edge. */
export function reasonOf({ kind, name, verb }: Named): string {
  const [group, ofGroup] = name.split('/');
  if (kind !== 'API') return `${verb} ${kind} ${name}`;
  return ofGroup === '*' ? `${verb} the API ${group}` : `${verb} ${ofGroup}`;
}

/** Words of charts for what others make: https://helm.sh/docs/chart_best_practices/values/ */
const VALUES: Readonly<Record<string, string>> = {
  existingSecret: 'Secret',
  storageClass: 'StorageClass',
  storageClassName: 'StorageClass',
  priorityClassName: 'PriorityClass',
  runtimeClassName: 'RuntimeClass',
  ingressClassName: 'IngressClass',
  'cert-manager.io/cluster-issuer': 'ClusterIssuer',
};

function byRelease({ inputs }: GraphNode, { props }: HelmRelease): Named[] {
  const { namespace } = props;
  const found = plain('Namespace', namespace, undefined, 'stands in');
  eachLeaf(inputs.values, (leaf, path, isKey) => {
    if (isKey || typeof leaf !== 'string' || leaf === '-') return;
    const kind = VALUES[fieldAtEnd(path())];
    if (kind !== undefined) found.push(...plain(kind, leaf, kind === 'Secret' ? namespace : undefined, 'is told of'));
  });
  // Of kube-prometheus-stack.
  const alertmanager = at(inputs.values, 'alertmanager');
  for (const name of list(at(alertmanager, 'alertmanagerSpec', 'secrets')))
    found.push(...plain('Secret', name, namespace, 'reads'));
  found.push(...routesIn(at(alertmanager, 'config'), namespace));
  return found;
}

function fieldAtEnd(path: string): string {
  return /\["([^"\]]+)"\]$/.exec(path)?.[1] ?? /([\w-]+)$/.exec(path)?.[1] ?? '';
}

/**
 * ServiceAccounts that a cloud believes: in a trust policy or a federated credential (`system:serviceaccount:shop:api`), or in an association
 * of EKS. They may be made later.
 */
function byCloud({ type, inputs }: GraphNode): Named[] {
  const found: Named[] = [];
  const account = (namespace: unknown, name: unknown) => {
    if (typeof namespace !== 'string' || typeof name !== 'string') return;
    found.push(
      ...plain('ServiceAccount', name, namespace, 'is for').map(
        (one) => ({ ...one, later: true, waits: false }) as const,
      ),
    );
  };
  if (type.startsWith('aws:eks/podIdentityAssociation:')) account(inputs.namespace, inputs.serviceAccount);
  eachLeaf(inputs, (leaf, _path, isKey) => {
    if (isKey || typeof leaf !== 'string') return;
    for (const [, namespace, name] of leaf.matchAll(/system:serviceaccount:([a-z0-9.-]+):([a-z0-9.-]+)/g))
      account(namespace, name);
    for (const [, namespace, name] of leaf.matchAll(/\.svc\.id\.goog\[([a-z0-9.-]+)\/([a-z0-9.-]+)\]/g))
      account(namespace, name);
  });
  return found;
}
