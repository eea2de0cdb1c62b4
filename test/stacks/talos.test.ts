import { App } from 'cdk8s';
import { readStackFile } from '../../bridge/stack-file';
import { IN_CLUSTER, PROFILES } from '../../constructs';
import { isMarker, valueBehind } from '../../constructs/core/marker';
import { isSecret } from '../../constructs/core/value';
import { lockOf } from '../../graph/identity';
import { at, isRecord, list, text } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { SettingsReader } from '../../stacks/read-settings';
import { Talos } from '../../stacks/talos';
import { TALOS_SETTINGS } from '../../stacks/talos-settings';
import { ROOT } from '../support/command';
import { objectIn, talosGraph } from '../support/talos';

const prod = talosGraph('prod');
const dev = talosGraph('dev');
const NAMESPACE = 'talos-system';

const deployment = (graph = prod) => objectIn(graph, 'Deployment', 'talos-gateway').inputs;
const podSpec = (graph = prod) => at(deployment(graph), 'spec', 'template', 'spec');
const container = (graph = prod) => at(podSpec(graph), 'containers', 0);
const env = (name: string, graph = prod) => list(at(container(graph), 'env')).find((v) => at(v, 'name') === name);
const ingress = () => objectIn(prod, 'Ingress', 'talos-api').inputs;
const objects = prod.nodes.filter((n) => n.object !== undefined);

test.each(['dev', 'prod'] as const)('%s is sound', (stack) => {
  const graph = talosGraph(stack);
  expect(soundness(graph, { kubernetesVersion: '1.35', environment: stack, lock: lockOf('test', [graph]) })).toEqual(
    [],
  );
});

test('TAL-01 only versions that 1.25 serves too', () => {
  const problems = soundness(dev, { kubernetesVersion: '1.25', environment: 'dev' });
  expect(problems.filter((p) => p.code === 'SW-SCHEMA-002')).toEqual([]);
});

test('TAL-02 the Ingress is of class nginx', () => {
  expect(at(ingress(), 'spec', 'ingressClassName')).toBe('nginx');
});

test('TAL-03 everything stands in talos-system, which the deployment creates', () => {
  expect(objectIn(prod, 'Namespace', NAMESPACE).object?.namespace).toBeUndefined();
  const elsewhere = objects.filter((n) => n.object?.kind !== 'Namespace' && n.object?.namespace !== NAMESPACE);
  expect(elsewhere).toEqual([]);
});

test('TAL-04, TAL-06 the tag of the configuration is the tag of the image', () => {
  const changed = talosGraph('prod', { 'talos:tag': 'abc1234' });
  expect(at(container(changed), 'image')).toBe('ghcr.io/talosprotocol/talos-gateway:abc1234');
  expect(() => talosGraph('prod', { 'talos:tag': 'latest' })).toThrow(/SW-CONFIG-004.*latest/);
});

test.each([
  ['TAL-09', 'talos-secrets', 'database-url'],
  ['TAL-11', 'talos-redis', 'redis-url'],
])('%s Secret %s has the key %s', (_id, name, key) => {
  expect(Object.keys(at(objectIn(dev, 'Secret', name).inputs, 'data') ?? {})).toEqual([key]);
  const external = objectIn(prod, 'ExternalSecret', name).inputs;
  expect(at(external, 'spec', 'target', 'name')).toBe(name);
  expect(Object.keys(at(external, 'spec', 'target', 'template', 'data') ?? {})).toEqual([key]);
});

test('TAL-10 secrets come before the Deployment', () => {
  const needed = prod.edges.filter((e) => e.from === 'talos/gateway/deployment').map((e) => e.to);
  expect(needed).toEqual(
    expect.arrayContaining(['talos/secret-talos-secrets/object', 'talos/secret-talos-redis/object']),
  );
});

