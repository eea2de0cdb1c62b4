import { HelmRelease } from '../../constructs/core/helm-release';
import type { GraphNode } from '../graph';
import { at, isRecord, list, text } from '../json-value';
import type { Made } from './name';

type Inputs = Readonly<Record<string, unknown>>;
type Make = (inputs: Inputs, name: string, namespace: string | undefined) => Made[];

/** Everything under which others may name a node: itself, and what an operator or a chart makes of it. */
export function madeBy(node: GraphNode): Made[] {
  const { object, inputs, construct } = node;
  if (HelmRelease.isHelmRelease(construct)) return ofRelease(construct, inputs);
  if (node.type === 'aws:iam/role:Role') return one('IAM role', inputs.name);
  if (object === undefined) return [];
  const { apiVersion, kind, name, namespace } = object;
  const own: Made = { ...called(kind, name, namespace), ...ownKeys(kind, inputs) };
  const make = PRODUCTS[`${apiVersion.split('/')[0]}/${kind}`] ?? PRODUCTS[kind];
  return [own, ...(make?.(inputs, name, namespace) ?? [])];
}

/** Whether an operator that nobody here knows may make more of it. */
export function mayMakeMore({ object, construct }: GraphNode, isBuiltIn: (apiVersion: string) => boolean): boolean {
  if (HelmRelease.isHelmRelease(construct)) return construct.props.makes === undefined;
  return object !== undefined && !isBuiltIn(object.apiVersion) && !KNOWN_GROUPS.has(groupOf(object.apiVersion));
}

/** Groups whose operators make what stands in the table below, and nothing else that others name. */
const KNOWN_GROUPS = new Set([
  'external-secrets.io',
  'bitnami.com',
  'cert-manager.io',
  'postgresql.cnpg.io',
  'barmancloud.cnpg.io',
  'elasticsearch.k8s.elastic.co',
  'kibana.k8s.elastic.co',
  'logstash.k8s.elastic.co',
  'beat.k8s.elastic.co',
  'monitoring.coreos.com',
  'velero.io',
  'keda.sh',
  'gateway.networking.k8s.io',
  'gateway.envoyproxy.io',
  'jaegertracing.io',
  'snapshot.storage.k8s.io',
]);

const groupOf = (apiVersion: string) => apiVersion.split('/')[0] ?? '';

/** What operators make of their objects: names, and keys where they are always the same. */
const PRODUCTS: Readonly<Record<string, Make>> = {
  // Made with every namespace, by Kubernetes: https://kubernetes.io/docs/concepts/security/service-accounts/
  Namespace: (_inputs, name) => [
    called('ServiceAccount', 'default', name),
    { ...called('ConfigMap', 'kube-root-ca.crt', name), keys: ['ca.crt'] },
  ],
  StatefulSet: claims,
  Ingress: (inputs, _name, namespace) =>
    hasIssuer(inputs)
      ? certificates(
          list(at(inputs, 'spec', 'tls')).map((tls) => at(tls, 'secretName')),
          namespace,
        )
      : [],
  'gateway.networking.k8s.io/Gateway': (inputs, _name, namespace) => {
    const refs = list(at(inputs, 'spec', 'listeners')).flatMap((one) => list(at(one, 'tls', 'certificateRefs')));
    return hasIssuer(inputs)
      ? certificates(
          refs.map((ref) => at(ref, 'name')),
          namespace,
        )
      : [];
  },
  CustomResourceDefinition: (inputs) =>
    one('API', `${text(at(inputs, 'spec', 'group'))}/${text(at(inputs, 'spec', 'names', 'kind'))}`),
  'external-secrets.io/ExternalSecret': externalSecret,
  'bitnami.com/SealedSecret': (inputs, name, namespace) => [
    {
      ...called('Secret', name, namespace),
      ...keysIn(at(inputs, 'spec', 'encryptedData'), at(inputs, 'spec', 'template', 'data')),
    },
  ],
  'cert-manager.io/Certificate': (inputs, name, namespace) => {
    const hasMore = ['keystores', 'additionalOutputFormats'].some((field) => at(inputs, 'spec', field) !== undefined);
    const made = certificates([at(inputs, 'spec', 'secretName') ?? name], namespace);
    return hasMore ? made.map(({ keys: _, ...secret }) => secret) : made;
  },
  'cert-manager.io/Issuer': account,
  'cert-manager.io/ClusterIssuer': (inputs, name) => account(inputs, name, 'cert-manager'),
  // https://cloudnative-pg.io/documentation/current/applications/, https://cloudnative-pg.io/documentation/current/certificates/
  'postgresql.cnpg.io/Cluster': (_inputs, name, namespace) => [
    ...['rw', 'ro', 'r'].map((suffix) => called('Service', `${name}-${suffix}`, namespace)),
    ...['app', 'superuser', 'ca', 'server', 'replication'].map((s) => called('Secret', `${name}-${s}`, namespace)),
    called('ServiceAccount', name, namespace),
  ],
  'postgresql.cnpg.io/Pooler': (_inputs, name, namespace) => [called('Service', name, namespace)],
  // https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s/
  'elasticsearch.k8s.elastic.co/Elasticsearch': (_inputs, name, namespace) => [
    called('Service', `${name}-es-http`, namespace),
    ...['es-elastic-user', 'es-http-certs-public'].map((s) => called('Secret', `${name}-${s}`, namespace)),
  ],
  'kibana.k8s.elastic.co/Kibana': (_inputs, name, namespace) => [
    called('Service', `${name}-kb-http`, namespace),
    called('Secret', `${name}-kb-http-certs-public`, namespace),
  ],
  'logstash.k8s.elastic.co/Logstash': logstash,
  // https://www.jaegertracing.io/docs/1.57/operator/
  'jaegertracing.io/Jaeger': (_inputs, name, namespace) =>
    ['collector', 'query', 'agent'].map((suffix) => called('Service', `${name}-${suffix}`, namespace)),
  'monitoring.coreos.com/Prometheus': () => one('Prometheus label', '*'),
  'monitoring.coreos.com/AlertmanagerConfig': (inputs, _name, namespace) => receivers(inputs.spec, namespace),
};

