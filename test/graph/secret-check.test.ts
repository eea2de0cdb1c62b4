import { ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { base64, HelmRelease, System, Tracing, text } from '../../constructs';
import { configSecret } from '../../constructs/core/value';
import { secretProblems } from '../../graph/secret-check';
import { graphOf } from '../support/offline';

const secret = () => configSecret('shop:password');

function found(build: (chart: Chart) => void) {
  return secretProblems(graphOf((app) => build(new Chart(app, 'shop'))).nodes).map((p) => [
    p.code,
    p.what.split(' ')[0],
  ]);
}

function pod(container: Partial<k8s.Container>) {
  return (chart: Chart) =>
    new k8s.KubePod(chart, 'pod', {
      metadata: { name: 'pod' },
      spec: { containers: [{ name: 'a', image: 'a:1', ...container }] },
    });
}

function map(key: string, text: string) {
  return (chart: Chart) => new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'm' }, data: { [key]: text } });
}

test.each<[string, (chart: Chart) => void, string]>([
  [
    'a ConfigMap',
    (chart) => new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'm' }, data: { key: text`x${secret()}` } }),
    'data.key',
  ],
  [
    'an annotation',
    (chart) => new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'm', annotations: { note: secret() } } }),
    'metadata.annotations.note',
  ],
  ['a variable', (chart) => pod({ env: [{ name: 'A', value: secret() }] })(chart), 'containers[0].env[0].value'],
  ['an argument', (chart) => pod({ args: ['--password', secret()] })(chart), 'containers[0].args[1]'],
  [
    'base64 in a ConfigMap',
    (chart) => new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'm' }, data: { k: base64(secret()) } }),
    'data.k',
  ],
])('a secret in %s is refused', (_name, build, path) => {
  expect(found(build)).toEqual([['SW-SECRET-003', path]]);
});

test('a secret in a Secret is where it belongs', () => {
  expect(
    found((chart) => new k8s.KubeSecret(chart, 's', { metadata: { name: 's' }, data: { key: base64(secret()) } })),
  ).toEqual([]);
});

test.each([
  ['DB_PASSWORD', 'hunter2'],
  ['STRIPE_SECRET', 'sk_live_1'],
  ['GITHUB_TOKEN', 'ghp_1'],
  ['URL', 'postgres://user:hunter2@db/shop'],
  ['JWT_SIGNING_KEY', 'x'],
  ['SECRET_KEY', 'x'],
  ['GITLAB', `glpat-${'a'.repeat(20)}`],
  ['HOOK', 'https://hooks.slack.com/services/T000/B000/XXXX'],
  ['SECRET_KEY_BASE', 'x'],
  ['GH', `ghp_${'a'.repeat(36)}`],
  ['STRIPE', `sk_live_${'a'.repeat(24)}`],
  ['AWS', 'AKIAIOSFODNN7EXAMPLE'],
])('the plain text %s=%s is refused', (name, value) => {
  expect(found((chart) => pod({ env: [{ name, value }] })(chart)).map(([code]) => code)).toEqual(['SW-SECRET-004']);
});

test.each<[string, (chart: Chart) => void, string]>([
  ['an argument after its flag', pod({ args: ['--requirepass', 'hunter2'] }), 'containers[0].args[0]'],
  ['an argument with its flag', pod({ args: ['--password=hunter2'] }), 'containers[0].args[0]'],
  ['a variable in a ConfigMap', map('DB_PASSWORD', 'hunter2'), 'data.DB_PASSWORD'],
  ['a URL in a file', map('app.env', 'A=1\nDATABASE_URL=postgres://app:hunter2@db/shop\n'), 'data["app.env"]'],
])('a secret in %s is refused', (_name, build, path) => {
  expect(found((chart) => build(chart))).toEqual([['SW-SECRET-004', path]]);
});

test('an argument that the kubelet fills, or that is a file, is no secret', () => {
  expect(found((chart) => pod({ args: ['--password=$(PASSWORD)', '--token', '/run/token'] })(chart))).toEqual([]);
});