test('TAL-13, TAL-79 prod renders no Secret with a credential: External Secrets makes those', () => {
  const secrets = objects.filter((n) => n.object?.kind === 'Secret');
  const texts = secrets.flatMap((n) => Object.values(isRecord(n.inputs.data) ? n.inputs.data : {}));
  expect(texts.map((text) => Buffer.from(String(text), 'base64').toString()).sort()).toEqual([
    'http://talos-tracing:4317',
    'https://otlp.placeholder.invalid:4317',
  ]);
  const external = objects.flatMap((n) => (n.object?.kind === 'ExternalSecret' ? [n.object.name] : []));
  expect(external.sort()).toEqual(['talos-redis', 'talos-secrets']);
});

test('TAL-14, TAL-80 host and TLS of the Ingress', () => {
  const host = 'talos.yourdomain.com';
  expect(at(ingress(), 'spec', 'tls')).toEqual([{ hosts: [host], secretName: 'talos-tls' }]);
  expect(list(at(ingress(), 'spec', 'rules')).map((r) => at(r, 'host'))).toEqual([host]);
});

test('TAL-15 the certificate comes from cert-manager', () => {
  expect(at(ingress(), 'metadata', 'annotations', 'cert-manager.io/cluster-issuer')).toBe('letsencrypt-prod');
});

test('TAL-15 the front door reaches the pods by which cert-manager answers for the host', () => {
  expect(objectIn(prod, 'NetworkPolicy', 'acme-solver-from-front-door').inputs.spec).toMatchObject({
    podSelector: { matchLabels: { 'acme.cert-manager.io/http01-solver': 'true' } },
    ingress: [{ ports: [{ port: 8089, protocol: 'TCP' }] }],
  });
});

const paths = (name: string) => list(at(objectIn(prod, 'Ingress', name).inputs, 'spec', 'rules', 0, 'http', 'paths'));
const route = (path: string, name: string, number: number) => ({
  path,
  pathType: 'Prefix',
  backend: { service: { name, port: { number } } },
});

test('TAL-16 the dashboard has an Ingress of its own: / to its port 3000', () => {
  expect(paths('talos-dashboard')).toEqual([route('/', 'talos-dashboard', 3000)]);
});

test('TAL-17 the second Ingress has three paths to three Services, and there is no third', () => {
  expect(paths('talos-api')).toEqual([
    route('/api', 'talos-gateway', 8000),
    route('/audit', 'talos-audit', 8001),
    route('/mcp', 'talos-mcp', 8002),
  ]);
  expect(objects.filter((n) => n.object?.kind === 'Ingress')).toHaveLength(2);
});

test('TAL-18 gateway, dashboard, audit and MCP are there', () => {
  for (const kind of ['Deployment', 'Service']) {
    const names = objects.filter((n) => n.object?.kind === kind).map((n) => n.object?.name);
    expect(names).toEqual(expect.arrayContaining(['talos-gateway', 'talos-dashboard', 'talos-audit', 'talos-mcp']));
  }
});

test('TAL-20 the managed database is RDS: port 5432, database talos, its address in talos-secrets', () => {
  const instance = prod.nodes.find((n) => n.type === 'aws:rds/instance:Instance');
  expect(instance?.inputs).toMatchObject({ engine: 'postgres', port: 5432, dbName: 'talos' });
  expect(prod.edges).toContainEqual(
    expect.objectContaining({ from: 'talos/secret-talos-secrets/object', to: instance?.path }),
  );
});

test('TAL-21 in the cluster it is a StatefulSet with a volume, and a Service on 5432', () => {
  const graph = talosGraph('prod', { 'talos:database': '{"placement":"in-cluster","inCluster":"statefulset"}' });
  const server = objectIn(graph, 'StatefulSet', 'talos-postgres').inputs;
  expect(list(at(server, 'spec', 'volumeClaimTemplates'))).toHaveLength(1);
  expect(at(objectIn(graph, 'Service', 'talos-postgres').inputs, 'spec', 'ports', 0, 'port')).toBe(5432);
});

test.each([
  ['TAL-22', 'DATABASE_URL', 'talos-secrets', 'database-url'],
  ['TAL-27', 'REDIS_URL', 'talos-redis', 'redis-url'],
])('%s %s comes from %s/%s', (_id, variable, name, key) => {
  expect(env(variable)).toEqual({ name: variable, valueFrom: { secretKeyRef: { name, key } } });
});