function called(kind: string, name: string, namespace: string | undefined): Made {
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

function one(kind: string, name: unknown, namespace?: string): Made[] {
  const plain = text(name);
  return plain === undefined ? [] : [called(kind, plain, namespace)];
}

function ownKeys(kind: string, inputs: Inputs): { keys?: readonly string[] } {
  switch (kind) {
    case 'ConfigMap':
    case 'Secret':
      return keysIn(inputs.data, inputs.stringData, inputs.binaryData);
    case 'Gateway':
      return { keys: list(at(inputs, 'spec', 'listeners')).flatMap((listener) => text(at(listener, 'name')) ?? []) };
    case 'ClusterSecretStore':
      return usedFrom(list(at(inputs, 'spec', 'conditions')));
    default:
      return {};
  }
}

/** Namespaces that may use a store, where it lists them. https://external-secrets.io/latest/api/clustersecretstore/ */
function usedFrom(conditions: readonly unknown[]): { keys?: readonly string[] } {
  const isListed = conditions.every((one) => isRecord(one) && Object.keys(one).every((key) => key === 'namespaces'));
  if (conditions.length === 0 || !isListed) return {};
  return { keys: conditions.flatMap((one) => list(at(one, 'namespaces')).flatMap((name) => text(name) ?? [])) };
}

function keysIn(...maps: readonly unknown[]): { keys: readonly string[] } {
  return { keys: maps.flatMap((map) => (isRecord(map) ? Object.keys(map) : [])) };
}

function ofRelease({ props }: HelmRelease, inputs: Inputs): Made[] {
  return [
    ...(props.serves ?? []).map((group) => called('API', `${group}/*`, undefined)),
    ...(props.makes ?? []).map(({ kind, name, namespace }) => called(kind, name, namespace)),
    ...receivers(at(inputs.values, 'alertmanager', 'config'), props.namespace),
  ];
}

function receivers(config: unknown, namespace: string | undefined): Made[] {
  return list(at(config, 'receivers')).flatMap((receiver) => one('receiver', at(receiver, 'name'), namespace));
}

function hasIssuer(inputs: Inputs): boolean {
  const names = ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer', 'kubernetes.io/tls-acme'];
  return names.some((name) => at(inputs, 'metadata', 'annotations', name) !== undefined);
}

function certificates(names: readonly unknown[], namespace: string | undefined): Made[] {
  const keys = ['tls.crt', 'tls.key', 'ca.crt'];
  return names.flatMap((name) => one('Secret', name, namespace)).map((secret) => ({ ...secret, keys }));
}

/** The key of an account at an authority, which cert-manager makes. */
function account(inputs: Inputs, _name: string, namespace: string | undefined): Made[] {
  return one('Secret', at(inputs, 'spec', 'acme', 'privateKeySecretRef', 'name'), namespace);
}

/** https://external-secrets.io/latest/api/externalsecret/ */
function externalSecret(inputs: Inputs, name: string, namespace: string | undefined): Made[] {
  const [target, spec] = [at(inputs, 'spec', 'target'), inputs.spec];
  if (at(target, 'creationPolicy') === 'None') return [];
  const made = called('Secret', text(at(target, 'name')) ?? name, namespace);
  const isOpen = at(spec, 'dataFrom') !== undefined || at(target, 'template', 'templateFrom') !== undefined;
  if (isOpen || at(target, 'creationPolicy') === 'Merge') return [made];
  const template = at(target, 'template', 'data');
  const read = list(at(spec, 'data')).flatMap((entry) => text(at(entry, 'secretKey')) ?? []);
  const keepsBoth = template === undefined || at(target, 'template', 'mergePolicy') === 'Merge';
  return [{ ...made, keys: [...keysIn(template).keys, ...(keepsBoth ? read : [])] }];
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage */
function claims(inputs: Inputs, name: string, namespace: string | undefined): Made[] {
  const copies = Number(at(inputs, 'spec', 'replicas') ?? 1);
  const templates = list(at(inputs, 'spec', 'volumeClaimTemplates')).map((one) => at(one, 'metadata', 'name'));
  const ordinals = Array.from({ length: Number.isInteger(copies) && copies < 100 ? copies : 1 }, (_, i) => i);
  return ordinals.flatMap((i) =>
    templates.map((template) => called('PersistentVolumeClaim', `${template}-${name}-${i}`, namespace)),
  );
}

/** https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s/configuration-logstash */
function logstash(inputs: Inputs, name: string, namespace: string | undefined): Made[] {
  const services = list(at(inputs, 'spec', 'services')).map((service) => at(service, 'name'));
  const users = list(at(inputs, 'spec', 'elasticsearchRefs')).map((ref) => {
    return `${name}-${text(at(ref, 'namespace')) ?? namespace}-${text(at(ref, 'name'))}-logstash-user`;
  });
  return [
    ...services.map((service) => called('Service', `${name}-ls-${service}`, namespace)),
    ...users.map((user) => called('Secret', user, namespace)),
  ];
}