test.each([
  ['TOKEN_TTL', '60'],
  ['URL', 'https://acme.org/a:b@c'],
  ['DB_PASSWORD', ''],
])('%s=%s is no secret', (name, value) => {
  expect(found((chart) => pod({ env: [{ name, value }] })(chart))).toEqual([]);
});

test('what is refused is never printed', () => {
  const graph = graphOf((app) => pod({ env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] })(new Chart(app, 'shop')));
  expect(JSON.stringify(secretProblems(graph.nodes))).not.toContain('hunter2');
});

test('a Secret written into the program is refused in a System, and only named elsewhere', () => {
  const build = (chart: Chart) =>
    new k8s.KubeSecret(chart, 's', { metadata: { name: 's' }, stringData: { key: 'hunter2' } });
  const severities = [
    graphOf((app) => build(new System(app, 'shop', { namespace: 'shop' }))),
    graphOf((app) => build(new Chart(app, 'shop'))),
  ].map((graph) => secretProblems(graph.nodes).map((p) => [p.code, p.severity]));
  expect(severities).toEqual([[['SW-SECRET-005', 'error']], [['SW-SECRET-005', 'warning']]]);
});

const release = (values: Readonly<Record<string, unknown>>) => (chart: Chart) =>
  new HelmRelease(chart, 'r', { name: 'r', namespace: 'x', chart: 'c', version: '1.0.0', values });
const severities = (build: (chart: Chart) => void) =>
  secretProblems(graphOf((app) => build(new Chart(app, 'shop'))).nodes).map((p) => p.severity);

test.each([
  [{ auth: { password: 'hunter2' } }],
  [{ adminPassword: 'admin' }],
  [{ apiKey: 'a1b2c3d4e5' }],
  [{ oidc: { clientSecret: 'abc' } }],
  [{ urls: ['postgres://app:hunter2@db/shop'] }],
])('a release with %j is refused', (values) => expect(severities(release(values))).toEqual(['error']));

test.each([[{ secretKey: 'password' }], [{ token: 'admin-token' }], [{ tls: { secret: 'shop-tls' } }]])(
  'a release with %j may hold a name only, and is told',
  (values) => expect(severities(release(values))).toEqual(['warning']),
);

test.each([
  [{ auth: { existingSecret: 'db', secretKeys: { adminPassword: 'admin-password' } } }],
  [{ auth: { existingSecretPasswordKey: 'password', passwordKey: 'password' } }],
  [{ tlsSecretName: 'shop-tls', passwordSecretName: 'db' }],
  [{ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] }],
  [{ adminPassword: '', password: '' }],
])('a release with %j names a Secret, and holds none', (values) => expect(severities(release(values))).toEqual([]));

test('a credential in a field of any kind is refused', () => {
  const build = (chart: Chart) =>
    new ApiObject(chart, 'j', {
      apiVersion: 'jaegertracing.io/v1',
      kind: 'Jaeger',
      metadata: { name: 'j' },
      spec: { storage: { options: { es: { 'server-urls': 'https://elastic:hunter2@es:9200' } } } },
    });
  expect(found(build)).toEqual([['SW-SECRET-004', 'spec.storage.options.es.server-urls']]);
});

test('a URL that is filled in where it is read holds no password', () => {
  expect(found((chart) => pod({ env: [{ name: 'URL', value: 'postgres://app:$(PASSWORD)@db/shop' }] })(chart))).toEqual(
    [],
  );
});

test('an address with a credential is refused in the Secret of addresses, and printed nowhere', () => {
  const build = (endpoint: string) =>
    graphOf((app) => {
      const system = new System(app, 'shop', { namespace: 'shop' });
      new Tracing(system, 'tracing', { backend: { kind: 'managed', endpoint } });
    });
  const graph = build('https://key:hunter2@otlp.acme.org:4317');
  const problems = [...graph.problems, ...secretProblems(graph.nodes)];
  expect(problems.map((p) => p.code).sort()).toEqual(['SW-SECRET-004', 'SW-TRACING-004']);
  expect(JSON.stringify([problems, graph.parts])).not.toContain('hunter2');
  expect(secretProblems(build('https://otlp.acme.org:4317').nodes)).toEqual([]);
});
