import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { parse } from 'yaml';
import { attribute, HelmRelease, type HelmReleaseProps } from '../../constructs';
import { buildGraph } from '../../graph/build';
import { writeYaml } from '../../plan/yaml';

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'seaworthy-yaml-'));
});
afterEach(() => rmSync(out, { recursive: true }));

function written(build: (chart: Chart) => void) {
  const app = new App();
  build(new Chart(app, 'platform'));
  const result = writeYaml([buildGraph(app)], out, '.');
  const folder = join(out, 'platform');
  const objects = new Map<string, unknown>(
    readdirSync(folder).map((file) => [file, parse(readFileSync(join(folder, file), 'utf8'))]),
  );
  return { ...result, objects };
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
  expect(unknown).toEqual(['platform/service.spec.clusterIP']);
});