test('TAL-23 Postgres is 15', () => {
  expect(prod.nodes.find((n) => n.type === 'aws:rds/instance:Instance')?.inputs.engineVersion).toBe('15');
  expect(
    at(objectIn(dev, 'StatefulSet', 'talos-postgres').inputs, 'spec', 'template', 'spec', 'containers', 0, 'image'),
  ).toMatch(/postgres:15\./);
});

test.each([
  ['TAL-19', 'DEV_MODE', 'false'],
  ['TAL-25', 'RATE_LIMIT_ENABLED', 'true'],
  ['TAL-26', 'RATE_LIMIT_BACKEND', 'redis'],
  ['TAL-28', 'RATE_LIMIT_DEFAULT_RPS', '10'],
  ['TAL-29', 'RATE_LIMIT_DEFAULT_BURST', '20'],
  ['TAL-47', 'SHUTDOWN_DRAIN_TIMEOUT_SECONDS', '30'],
  ['TAL-89', 'MODE', 'prod'],
])('%s %s=%s', (_id, name, value) => {
  expect(env(name)).toEqual({ name, value });
});

test('TAL-24 the rate limit has a Redis in prod', () => {
  expect(prod.nodes.map((n) => n.type)).toContain('aws:elasticache/replicationGroup:ReplicationGroup');
});

test('TAL-30 in the cluster Redis is the Service redis-cluster on 6379', () => {
  const service = objectIn(dev, 'Service', 'redis-cluster');
  expect([service.object?.namespace, at(service.inputs, 'spec', 'ports', 0, 'port')]).toEqual([NAMESPACE, 6379]);
});

test('TAL-31 managed it is ElastiCache, and its address goes into talos-redis', () => {
  expect(prod.edges).toContainEqual(
    expect.objectContaining({
      from: 'talos/secret-talos-redis/object',
      to: 'talos/redis/replication',
      reason: 'uses its primaryEndpointAddress',
    }),
  );
});

test('TAL-32 the surface ConfigMap holds numbers', () => {
  const file =
    text(at(objectIn(prod, 'ConfigMap', 'gateway-surface-config').inputs, 'data', 'gateway_surface.json')) ?? '';
  expect(JSON.parse(file)).toEqual({ surface_id: 'llm.chat.completions', rate_limit_rps: 10, rate_limit_burst: 20 });
});

test('TAL-33 the gateway mounts it', () => {
  expect(list(at(container(), 'volumeMounts'))).toContainEqual(
    expect.objectContaining({ name: 'gateway-surface-config', mountPath: '/etc/talos/gateway_surface.json' }),
  );
});

test('TAL-43 liveness', () => {
  expect(at(container(), 'livenessProbe')).toEqual({
    httpGet: { path: '/health/live', port: 8000 },
    initialDelaySeconds: 10,
    periodSeconds: 30,
    timeoutSeconds: 5,
    failureThreshold: 3,
  });
});

test('TAL-44 readiness', () => {
  expect(at(container(), 'readinessProbe')).toEqual({
    httpGet: { path: '/health/ready', port: 8000 },
    initialDelaySeconds: 5,
    periodSeconds: 10,
    timeoutSeconds: 3,
    successThreshold: 1,
    failureThreshold: 3,
  });
});

test('TAL-45 the policies let readiness reach Postgres and Redis, on both sides', () => {
  const open = dev.nodes.filter((n) => n.object?.kind === 'NetworkPolicy').map((n) => n.object?.name);
  expect(open).toEqual(
    expect.arrayContaining(['gateway-to-postgres', 'postgres-from-gateway', 'gateway-to-redis', 'redis-from-gateway']),
  );
  const egress = objectIn(prod, 'NetworkPolicy', 'gateway-to-postgres').inputs;
  expect(at(egress, 'spec', 'egress', 0)).toEqual({
    to: [{ ipBlock: { cidr: '10.0.1.0/24' } }, { ipBlock: { cidr: '10.0.2.0/24' } }],
    ports: [{ port: 5432, protocol: 'TCP' }],
  });
});

