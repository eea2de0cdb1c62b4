import { Duration } from 'cdk8s';
import {
  Backup,
  connect,
  Gateway,
  type GatewayProps,
  IN_CLUSTER,
  ObjectStore,
  type Platform,
  Postgres,
  PostgresExporter,
  Redis,
  System,
  url,
  type Workload,
} from '../../constructs';
import type { Driver } from '../../constructs/network/dialect';
import { at, list } from '../../graph/json-value';
import { objectsOf } from '../support/filled';
import { graphOf } from '../support/offline';
import { objectIn } from '../support/systems';

function shop(build: (system: System) => void, platform: Platform = IN_CLUSTER) {
  return graphOf((app) => build(new System(app, 'shop', { namespace: 'shop', platform })));
}
const api = (system: System, props: Partial<GatewayProps> = {}) =>
  new Gateway(system, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080, ...props });
const urlFor = (driver: Driver, requireTls = true) => {
  const graph = shop((s) =>
    connect(api(s), new Postgres(s, 'db', { database: 'shop', requireTls }), { env: { DB: url({ for: driver }) } }),
  );
  const secret = objectsOf(graph).find((o) => at(o, 'metadata', 'name') === 'shop-api-db');
  return Buffer.from(String(at(secret, 'data', 'db')), 'base64')
    .toString()
    .replace('known-after-apply', 'PW');
};

describe('a URL is written in the words of the driver that reads it', () => {
  const file = '%2Fetc%2Fauthorities%2Fdb%2Fca.crt';
  test.each<[Driver, string]>([
    ['libpq', `postgresql://shop:PW@shop-db:5432/shop?sslmode=verify-full&sslrootcert=${file}`],
    ['node-postgres', `postgresql://shop:PW@shop-db:5432/shop?sslmode=verify-full&sslrootcert=${file}`],
    ['go', `postgresql://shop:PW@shop-db:5432/shop?sslmode=verify-full&sslrootcert=${file}`],
    ['asyncpg', 'postgresql://shop:PW@shop-db:5432/shop'],
    ['sqlalchemy-asyncpg', 'postgresql+asyncpg://shop:PW@shop-db:5432/shop'],
    ['jdbc', `jdbc:postgresql://shop-db:5432/shop?user=shop&password=PW&sslmode=verify-full&sslrootcert=${file}`],
    ['prisma', `postgresql://shop:PW@shop-db:5432/shop?sslmode=require&sslaccept=strict&sslcert=${file}`],
  ])('%s', (driver, expected) => {
    expect(urlFor(driver)).toBe(expected);
  });

  test.each<Driver>(['libpq', 'asyncpg', 'prisma'])('%s says nothing of TLS where the server speaks none', (driver) => {
    expect(urlFor(driver, false)).toBe('postgresql://shop:PW@shop-db:5432/shop');
  });
});

test('the authority is a file of the caller, and the key of the server is not', () => {
  const graph = shop((s) => connect(api(s), new Postgres(s, 'db', { database: 'shop', requireTls: true })));
  const pod = at(objectIn(graph, 'Deployment', 'shop-api').inputs, 'spec', 'template', 'spec');
  expect(list(at(pod, 'volumes'))).toContainEqual({
    name: 'authorities-db',
    secret: { secretName: 'shop-db-tls', items: [{ key: 'ca.crt', path: 'ca.crt' }] },
  });
  expect(list(at(pod, 'containers', 0, 'volumeMounts'))).toContainEqual({
    name: 'authorities-db',
    mountPath: '/etc/authorities/db',
    readOnly: true,
  });
});

test('a caller that cannot mount the authority is refused', () => {
  const graph = shop((s) => {
    const own: Workload = Object.assign(api(s), { addFile: undefined });
    connect(own, new Postgres(s, 'db', { database: 'shop', requireTls: true }));
  });
  expect(graph.problems.map((p) => p.code)).toEqual(['SW-CONNECT-003']);
});

