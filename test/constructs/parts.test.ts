import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import {
  connect,
  expose,
  fromConfig,
  fromStore,
  Gateway,
  type GatewayProps,
  host,
  IN_CLUSTER,
  inject,
  injectExisting,
  type Platform,
  Postgres,
  PROFILES,
  password,
  port,
  Redis,
  System,
  url,
} from '../../constructs';
import type { Scale } from '../../constructs/core/copies';
import { at, list } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { graphOf } from '../support/offline';
import { objectIn } from '../support/systems';

const EXTERNAL: Platform = {
  ...IN_CLUSTER,
  secrets: {
    kind: 'external',
    store: { kind: 'ClusterSecretStore', name: 'vault' },
    prefix: 'shop/prod',
    refreshInterval: '1h',
  },
};

function shop(build: (system: System) => void, platform: Platform = IN_CLUSTER) {
  return graphOf((app) => build(new System(app, 'shop', { namespace: 'shop', platform })));
}
const api = (system: System, props: Partial<GatewayProps> = {}) =>
  new Gateway(system, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080, ...props });
const codes = (build: (system: System) => void, platform?: Platform) =>
  soundness(shop(build, platform), { kubernetesVersion: '1.35', environment: 'dev' }).map((p) => p.code);
const env = (graph: ReturnType<typeof shop>) =>
  list(at(objectIn(graph, 'Deployment', 'shop-api').inputs, 'spec', 'template', 'spec', 'containers', 0, 'env'));

test.each<[string, (system: System) => void, string]>([
  ['an image without a tag', (s) => api(s, { image: 'ghcr.io/acme/api' }), 'SW-IMAGE-001'],
  ['the image latest', (s) => api(s, { image: 'ghcr.io/acme/api:latest' }), 'SW-IMAGE-001'],
  ['too little grace', (s) => api(s, { shutdown: { grace: Duration.seconds(30) } }), 'SW-SHUTDOWN-001'],
  ['root', (s) => api(s, { user: 0 }), 'SW-POD-001'],
  ['no port', (s) => api(s, { port: 0 }), 'SW-POD-002'],
  ['no copy', (s) => api(s, { scale: { min: 0, max: 1 } }), 'SW-COPIES-001'],
  ['fewer at most than at least', (s) => api(s, { scale: { min: 2, max: 1 } }), 'SW-COPIES-002'],
  ['a variable twice', (s) => api(s, { env: { A: '1' } }).addEnv('A', { value: '2' }), 'SW-ENV-001'],
  ['a small Redis', (s) => new Redis(s, 'cache', { memory: Size.mebibytes(32) }), 'SW-REDIS-001'],
  [
    'a small Postgres',
    (s) => new Postgres(s, 'db', { database: 'shop', storage: Size.mebibytes(100) }),
    'SW-POSTGRES-001',
  ],
  ['an old Postgres', (s) => new Postgres(s, 'db', { database: 'shop', version: 11 }), 'SW-POSTGRES-002'],
  ['a name to quote', (s) => new Postgres(s, 'db', { database: 'My-Shop' }), 'SW-POSTGRES-003'],
  ['a path without slash', (s) => expose(api(s), { host: 'shop.local.test', path: 'api' }), 'SW-EXPOSE-001'],
  ['no requests', (s) => expose(api(s), { host: 'shop.local.test', requestsPerSecond: 0 }), 'SW-EXPOSE-003'],
  [
    'a source that nobody reads',
    (s) => inject(api(s), 'KEY', fromStore('shop/key'), { name: 'keys', key: 'key' }),
    'SW-SECRET-002',
  ],
])('%s is refused', (_name, build, code) => {
  expect(codes(build)).toEqual([code]);
});

test('one key for two secret variables is refused', () => {
  const build = (s: System) =>
    connect(api(s), new Postgres(s, 'db', { database: 'shop' }), {
      env: { URL: url(), PASS: password },
      secret: { name: 'x', key: 'y' },
    });
  expect(codes(build)).toEqual(expect.arrayContaining(['SW-CONNECT-001', 'SW-SECRET-001']));
});

test('two rate limits in one Ingress are refused', () => {
  const build = (s: System) => {
    const web = api(s);
    expose(web, { host: 'shop.local.test', path: '/', requestsPerSecond: 5 });
    expose(web, { host: 'shop.local.test', path: '/api', requestsPerSecond: 10 });
  };
  expect(codes(build)).toEqual(['SW-EXPOSE-002']);
});

test('an edge gives what is public as a plain value, and what is not as a key of a Secret of its own', () => {
  const graph = shop((s) =>
    connect(api(s), new Postgres(s, 'db', { database: 'shop' }), {
      env: { DB_HOST: host, DB_PORT: port, DB_PASS: password, DB_URL: url() },
    }),
  );
  expect(env(graph)).toEqual([
    { name: 'DB_HOST', value: 'shop-db' },
    { name: 'DB_PORT', value: '5432' },
    { name: 'DB_PASS', valueFrom: { secretKeyRef: { name: 'shop-api-db', key: 'db-pass' } } },
    { name: 'DB_URL', valueFrom: { secretKeyRef: { name: 'shop-api-db', key: 'db-url' } } },
  ]);
});

test('two callers of one database have a Secret each', () => {
  const graph = shop((s) => {
    const db = new Postgres(s, 'db', { database: 'shop' });
    connect(api(s), db, { env: { DB: url() } });
    connect(new Gateway(s, 'worker', { image: 'w:1', port: 80 }), db, { env: { DB: url() } });
  });
  expect(graph.problems).toEqual([]);
  expect(
    graph.nodes
      .filter((n) => n.object?.kind === 'Secret')
      .map((n) => n.object?.name)
      .sort(),
  ).toEqual(['shop-api-db', 'shop-db-auth', 'shop-worker-db']);
});