test.each(['talos-dashboard', 'talos-audit', 'talos-mcp'])('TAL-46 %s is asked at /healthz and /readyz', (name) => {
  const first = at(objectIn(prod, 'Deployment', name).inputs, 'spec', 'template', 'spec', 'containers', 0);
  expect([at(first, 'livenessProbe', 'httpGet', 'path'), at(first, 'readinessProbe', 'httpGet', 'path')]).toEqual([
    '/healthz',
    '/readyz',
  ]);
});

test('TAL-48 the grace period is in the pod, 60 s', () => {
  expect(at(podSpec(), 'terminationGracePeriodSeconds')).toBe(60);
  expect(at(deployment(), 'spec', 'terminationGracePeriodSeconds')).toBeUndefined();
});

test('TAL-49 preStop sleeps 5 s', () => {
  expect(at(container(), 'name')).toBe('gateway');
  expect(at(container(), 'lifecycle', 'preStop', 'exec', 'command')).toEqual(['/bin/sh', '-c', 'sleep 5']);
});

test.each([dev, prod])(
  'TAL-58, TAL-60 every pod: no root, 1001 for ours, nothing writable but /tmp, no capabilities, seccomp',
  (graph) => {
    expect(at(podSpec(graph), 'securityContext')).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1001,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    const specs = graph.nodes.map((n) => at(n.inputs, 'spec', 'template', 'spec')).filter(isRecord);
    for (const spec of specs) {
      expect(at(spec, 'securityContext', 'runAsNonRoot')).toBe(true);
      for (const each of list(spec.containers)) {
        expect(at(each, 'securityContext')).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(list(at(each, 'volumeMounts')).map((m) => at(m, 'mountPath'))).toContain('/tmp');
      }
    }
  },
);

test('TAL-61, TAL-84 everything is denied, DNS and the front door are open', () => {
  expect(objectIn(prod, 'NetworkPolicy', 'default-deny').inputs.spec).toEqual({
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
  });
  expect(at(objectIn(prod, 'NetworkPolicy', 'allow-dns').inputs, 'spec', 'egress', 0, 'ports')).toHaveLength(2);
  expect(at(objectIn(prod, 'NetworkPolicy', 'gateway-from-front-door').inputs, 'spec', 'ingress', 0)).toEqual({
    from: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } },
        podSelector: {
          matchLabels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
        },
      },
    ],
    ports: [{ port: 8000, protocol: 'TCP' }],
  });
});

test('TAL-62 the migration is a Job with its version in its name; raising it makes a new one', () => {
  const job = objectIn(prod, 'Job', 'gateway-migrations-v1');
  expect(job.object?.apiVersion).toBe('batch/v1');
  const raised = talosGraph('prod', { 'talos:migrations': '{"version":2,"tag":"4a5b6c7"}' });
  expect(objectIn(raised, 'Job', 'gateway-migrations-v2').path).not.toBe(job.path);
  expect(soundness(raised, { kubernetesVersion: '1.35', environment: 'prod', lock: lockOf('test', [prod]) })).toEqual(
    [],
  );
});

test('TAL-63 it runs alembic upgrade head with the gateway image, pinned apart from the gateway, and the URL of the database', () => {
  const other = talosGraph('prod', { 'talos:tag': 'abc1234' });
  const migration = at(
    objectIn(other, 'Job', 'gateway-migrations-v1').inputs,
    'spec',
    'template',
    'spec',
    'containers',
    0,
  );
  expect(at(migration, 'image')).toBe('ghcr.io/talosprotocol/talos-gateway:3f2c1ab');
  expect(at(migration, 'command')).toEqual(['alembic', 'upgrade', 'head']);
  expect(at(migration, 'env')).toEqual([
    { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'talos-secrets', key: 'database-url' } } },
  ]);
});

