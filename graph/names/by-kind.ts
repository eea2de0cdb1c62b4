import { at, isRecord, list, text } from '../json-value';
import { keysOfSecret, mild, plain } from './by-field';
import type { Named } from './name';

type Inputs = Readonly<Record<string, unknown>>;
type Read = (inputs: Inputs, namespace: string | undefined) => Named[];

/** What objects of a kind name beside what their fields say by themselves. By group, where two have kinds of one name. */
const KINDS: Readonly<Record<string, Read>> = {
  StatefulSet: (inputs, namespace) => plain('Service', at(inputs, 'spec', 'serviceName'), namespace, 'is named by'),
  Ingress: ingress,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  PersistentVolumeClaim: (inputs) => plain('PersistentVolume', at(inputs, 'spec', 'volumeName'), undefined, 'binds'),
  NetworkPolicy: policy,
  HorizontalPodAutoscaler: autoscaler,
  Gateway: (inputs, namespace) => issuersOf(inputs, namespace),
  GatewayClass: (inputs) => controlled(at(inputs, 'spec', 'controllerName')),
  IngressClass: (inputs) => controlled(at(inputs, 'spec', 'controller')),
  'gateway.envoyproxy.io/SecurityPolicy': security,
  ServiceMonitor: selected,
  PodMonitor: selected,
  Probe: selected,
  PrometheusRule: selected,
  ConfigMap: dashboard,
  ServiceAccount: cloudRole,
  AlertmanagerConfig: (inputs, namespace) => routesIn(inputs.spec, namespace),
  'postgresql.cnpg.io/Cluster': postgres,
  'postgresql.cnpg.io/ScheduledBackup': ofPostgres,
  'postgresql.cnpg.io/Backup': ofPostgres,
  'postgresql.cnpg.io/Pooler': ofPostgres,
  'kibana.k8s.elastic.co/Kibana': elasticsearch,
  'logstash.k8s.elastic.co/Logstash': elasticsearch,
  'velero.io/Schedule': (inputs, namespace) => velero(at(inputs, 'spec', 'template'), namespace),
  'velero.io/Backup': (inputs, namespace) => velero(inputs.spec, namespace),
  'cert-manager.io/Certificate': answered,
  'cert-manager.io/Issuer': solvers,
  'cert-manager.io/ClusterIssuer': solvers,
};

export function namedByKind(apiVersion: string, kind: string, inputs: Inputs, namespace: string | undefined): Named[] {
  const read = KINDS[`${apiVersion.split('/')[0]}/${kind}`] ?? KINDS[kind];
  return read?.(inputs, namespace) ?? [];
}

/** Namespaces of the annotations that name `namespace/name` to ingress-nginx. https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/ */
const ANNOTATED: Readonly<Record<string, string>> = {
  'auth-secret': 'Secret',
  'auth-tls-secret': 'Secret',
  'proxy-ssl-secret': 'Secret',
  'custom-headers': 'ConfigMap',
};

function ingress(inputs: Inputs, namespace: string | undefined): Named[] {
  const paths = list(at(inputs, 'spec', 'rules')).flatMap((rule) => list(at(rule, 'http', 'paths')));
  const backends = [...paths.map((path) => at(path, 'backend')), at(inputs, 'spec', 'defaultBackend')];
  const annotations = annotationsOf(inputs);
  return [
    ...list(at(inputs, 'spec', 'tls')).flatMap((tls) =>
      mild(plain('Secret', at(tls, 'secretName'), namespace, 'serves with')),
    ),
    ...backends.flatMap((backend) => plain('Service', at(backend, 'service', 'name'), namespace, 'routes to')),
    ...issuersOf(inputs, namespace),
    ...mild(plain('IngressClass', annotations['kubernetes.io/ingress.class'], undefined, 'is served by')),
    ...Object.entries(ANNOTATED).flatMap(([name, kind]) => {
      const [first = '', second] = (text(annotations[`nginx.ingress.kubernetes.io/${name}`]) ?? '').split('/');
      return plain(kind, second ?? first, second === undefined ? namespace : first, 'reads');
    }),
  ];
}

