import { Chart, Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { alias, connect, expose, Gateway, nodeOptions, Postgres, System, url } from '../../constructs';
import type { Graph } from '../../graph/graph';
import { identityProblems, isAcceptable, lockOf } from '../../graph/identity';
import { graphOf } from '../support/offline';

interface Shape {
  readonly size?: string;
  readonly storageClass?: string;
  readonly whenDeleted?: 'Retain' | 'Delete';
  readonly image?: string;
  readonly label?: string;
  readonly serviceName?: string;
  readonly protect?: boolean;
}

function database(shape: Shape = {}) {
  const { size = '20Gi', storageClass = 'standard', whenDeleted = 'Retain', image = 'postgres:17.11' } = shape;
  const labels = { app: shape.label ?? 'db' };
  return graphOf((app) => {
    const server = new k8s.KubeStatefulSet(new Chart(app, 'shop', { namespace: 'shop' }), 'server', {
      metadata: { name: 'db' },
      spec: {
        serviceName: shape.serviceName ?? 'db',
        selector: { matchLabels: labels },
        persistentVolumeClaimRetentionPolicy: { whenDeleted },
        template: { metadata: { labels }, spec: { containers: [{ name: 'db', image }] } },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim(size, storageClass) }],
      },
    });
    nodeOptions(server, { protect: shape.protect ?? false });
  });
}

function claim(size: string, storageClassName: string) {
  const requests = { storage: k8s.Quantity.fromString(size) };
  return { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests } };
}

function told(before: Shape, after: Shape) {
  const problems = identityProblems(database(after), lockOf('test', [database(before)]), 'dev');
  return problems.map(({ code, severity, what, fix }) => ({ code, severity, what, fix }));
}

describe('a StatefulSet', () => {
  test('of the same claims is accepted', () => {
    expect(told({}, {})).toEqual([]);
  });

  test('of larger claims would lose its data where they go with it; the volume itself can grow', () => {
    expect(told({ whenDeleted: 'Delete' }, { size: '50Gi' })).toEqual([
      {
        code: 'SW-IDENTITY-005',
        severity: 'error',
        what: 'claim data was 20Gi, standard, ReadWriteOnce, and is 50Gi, standard, ReadWriteOnce. Claims of a StatefulSet cannot change: it would be deleted and made anew. Its claims go with it, and all data (whenDeleted: Delete).',
        fix: `keep 20Gi, and make the volume larger itself: kubectl --namespace shop patch pvc data-db-0 --patch '{"spec":{"resources":{"requests":{"storage":"50Gi"}}}}'; or, if that is meant: npx seaworthy lock --env dev`,
      },
    ]);
  });

  test('of another class keeps the old volume where claims stay; where it is protected the up would stop', () => {
    expect(told({}, { storageClass: 'fast', protect: true })).toMatchObject([
      {
        code: 'SW-IDENTITY-005',
        what: expect.stringMatching(/It is protected: up would stop. Its claims stay, .*with the old size and class/),
      },
    ]);
  });

  test.each([
    ['selector', { label: 'database' }, /selector was app=db, and is app=database. That cannot change/],
    ['serviceName', { serviceName: 'db-headless' }, /serviceName was db, and is db-headless. That cannot change/],
  ])('of another %s would be made anew', (_fact, after, what) => {
    expect(told({}, after)).toMatchObject([{ code: 'SW-IDENTITY-009', what: expect.stringMatching(what) }]);
  });

  test('whose claims were written otherwise, and mean the same, is the same', () => {
    expect(told({ size: '20Gi' }, { size: '20480Mi' })).toEqual([]);
  });
});

describe('the server of the data', () => {
  test.each([
    [
      'postgres:17.11',
      'docker.io/library/postgres:18.6-trixie',
      'error',
      /written by postgres 17; postgres 18 does not read/,
    ],
    [
      'redis:7.4.11',
      'redis:8.2.9',
      'warning',
      /written by redis 7, and would be served by redis 8, which reads them; there is no way back/,
    ],
    ['redis:8.2.9', 'redis:7.4.11', 'error', /written by redis 8; redis 7 does not read/],
    ['redis:7.4.11', 'valkey/valkey:9.1.1', 'error', /written by redis 7; valkey 9 does not read/],
    ['postgres:17.11', 'pgvector/pgvector:pg18', 'error', /postgres 18 does not read/],
  ])('%s → %s', (before, after, severity, what) => {
    expect(told({ image: before }, { image: after })).toMatchObject([
      { code: 'SW-IDENTITY-007', severity, what: expect.stringMatching(what) },
    ]);
  });

  test('of another minor version reads them', () => {
    expect(told({ image: 'postgres:17.10' }, { image: 'postgres:17.11-trixie' })).toEqual([]);
  });
});

