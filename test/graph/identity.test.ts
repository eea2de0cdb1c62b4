import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { alias, Gateway, System } from '../../constructs';
import { resetMarkers } from '../../constructs/core/marker';
import { placeholdersIn } from '../../constructs/core/placeholder';
import { configSecret } from '../../constructs/core/value';
import { identityProblems, lockOf } from '../../graph/identity';
import { graphOf } from '../support/offline';

interface Names {
  readonly part?: string;
  readonly name?: string;
  readonly image?: string;
  readonly job?: string;
  readonly was?: string;
}

function shop({ part = 'web', name = 'web', image = 'a:1', job = 'migrate-v1', was }: Names = {}) {
  return graphOf((app) => {
    const scope = new Construct(new Chart(app, 'shop', { namespace: 'shop' }), part);
    if (was !== undefined) alias(scope, was);
    new k8s.KubeService(scope, 'service', { metadata: { name } });
    const env = [{ name: 'A', value: configSecret('shop:a') }];
    const pod = { restartPolicy: 'Never', containers: [{ name: 'a', image, env }] };
    new k8s.KubeJob(scope, 'job', { metadata: { name: job }, spec: { template: { spec: pod } } });
  });
}

const lock = lockOf('test', [shop()]);

function refused(names: Names) {
  return identityProblems(shop(names), lock, 'dev').map((p) => [p.code, p.where, p.fix]);
}

test('the same program is accepted', () => {
  expect(refused({})).toEqual([]);
});

test('the lock does not depend on the run', () => {
  resetMarkers();
  expect(lockOf('test', [shop()])).toEqual(lock);
});

test('a silent rename is refused', () => {
  expect(refused({ name: 'shop' })).toEqual([
    ['SW-IDENTITY-001', 'shop/web/service', expect.stringContaining('npx seaworthy lock --env dev')],
  ]);
});

test('a name under a new path is refused, with the line to paste', () => {
  expect(refused({ part: 'site' })).toEqual([
    ['SW-IDENTITY-002', 'shop/site/service', "alias(site, 'shop/web'); // shop/site"],
    ['SW-IDENTITY-002', 'shop/site/job', "alias(site, 'shop/web'); // shop/site"],
  ]);
});

test('one alias above serves everything below', () => {
  expect(refused({ part: 'site', was: 'shop/web' })).toEqual([]);
});

test('a changed Job under its old name is refused', () => {
  expect(refused({ image: 'a:2' }).map(([code, where]) => [code, where])).toEqual([
    ['SW-IDENTITY-003', 'shop/web/job'],
  ]);
});

test('a changed Job under a new name and path is a new Job', () => {
  const changed = graphOf((app) => {
    const scope = new Construct(new Chart(app, 'shop', { namespace: 'shop' }), 'web');
    const pod = { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a:2' }] };
    new k8s.KubeJob(scope, 'job-v2', { metadata: { name: 'migrate-v2' }, spec: { template: { spec: pod } } });
  });
  expect(identityProblems(changed, lock, 'dev')).toEqual([]);
});

describe('where names follow from ids', () => {
  const system = (id: string, more: (s: System) => void = () => undefined) =>
    graphOf((app) => {
      const shop = new System(app, 'shop', { namespace: 'shop' });
      new Gateway(shop, id, { image: 'a:1', port: 80 });
      more(shop);
    });
  const before = lockOf('test', [system('api')]);
  const refusedNow = (graph: ReturnType<typeof system>) =>
    identityProblems(graph, before, 'dev').map((p) => [p.code, p.what]);

  test('a changed id is refused once, for all below it', () => {
    expect(refusedNow(system('web'))).toEqual([
      [
        'SW-IDENTITY-004',
        'shop/api is gone, and shop/web is new and made of the same: the live objects would be deleted, and new ones made.',
      ],
    ]);
  });

  test('one more part, or one less, is no rename', () => {
    expect(refusedNow(system('api', (s) => new Gateway(s, 'other', { image: 'a:1', port: 80 })))).toEqual([]);
    expect(refusedNow(graphOf((app) => new System(app, 'shop', { namespace: 'shop' })))).toEqual([]);
  });
});

describe('what a placeholder of the configuration is part of is not locked', () => {
  const entries = [
    { key: 'shop:registry', value: 'registry.placeholder.invalid', secret: false },
    { key: 'shop:names', value: '{"web":"Placeholder-web"}', secret: false },
    { key: 'shop:tag', value: '1', secret: false },
  ];
  const before = shop({ name: 'placeholder-web', image: 'registry.placeholder.invalid/a:1' });
  const written = lockOf('test', [before], placeholdersIn(entries));

  test('neither a name nor the pods of a Job', () => {
    expect(written.resources).toEqual({ 'shop/web/job': { is: 'batch/Job shop/migrate-v1' } });
  });

  test('so that the real values are no rename and no changed Job', () => {
    const after = shop({ name: 'acme-web', image: 'ghcr.io/acme/a:1' });
    expect(identityProblems(after, written, 'dev')).toEqual([]);
  });
});