/** https://cert-manager.io/docs/usage/ingress/, https://cert-manager.io/docs/usage/gateway/ */
function issuersOf(inputs: Inputs, namespace: string | undefined): Named[] {
  const annotations = annotationsOf(inputs);
  return [
    ...plain('ClusterIssuer', annotations['cert-manager.io/cluster-issuer'], undefined, 'is signed by'),
    ...plain('Issuer', annotations['cert-manager.io/issuer'], namespace, 'is signed by'),
  ];
}

/** Where the challenge of a Certificate is answered: https://cert-manager.io/docs/reference/annotations/ */
function answered(inputs: Inputs, namespace: string | undefined): Named[] {
  const annotations = annotationsOf(inputs);
  const kind = text(annotations['acme.cert-manager.io/http01-parentrefkind']) ?? 'Gateway';
  return plain(kind, annotations['acme.cert-manager.io/http01-parentrefname'], namespace, 'is answered at');
}

/** A class is there without its controller; only, nobody serves it. */
function controlled(name: unknown): Named[] {
  return mild(plain('controller', name, undefined, 'is served by')).map((one) => ({ ...one, waits: false as const }));
}

/** https://gateway.envoyproxy.io/docs/api/extension_types/#securitypolicyspec */
function security({ spec }: Inputs, namespace: string | undefined): Named[] {
  const otherwise = 'the policy is not taken, and every request is refused';
  const reads = (keys: readonly string[], ref: unknown) =>
    keysOfSecret('reads', keys, otherwise)(ref, { namespace, inside: '' });
  const keyed = list(at(spec, 'apiKeyAuth', 'credentialRefs'));
  return [
    ...reads(['.htpasswd'], at(spec, 'basicAuth', 'users')),
    ...reads(['client-secret'], at(spec, 'oidc', 'clientSecret')),
    ...keyed.flatMap((ref) => plain('Secret', at(ref, 'name'), text(at(ref, 'namespace')) ?? namespace, 'reads')),
  ];
}

function annotationsOf(inputs: Inputs): Record<string, unknown> {
  const annotations = at(inputs, 'metadata', 'annotations');
  return isRecord(annotations) ? annotations : {};
}

function binding(inputs: Inputs, namespace: string | undefined): Named[] {
  const role = text(at(inputs, 'roleRef', 'kind')) ?? '';
  const subjects = list(inputs.subjects).flatMap((subject) => {
    const where = text(at(subject, 'namespace')) ?? namespace;
    const isAccount = at(subject, 'kind') === 'ServiceAccount';
    return isAccount ? plain('ServiceAccount', at(subject, 'name'), where, 'grants to') : [];
  });
  return [
    ...plain(role, at(inputs, 'roleRef', 'name'), role === 'ClusterRole' ? undefined : namespace, 'grants'),
    ...subjects,
  ];
}

/** A door to a namespace that is not there lets nobody in: no harm, and no use. */
function policy(inputs: Inputs): Named[] {
  const rules = [...list(at(inputs, 'spec', 'ingress')), ...list(at(inputs, 'spec', 'egress'))];
  const peers = rules.flatMap((rule) => [...list(at(rule, 'from')), ...list(at(rule, 'to'))]);
  const named = peers.flatMap((peer) => {
    const name = at(peer, 'namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name');
    return plain('Namespace', name, undefined, 'opens the way to');
  });
  return mild(named).map((one) => ({ ...one, waits: false as const }));
}

/** Who measures: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis */
const MEASURED: Readonly<Record<string, string>> = {
  Resource: 'metrics.k8s.io/*',
  ContainerResource: 'metrics.k8s.io/*',
  Pods: 'custom.metrics.k8s.io/*',
  Object: 'custom.metrics.k8s.io/*',
  External: 'external.metrics.k8s.io/*',
};

function autoscaler(inputs: Inputs): Named[] {
  const types = new Set(list(at(inputs, 'spec', 'metrics')).map((metric) => text(at(metric, 'type')) ?? ''));
  return [...types].flatMap((type) => plain('API', MEASURED[type], undefined, 'is measured by'));
}

