import { connect, expose, fromOutput, host, Postgres, System, url } from '../../constructs';
import { at, list } from '../../graph/json-value';
import { untyped } from '../support/offline';
import { api, codesIn, containerIn, problemsIn, shop } from '../support/shop';
import { objectIn } from '../support/systems';

const database = (s: System) => new Postgres(s, 'db', { database: 'shop' });
const names = (graph: ReturnType<typeof shop>, kind: string) =>
  graph.nodes.flatMap((n) => (n.object?.kind === kind ? [n.object.name] : [])).sort();

test('two edges to one database give both variables, and open the way once', () => {
  const graph = shop((s) => {
    const [caller, db] = [api(s), database(s)];
    connect(caller, db, { env: { READ_URL: url() } });
    connect(caller, db, { env: { WRITE_HOST: host } });
  });
  const variables = list(at(containerIn(graph, 'Deployment', 'shop-api'), 'env')).map((v) => at(v, 'name'));
  expect(variables).toEqual(expect.arrayContaining(['READ_URL', 'WRITE_HOST']));
  expect(names(graph, 'NetworkPolicy').filter((name) => name === 'api-to-db')).toHaveLength(1);
  expect(graph.problems).toEqual([]);
});

test('databases of one id in two systems are two: the way to each is open', () => {
  const build = (s: System, users: System) => {
    const caller = api(s);
    connect(caller, database(s), { env: { SHOP_URL: url() } });
    connect(caller, database(users), { env: { USERS_URL: url() } });
  };
  const graph = shop((s, app) => build(s, new System(app, 'users', { namespace: 'users' })));
  expect(graph.problems).toEqual([]);
  expect(names(graph, 'NetworkPolicy')).toEqual(expect.arrayContaining(['api-to-db', 'shop-api-to-users-db']));
});

test('an edge keeps its place where another of the same callee comes after it', () => {
  const one = shop((s) => connect(api(s), database(s), { env: { A: host } }));
  const two = shop((s) => {
    const [caller, db] = [api(s), database(s)];
    for (const variable of ['A', 'B']) connect(caller, db, { env: { [variable]: host } });
  });
  const paths = (graph: ReturnType<typeof shop>) => graph.nodes.map((n) => n.path).sort();
  expect(paths(two)).toEqual(paths(one));
});

test.each<[string, object[]]>([
  ['two hosts', [{ host: 'acme.org' }, { host: 'www.acme.org' }]],
  [
    '/a/b beside /ab',
    [
      { host: 'acme.org', path: '/a/b' },
      { host: 'acme.org', path: '/ab' },
    ],
  ],
])('%s of one part are two routes', (_words, routes) => {
  const graph = shop((s) => {
    const part = api(s, { metrics: false });
    for (const route of routes) expose(part, untyped(route));
  });
  const rules = list(at(objectIn(graph, 'Ingress', 'shop').inputs, 'spec', 'rules'));
  expect(rules.flatMap((rule) => list(at(rule, 'http', 'paths')))).toHaveLength(2);
  expect(graph.problems).toEqual([]);
});

test('one host and path of two parts is told', () => {
  const codes = codesIn((s) => {
    const part = api(s);
    expose(part, { host: 'acme.org' });
    expose(part, { host: 'acme.org', ingress: 'second' });
  });
  expect(codes).toContain('SW-EXPOSE-005');
});

test.each([
  ['with a scheme', 'https://shop.acme.org/'],
  ['that is an address', '10.0.0.1'],
  ['in capitals', 'Shop.Acme.Org'],
])('a host %s is told once', (_words, given) => {
  expect(codesIn((s) => expose(api(s), { host: given }))).toEqual(['SW-EXPOSE-007']);
});

test('a host that comes after apply is taken, and shown in words', () => {
  const graph = shop((s) => expose(api(s), { host: fromOutput({ __pulumiOutput: true }) }));
  expect(graph.problems).toEqual([]);
  expect(graph.connections.flatMap((c) => c.facts)).toContain('https://<a Pulumi Output>/');
});

test('an edge to what does not listen is told', () => {
  expect(codesIn((s) => connect(api(s), untyped(s)))).toEqual(['SW-EDGE-001']);
});

test('a variable of an edge without its brackets is told, with them', () => {
  const [problem] = problemsIn((s) => connect(api(s), database(s), { env: { DATABASE_URL: untyped(url) } }));
  expect(problem).toMatchObject({ code: 'SW-EDGE-002', fix: expect.stringContaining('DATABASE_URL: url()') });
});
