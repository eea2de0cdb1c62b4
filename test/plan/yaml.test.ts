import { ApiObject, App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { parse } from 'yaml';
import { attribute, base64, HelmRelease, type HelmReleaseProps } from '../../constructs';
import { buildGraph } from '../../graph/build';
import { yamlFiles } from '../../plan/yaml';

function written(build: (chart: Chart) => void) {
  const app = new App();
  build(new Chart(app, 'platform'));
  const result = yamlFiles([buildGraph(app)]);
  const files = [...(result.folders.get('platform') ?? [])];
  return { ...result, objects: new Map<string, unknown>(files.map(([file, content]) => [file, parse(content)])) };
}

const release = (props: Partial<HelmReleaseProps>) => (chart: Chart) =>
  new HelmRelease(chart, 'certs', {
    name: 'cert-manager',
    namespace: 'cert-manager',
    chart: 'cert-manager',
    version: 'v1.21.2',
    ...props,
  });

test('a Helm release becomes what Flux installs, from a repository', () => {
  const { objects } = written(release({ repository: 'https://charts.acme.org', values: { crds: { enabled: true } } }));
  expect(objects.get('helmrepository-cert-manager.yaml')).toMatchObject({ spec: { url: 'https://charts.acme.org' } });
  expect(objects.get('helmrelease-cert-manager.yaml')).toMatchObject({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    spec: {
      chart: {
        spec: {
          chart: 'cert-manager',
          version: 'v1.21.2',
          sourceRef: { kind: 'HelmRepository', name: 'cert-manager' },
        },
      },
      values: { crds: { enabled: true } },
    },
  });
});

test('and from a registry of OCI', () => {
  const { objects } = written(release({ chart: 'oci://quay.io/jetstack/charts/cert-manager' }));
  expect(objects.get('helmrepository-cert-manager.yaml')).toMatchObject({
    spec: { type: 'oci', url: 'oci://quay.io/jetstack/charts' },
  });
  expect(objects.get('helmrelease-cert-manager.yaml')).toMatchObject({
    spec: { chart: { spec: { chart: 'cert-manager' } } },
  });
});

test('a value that is not there yet is named where it would stand', () => {
  const { objects, unknown } = written((chart) => {
    const service = new k8s.KubeService(chart, 'service', { metadata: { name: 'web' } });
    new k8s.KubeConfigMap(chart, 'map', {
      metadata: { name: 'map' },
      data: { ip: attribute(service, 'spec.clusterIP') },
    });
  });
  expect(objects.get('configmap-map.yaml')).toMatchObject({
    data: { ip: '<known after apply: platform/service.spec.clusterIP>' },
  });
  expect(unknown).toEqual([
    { source: 'platform/service.spec.clusterIP', file: 'platform/configmap-map.yaml', field: 'data.ip' },
  ]);
});

test('a value that is known is written, whatever it is made of', () => {
  const { objects, unknown } = written((chart) => {
    new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'map' }, binaryData: { ip: base64('plain') } });
  });
  expect(objects.get('configmap-map.yaml')).toMatchObject({ binaryData: { ip: 'cGxhaW4=' } });
  expect(unknown).toEqual([]);
});

describe('every object has a file of its own', () => {
  const names = (build: (chart: Chart) => void) =>
    [...written(build).objects.keys()].filter((n) => n !== 'Kustomization').sort();
  const role = (chart: Chart, id: string, metadata: { name: string; namespace?: string }) =>
    new k8s.KubeRole(chart, id, { metadata, rules: [] });

  test('one name in two namespaces', () => {
    const two = names((chart) => {
      role(chart, 'red', { name: 'developer', namespace: 'red' });
      role(chart, 'green', { name: 'developer', namespace: 'green' });
      role(chart, 'other', { name: 'other', namespace: 'green' });
    });
    expect(two).toEqual(['role-developer@green.yaml', 'role-developer@red.yaml', 'role-other.yaml']);
  });

  test('one name and kind in two groups', () => {
    const two = names((chart) => {
      const metadata = { name: 'web', namespace: 'red' };
      new k8s.KubeService(chart, 'core', { metadata, spec: { ports: [{ port: 80 }] } });
      new ApiObject(chart, 'knative', { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata });
    });
    expect(two).toEqual(['service-web@red.yaml', 'service.serving.knative.dev-web@red.yaml']);
  });

  test('names that differ in a colon, or in the case of a letter', () => {
    const four = names((chart) => {
      for (const [i, name] of ['a:b', 'a-b', 'A-b', 'a-B'].entries()) role(chart, `${i}`, { name });
    });
    expect(new Set(four.map((name) => name.toLowerCase())).size).toBe(4);
    expect(four).toContain('role-a-b.yaml');
  });

  test('long names', () => {
    const two = names((chart) => {
      for (const last of ['1', '2']) role(chart, last, { name: 'a'.repeat(252) + last });
    });
    expect(new Set(two).size).toBe(2);
    expect(Math.max(...two.map((name) => name.length))).toBeLessThan(240);
  });

  test('systems whose paths look the same in a file system', () => {
    const app = new App();
    for (const id of ['Shop', 'shop', 'sh op', 'sh-op', '..'])
      new k8s.KubeNamespace(new Chart(app, id), 'namespace', { metadata: { name: `of-${id.replaceAll(/\W/g, 'x')}` } });
    const folders = [...yamlFiles([buildGraph(app)]).folders.keys()];
    expect(new Set(folders.map((folder) => folder.toLowerCase())).size).toBe(5);
    expect(folders).not.toContain('..');
  });

  test('one object twice is refused, never written over', () => {
    const app = new App();
    const chart = new Chart(app, 'shop');
    for (const id of ['one', 'two']) role(chart, id, { name: 'same', namespace: 'red' });
    expect(() => yamlFiles([buildGraph(app)])).toThrow(/SW-SYNTH-001 Role red\/same is made more than once/);
  });
});

test('Secrets of whatever program hold placeholders, and are in no Kustomization', () => {
  const { objects, secrets } = written((chart) => {
    new k8s.KubeSecret(chart, 'secret', {
      metadata: { name: 'api' },
      stringData: { key: 'hunter2' },
      data: { b: 'aHVudGVyMg==' },
    });
    new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'map' } });
  });
  expect(objects.get('secret-api.yaml')).toMatchObject({ data: { key: '<secret: api/key>', b: '<secret: api/b>' } });
  expect(objects.get('Kustomization')).toMatchObject({ resources: ['configmap-map.yaml'] });
  expect(secrets).toEqual(['platform/secret-api.yaml']);
});
