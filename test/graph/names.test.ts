import { ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { bring, CloudResource, HelmRelease, injectExisting, type System } from '../../constructs';
import type { Problem } from '../../constructs/core/problem';
import { nameProblems, type World } from '../../graph/names/close';
import { graphOf } from '../support/offline';
import { api, shop } from '../support/shop';

type Build = (system: System) => void;

/** A target that brings one class, and this stack alone on it. */
const KNOWN: World = { brings: [], beside: { stack: 'platform', makes: [] } };

const found = (build: Build, world: World = KNOWN): readonly Problem[] => nameProblems(shop(build), world);
const object = (apiVersion: string, kind: string, more: object): Build => {
  return (system) => void new ApiObject(system, 'it', { apiVersion, kind, metadata: { name: 'it' }, ...more });
};
const pod = (container: object): Build => object('v1', 'Pod', { spec: { containers: [{ name: 'a', ...container }] } });
const fields = (inside: object): Build => object('v1', 'Pod', { spec: { containers: [], ...inside } });

test.each<[string, string, Build]>([
  [
    'a Secret of a variable',
    'Secret db',
    pod({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } }] }),
  ],
  [
    'a ConfigMap of a variable',
    'ConfigMap c',
    pod({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'a' } } }] }),
  ],
  ['a Secret whose keys are all variables', 'Secret db', pod({ envFrom: [{ secretRef: { name: 'db' } }] })],
  ['a ConfigMap whose keys are all variables', 'ConfigMap c', pod({ envFrom: [{ configMapRef: { name: 'c' } }] })],
  ['a Secret on a volume', 'Secret db', fields({ volumes: [{ name: 'v', secret: { secretName: 'db' } }] })],
  ['a ConfigMap on a volume', 'ConfigMap c', fields({ volumes: [{ name: 'v', configMap: { name: 'c' } }] })],
  [
    'a Secret on a projected volume',
    'Secret db',
    fields({ volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'db' } }] } }] }),
  ],
  [
    'a claim',
    'PersistentVolumeClaim data',
    fields({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] }),
  ],
  ['a ServiceAccount', 'ServiceAccount runner', fields({ serviceAccountName: 'runner' })],
  ['a PriorityClass', 'PriorityClass high', fields({ priorityClassName: 'high' })],
  ['a RuntimeClass', 'RuntimeClass gvisor', fields({ runtimeClassName: 'gvisor' })],
  [
    'a StorageClass',
    'StorageClass fast',
    object('v1', 'PersistentVolumeClaim', { spec: { storageClassName: 'fast' } }),
  ],
  [
    'the StorageClass of a claim’s template',
    'StorageClass fast',
    object('apps/v1', 'StatefulSet', { spec: { volumeClaimTemplates: [{ spec: { storageClassName: 'fast' } }] } }),
  ],
  [
    'an IngressClass',
    'IngressClass other',
    object('networking.k8s.io/v1', 'Ingress', { spec: { ingressClassName: 'other' } }),
  ],
  [
    'the Service of a route',
    'Service web',
    object('networking.k8s.io/v1', 'Ingress', {
      spec: { rules: [{ http: { paths: [{ backend: { service: { name: 'web' } } }] } }] },
    }),
  ],
  [
    'headers in a ConfigMap',
    'ConfigMap headers',
    object('networking.k8s.io/v1', 'Ingress', {
      metadata: { name: 'it', annotations: { 'nginx.ingress.kubernetes.io/custom-headers': 'shop/headers' } },
    }),
  ],
  [
    'an issuer of the whole cluster',
    'ClusterIssuer ca',
    object('networking.k8s.io/v1', 'Ingress', {
      metadata: { name: 'it', annotations: { 'cert-manager.io/cluster-issuer': 'ca' } },
    }),
  ],
  [
    'what is scaled',
    'Deployment web',
    object('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } },
    }),
  ],
  [
    'who measures',
    'the API metrics.k8s.io',
    object('autoscaling/v2', 'HorizontalPodAutoscaler', { spec: { metrics: [{ type: 'Resource' }] } }),
  ],
  [
    'a Role',
    'Role reader',
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { kind: 'Role', name: 'reader' } }),
  ],
  [
    'a ClusterRole',
    'ClusterRole reader',
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { kind: 'ClusterRole', name: 'reader' } }),
  ],
  [
    'who is granted something',
    'ServiceAccount runner',
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      subjects: [{ kind: 'ServiceAccount', name: 'runner', namespace: 'shop' }],
    }),
  ],
])('%s that nobody makes is an error', (_kind, name, build) => {
  expect(found(build).map(({ severity, what }) => [severity, what])).toEqual([
    ['error', expect.stringContaining(name)],
  ]);
});

