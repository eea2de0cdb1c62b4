import { output, secret, unknown } from '@pulumi/pulumi/output';
import { App, Chart } from 'cdk8s';
import { Deployment, k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { register } from '../../bridge';
import { runOffline } from '../../bridge/offline';
import { openSession, session } from '../../bridge/session';
import {
  alias,
  attribute,
  base64,
  CloudResource,
  clusterProvider,
  connect,
  fromConfig,
  fromOutput,
  Gateway,
  HelmRelease,
  inject,
  nodeOptions,
  Postgres,
  provide,
  System,
  text,
  uri,
  url,
} from '../../constructs';
import { normalForm } from '../../graph/normal-form';
import { named, refusals, registered, untyped } from '../support/offline';

const SECRET = '4dabf18193072939515e22adb298388d';
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

function configMap(scope: Construct, data: Record<string, string>): k8s.KubeConfigMap {
  return new k8s.KubeConfigMap(scope, 'map', { metadata: { name: 'map' }, data });
}

function secretObject(scope: Construct, data: Record<string, string>): k8s.KubeSecret {
  return new k8s.KubeSecret(scope, 'secret', { metadata: { name: 'secret' }, data });
}

function database(scope: Construct): CloudResource {
  return new CloudResource(scope, 'db', { type: 'aws:rds/instance:Instance', inputs: { identifier: 'db' } });
}

test.each([
  ['the same app', (app: App) => app],
  [
    'another app',
    () => {
      const other = new App();
      new System(other, 'second', { namespace: 'second' });
      return other;
    },
  ],
])('%s registered a second time is refused, with what to do', async (_which, second) => {
  const run = runOffline({ project: 'test', stack: 'dev', config: {}, secretKeys: [] }, async () => {
    openSession([]);
    const app = new App();
    new System(app, 'shop', { namespace: 'shop' });
    await register(app);
    await register(second(app));
  });
  expect(await refusals(run)).toMatchObject([{ code: 'SW-REGISTER-001', fix: expect.stringContaining('one App') }]);
});

test('a plain cdk8s chart goes through unchanged, but for the form in which the API server keeps it', async () => {
  const build = (app: App) =>
    new Deployment(new Chart(app, 'plain'), 'web', { containers: [{ image: 'nginx:1.30', portNumber: 8080 }] });
  const app = new App();
  build(app);
  const [expected] = Chart.of(app.node.findChild('plain')).toJson();
  const resources = await registered(build);
  expect(named(resources, 'plain/web/Resource')).toMatchObject({
    type: 'kubernetes:apps/v1:Deployment',
    inputs: normalForm('apps/v1', expected),
  });
});

test('an Output in any prop stays a leaf: secret, unknown or known, and its neighbours as they are', async () => {
  const resources = await registered((app) => {
    const chart = new Chart(app, 'shop');
    secretObject(
      chart,
      untyped({ plain: 'YQ==', known: output('Yg=='), secret: secret('Yw=='), unknown: output(unknown) }),
    );
  });
  expect(named(resources, 'shop/secret').inputs.data).toEqual({
    // Whoever wrote it: what stands in a Secret is one.
    plain: expect.objectContaining({ [SECRET]: expect.any(String), value: 'YQ==' }),
    known: expect.objectContaining({ [SECRET]: expect.any(String), value: 'Yg==' }),
    secret: expect.objectContaining({ [SECRET]: expect.any(String), value: 'Yw==' }),
    unknown: UNKNOWN,
  });
});

test('an attribute of a node is unknown in a preview, known after apply, and a dependency in both', async () => {
  const build = (app: App) => {
    const chart = new Chart(app, 'shop');
    configMap(chart, { url: text`postgres://${attribute(database(chart), 'address')}/shop` });
  };
  const outputs = (_type: string, _name: string, inputs: object) => ({ ...inputs, address: 'db.acme.org' });
  const [before, after] = [await registered(build), await registered(build, { preview: false, outputs })];
  expect(named(before, 'shop/map').inputs.data).toEqual({ url: UNKNOWN });
  expect(named(after, 'shop/map').inputs.data).toEqual({ url: 'postgres://db.acme.org/shop' });
  for (const resources of [before, after]) {
    expect(named(resources, 'shop/map').dependencies).toContain(named(resources, 'shop/db').urn);
  }
});

/** What a provider says in a preview of what it has not made: known, and wrong. */
const guessing = {
  outputs: (_type: string, _name: string, inputs: object) => ({
    ...inputs,
    spec: { clusterIP: '10.0.0.1' },
    metadata: { uid: 'u-undefined' },
  }),
};

test('a server-filled field of an object that does not exist yet is unknown, whatever the engine says', async () => {
  const resources = await registered((app) => {
    const chart = new Chart(app, 'shop');
    const service = new k8s.KubeService(chart, 'service', {
      metadata: { name: 'web' },
      spec: { ports: [{ port: 80 }] },
    });
    configMap(chart, { ip: attribute(service, 'spec.clusterIP'), uid: attribute(service, 'metadata.uid') });
  }, guessing);
  expect(named(resources, 'shop/map').inputs.data).toEqual({ ip: UNKNOWN, uid: UNKNOWN });
});

test('base64 is made after the value is known, and stays secret', async () => {
  const resources = await registered(
    (app) => {
      secretObject(new Chart(app, 'shop'), { key: base64(fromConfigValue('shop:key')) });
    },
    { config: { 'shop:key': 'hunter2' }, secretKeys: ['shop:key'] },
  );
  expect(named(resources, 'shop/secret').inputs.data).toEqual({ key: UNKNOWN });
});

function fromConfigValue(key: `${string}:${string}`): string {
  const source = fromConfig(key);
  return source.from === 'pulumi' ? source.value : '';
}

test('a password that is not safe in a URL is encoded, not refused and not shown', async () => {
  const resources = await registered((app) => {
    secretObject(new Chart(app, 'shop'), { url: base64(text`redis://:${uri(secret('p@ss/w:rd'))}@redis`) });
  });
  const data = named(resources, 'shop/secret').inputs.data;
  expect(data).toEqual({
    url: expect.objectContaining({ value: Buffer.from('redis://:p%40ss%2Fw%3Ard@redis').toString('base64') }),
  });
});

test('what an autoscaler scales is left to it, in any chart', async () => {
  const resources = await registered((app) => {
    const chart = new Chart(app, 'plain');
    const web = new Deployment(chart, 'web', { containers: [{ image: 'nginx:1.30', resources: {} }], replicas: 2 });
    new k8s.KubeHorizontalPodAutoscalerV2(chart, 'scaler', {
      metadata: { name: 'web' },
      spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: web.name } },
    });
  });
  expect(named(resources, 'plain/web/Resource').ignoreChanges).toEqual(['spec.replicas']);
});