test('an edge into another system names the Service with its namespace, and opens both namespaces', () => {
  const graph = graphOf((app) => {
    const db = new Postgres(new System(app, 'data', { namespace: 'data' }), 'db', { database: 'shop' });
    connect(api(new System(app, 'shop', { namespace: 'shop' })), db, { env: { DB_HOST: host } });
  });
  expect(env(graph)).toEqual([{ name: 'DB_HOST', value: 'data-db.data.svc' }]);
  expect(objectIn(graph, 'NetworkPolicy', 'shop-api-to-data-db').object?.namespace).toBe('shop');
  const ingress = objectIn(graph, 'NetworkPolicy', 'data-db-from-shop-api');
  expect(ingress.object?.namespace).toBe('data');
  expect(at(ingress.inputs, 'spec', 'ingress', 0, 'from', 0)).toEqual({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
    podSelector: { matchLabels: { app: 'shop-api' } },
  });
});

test('a URL is composed in the cluster where External Secrets write Secrets', () => {
  const graph = shop(
    (s) =>
      connect(api(s), new Postgres(s, 'db', { database: 'shop' }), {
        env: { DB: url({ query: { application_name: 'a b' } }) },
      }),
    EXTERNAL,
  );
  expect(objectIn(graph, 'ExternalSecret', 'shop-api-db').inputs.spec).toEqual({
    refreshInterval: '1h',
    secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' },
    target: {
      name: 'shop-api-db',
      creationPolicy: 'Owner',
      template: {
        engineVersion: 'v2',
        data: { db: 'postgresql://shop:{{ .value1 | urlquery }}@shop-db:5432/shop?application_name=a+b' },
      },
    },
    data: [{ secretKey: 'value1', remoteRef: { key: 'shop/prod/shop-db', property: 'password' } }],
  });
  expect(graph.nodes.filter((n) => n.object?.kind === 'Secret')).toEqual([]);
});

test('a secret of the configuration, and one that is kept by others, reach a variable', () => {
  const graph = shop((s) => {
    const gateway = api(s);
    inject(gateway, 'STRIPE_KEY', fromConfig('shop:stripeKey'), { name: 'keys', key: 'stripe' });
    injectExisting(gateway, 'LICENSE_KEY', { name: 'license', key: 'key' });
  });
  expect(env(graph)).toEqual([
    { name: 'STRIPE_KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'stripe' } } },
    { name: 'LICENSE_KEY', valueFrom: { secretKeyRef: { name: 'license', key: 'key' } } },
  ]);
});

test('exactly one copy: the old one stops before the new one starts, and nothing scales', () => {
  const graph = shop((s) => api(s, { scale: { exactlyOneBecause: 'events are broadcast in process memory' } }));
  expect(at(objectIn(graph, 'Deployment', 'shop-api').inputs, 'spec', 'strategy')).toEqual({ type: 'Recreate' });
  expect(at(objectIn(graph, 'Deployment', 'shop-api').inputs, 'spec', 'replicas')).toBe(1);
  expect(graph.nodes.map((n) => n.object?.kind)).not.toContain('HorizontalPodAutoscaler');
  expect(graph.parts[0]?.facts[0]).toBe('exactly 1 copy: events are broadcast in process memory');
});

test('a profile bounds the copies', () => {
  const replicas = (mostCopies: number) => {
    const platform = { ...IN_CLUSTER, profile: { ...PROFILES.prod, mostCopies } };
    const graph = shop((s) => api(s, { scale: { min: 3, max: 10 } }), platform);
    return at(objectIn(graph, 'HorizontalPodAutoscaler', 'shop-api').inputs, 'spec');
  };
  expect(replicas(100)).toMatchObject({ minReplicas: 3, maxReplicas: 10 });
  expect(replicas(4)).toMatchObject({ minReplicas: 3, maxReplicas: 4 });
  expect(replicas(2)).toMatchObject({ minReplicas: 1, maxReplicas: 2 });
});

test('Postgres has its files in the same folder of the same volume in every major', () => {
  const mount = (version: number) => {
    const graph = shop((s) => new Postgres(s, 'db', { database: 'shop', version }));
    return at(
      objectIn(graph, 'StatefulSet', 'shop-db').inputs,
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'volumeMounts',
      0,
      'mountPath',
    );
  };
  expect([mount(17), mount(18)]).toEqual(['/var/lib/postgresql/data', '/var/lib/postgresql/data']);
});

test('a part outside of a System says what it needs', () => {
  expect(() => graphOf((app) => new Redis(app, 'cache'))).toThrow(/must be created inside a System: new System/);
});

describe('copies that are added for memory go again', () => {
  const told = (request: number, scale: Scale) => {
    const graph = graphOf((app) =>
      api(new System(app, 'shop', { namespace: 'shop' }), {
        scale,
        resources: {
          cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
          memory: { request: Size.mebibytes(request), limit: Size.mebibytes(512) },
        },
      }),
    );
    return graph.problems.map(({ code, severity }) => `${severity} ${code}`);
  };
  test('a target that a program without work is above is told', () =>
    expect(told(128, { min: 2, max: 6, memory: 80 })).toEqual(['warning SW-COPIES-003']));
  test('one that it is below is not', () => expect(told(256, { min: 2, max: 6, memory: 80 })).toEqual([]));
  test('nor a small pod that scales by CPU', () => expect(told(64, { min: 2, max: 6, cpu: 70 })).toEqual([]));
});
