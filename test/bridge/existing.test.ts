import { createServer, type Server } from 'node:http';
import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { ApiServer } from '../../bridge/api-server';
import { existing, unaskedProblem } from '../../bridge/existing';
import { accessOf } from '../../bridge/kubeconfig';
import { nodeOptions } from '../../constructs';
import { buildGraph } from '../../graph/build';

/** A DOUBLE of the API server: what it holds, by path, and its word on who may ask. The real one is asked in test/e2e/adoption.test.ts. */
let double: Server;
let server: ApiServer;
let holds: Record<string, object> = {};
let refuses: RegExp | undefined;
let asked: string[] = [];
const KINDS: Record<string, [kind: string, name: string, namespaced: boolean][]> = {
  '/api/v1': [
    ['Namespace', 'namespaces', false],
    ['Secret', 'secrets', true],
    ['Secret', 'secrets/status', true],
  ],
  '/apis/apps/v1': [['Deployment', 'deployments', true]],
};

beforeAll(async () => {
  double = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(`${path} ${request.headers.accept?.includes('PartialObjectMetadata') === true ? 'metadata' : 'all'}`);
    const resources = KINDS[path]?.map(([kind, name, namespaced]) => ({ kind, name, namespaced }));
    const metadata = holds[path];
    response.statusCode = refuses?.test(path) === true ? 403 : (resources ?? metadata) ? 200 : 404;
    response.end(JSON.stringify(resources === undefined ? { metadata } : { resources }));
  });
  await new Promise<void>((resolve) => double.listen(0, '127.0.0.1', resolve));
  const address = double.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const clusters = [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }];
  const contexts = [{ name: 'c', context: { cluster: 'c' } }];
  const access = accessOf(JSON.stringify({ 'current-context': 'c', clusters, contexts }), undefined);
  if ('code' in access) throw new Error(access.what);
  const opened = ApiServer.of(access);
  if ('failure' in opened) throw new Error(opened.failure);
  server = opened;
});
beforeEach(() => {
  holds = {};
  refuses = undefined;
  asked = [];
});
afterAll(() => {
  server.close();
  double.close();
});

const by = (manager: string, more: object = {}) => ({ managedFields: [{ manager }], ...more });
const ours = { annotations: { 'seaworthy.dev/stack': 'acme/dev' } };
const others = { annotations: { 'seaworthy.dev/stack': 'acme/staging' } };

/** A namespace, a Secret and a Deployment in it, and a kind that the cluster has not. */
async function found(build: (chart: Chart) => void = () => undefined) {
  const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
  new k8s.KubeNamespace(chart, 'namespace', { metadata: { name: 'shop' } });
  new k8s.KubeSecret(chart, 'secret', { metadata: { name: 'token', namespace: 'shop' } });
  new k8s.KubeLease(chart, 'lease', { metadata: { name: 'lease', namespace: 'shop' } });
  build(chart);
  return existing(server, buildGraph(chart).nodes, 'acme/dev');
}
const codes = async () => (await found()).problems.map(({ code, where }) => `${code} ${where}`);

test('in an empty cluster one question for each group and Namespace is asked, and nothing is told', async () => {
  expect(await codes()).toEqual([]);
  expect(asked.filter((path) => /secrets/.test(path))).toEqual([]);
});

test.each([
  ['kubectl made', by('kubectl-client-side-apply'), ['SW-CLUSTER-007 shop/namespace']],
  ['nobody knows who made', {}, ['SW-CLUSTER-007 shop/namespace']],
  ['kubectl made, with our mark', by('kubectl', ours), ['SW-CLUSTER-007 shop/namespace']],
  ['another stack made', by('pulumi-kubernetes-1a2b', others), ['SW-CLUSTER-008 shop/namespace']],
  ['this stack made', by('pulumi-kubernetes-1a2b', ours), []],
  ['Pulumi made, before there were marks', by('pulumi-kubernetes-1a2b'), []],
  ['Pulumi made, without server-side apply', by('pulumi-resource-kubernetes'), []],
  ['is on its way out', by('kubectl', { deletionTimestamp: '2026-01-01T00:00:00Z' }), []],
])('a Namespace that %s', async (_who, metadata, expected) => {
  holds = { '/api/v1/namespaces/shop': metadata };
  expect(await codes()).toEqual(expected);
});

test('an object of somebody else is told with the option that takes it over', async () => {
  holds = {
    '/api/v1/namespaces/shop': by('pulumi-kubernetes-1', ours),
    '/api/v1/namespaces/shop/secrets/token': by('vault'),
  };
  expect((await found()).problems).toEqual([
    {
      code: 'SW-CLUSTER-007',
      severity: 'error',
      where: 'shop/secret',
      what: 'Secret shop/token exists already, made by vault, not by Pulumi: an up creates it, and would be refused.',
      fix: "nodeOptions(object, { import: 'shop/token' }), to take it over and leave so; or another name",
    },
  ]);
});

test('what is to be taken over is not asked for', async () => {
  holds = { '/api/v1/namespaces/theirs': by('kubectl') };
  const { problems } = await found((chart) => {
    nodeOptions(new k8s.KubeNamespace(chart, 'theirs', { metadata: { name: 'theirs' } }), { import: 'theirs' });
  });
  expect(problems).toEqual([]);
});

test('the data of no Secret are asked for', async () => {
  holds = { '/api/v1/namespaces/shop': by('pulumi', ours) };
  await found();
  expect(asked.filter((path) => path.includes('/secrets/'))).toEqual([
    '/api/v1/namespaces/shop/secrets/token metadata',
  ]);
});

test('what one may not ask is said, and stops nothing', async () => {
  holds = { '/api/v1/namespaces/shop': by('pulumi', ours) };
  refuses = /secrets|coordination/;
  const there = await found();
  expect(there.problems).toEqual([]);
  expect(unaskedProblem(there, 'cluster')).toEqual([
    {
      code: 'SW-CLUSTER-009',
      severity: 'warning',
      where: 'cluster',
      what: 'whether Lease, Secret of these names exist already could not be asked (the API server answers 403); an up tells it.',
      fix: 'the right to get them, for who previews: kubectl auth can-i get lease',
    },
  ]);
});