test('TAL-64 the gateway has no init container, and its rollout waits for the migration', () => {
  expect(at(podSpec(), 'initContainers')).toBeUndefined();
  const waits = prod.edges.filter((e) => e.to === 'talos/migrations/job-v1').map((e) => e.from);
  expect(waits).toEqual(expect.arrayContaining(['talos/gateway/account', 'talos/audit/account']));
});

test('TAL-65, TAL-66 the autoscaler: 3 to 10 at 70 % CPU, nothing else', () => {
  expect(objectIn(prod, 'HorizontalPodAutoscaler', 'talos-gateway').inputs).toMatchObject({
    apiVersion: 'autoscaling/v2',
  });
  expect(objectIn(prod, 'HorizontalPodAutoscaler', 'talos-gateway').inputs.spec).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'talos-gateway' },
    minReplicas: 3,
    maxReplicas: 10,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  });
});

test('TAL-67, TAL-83 requests and limits', () => {
  expect(at(container(), 'resources')).toEqual({
    requests: { cpu: '200m', memory: '256Mi' },
    limits: { cpu: '1000m', memory: '1Gi' },
  });
});

test('TAL-68 the number of copies is left to the autoscaler', () => {
  expect(objectIn(prod, 'Deployment', 'talos-gateway').options.ignoreChanges).toEqual(['spec.replicas']);
});

test('TAL-74 pods carry app=talos-gateway', () => {
  expect(at(deployment(), 'spec', 'template', 'metadata', 'labels', 'app')).toBe('talos-gateway');
});

test('TAL-76 Service talos-gateway on 8000', () => {
  expect(at(objectIn(prod, 'Service', 'talos-gateway').inputs, 'spec', 'ports', 0)).toMatchObject({
    port: 8000,
    targetPort: 'http',
  });
});

test('TAL-81 the database keeps backups', () => {
  expect(prod.nodes.find((n) => n.type === 'aws:rds/instance:Instance')?.inputs.backupRetentionPeriod).toBe(14);
});

test('TAL-85 the Namespace enforces Pod Security restricted', () => {
  expect(
    at(objectIn(prod, 'Namespace', NAMESPACE).inputs, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce'),
  ).toBe('restricted');
});

test('TAL-86 one address may make 20 requests a second', () => {
  expect(at(ingress(), 'metadata', 'annotations', 'nginx.ingress.kubernetes.io/limit-rps')).toBe('20');
});

test('what holds data is protected in prod, and not in dev', () => {
  const isProtected = (graph: typeof prod) =>
    graph.nodes
      .filter((n) => n.options.protect === true)
      .map((n) => n.path)
      .sort();
  expect(isProtected(prod)).toEqual([
    'talos/backups/bucket',
    'talos/cold/bucket',
    'talos/namespace',
    'talos/postgres/instance',
    'talos/redis/replication',
  ]);
  expect(isProtected(dev)).toEqual([]);
});

test('in dev every Secret is made of values that Pulumi keeps secret', () => {
  for (const { inputs, options } of dev.nodes.filter((n) => n.object?.kind === 'Secret')) {
    for (const [key, held] of Object.entries(at(inputs, 'data') ?? {})) {
      if (options.openKeys?.includes(key)) continue;
      expect(typeof held === 'string' && isMarker(held) && isSecret(valueBehind(held))).toBe(true);
    }
  }
});

test('a plain cdk8s program needs no environment: everything runs inside the cluster', () => {
  const app = new App();
  const platform = { ...IN_CLUSTER, profile: PROFILES.prod };
  const source = readStackFile(ROOT, 'dev')?.entries.filter((e) => e.key.startsWith('talos:')) ?? [];
  const reader = new SettingsReader({ project: 'shop', stack: 'dev', file: 'Pulumi.dev.yaml', entries: source });
  const settings = reader.read('talos', TALOS_SETTINGS);
  if (settings === undefined) throw new Error('the committed settings are wrong');
  const talos = new Talos(app, { platform, environment: 'prod', settings });
  expect(talos.toJson().map((o: { kind: string }) => o.kind)).toEqual(
    expect.arrayContaining(['StatefulSet', 'Deployment', 'Ingress']),
  );
});
