import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { Deployment, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { CloudResource, fromOutput, nodeOptions, provide } from '../../constructs';
import { buildGraph } from '../../graph/build';
import { fieldProblems, uncheckedKinds } from '../../graph/fields';
import { graphOf, untyped } from '../support/offline';

test('only charts and what says so are components, however many children there are', () => {
  const graph = graphOf((app) => {
    const chart = new Chart(app, 'shop');
    const group = new Construct(chart, 'group');
    new k8s.KubeConfigMap(group, 'a', { metadata: { name: 'a' } });
  });
  expect(graph.nodes.map((n) => [n.path, n.parent])).toEqual([
    ['shop', undefined],
    ['shop/group/a', 'shop'],
  ]);
});

test("a chart's namespace is taken off what belongs to the whole cluster", () => {
  const graph = graphOf((app) => {
    const chart = new Chart(app, 'shop', { namespace: 'shop' });
    new k8s.KubeClusterRole(chart, 'role', { metadata: { name: 'reader' } });
    new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'map' } });
  });
  const namespaces = graph.nodes
    .filter((n) => n.object)
    .map((n) => [n.object?.kind, n.object?.namespace, n.inputs.metadata]);
  expect(namespaces).toEqual([
    ['ClusterRole', undefined, { name: 'reader' }],
    ['ConfigMap', 'shop', { name: 'map', namespace: 'shop' }],
  ]);
});

test('two objects of one identity are refused', () => {
  const graph = graphOf((app) => {
    const chart = new Chart(app, 'shop', { namespace: 'shop' });
    for (const id of ['a', 'b']) new k8s.KubeConfigMap(chart, id, { metadata: { name: 'same' } });
  });
  expect(graph.problems.map((p) => [p.code, p.where])).toEqual([['SW-GRAPH-002', 'shop/b']]);
});

test('a field that cdk8s-plus-27 drops is named', () => {
  const graph = graphOf((app) => {
    const service = { ports: [{ port: 80 }], trafficDistribution: 'PreferClose' };
    new k8s.KubeService(new Chart(app, 'shop'), 'service', { metadata: { name: 'web' }, spec: service });
  });
  expect(graph.problems.map((p) => [p.code, p.where, p.what.split(' ')[0]])).toEqual([
    ['SW-GRAPH-003', 'shop/service', 'spec.trafficDistribution'],
  ]);
});

test('a chart that knows nothing of us has no problems', () => {
  const graph = graphOf((app) => {
    const chart = new Chart(app, 'plain', { namespace: 'plain' });
    const web = new Deployment(chart, 'web', { containers: [{ image: 'nginx:1.30', portNumber: 8080 }] });
    web.exposeViaService().exposeViaIngress('/');
  });
  expect([...graph.problems, ...fieldProblems(graph.nodes, '1.35')]).toEqual([]);
  expect(
    graph.nodes
      .filter((n) => n.object)
      .map((n) => n.object?.kind)
      .sort(),
  ).toEqual(['Deployment', 'Ingress', 'Service']);
});

test('what cdk8s cannot render is a problem of that object', () => {
  const graph = graphOf((app) => {
    const map = new k8s.KubeConfigMap(new Chart(app, 'shop'), 'map', { metadata: { name: 'map' } });
    map.addJsonPatch(JsonPatch.replace('/data/absent', 'x'));
  });
  expect(graph.problems.map((p) => [p.code, p.where])).toEqual([['SW-GRAPH-004', 'shop/map']]);
});

test('building leaves cdk8s as it was', () => {
  const app = new App();
  const map = new k8s.KubeConfigMap(new Chart(app, 'shop'), 'map', { metadata: { name: 'map' } });
  const before = map.toJson;
  buildGraph(app);
  expect(map.toJson).toBe(before);
});

describe('the fields of Kubernetes', () => {
  const service = (spec: Record<string, unknown>, apiVersion = 'v1') =>
    graphOf((app) => {
      new ApiObject(new Chart(app, 'shop'), 'x', { apiVersion, kind: 'Service', metadata: { name: 'x' }, spec });
    });

  test.each<[string, Record<string, unknown>, string, string, RegExp]>([
    [
      'a slip',
      { ports: [{ port: 80, targetprot: 80 }] },
      '1.35',
      'SW-SCHEMA-001',
      /ports\[0\]\.targetprot.*Did you mean targetPort/,
    ],
    ['a missing field', { ports: [{ name: 'http' }] }, '1.35', 'SW-SCHEMA-003', /spec\.ports\[0\]\.port is required/],
    ['a field of a later version', { trafficDistribution: 'PreferClose' }, '1.29', 'SW-SCHEMA-005', /1\.30/],
    ['a number where a text is asked for', { type: 5 }, '1.35', 'SW-SCHEMA-006', /spec\.type must be a text/],
    ['a text where a list is asked for', { ports: 'http' }, '1.35', 'SW-SCHEMA-006', /spec\.ports must be a list/],
  ])('%s is named with its path', (_name, spec, version, code, words) => {
    const problems = fieldProblems(service(spec).nodes, version).filter((p) => p.severity === 'error');
    expect(problems.map((p) => p.code)).toEqual([code]);
    expect(problems[0]?.what).toMatch(words);
  });

  test('a version that is not served is named, with those that are', () => {
    const [problem] = fieldProblems(service({}, 'autoscaling/v2beta2').nodes, '1.35');
    expect(problem?.code).toBe('SW-SCHEMA-002');
  });

  test('what is out of support is said', () => {
    expect(fieldProblems([], '1.33').map((p) => [p.code, p.severity])).toEqual([['SW-SCHEMA-007', 'warning']]);
  });

  test('below 1.24 nothing is accepted', () => {
    expect(fieldProblems([], '1.23').map((p) => p.code)).toEqual(['SW-SCHEMA-004']);
  });

  test('kinds that nobody knows are listed', () => {
    expect(uncheckedKinds(service({}, 'acme.org/v1').nodes)).toEqual(['Service']);
  });
});

