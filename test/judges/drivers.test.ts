import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { connect, Gateway, IN_CLUSTER, Postgres, System, url } from '../../constructs';
import type { Platform } from '../../constructs/core/platform';
import type { Driver } from '../../constructs/network/dialect';
import { passwordOf } from '../../constructs/secrets/sources';
import { at, isRecord, list, text } from '../../graph/json-value';
import { ROOT } from '../support/command';
import { containersOf, type KubeJson, objectNamed, objectsOf } from '../support/judges';
import { graphOf } from '../support/offline';
import { RenderedPostgres, TestAuthority } from '../support/postgres';
import { systemGraph } from '../support/systems';
import { Workshop } from '../support/workshop';

jest.setTimeout(600_000);

const DRIVERS = execFileSync(join(ROOT, 'tools', 'fetch-drivers'), {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();
const TOOLS = join(ROOT, 'tools', 'drivers');
/** Each asks the server at DATABASE_URL who it is talking to, and says with what. */
const PROGRAMS: Readonly<Record<'node' | 'python' | 'go' | 'java', readonly [string, ...string[]]>> = {
  node: [process.execPath, join(TOOLS, 'ask.js')],
  python: [join(DRIVERS, 'venv', 'bin', 'python'), join(TOOLS, 'ask.py')],
  go: [join(DRIVERS, 'go', 'ask')],
  java: ['java', '-cp', join(DRIVERS, 'jdbc.jar'), join(TOOLS, 'Ask.java')],
};
const PASSWORD = 'p/w:%@ä';
const shop = new Workshop();
let server: RenderedPostgres;
let authority: TestAuthority;
let stranger: TestAuthority;

/** One program and one database of its own authority. */
function shopWith(driver: Driver): KubeJson[] {
  return objectsOf(
    graphOf((app) => {
      const system = new System(app, 'shop', { namespace: 'shop', platform: IN_CLUSTER });
      const api = new Gateway(system, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080 });
      const db = new Postgres(system, 'db', { database: 'shop', requireTls: true, version: 15 });
      connect(api, db, { env: { DATABASE_URL: url({ for: driver }) }, secret: { name: 'api', key: 'url' } });
    }),
  );
}

/** The same, where the database is a cloud's whose authority signs for it alone, and for no name. */
function shopOf(driver: Driver): KubeJson[] {
  const platform: Platform = {
    ...IN_CLUSTER,
    postgres: (scope, { database, username }) => ({
      facts: [],
      endpoint: {
        scheme: 'postgresql',
        host: 'shop-db',
        port: 5432,
        database,
        username,
        password: passwordOf(scope),
        authority: { kind: 'ConfigMap', name: 'shop-db-ca', key: 'ca.crt', signsOneServer: true },
        reach: { by: 'cidrs', cidrs: ['10.40.0.0/16'] },
      },
    }),
  };
  return objectsOf(
    graphOf((app) => {
      const system = new System(app, 'shop', { namespace: 'shop', platform });
      const api = new Gateway(system, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080 });
      const db = new Postgres(system, 'db', { database: 'shop', version: 15 });
      connect(api, db, { env: { DATABASE_URL: url({ for: driver }) }, secret: { name: 'api', key: 'url' } });
    }),
  );
}

/** The variables of a container, as it would have them; the server is on this machine, and its authority in a file of the test. */
function variables(objects: readonly KubeJson[], [kind, name]: readonly [string, string], ca: string) {
  const container = containersOf(objectNamed(objects, kind, name)).at(-1);
  const mounted = list(container?.volumeMounts).map((m) => text(at(m, 'mountPath')) ?? '');
  const folder = mounted.find((path) => path.startsWith('/etc/authorities/')) ?? 'no authority is mounted';
  const here = (value: string) =>
    value
      .replaceAll('known-after-apply', encodeURIComponent(PASSWORD))
      .replace(/(postgres|shop-db):5432/, `localhost:${server.port}`)
      .replace('//alcs:', '//shop:')
      .replace('/alcs?', '/shop?')
      .replaceAll(encodeURIComponent(`${folder}/ca.crt`), encodeURIComponent(ca))
      .replaceAll(`${folder}/ca.crt`, ca);
  const entries = list(container?.env).map((variable) => {
    const from = at(variable, 'valueFrom', 'secretKeyRef');
    const data = isRecord(from) ? objectNamed(objects, 'Secret', String(from.name)).data : undefined;
    const value = isRecord(data)
      ? Buffer.from(String(at(data, String(at(from, 'key')))), 'base64').toString()
      : String(at(variable, 'value'));
    return [String(at(variable, 'name')), here(value)];
  });
  return Object.fromEntries(entries);
}