test('a certificate of an Ingress that nobody makes is told, and stops nothing: a controller serves one of its own', () => {
  const build = object('networking.k8s.io/v1', 'Ingress', { spec: { tls: [{ secretName: 'tls' }] } });
  expect(found(build).map(({ severity, what }) => [severity, what])).toEqual([
    ['warning', expect.stringContaining('Secret tls, which nobody makes: its certificate is one that nobody trusts')],
  ]);
});

const custom = (apiVersion: string, kind: string, more: object): [string, Build] => [
  apiVersion.split('/')[0] ?? '',
  object(apiVersion, kind, more),
];

test.each<[string, string, [string, Build]]>([
  ['an Issuer', 'Issuer ca', custom('cert-manager.io/v1', 'Certificate', { spec: { issuerRef: { name: 'ca' } } })],
  [
    'the Secret of an authority',
    'Secret ca',
    custom('cert-manager.io/v1', 'Issuer', { spec: { ca: { secretName: 'ca' } } }),
  ],
  [
    'a SecretStore',
    'SecretStore aws',
    custom('external-secrets.io/v1', 'ExternalSecret', { spec: { secretStoreRef: { name: 'aws' } } }),
  ],
  [
    'a ClusterSecretStore',
    'ClusterSecretStore aws',
    custom('external-secrets.io/v1', 'ExternalSecret', {
      spec: { secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws' } },
    }),
  ],
  [
    'a GatewayClass',
    'GatewayClass envoy',
    custom('gateway.networking.k8s.io/v1', 'Gateway', { spec: { gatewayClassName: 'envoy' } }),
  ],
  [
    'a Gateway',
    'Gateway door',
    custom('gateway.networking.k8s.io/v1', 'HTTPRoute', { spec: { parentRefs: [{ name: 'door' }] } }),
  ],
  [
    'the Service behind a route',
    'Service web',
    custom('gateway.networking.k8s.io/v1', 'HTTPRoute', { spec: { rules: [{ backendRefs: [{ name: 'web' }] }] } }),
  ],
  [
    'a label that no Prometheus looks for',
    'release=other',
    custom('monitoring.coreos.com/v1', 'PodMonitor', { metadata: { name: 'it', labels: { release: 'other' } } }),
  ],
  [
    'a receiver',
    'receiver night',
    custom('monitoring.coreos.com/v1alpha1', 'AlertmanagerConfig', {
      spec: { route: { receiver: 'day', routes: [{ receiver: 'night' }] }, receivers: [{ name: 'day' }] },
    }),
  ],
  [
    'a place for backups',
    'BackupStorageLocation far',
    custom('velero.io/v1', 'Schedule', { spec: { template: { storageLocation: 'far' } } }),
  ],
  [
    'a VolumeSnapshotClass',
    'VolumeSnapshotClass csi',
    custom('snapshot.storage.k8s.io/v1', 'VolumeSnapshot', { spec: { volumeSnapshotClassName: 'csi' } }),
  ],
  [
    'a StorageClass of CloudNativePG',
    'StorageClass fast',
    custom('postgresql.cnpg.io/v1', 'Cluster', { spec: { storage: { storageClass: 'fast' } } }),
  ],
  [
    'an archive of CloudNativePG',
    'ObjectStore far',
    custom('postgresql.cnpg.io/v1', 'Cluster', { spec: { plugins: [{ parameters: { barmanObjectName: 'far' } }] } }),
  ],
  [
    'an Elasticsearch',
    'Elasticsearch logs',
    custom('kibana.k8s.elastic.co/v1', 'Kibana', { spec: { elasticsearchRef: { name: 'logs' } } }),
  ],
])('%s that nobody makes is told of a custom resource', (_kind, name, [group, build]) => {
  const world = { brings: [], beside: { stack: 'platform', makes: [`API ${group}/*`] } };
  expect(found(build, world).map(({ what }) => what)).toEqual([expect.stringContaining(name)]);
});

const release = (values: object): Build => {
  return (system) => {
    const chart = { chart: 'x', version: '1', makes: [] };
    new HelmRelease(system, 'r', { name: 'r', namespace: 'shop', ...chart, values: { ...values } });
  };
};

test.each<[string, string, Build]>([
  ['a Secret', 'Secret admin', release({ admin: { existingSecret: 'admin' } })],
  ['a StorageClass', 'StorageClass fast', release({ persistence: { storageClass: 'fast' } })],
  ['an IngressClass', 'IngressClass other', release({ ingress: { ingressClassName: 'other' } })],
  ['an issuer', 'ClusterIssuer ca', release({ ingress: { annotations: { 'cert-manager.io/cluster-issuer': 'ca' } } })],
  [
    'a receiver',
    'receiver night',
    release({ alertmanager: { config: { route: { receiver: 'night' }, receivers: [{ name: 'day' }] } } }),
  ],
])('%s that a chart is told of, and nobody makes, is told', (_kind, name, build) => {
  expect(found(build).map(({ what }) => what)).toEqual([expect.stringContaining(name)]);
});

test('a ServiceAccount that a cloud trusts, and nobody makes, is told', () => {
  const inputs = { name: 'r', assumeRolePolicy: '{"sub":"system:serviceaccount:shop:runner"}' };
  const build: Build = (system) => void new CloudResource(system, 'r', { type: 'aws:iam/role:Role', inputs });
  expect(found(build)).toMatchObject([{ what: expect.stringContaining('ServiceAccount runner') }]);
});

test('where a cloud trusts a ServiceAccount of a namespace that a stack above makes, nothing is told', () => {
  const inputs = { namespace: 'kube-system', serviceAccount: 'cluster-autoscaler' };
  const type = 'aws:eks/podIdentityAssociation:PodIdentityAssociation';
  expect(found((system) => void new CloudResource(system, 'r', { type, inputs }))).toEqual([]);
});

test('a role of a cloud that stands in a text is told, with the command that looks', () => {
  const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/theirs' };
  const build = object('v1', 'ServiceAccount', { metadata: { name: 'it', annotations } });
  expect(found(build)).toMatchObject([
    { severity: 'warning', fix: expect.stringContaining('aws iam get-role --role-name theirs') },
  ]);
});

test('a namespace that nobody has is told to whoever stands in it', () => {
  const build: Build = (system) =>
    void new k8s.KubeConfigMap(system, 'c', { metadata: { name: 'c', namespace: 'elsewhere' } });
  expect(found(build)).toMatchObject([{ severity: 'error', what: expect.stringContaining('Namespace elsewhere') }]);
});

test('a Secret by which images are pulled is a warning: the kubelet asks without it', () => {
  const problems = found((system) => void api(system, { pullSecret: 'registry' }));
  expect(problems.filter(({ what }) => what.includes('Secret'))).toMatchObject([
    { severity: 'warning', what: expect.stringContaining('Secret registry') },
  ]);
});

test('one name is told once, whoever names it', () => {
  const reads =
    (id: string): Build =>
    (system) =>
      void new k8s.KubePod(system, id, {
        metadata: { name: id },
        spec: { containers: [{ name: 'a', envFrom: [{ secretRef: { name: 'db' } }] }] },
      });
  const problems = found((system) => ['a', 'b', 'c'].map((id) => reads(id)(system)));
  expect(problems).toMatchObject([{ where: 'shop/a', what: expect.stringContaining('2 others name it too') }]);
});

test('what may be missing is told to nobody', () => {
  const ref = { name: 'db', key: 'a', optional: true };
  expect(found(pod({ env: [{ name: 'A', valueFrom: { secretKeyRef: ref } }] }))).toEqual([]);
});

test('a key that a ConfigMap has not is told, and an optional one is not', () => {
  const reads = (more: object) =>
    found((system) => {
      new k8s.KubeConfigMap(system, 'c', { metadata: { name: 'c' }, data: { there: '1' } });
      pod({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'absent', ...more } } }] })(system);
    }).map((p) => p.code);
  expect(reads({})).toEqual(['SW-LINK-001']);
  expect(reads({ optional: true })).toEqual([]);
});