test('options of a node reach the engine', async () => {
  const resources = await registered((app) => {
    const map = configMap(new Chart(app, 'shop'), {});
    nodeOptions(map, { protect: true, ignoreChanges: ['data'], timeoutSeconds: 7 });
    alias(map, 'shop/old');
  });
  expect(named(resources, 'shop/map')).toMatchObject({
    protect: true,
    ignoreChanges: ['data'],
    aliases: ['shop/old'],
    customTimeouts: { create: '7s', update: '7s', delete: '7s' },
  });
});

test("a Secret's data are secret outputs, whoever made it", async () => {
  const resources = await registered((app) => secretObject(new Chart(app, 'shop'), {}));
  expect(named(resources, 'shop/secret').additionalSecretOutputs).toEqual(['data', 'stringData']);
});

test('without a provider of its own, an app gets the one that keeps data', async () => {
  const resources = await registered((app) => configMap(new Chart(app, 'shop'), {}));
  const provider = named(resources, 'seaworthy-cluster');
  expect(provider).toMatchObject({
    type: 'pulumi:providers:kubernetes',
    inputs: { clusterIdentifier: 'test/dev', enableConfigMapMutable: 'true', enableSecretMutable: 'true' },
  });
  expect(provider.inputs).not.toHaveProperty('upsertExistingObjects');
  expect(named(resources, 'shop/map').provider).toContain(provider.urn);
});