test('what has one user only has no reader', () => {
  const graph = shop((s) => connect(api(s), new Redis(s, 'cache'), { as: 'reader' }));
  expect(graph.problems.map((p) => p.code)).toEqual(['SW-CONNECT-002']);
});

test('exporter and backup have users of their own, not the owner', () => {
  const graph = shop((s) => {
    const db = new Postgres(s, 'db', { database: 'shop' });
    new PostgresExporter(s, 'metrics', { of: db });
    new Backup(s, 'backup', { of: db, to: new ObjectStore(s, 'backups', { keep: Duration.days(7) }) });
  });
  const texts = objectsOf(graph)
    .filter((o) => ['shop-metrics-db', 'shop-backup-db'].includes(String(at(o, 'metadata', 'name'))))
    .flatMap((o) => Object.values(Object(at(o, 'data'))).map((v) => Buffer.from(String(v), 'base64').toString()));
  expect(texts.sort()).toEqual([
    'postgresql://seaworthy_metrics:known-after-apply@shop-db:5432/shop',
    'postgresql://seaworthy_reader:known-after-apply@shop-db:5432/shop',
  ]);
});

describe('a server is sized for all of its callers', () => {
  const server = (connections: number, max: number) => {
    const graph = shop((s) =>
      connect(api(s, { scale: { min: 1, max } }), new Postgres(s, 'db', { database: 'shop' }), { connections }),
    );
    const container = at(objectIn(graph, 'StatefulSet', 'shop-db').inputs, 'spec', 'template', 'spec', 'containers', 0);
    return {
      most: list(at(container, 'args')).find((arg) => String(arg).startsWith('max_connections')),
      memory: at(container, 'resources', 'limits', 'memory'),
    };
  };

  test('few callers: as many connections as Postgres has by itself', () => {
    expect(server(5, 2)).toEqual({ most: 'max_connections=100', memory: '512Mi' });
  });

  test('ten copies of twenty, and one more while they roll: 220, 20 to spare, and memory for them', () => {
    expect(server(20, 10)).toEqual({ most: 'max_connections=240', memory: '1152Mi' });
  });

  test('the pool of the URL counts where nothing else is said', () => {
    const graph = shop((s) => {
      const pool = url({ query: { pool_max: '20' } });
      connect(api(s, { scale: { min: 1, max: 10 } }), new Postgres(s, 'db', { database: 'shop' }), {
        env: { DB: pool },
      });
    });
    const args = at(
      objectIn(graph, 'StatefulSet', 'shop-db').inputs,
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'args',
    );
    expect(list(args)).toContain('max_connections=240');
  });
});

test.each([
  ['the database of the server', { database: 'postgres' }, 'SW-POSTGRES-005'],
  ['a template', { database: 'template1' }, 'SW-POSTGRES-005'],
  ['its superuser', { database: 'shop', username: 'postgres' }, 'SW-POSTGRES-005'],
  ['a user of ours', { database: 'shop', username: 'seaworthy_reader' }, 'SW-POSTGRES-005'],
  ['a name that Postgres keeps', { database: 'shop', username: 'pg_shop' }, 'SW-POSTGRES-005'],
  ['a user with odd letters', { database: 'shop', username: 'o"wner' }, 'SW-POSTGRES-003'],
])('%s is refused', (_what, props, code) => {
  const { problems } = shop((s) => new Postgres(s, 'db', props));
  expect(problems.map((p) => [p.code, p.fix !== undefined])).toEqual([[code, true]]);
});

test('who calls a server in the cluster waits until it runs', () => {
  const graph = shop((s) => connect(api(s), new Postgres(s, 'db', { database: 'shop' })));
  const waits = graph.edges.filter(({ from }) => from.startsWith('shop/api')).map(({ to }) => to);
  expect(waits.some((to) => to.startsWith('shop/db/'))).toBe(true);
});