test('a key that External Secrets does not write into its Secret is told', () => {
  const template = { data: { url: '{{ .password }}' } };
  const spec = { target: { name: 'db', template }, data: [{ secretKey: 'password' }] };
  const problems = found((system) => {
    new ApiObject(system, 's', {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 's' },
      spec,
    });
    pod({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] })(system);
  });
  expect(problems.filter((p) => p.code === 'SW-LINK-001')).toMatchObject([
    { what: expect.stringContaining('"password"') },
  ]);
});

test('whoever says that it is there is not told of it', () => {
  const problems = found((system) => {
    bring(system, { kind: 'Secret', name: 'db', namespace: 'shop', source: 'the operator of RabbitMQ' });
    pod({ envFrom: [{ secretRef: { name: 'db' } }] })(system);
  });
  expect(problems).toEqual([]);
});

test('a Secret that a person keeps is told each time, with the command that makes it, and stops nothing', () => {
  const problems = found((system) => injectExisting(api(system), 'KEY', { name: 'stripe', key: 'key' }));
  expect(problems.filter(({ what }) => what.includes('Secret'))).toMatchObject([
    { severity: 'warning', fix: expect.stringContaining('kubectl create secret generic stripe --namespace shop') },
  ]);
});

test('where an operator that nobody knows stands in the namespace, it may make it: a warning', () => {
  const problems = found((system) => {
    new ApiObject(system, 'rabbit', {
      apiVersion: 'rabbitmq.com/v1beta1',
      kind: 'RabbitmqCluster',
      metadata: { name: 'r' },
    });
    pod({ envFrom: [{ secretRef: { name: 'r-default-user' } }] })(system);
  });
  expect(problems.filter(({ what }) => what.includes('Secret'))).toMatchObject([{ severity: 'warning' }]);
});

/** Objects of somebody else's, in no system. */
const foreign = (build: (scope: Construct) => void): readonly Problem[] =>
  nameProblems(
    graphOf((app) => build(new Chart(app, 'theirs', { namespace: 'theirs' }))),
    {},
  );

test('objects in no system that name what nobody sees are told, and never stopped', () => {
  const problems = foreign((scope) => {
    new k8s.KubePod(scope, 'pod', {
      spec: { containers: [{ name: 'a', envFrom: [{ secretRef: { name: 'db' } }] }], priorityClassName: 'high' },
    });
  });
  expect(problems.map((p) => p.severity)).toEqual(problems.map(() => 'warning'));
  expect(problems.map((p) => p.what)).toEqual([
    expect.stringContaining('Namespace theirs'),
    expect.stringContaining('Secret db'),
    expect.stringContaining('PriorityClass high'),
  ]);
});

test('what every Kubernetes has is told to nobody', () => {
  const problems = foreign((scope) => {
    new k8s.KubeRoleBinding(scope, 'binding', {
      metadata: { namespace: 'default' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'kube-system' }],
    });
  });
  expect(problems).toEqual([]);
});