test('a kubeconfig is secret in the state, whoever wrote it', async () => {
  const resources = await registered((app) => {
    provide(app, clusterProvider(app, 'cluster', { clusterIdentifier: 'c', kubeconfig: 'token: hunter2' }));
    configMap(new Chart(app, 'shop'), {});
  });
  expect(named(resources, 'cluster').inputs.kubeconfig).toMatchObject({
    [SECRET]: expect.any(String),
    value: 'token: hunter2',
  });
});

test('a password that a provider made is secret wherever it goes', async () => {
  const outputs = (type: string, _name: string, inputs: object) => ({
    ...inputs,
    ...(type.startsWith('random:') ? { result: 'hunter2' } : {}),
  });
  const resources = await registered(
    (app) => new Postgres(new System(app, 'shop', { namespace: 'shop' }), 'db', { database: 'shop' }),
    { preview: false, outputs },
  );
  expect(named(resources, 'shop/secret-shop-db-auth/object').inputs.data).toEqual(
    Object.fromEntries(
      ['metrics', 'password', 'reader', 'superuser'].map((user) => [
        user,
        expect.objectContaining({ [SECRET]: expect.any(String) }),
      ]),
    ),
  );
});

test('a Helm release is a custom resource, and waits for what it is told', async () => {
  const resources = await registered((app) => {
    const chart = new Chart(app, 'platform');
    const map = configMap(chart, {});
    const release = new HelmRelease(chart, 'redis', {
      name: 'r',
      namespace: 'x',
      chart: 'oci://acme.org/redis',
      version: '1.2.3',
    });
    release.node.addDependency(map);
  });
  expect(named(resources, 'platform/redis')).toMatchObject({
    type: 'kubernetes:helm.sh/v3:Release',
    inputs: { chart: 'oci://acme.org/redis', version: '1.2.3' },
    dependencies: expect.arrayContaining([named(resources, 'platform/map').urn]),
  });
});

test('dependencies are leaves, never components', async () => {
  const resources = await registered((app) => {
    const system = new System(app, 'shop', { namespace: 'shop' });
    const db = new Postgres(system, 'postgres', { database: 'shop' });
    connect(new Gateway(system, 'api', { image: 'api:1', port: 80 }), db, { env: { DATABASE_URL: url() } });
  });
  const components = new Set(resources.filter((r) => !r.custom).map((r) => r.urn));
  expect(resources.flatMap((r) => r.dependencies).filter((urn) => components.has(urn))).toEqual([]);
});