describe('custom resources whose CRD is in the graph', () => {
  const harbour = (spec: unknown, scope = 'Namespaced') =>
    graphOf((app) => {
      const chart = new Chart(app, 'port', { namespace: 'port' });
      const berth = {
        type: 'object',
        required: ['length'],
        properties: { length: { type: 'integer' }, side: { 'x-kubernetes-int-or-string': true } },
      };
      const properties = {
        name: { type: 'string' },
        berths: { type: 'array', items: berth },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        notes: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      };
      const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object', properties } } };
      new ApiObject(chart, 'crd', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'harbours.acme.org' },
        spec: {
          group: 'acme.org',
          scope,
          names: { kind: 'Harbour', plural: 'harbours' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
        },
      });
      new ApiObject(chart, 'harbour', { apiVersion: 'acme.org/v1', kind: 'Harbour', metadata: { name: 'h' }, spec });
    });
  const found = (spec: unknown) => fieldProblems(harbour(spec).nodes, '1.35').map((p) => [p.code, p.what]);

  test('what is right passes, and is not listed as unchecked', () => {
    const spec = { name: 'a', berths: [{ length: 3, side: 'port' }], labels: { any: 'text' }, notes: { any: 1 } };
    expect(found(spec)).toEqual([]);
    expect(uncheckedKinds(harbour(spec).nodes)).toEqual([]);
  });

  test.each<[unknown, string, string]>([
    [{ nam: 'a' }, 'SW-SCHEMA-001', 'spec.nam is not a field of the kind Harbour. Did you mean name?'],
    [{ berths: [{ side: 1 }] }, 'SW-SCHEMA-003', 'spec.berths[0].length is required and missing.'],
    [
      { berths: [{ length: 'long' }] },
      'SW-SCHEMA-006',
      'spec.berths[0].length must be a whole number, and is a string.',
    ],
    [{ labels: { any: 1 } }, 'SW-SCHEMA-006', 'spec.labels.any must be a text, and is a number.'],
  ])('%j is told with its path', (spec, code, what) => {
    expect(found(spec)).toEqual([[code, what]]);
  });

  test("the chart's namespace is taken off what belongs to the whole cluster", () => {
    const namespaceOf = (scope: string) =>
      harbour({}, scope).nodes.find((n) => n.object?.kind === 'Harbour')?.object?.namespace;
    expect([namespaceOf('Namespaced'), namespaceOf('Cluster')]).toEqual(['port', undefined]);
  });
});

test('a provider that nobody uses is not there: its plugin would be started for nothing', () => {
  const cloud = (scope: Construct) =>
    new CloudResource(scope, 'aws', { type: 'pulumi:providers:aws', inputs: { region: 'eu-central-1' } });
  const bucket = (scope: Construct) => new CloudResource(scope, 'files', { type: 'aws:s3/bucket:Bucket', inputs: {} });
  const paths = (build: (scope: Construct) => void) => graphOf(build).nodes.map((n) => n.path);
  expect(paths((app) => provide(app, cloud(app)))).toEqual([]);
  expect(
    paths((app) => {
      provide(app, cloud(app));
      bucket(app);
    }),
  ).toEqual(['aws', 'files']);
});

describe('options of a node', () => {
  const told = (options: object, kind: 'Namespace' | 'Service' = 'Service') =>
    graphOf((app) => {
      const chart = new Chart(app, 'shop', { namespace: 'shop' });
      const metadata = { name: 'web' };
      const made =
        kind === 'Service'
          ? new k8s.KubeService(chart, 'object', { metadata })
          : new k8s.KubeNamespace(chart, 'object', { metadata });
      nodeOptions(made, untyped(options));
    }).problems.map(({ code, where }) => `${code} ${where}`);

  test.each<[string, object]>([
    ['of another type', { protect: 'yes' }],
    ['that is no list', { ignoreChanges: 'spec.replicas' }],
    ['that is no number', { timeoutSeconds: '60' }],
    ['known only after apply', { import: fromOutput({ __pulumiOutput: true }) }],
    ['that there is none of', { protected: true }],
  ])('one %s is told, and used for nothing', (_what, options) =>
    expect(told(options)).toEqual(['SW-OPTION-001 shop/object']),
  );

  test('to take over another object is refused: it would be replaced', () =>
    expect(told({ import: 'shop/wbe' })).toEqual(['SW-OPTION-002 shop/object']));
  test('to take over what one makes is not', () => expect(told({ import: 'shop/web' })).toEqual([]));
  test('of the whole cluster, by its name', () => expect(told({ import: 'web' }, 'Namespace')).toEqual([]));
});
