import type { Stack } from '@pulumi/pulumi/automation';
import { App, Chart } from 'cdk8s';
import { Deployment, k8s } from 'cdk8s-plus-27';

import main = require('../../index');

import { program, register } from '../../bridge';
import { alias, attribute, connect, expose, Gateway, Postgres, provide, System, text, url } from '../../constructs';
import { clusterProvider } from '../../constructs/core/cluster-provider';
import { at, list } from '../../graph/json-value';
import { Bed, operation } from '../support/bed';
import { objectsOf, VARIANTS, yamlFile } from '../support/judges';
import { talosGraph } from '../support/systems';

jest.setTimeout(300_000);

const bed = new Bed();
beforeAll(() => bed.start());
afterAll(() => bed.stop());

/** A program whose shape the test changes between one up and the next. */
class Changing {
  build: (app: App) => void = () => undefined;

  readonly main = program(async () => {
    const app = new App();
    provide(app, clusterProvider(app, 'cluster', { clusterIdentifier: 'test', kubeconfig: bed.cluster.kubeconfig }));
    this.build(app);
    await register(app);
  });

  async stack(project: string): Promise<Stack> {
    return bed.engine.stack(project, 'dev', this.main, {});
  }
}

test('a chart that knows nothing of us goes up, and away again', async () => {
  const changing = new Changing();
  changing.build = (app) => {
    const chart = new Chart(app, 'plain', { namespace: 'default' });
    const web = new Deployment(chart, 'web', { containers: [{ image: 'nginx:1.30', portNumber: 8080 }], replicas: 2 });
    web.exposeViaService();
  };
  const stack = await changing.stack('plain');
  const created = await operation(stack, 'up');
  expect(created.changes.sort()).toEqual([
    'create cluster',
    'create plain',
    'create plain/web/Resource',
    'create plain/web/Service/Resource',
  ]);
  expect((await operation(stack, 'up')).changes).toEqual([]);
  await operation(stack, 'destroy');
  const left = await bed.cluster.client().list('apps/v1', 'Deployment', 'default');
  expect(left).toEqual([]);
});

describe('a system that changes', () => {
  const changing = new Changing();
  let stack: Stack;

  const shop = (id: string, settings: string, was?: string) => (app: App) => {
    const system = new System(app, 'shop', { namespace: 'shop' });
    const files = [{ configMap: 'settings', key: 'settings.json', folder: '/etc/shop', text: settings }];
    const api = new Gateway(system, id, {
      image: 'ghcr.io/acme/api:1.0',
      port: 8080,
      scale: { min: 1, max: 1 },
      files,
    });
    const db = new Postgres(system, 'postgres', { database: 'shop' });
    connect(api, db, { env: { DATABASE_URL: url() } });
    expose(api, { host: 'shop.local.test' });
    if (was !== undefined) alias(api, was);
  };

  beforeAll(async () => {
    changing.build = shop('api', '{"a":1}');
    stack = await changing.stack('shop');
    await operation(stack, 'up');
  });
  afterAll(() => operation(stack, 'destroy'));

  test('a changed ConfigMap is updated in place, and rolls the pods that read it', async () => {
    changing.build = shop('api', '{"a":2}');
    const steps = await operation(stack, 'up');
    expect(steps.changes.sort()).toEqual(['update shop/api/deployment', 'update shop/api/file-settings.json']);
  });

  test('an alias moves a construct without touching its Deployment of the same name', async () => {
    const client = bed.cluster.client();
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } };
    const before = at(await client.get(object), 'metadata', 'uid');
    changing.build = (app) => {
      shop('web', '{"a":2}', 'shop/api')(app);
    };
    const steps = await operation(stack, 'up');
    expect(steps.changes.filter((change) => change.endsWith('/file-settings.json'))).toEqual([]);
    expect(at(await client.get(object), 'metadata', 'uid')).toBe(before);
  });
});

test('what only the API server knows to be wrong is refused by the preview; without a provider of its own, on the ambient cluster', () => {
  const { status, output } = bed.apart('preview', {}, 'test/support/programs/bad-address.ts');
  expect(output).toMatch(/10\.200\.0\.1.*range/);
  expect(status).toBe(1);
});

test('an attribute of a live object reaches another, and a Namespace is waited for without being told', async () => {
  const changing = new Changing();
  changing.build = (app) => {
    const chart = new Chart(app, 'ip', { namespace: 'ip' });
    const service = new k8s.KubeService(chart, 'service', {
      metadata: { name: 'web' },
      spec: { ports: [{ port: 80 }] },
    });
    new k8s.KubeConfigMap(chart, 'map', {
      metadata: { name: 'map' },
      data: { ip: text`ip=${attribute(service, 'spec.clusterIP')}` },
    });
    new k8s.KubeNamespace(chart, 'namespace', { metadata: { name: 'ip' } });
  };
  const stack = await changing.stack('ip');
  await operation(stack, 'preview');
  await operation(stack, 'up');
  const map = await bed.cluster
    .client()
    .get({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map', namespace: 'ip' } });
  expect(at(map, 'data', 'ip')).toMatch(/^ip=10\.96\.\d+\.\d+$/);
  await operation(stack, 'destroy');
});

describe.each(Object.entries(VARIANTS))('%s', (_name, graph) => {
  test('a strict dry run of the API server takes every object, and its Pod Security has nothing to warn of', () => {
    const objects = objectsOf(graph());
    // Velero's namespace is the platform stack's.
    const velero = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'velero' } };
    const namespaces = [velero, ...objects.filter((o) => o.kind === 'Namespace')];
    expect(bed.kubectl('apply', '--server-side', '-f', yamlFile(namespaces))).toMatchObject({ status: 0 });
    const { status, stdout, stderr } = bed.kubectl(
      'apply',
      '--dry-run=server',
      '--validate=strict',
      '-f',
      yamlFile(objects),
    );
    // kubectl says this of the namespaces that were applied another way.
    const warnings = stderr.split('\n').filter((line) => line !== '' && !line.includes('last-applied-configuration'));
    expect(warnings).toEqual([]);
    expect(stdout.trim().split('\n')).toHaveLength(objects.length);
    expect(status).toBe(0);
    bed.kubectl('delete', '-f', yamlFile(namespaces));
  });
});