describe('before anything is registered', () => {
  test.each<[string, (chart: Chart) => void, string, RegExp]>([
    [
      'an interpolated Output',
      (c) => configMap(c, { url: `http://${output('x')}` }),
      'SW-VALUE-001',
      /data\.url: a Pulumi Output was put/,
    ],
    [
      'a value that was added to',
      (c) => configMap(c, { url: `${attribute(database(c), 'address')}:5432` }),
      'SW-VALUE-001',
      /data\.url/,
    ],
    [
      'an unknown name',
      (c) => new k8s.KubeConfigMap(c, 'map', { metadata: { name: attribute(database(c), 'id') } }),
      'SW-VALUE-002',
      /name/,
    ],
    [
      'a secret Output in a ConfigMap',
      (c) => configMap(c, untyped({ key: secret('hunter2') })),
      'SW-SECRET-003',
      /data\.key/,
    ],
    ['a plain secret in a variable', plainSecret, 'SW-SECRET-004', /DB_PASSWORD/],
    [
      'a typo',
      (c) => new k8s.KubeService(c, 's', { metadata: { name: 's' }, spec: untyped({ portz: [] }) }),
      'SW-GRAPH-003',
      /portz/,
    ],
  ])('%s is refused, with path and field', async (_name, build, code, words) => {
    let all: readonly unknown[] = [];
    const found = await refusals(registered((app) => build(new Chart(app, 'shop'))).then((r) => (all = r)));
    expect(found.map((p) => p.code)).toContain(code);
    expect(found.find((p) => p.code === code)?.what).toMatch(words);
    expect(found.find((p) => p.code === code)?.where).toMatch(/^shop\//);
    expect(all).toEqual([]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  function plainSecret(chart: Chart): void {
    const containers = [{ name: 'a', image: 'a:1', env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }];
    new k8s.KubePod(chart, 'pod', { metadata: { name: 'pod' }, spec: { containers } });
  }

  test('all problems come at once', async () => {
    const found = await refusals(
      registered((app) => {
        const chart = new Chart(app, 'shop');
        configMap(chart, { url: `x${output('y')}` });
        plainSecret(chart);
      }),
    );
    expect(found.map((p) => p.code).sort()).toEqual(['SW-SECRET-004', 'SW-VALUE-001']);
  });

  test('placeholders stop an up, not a preview', async () => {
    const problem = {
      code: 'SW-CONFIG-012',
      severity: 'placeholder' as const,
      what: 'host is a placeholder',
      fix: 'x',
    };
    const build = (app: App) => configMap(new Chart(app, 'shop'), {});
    expect(await refusals(registered(build, { options: { problems: [problem] } }))).toEqual([]);
    expect(await refusals(registered(build, { options: { problems: [problem] }, preview: false }))).toEqual([problem]);
  });
});

test('a secret that is injected rolls the pods by a digest that shows nothing', async () => {
  const digestOf = async (key: string, digestKey = 'constant-key') => {
    const resources = await registered(
      (app) => {
        const system = new System(app, 'shop', { namespace: 'shop' });
        const api = new Gateway(system, 'api', { image: 'api:1', port: 80 });
        inject(api, 'STRIPE_KEY', { from: 'pulumi', value: text`${secret(key)}` }, { name: 'keys', key: 'stripe' });
      },
      {
        preview: false,
        outputs: (type, _n, inputs) => ({
          ...inputs,
          ...(type.startsWith('random:') ? { result: digestKey } : {}),
        }),
      },
    );
    const template = JSON.stringify(named(resources, 'shop/api/deployment').inputs);
    return /secret-digest":"([0-9a-f]{64})"/.exec(template)?.[1];
  };
  const [one, two, again] = [await digestOf('one'), await digestOf('two'), await digestOf('one')];
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(two).not.toBe(one);
  expect(again).toBe(one);
  // Keyed: who has the digest cannot try secrets against it.
  expect(await digestOf('one', 'another-key')).not.toBe(one);
});

test('what is taken over keeps what nobody can change: it would be replaced', async () => {
  const resources = await registered((app) => {
    const claim = new k8s.KubePersistentVolumeClaim(new Chart(app, 'shop'), 'claim', {
      metadata: { name: 'files', namespace: 'shop' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: k8s.Quantity.fromString('1Gi') } },
      },
    });
    nodeOptions(claim, { import: 'shop/files' });
  });
  expect(named(resources, 'shop/claim').ignoreChanges).toContain('spec.volumeName');
});

test('a structure in an Output with something unknown in it is unknown, and nothing is told of it', async () => {
  const value = output(untyped<string>({ a: output(unknown), b: 'known' }));
  const resources = await registered((app) => {
    new CloudResource(app, 'files', { type: 'aws:s3/bucket:Bucket', inputs: { tags: fromOutput(value), name: 'a' } });
  });
  expect(named(resources, 'files').inputs).toEqual({ tags: UNKNOWN, name: 'a' });
  expect(session().failures).toEqual([]);
});
