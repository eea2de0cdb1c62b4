import { App } from 'cdk8s';
import { readStackFile } from '../../bridge/stack-file';
import { IN_CLUSTER, PROFILES } from '../../constructs';
import { isMarker, valueBehind } from '../../constructs/core/marker';
import { isSecret } from '../../constructs/core/value';
import { buildGraph } from '../../graph/build';
import { lockOf } from '../../graph/identity';
import { at, isRecord, list, text } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { SettingsReader } from '../../stacks/read-settings';
import { Talos } from '../../stacks/talos';
import { TALOS_SETTINGS } from '../../stacks/talos-settings';
import { ROOT } from '../support/command';
import { objectIn, talosGraph } from '../support/systems';

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
  expect(external.sort()).toEqual([
    'talos-archive-postgres',
    'talos-backup-postgres',
    'talos-postgres-users',
    'talos-redis',
    'talos-secrets',
  ]);
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
  // Its metrics, on the same port, are shown to nobody.
  expect(paths('talos-dashboard')).toEqual([
    route('/', 'talos-dashboard', 3000),
    route('/metrics', 'talos-closed', 80),
  ]);
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
    'talos/postgres/stored-passwords',
    'talos/redis/replication',
    'talos/redis/stored-token',
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
  new Talos(app, { platform, environment: 'prod', settings });
  const kinds = buildGraph(app).nodes.map((node) => node.object?.kind);
  expect(kinds).toEqual(expect.arrayContaining(['StatefulSet', 'Deployment', 'Ingress']));
});