/** A Prometheus takes the objects that have one of its labels. */
function selected(inputs: Inputs): Named[] {
  const labels = at(inputs, 'metadata', 'labels');
  const all = isRecord(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${value}`) : [];
  const shown = all.find((label) => label.startsWith('release=')) ?? all[0] ?? 'no label';
  return [{ kind: 'Prometheus label', name: shown, or: ['*', ...all], verb: 'is found by', waits: false }];
}

/** https://github.com/grafana/helm-charts/tree/main/charts/grafana#sidecar-for-dashboards */
function dashboard(inputs: Inputs): Named[] {
  const label = at(inputs, 'metadata', 'labels', 'grafana_dashboard');
  const name = text(label) === undefined ? undefined : `grafana_dashboard=${label}`;
  return mild(plain('Grafana label', name, undefined, 'is found by')).map((one) => ({ ...one, waits: false as const }));
}

/** https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
function cloudRole(inputs: Inputs): Named[] {
  const arn = text(annotationsOf(inputs)['eks.amazonaws.com/role-arn']);
  return mild(plain('IAM role', arn?.split('/').at(-1), undefined, 'takes'));
}

/** Every receiver that a route of Alertmanager's names. */
export function routesIn(config: unknown, namespace: string | undefined): Named[] {
  const found: Named[] = [];
  const walk = (route: unknown): void => {
    found.push(...plain('receiver', at(route, 'receiver'), namespace, 'tells'));
    for (const below of list(at(route, 'routes'))) walk(below);
  };
  walk(at(config, 'route'));
  return found.map((one) => ({ ...one, waits: false as const }));
}

/** https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/#clusterspec */
function postgres(inputs: Inputs, namespace: string | undefined): Named[] {
  const spec = inputs.spec;
  const classes = [at(spec, 'storage', 'storageClass'), at(spec, 'walStorage', 'storageClass')];
  const roles = list(at(spec, 'managed', 'roles')).map((role) => at(role, 'passwordSecret', 'name'));
  const archives = list(at(spec, 'plugins')).map((plugin) => at(plugin, 'parameters', 'barmanObjectName'));
  return [
    ...classes.flatMap((name) => plain('StorageClass', name, undefined, 'is cut from')),
    ...[...roles, at(spec, 'superuserSecret', 'name')].flatMap((name) => plain('Secret', name, namespace, 'reads')),
    ...archives.flatMap((name) => plain('ObjectStore', name, namespace, 'is archived in')),
  ];
}

function ofPostgres(inputs: Inputs, namespace: string | undefined): Named[] {
  return plain('Cluster', at(inputs, 'spec', 'cluster', 'name'), namespace, 'is of');
}

function elasticsearch(inputs: Inputs, namespace: string | undefined): Named[] {
  const refs = [at(inputs, 'spec', 'elasticsearchRef'), ...list(at(inputs, 'spec', 'elasticsearchRefs'))];
  return refs.flatMap((ref) =>
    plain('Elasticsearch', at(ref, 'name'), text(at(ref, 'namespace')) ?? namespace, 'asks'),
  );
}

/** https://velero.io/docs/main/api-types/backup/: `default` where nobody says */
function velero(backup: unknown, namespace: string | undefined): Named[] {
  const snapshots = list(at(backup, 'volumeSnapshotLocations'));
  const location = at(backup, 'storageLocation') ?? 'default';
  return [
    ...plain('BackupStorageLocation', location, namespace, 'writes to'),
    ...snapshots.flatMap((name) => plain('VolumeSnapshotLocation', name, namespace, 'writes to')),
  ].map((one) => ({ ...one, waits: false as const }));
}

/** https://cert-manager.io/docs/configuration/ca/, https://cert-manager.io/docs/configuration/acme/: of the whole cluster, in its own namespace */
function solvers(inputs: Inputs, namespace = 'cert-manager'): Named[] {
  const classes = list(at(inputs, 'spec', 'acme', 'solvers')).map((solver) => at(solver, 'http01', 'ingress', 'class'));
  return [
    ...plain('Secret', at(inputs, 'spec', 'ca', 'secretName'), namespace, 'signs with'),
    ...classes.flatMap((name) => plain('IngressClass', name, undefined, 'is served by')),
  ];
}