function ask(program: keyof typeof PROGRAMS, env: Record<string, string>): string {
  const [command, ...args] = PROGRAMS[program];
  const { stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: shop.folder, ...env },
  });
  return stdout + stderr;
}

beforeAll(async () => {
  chmodSync(shop.folder, 0o755);
  shop.own();
  const users = { password: PASSWORD, reader: 'r', metrics: 'm', superuser: 's' };
  server = new RenderedPostgres(shop, shopWith('libpq'), 'shop-db', users);
  authority = new TestAuthority(shop, shop.own('authority'));
  stranger = new TestAuthority(shop, shop.own('stranger'));
  const [certificate, key] = ['/etc/ssl/certs', '/etc/ssl/private'].map((folder) => server.folder(folder));
  authority.sign(['shop-db', 'localhost'], join(certificate ?? '', 'server.crt'), join(key ?? '', 'server.key'));
  await server.start();
});
afterAll(() => {
  server.stop();
  shop.dispose();
});

const DIALECTS: readonly (readonly [Driver, keyof typeof PROGRAMS, readonly string[]])[] = [
  ['libpq', 'node', ['node-postgres']],
  ['libpq', 'go', ['pgx', 'pq']],
  ['node-postgres', 'node', ['node-postgres']],
  ['go', 'go', ['pgx', 'pq']],
  ['asyncpg', 'python', ['asyncpg', 'sqlalchemy-asyncpg', 'psycopg', 'sqlalchemy-psycopg']],
  ['jdbc', 'java', ['jdbc']],
];

describe.each(DIALECTS)('an edge for %s, as %s reads it', (driver, program, names) => {
  const of = ['Deployment', 'shop-api'] as const;

  test('opens the database by TLS, with the user and the password of the edge', () => {
    const said = ask(program, variables(shopWith(driver), of, authority.file));
    expect(said.trim().split('\n').sort()).toEqual(names.map((name) => `${name} shop true`).sort());
  });

  test('refuses a server that somebody else signed', () => {
    const said = ask(program, variables(shopWith(driver), of, stranger.file));
    expect(said).not.toMatch(/shop true/);
    for (const name of names) expect(said).toMatch(new RegExp(`^${name} failed.*`, 'm'));
    expect(said).toMatch(/verif|unknown authority|PKIX path/i);
  });
});

describe('a server whose authority signs for it alone, and not for its name', () => {
  const of = ['Deployment', 'shop-api'] as const;
  beforeAll(async () => {
    const [certificate, key] = ['/etc/ssl/certs', '/etc/ssl/private'].map((folder) => server.folder(folder));
    server.stop();
    authority.sign(['acme-prod'], join(certificate ?? '', 'server.crt'), join(key ?? '', 'server.key'));
    await server.start();
  });
  afterAll(async () => {
    const [certificate, key] = ['/etc/ssl/certs', '/etc/ssl/private'].map((folder) => server.folder(folder));
    server.stop();
    authority.sign(['shop-db', 'localhost'], join(certificate ?? '', 'server.crt'), join(key ?? '', 'server.key'));
    await server.start();
  });

  test.each([
    ['libpq', 'go', ['pgx', 'pq']],
    ['node-postgres', 'node', ['node-postgres']],
    ['go', 'go', ['pgx', 'pq']],
    ['asyncpg', 'python', ['asyncpg', 'sqlalchemy-asyncpg', 'psycopg', 'sqlalchemy-psycopg']],
    ['jdbc', 'java', ['jdbc']],
  ] as const)('is opened by an edge for %s, as %s reads it, and a stranger’s is not', (driver, program, names) => {
    const said = ask(program, variables(shopOf(driver), of, authority.file));
    expect(said.trim().split('\n').sort()).toEqual(names.map((name) => `${name} shop true`).sort());
    expect(ask(program, variables(shopOf(driver), of, stranger.file))).not.toMatch(/shop true/);
  });

  test('is refused by who asks for its name', () => {
    expect(ask('node', variables(shopWith('node-postgres'), of, authority.file))).not.toMatch(/shop true/);
  });
});

describe('the systems, as their own drivers read them', () => {
  test('ALC-27 node-postgres opens the URL of the application, pool parameters and all', () => {
    const alcs = objectsOf(systemGraph('alcs', 'dev'));
    expect(ask('node', variables(alcs, ['Deployment', 'alcs'], authority.file)).trim()).toBe('node-postgres shop true');
  });

  test('ALC-52 and so does its migration', () => {
    const alcs = objectsOf(systemGraph('alcs', 'dev'));
    const env = variables(alcs, ['Job', 'alcs-migrations-v1'], authority.file);
    expect(ask('node', env).trim()).toBe('node-postgres shop true');
  });
});