test('that dry run does find what is wrong: a field, a privilege', () => {
  bed.kubectl('apply', '-f', yamlFile([namespaceOf('talos-system')]));
  const pod = (more: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'talos-system' },
    spec: { containers: [{ name: 'c', image: 'nginx:1.30', ...more }] },
  });
  const tried = (object: object) =>
    bed.kubectl('apply', '--dry-run=server', '--validate=strict', '-f', yamlFile([object]));
  expect(tried(pod({ imagePulPolicy: 'Never' })).stderr).toMatch(/unknown field "spec.containers\[0\].imagePulPolicy"/);
  expect(tried(pod({ securityContext: { privileged: true } })).stderr).toMatch(/violates PodSecurity "restricted/);
  bed.kubectl('delete', 'namespace', 'talos-system');
});

function namespaceOf(name: string): object {
  const found = objectsOf(talosGraph('dev')).find((o) => o.kind === 'Namespace' && at(o, 'metadata', 'name') === name);
  return found ?? {};
}

describe('Talos in prod, with the cloud by a stand-in', () => {
  let stack: Stack;

  beforeAll(async () => {
    // Not our project, whose lock holds the other four systems, too.
    stack = await bed.engine.stack('acme', 'prod', main, {
      'seaworthy:target': { value: 'eks' },
      'seaworthy:profile': { value: 'prod' },
      'seaworthy:systems': { value: 'talos' },
      // Of a platform that is no stack here.
      'seaworthy:brings': { value: '["StorageClass gp3"]' },
      'seaworthy:kubeconfig': { value: bed.cluster.kubeconfig, secret: true },
      'eks:region': { value: 'eu-central-1' },
      'eks:cluster': { value: 'acme' },
      'eks:endpoint': { value: 'https://acme.gr7.eu-central-1.eks.amazonaws.com' },
      'eks:certificateAuthority': {
        value: 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCllXTnRaUT09Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K',
      },
      'eks:vpc': { value: 'vpc-1' },
      'eks:subnets': { value: '["subnet-1","subnet-2"]' },
      'eks:subnetCidrs': { value: '["10.0.1.0/24","10.0.2.0/24"]' },
      'eks:nodeSecurityGroup': { value: 'sg-1' },
      'talos:host': { value: 'talos.acme.org' },
      'talos:tag': { value: '3f2c1ab' },
      'talos:tracing.backend': { value: 'managed' },
      'talos:tracing.endpoint': { value: 'https://otlp.acme.org:4317' },
      'talos:monitoring.runbooks': { value: 'https://docs.acme.org/runbooks' },
      'talos:migrations': { value: '{"version":1,"tag":"3f2c1ab"}' },
    });
  });

  test('what is previewed goes up, and a second up changes nothing', async () => {
    const previewed = (await operation(stack, 'preview')).changes.sort();
    expect((await operation(stack, 'up')).changes.sort()).toEqual(previewed);
    expect((await operation(stack, 'up')).changes).toEqual([]);
  });

  test("the database's address is in the ExternalSecret's template, and its password is nowhere", async () => {
    const secret = await bed.cluster.client().get({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'talos-secrets', namespace: 'talos-system' },
    });
    expect(at(secret, 'spec', 'target', 'template', 'data', 'database-url')).toBe(
      'postgresql://talos:{{ .value1 | urlquery }}@talos-postgres-prod.c0ffee.eu-central-1.rds.amazonaws.com:5432/talos',
    );
    // The application's own, not the master's, which RDS changes every seven days.
    expect(at(secret, 'spec', 'data', 0, 'remoteRef')).toMatchObject({
      key: 'arn:aws:secretsmanager:eu-central-1:123456789012:acme/prod/talos/postgres',
      property: 'password',
    });
  });

  /** What a cloud or a cluster has of it. */
  const held = async () =>
    list((await stack.exportStack()).deployment.resources).filter(
      (r) => at(r, 'custom') === true && !/::pulumi:/.test(String(at(r, 'urn'))),
    );

  test('a destroy with its preview is refused as a whole, and deletes nothing', async () => {
    const before = (await held()).length;
    await expect(stack.previewDestroy({})).rejects.toThrow(/protect/);
    expect(await held()).toHaveLength(before);
  });

  test('a destroy that skips its preview stops at what holds data, and has deleted what serves, as the documents say', async () => {
    const before = await held();
    await expect(operation(stack, 'destroy')).rejects.toThrow(/protect/);
    const left = await held();
    const isProtected = (r: unknown) => at(r, 'protect') === true;
    expect(left.filter(isProtected)).toHaveLength(before.filter(isProtected).length);
    expect(left.filter((r) => at(r, 'type') === 'kubernetes:apps/v1:Deployment')).toEqual([]);
  });

  test('a placeholder is refused by up, by name', async () => {
    const { status, output } = bed.apart('up', { ...bed.devConfig(), 'talos:host': { value: 'talos.yourdomain.com' } });
    expect(output).toContain('SW-CONFIG-012 talos:host is the placeholder talos.yourdomain.com');
    expect(status).toBe(1);
  });
});
