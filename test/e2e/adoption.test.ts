import type { Stack } from '@pulumi/pulumi/automation';
import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { program, register } from '../../bridge';
import { RefusedError } from '../../bridge/register';
import { alias, component, nodeOptions, provide } from '../../constructs';
import { clusterProvider } from '../../constructs/core/cluster-provider';
import type { Problem } from '../../constructs/core/problem';
import { at, list, text } from '../../graph/json-value';
import { Bed, operation } from '../support/bed';
import { yamlFile } from '../support/judges';
import { untyped } from '../support/offline';

jest.setTimeout(600_000);

const bed = new Bed();
beforeAll(() => bed.start());
afterAll(() => bed.stop());

function clustered(): App {
  const app = new App();
  provide(app, clusterProvider(app, 'cluster', { clusterIdentifier: 'test', kubeconfig: bed.cluster.kubeconfig }));
  return app;
}

/** A program whose shape the test changes between one up and the next. */
function changing(name: string) {
  const shape: { build: (chart: Chart) => void } = { build: () => undefined };
  const main = program(async () => {
    const app = clustered();
    shape.build(new Chart(app, name, { namespace: name }));
    await register(app);
  });
  return { shape, stack: () => bed.engine.stack(name, 'dev', main, {}) };
}

/** What a program of another stack is refused for, by a preview on the same cluster. */
async function refusals(stack: string, build: (chart: Chart) => void, namespace: string): Promise<readonly Problem[]> {
  let told: readonly Problem[] = [];
  const main = program(async () => {
    const app = clustered();
    build(new Chart(app, namespace, { namespace }));
    await register(app).catch((error: unknown) => {
      told = error instanceof RefusedError ? error.problems : [];
    });
  });
  await operation(await bed.engine.stack(stack, 'dev', main, {}), 'preview');
  return told;
}

const objects = {
  namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'theirs' } },
  service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'db', namespace: 'theirs' },
    spec: { selector: { app: 'db' }, ports: [{ port: 5432 }] },
  },
  claim: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'files', namespace: 'theirs' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'standard' },
  },
  server: {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'theirs' },
    spec: {
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: { containers: [{ name: 'db', image: 'postgres:17.11' }] },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '1Gi' } },
            storageClassName: 'standard',
          },
        },
      ],
    },
  },
  job: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate', namespace: 'theirs' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'm', image: 'postgres:17.11' }] } } },
  },
};

describe('what exists already, made by somebody else', () => {
  const { shape, stack: open } = changing('theirs');
  let stack: Stack;
  const uids = async () =>
    Promise.all(
      Object.values(objects).map(async (o) => text(at(await bed.cluster.client().get(o), 'metadata', 'uid'))),
    );
  const build = (adopting: boolean) => (chart: Chart) => {
    const made = {
      namespace: new k8s.KubeNamespace(chart, 'namespace', { metadata: { name: 'theirs' } }),
      service: new k8s.KubeService(chart, 'service', objects.service),
      claim: new k8s.KubePersistentVolumeClaim(chart, 'claim', withQuantities(objects.claim)),
      server: new k8s.KubeStatefulSet(chart, 'server', withQuantities(objects.server)),
      job: new k8s.KubeJob(chart, 'job', objects.job),
    };
    if (!adopting) return;
    for (const [key, object] of Object.entries(made))
      nodeOptions(object, { import: key === 'namespace' ? 'theirs' : `theirs/${object.metadata.name}` });
  };

  beforeAll(async () => {
    for (const object of Object.values(objects)) expect(bed.kubectl('apply', '-f', yamlFile([object])).status).toBe(0);
    stack = await open();
  });
  afterAll(() => operation(stack, 'destroy'));

  test('is told by a preview, each object with the option that takes it over', async () => {
    const told = await refusals('refused', (chart) => build(false)(chart), 'theirs');
    expect(told.map(({ code, where, fix }) => `${code} ${where} ${/import: '(.*)'/.exec(fix)?.[1]}`)).toEqual([
      'SW-CLUSTER-007 theirs/namespace theirs',
      'SW-CLUSTER-007 theirs/service theirs/db',
      'SW-CLUSTER-007 theirs/claim theirs/files',
      'SW-CLUSTER-007 theirs/server theirs/db',
      'SW-CLUSTER-007 theirs/job theirs/migrate',
    ]);
  });

  test('is taken over by `import`, of kinds with immutable fields too, and nothing is made anew', async () => {
    const before = await uids();
    shape.build = build(true);
    const { changes } = await operation(stack, 'up');
    expect(changes.filter((change) => /replace|delete/.test(change))).toEqual([]);
    expect(await uids()).toEqual(before);
  });

  test('is what it was at the next up, the option left in', async () => {
    const before = await uids();
    const { changes } = await operation(stack, 'up');
    expect(changes).toEqual([]);
    expect(await uids()).toEqual(before);
  });

  test('without the option, a preview shows what would be deleted and made anew', async () => {
    shape.build = build(false);
    const { changes } = await operation(stack, 'preview');
    expect(changes.filter((change) => /^replace /.test(change)).sort()).toEqual(
      ['claim', 'job', 'server', 'service'].map((id) => `replace theirs/${id}`),
    );
    shape.build = build(true);
  });
});

