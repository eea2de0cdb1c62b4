import { Duration, Size } from 'cdk8s';
import {
  Archive,
  type ArchiveProps,
  Backup,
  connect,
  fromConfig,
  Gateway,
  IN_CLUSTER,
  inject,
  Monitoring,
  ObjectStore,
  type Platform,
  Postgres,
  PROFILES,
  RestoreDrill,
  System,
  Tracing,
  type TracingProps,
  url,
} from '../../constructs';
import { at, list } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { graphOf } from '../support/offline';
import { objectIn } from '../support/systems';

const PRODUCTION: Platform = { ...IN_CLUSTER, profile: PROFILES.prod };

/** A shop that is no Talos, with what each test puts into it. */
function shopWith(build: (shop: System, api: Gateway, db: Postgres) => void, platform: Platform = IN_CLUSTER) {
  return graphOf((app) => {
    const shop = new System(app, 'shop', { namespace: 'shop', platform });
    const api = new Gateway(shop, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080 });
    const db = new Postgres(shop, 'postgres', { database: 'shop', inCluster: 'statefulset' });
    build(shop, api, db);
  });
}

const codes = (graph: ReturnType<typeof shopWith>) => graph.problems.map((p) => p.code);
const tracing = (props: TracingProps, platform?: Platform) =>
  shopWith((shop) => new Tracing(shop, 'tracing', props), platform);
const monitoring = (props: object) =>
  shopWith(
    (shop, api) => new Monitoring(shop, 'monitoring', { watch: [api], runbooks: 'https://docs.acme.org/r', ...props }),
  );
const archive = (props: Partial<ArchiveProps>) =>
  shopWith((shop, _api, db) => {
    const to = new ObjectStore(shop, 'cold', { keep: Duration.days(365) });
    new Archive(shop, 'archive', {
      of: db,
      to,
      table: 'orders',
      timeColumn: 'placed_at',
      hot: Duration.days(30),
      ...props,
    });
  });

test('a shop with all of it is sound: backup, drill, archive, tracing, monitoring', () => {
  const graph = shopWith((shop, api, db) => {
    const store = new ObjectStore(shop, 'store', { keep: Duration.days(7), storage: Size.gibibytes(5) });
    const backup = new Backup(shop, 'backup', { of: db, to: store });
    const drill = new RestoreDrill(shop, 'drill', { of: backup });
    const traces = new Tracing(shop, 'tracing', { backend: { kind: 'jaeger' } });
    connect(api, db, { env: { DATABASE_URL: url() } });
    connect(api, traces, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: url() } });
    new Monitoring(shop, 'monitoring', {
      watch: [api, db, backup, drill, traces],
      runbooks: 'https://docs.acme.org/r',
    });
  });
  expect(soundness(graph, { kubernetesVersion: '1.35', environment: 'dev' })).toEqual([]);
  expect(graph.problems).toEqual([]);
});

test.each([
  ['SW-STORE-001', shopWith((shop) => new ObjectStore(shop, 'store', { keep: Duration.hours(0) }))],
  [
    'SW-STORE-002',
    shopWith((shop) => new ObjectStore(shop, 'store', { keep: Duration.days(1), locked: true }), PRODUCTION),
  ],
  ['SW-SCHEDULE-001', archive({ schedule: 'at night' })],
  ['SW-SCHEDULE-001', archive({ schedule: '99 2 * * *' })],
  ['SW-ARCHIVE-001', archive({ table: 'Orders; DROP TABLE x' })],
  ['SW-TRACING-001', tracing({ backend: { kind: 'jaeger' }, keepPercent: 101 })],
  ['SW-TRACING-002', tracing({ backend: { kind: 'jaeger' } }, PRODUCTION)],
  [
    'SW-TRACING-003',
    tracing({ backend: { kind: 'jaeger-operator', name: 'j', namespace: 'o', elasticsearch: 'http://es:9200' } }),
  ],
  ['SW-TRACING-004', tracing({ backend: { kind: 'managed', endpoint: 'otlp.acme.org' } })],
  ['SW-MONITORING-001', monitoring({ objectives: { availability: 100 } })],
  ['SW-MONITORING-002', monitoring({ runbooks: 'docs' })],
])('%s', (code, graph) => {
  expect(codes(graph)).toContain(code);
});

test('SW-SECRET-006 a secret has no place in a Secret that was made for addresses', () => {
  const graph = shopWith((shop, api) => {
    const traces = new Tracing(shop, 'tracing', { backend: { kind: 'jaeger' } });
    connect(api, traces, { env: { OTLP: url() }, secret: { name: 'shop-otlp', key: 'endpoint' } });
    inject(api, 'KEY', fromConfig('shop:key'), { name: 'shop-otlp', key: 'key' });
  });
  expect(codes(graph)).toContain('SW-SECRET-006');
});

test('what is not watched has no alert, and what has no certificate none for it', () => {
  const rules = (graph: ReturnType<typeof shopWith>) =>
    list(at(objectIn(graph, 'PrometheusRule', 'shop-monitoring').inputs, 'spec', 'groups')).flatMap((g) =>
      list(at(g, 'rules')).map((r) => at(r, 'alert')),
    );
  const plain = rules(monitoring({}));
  expect(plain).toContain('NothingAvailable');
  for (const absent of ['BackupIsTooOld', 'TracesAreLost', 'VolumeIsFull', 'CertificateExpires'])
    expect(plain).not.toContain(absent);
});

test('objectives become thresholds', () => {
  const graph = monitoring({ objectives: { availability: 99, latency: Duration.millis(250) } });
  const text = JSON.stringify(objectIn(graph, 'PrometheusRule', 'shop-monitoring').inputs);
  expect(text).toContain('p99_rate5m{namespace=\\"shop\\"} > 0.25');
  expect(text).toContain('ratio_rate1h{namespace=\\"shop\\"} > 0.144');
});