describe('a claim', () => {
  const volume = (
    size: string,
    path: readonly string[] = [],
    { name = 'files', was = '', storageClass = 'standard' } = {},
  ) =>
    graphOf((app) => {
      const scope = path.reduce(
        (s: Construct, id) => new Construct(s, id),
        new Chart(app, 'shop', { namespace: 'shop' }),
      );
      const metadata = name === '' ? {} : { metadata: { name } };
      const made = new k8s.KubePersistentVolumeClaim(scope, 'claim', { ...metadata, spec: claim(size, storageClass) });
      if (was !== '') alias(made, was);
    });
  const changed = (before: ReturnType<typeof volume>, after: ReturnType<typeof volume>) =>
    identityProblems(after, lockOf('test', [before]), 'dev');

  test('grows in place, and never shrinks, which no lock accepts', () => {
    expect(changed(volume('20Gi'), volume('50Gi'))).toEqual([]);
    const shrunk = changed(volume('20Gi'), volume('10Gi'));
    expect(shrunk).toMatchObject([{ code: 'SW-IDENTITY-006', fix: 'keep 20Gi' }]);
    expect(shrunk.filter(isAcceptable)).toEqual([]);
  });

  test('of another class would be deleted with its data', () => {
    expect(changed(volume('20Gi'), volume('20Gi', [], { storageClass: 'fast' }))).toMatchObject([
      { code: 'SW-IDENTITY-005', what: expect.stringMatching(/it would be deleted, with its data, and made anew/) },
    ]);
  });

  test('that a construct was put around is told its line, which no lock accepts instead', () => {
    const moved = changed(volume('20Gi'), volume('20Gi', ['storage']));
    expect(moved).toMatchObject([
      {
        code: 'SW-IDENTITY-002',
        where: 'shop/storage/claim',
        fix: "alias(claim, 'shop/claim'); // shop/storage/claim",
      },
    ]);
    expect(moved.filter(isAcceptable)).toEqual([]);
    expect(changed(volume('20Gi'), volume('20Gi', ['storage'], { was: 'shop/claim' }))).toEqual([]);
  });

  test('whose name cdk8s makes of its path loses its data when it moves', () => {
    const before = volume('20Gi', [], { name: '' });
    const name = before.nodes.find((n) => n.path === 'shop/claim')?.object?.name;
    expect(changed(before, volume('20Gi', ['storage'], { name: '' }))).toMatchObject([
      {
        code: 'SW-IDENTITY-008',
        what: expect.stringMatching(/is in the program no more: it would be deleted, its data with it/),
        fix: expect.stringContaining(`metadata: { name: '${name}' } and alias(…, 'shop/claim') on shop/storage/claim`),
      },
    ]);
  });

  test('that is in the program no more is told, unless another system was asked for', () => {
    const lock = lockOf('test', [volume('20Gi')]);
    const none = graphOf((app) => new Chart(app, 'shop'));
    expect(identityProblems(none, lock, 'dev')).toMatchObject([{ code: 'SW-IDENTITY-008', where: 'shop/claim' }]);
    expect(identityProblems(none, lock, 'dev', 'shop')).toMatchObject([{ code: 'SW-IDENTITY-008' }]);
    expect(identityProblems(none, lock, 'dev', 'other')).toEqual([]);
  });
});

describe('a part that takes another id', () => {
  const shop = (id: string, how: { name?: string; was?: string } = {}, system = 'shop') =>
    graphOf((app) => {
      const scope = new System(app, system, { namespace: system });
      const name = how.name === undefined ? {} : { name: how.name };
      const api = new Gateway(scope, id, { image: 'a:1', port: 80, ...name });
      if (how.was !== undefined) alias(api, how.was);
      const db = new Postgres(scope, 'postgres', { database: 'shop', storage: Size.gibibytes(1) });
      connect(api, db, { env: { DATABASE_URL: url() } });
      expose(api, { host: 'shop.acme.org' });
    });
  const lock = lockOf('test', [shop('api')]);

  test('keeps all that is live with an alias and its old name', () => {
    expect(identityProblems(shop('web', { name: 'shop-api', was: 'shop/api' }), lock, 'dev')).toEqual([]);
  });

  test('is told once, and of both ways: its old id, or alias and name', () => {
    expect(identityProblems(shop('web'), lock, 'dev').map(({ code, fix }) => [code, fix])).toEqual([
      [
        'SW-IDENTITY-004',
        "keep the id 'api'; or rename it with alias(web, 'shop/api') and name: 'shop-api'; or, if that is meant: npx seaworthy lock --env dev",
      ],
    ]);
  });

  test('with an alias alone is told of the name', () => {
    const codes = identityProblems(shop('web', { was: 'shop/api' }), lock, 'dev').map(({ code, fix }) => [code, fix]);
    expect(codes).toContainEqual([
      'SW-IDENTITY-001',
      "an alias keeps the path, not the name: name: 'shop-api'; or, if that is meant: npx seaworthy lock --env dev",
    ]);
  });

  test('is not taken for one of another system that is made of little the same', () => {
    const other = graphOf((app) => {
      const scope = new System(app, 'news', { namespace: 'news' });
      for (const id of ['a', 'b', 'c']) new Gateway(scope, id, { image: 'a:1', port: 80 });
    });
    expect(identityProblems(other, lock, 'dev').map(({ code }) => code)).toEqual(['SW-IDENTITY-008']);
  });
});

describe('what was taken over stays so', () => {
  const service = (options: { import?: string }, kind: 'Service' | 'ConfigMap' = 'Service') =>
    graphOf((app) => {
      const chart = new Chart(app, 'shop', { namespace: 'shop' });
      const metadata = { name: 'db' };
      const made =
        kind === 'Service'
          ? new k8s.KubeService(chart, 'object', { metadata })
          : new k8s.KubeConfigMap(chart, 'object', { metadata });
      nodeOptions(made, options);
    });
  const told = (...[before, after]: [Graph, Graph]) =>
    identityProblems(after, lockOf('test', [before]), 'dev').map(({ code, fix }) => [code, fix.split(',')[0]]);

  test('a Service whose option is gone is told: it would be replaced', () => {
    expect(told(service({ import: 'shop/db' }), service({}))).toEqual([['SW-IDENTITY-010', 'nodeOptions(…']]);
  });
  test('one that keeps it is not', () =>
    expect(told(service({ import: 'shop/db' }), service({ import: 'shop/db' }))).toEqual([]));
  test('to take over what was locked before is no loss', () =>
    expect(told(service({}), service({ import: 'shop/db' }))).toEqual([]));
  test('a ConfigMap can do without: nothing of it was filled in', () =>
    expect(told(service({ import: 'shop/db' }, 'ConfigMap'), service({}, 'ConfigMap'))).toEqual([]));
});