/** cdk8s-plus-27 asks for objects where Kubernetes has texts. */
function withQuantities<T>(object: object): T {
  return untyped(
    JSON.parse(JSON.stringify(object), (key, value) =>
      key === 'storage' && typeof value === 'string' ? k8s.Quantity.fromString(value) : value,
    ),
  );
}

describe('a program that stands', () => {
  const { shape, stack: open } = changing('plain');
  let stack: Stack;
  const web = (chart: Construct) =>
    new k8s.KubeDeployment(chart, 'web', {
      metadata: { name: 'web', namespace: 'plain' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'nginx:1.30' }] },
        },
      },
    });
  const namespace = (chart: Construct) => new k8s.KubeNamespace(chart, 'namespace', { metadata: { name: 'plain' } });
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'plain' } };
  const live = () => bed.cluster.client().get(deployment);

  beforeAll(async () => {
    shape.build = (chart) => {
      namespace(chart);
      web(chart);
    };
    stack = await open();
    await operation(stack, 'up');
  });
  afterAll(() => operation(stack, 'destroy'));

  test('what somebody set with kubectl is shown by a preview after a refresh, and taken back by the up', async () => {
    bed.kubectl('set', 'image', 'deployment/web', 'web=nginx:0.0', '-n', 'plain');
    await operation(stack, 'refresh');
    expect((await operation(stack, 'preview')).changes).toEqual(['update plain/web']);
    await operation(stack, 'up');
    const [container] = list(at(await live(), 'spec', 'template', 'spec', 'containers'));
    expect(at(container, 'image')).toBe('nginx:1.30');
  });

  test('another stack that makes its Namespace too is told whose it is; the objects in it are not told twice', async () => {
    const build = (chart: Chart) => {
      namespace(chart);
      web(chart);
    };
    const told = await refusals('other', build, 'plain');
    expect(told.map(({ code, where, what }) => `${code} ${where} ${what}`)).toEqual([
      'SW-CLUSTER-008 plain/namespace Namespace plain is of the stack plain/dev: this one, other/dev, would create it, and be refused.',
    ]);
  });

  test('a component that is put around an object leaves it alone, with an alias', async () => {
    const before = at(await live(), 'metadata', 'uid');
    shape.build = (chart) => {
      namespace(chart);
      const group = new Construct(chart, 'group');
      component(group, 'seaworthy:test:Group');
      alias(web(group), 'plain/web');
    };
    expect((await operation(stack, 'up')).changes.filter((change) => /web/.test(change))).toEqual([]);
    expect(at(await live(), 'metadata', 'uid')).toBe(before);
  });
});
