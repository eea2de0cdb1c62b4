import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { at, list, text } from '../../graph/json-value';
import { containersOf, objectNamed, objectsOf } from '../support/judges';
import { RenderedPostgres, TestAuthority } from '../support/postgres';
import { eventually } from '../support/processes';
import { systemGraph } from '../support/systems';
import { Workshop } from '../support/workshop';

jest.setTimeout(300_000);

const objects = objectsOf(systemGraph('alcs', 'dev'));
const shop = new Workshop();
/** What people write: quotes, a percent sign and what has a meaning in URLs. */
const PASSWORDS = { password: `o'w%"n/er@`, reader: 'reader-1', metrics: 'metrics-1', superuser: 'super-1' };
let server: RenderedPostgres;
let authority: TestAuthority;
const renew = () =>
  authority.sign(
    ['postgres', 'localhost'],
    join(server.folder('/etc/ssl/certs'), 'server.crt'),
    join(server.folder('/etc/ssl/private'), 'server.key'),
  );

beforeAll(async () => {
  chmodSync(shop.folder, 0o755);
  shop.own();
  server = new RenderedPostgres(shop, objects, 'postgres', PASSWORDS);
  authority = new TestAuthority(shop, shop.own('authority'));
  renew();
  await server.start();
  server.watch();
  await eventually('the users are there', 30, async () => /are what the Secret says/.test(server.said) || undefined);
});
afterAll(() => {
  server.stop();
  shop.dispose();
});
const owner = (sql: string, mode?: string) => server.as('alcs', PASSWORDS.password, sql, mode);
const superuser = (sql: string) => server.as('postgres', PASSWORDS.superuser, sql);

test('ALC-54, ALC-55 a plain connection is refused, one with TLS and the password works', () => {
  expect(owner('SELECT 1', 'disable').output).toMatch(/no pg_hba.conf entry.*no encryption/);
  expect(server.as('alcs', 'wrong', 'SELECT 1').output).toMatch(/password authentication failed/);
  expect(owner('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()').stdout).toBe('t\n');
});

test('ALC-51, ALC-56 the owner is no superuser and may do everything in the database; others may not even connect', () => {
  expect(owner('CREATE TABLE sessions (id int); SELECT count(*) FROM sessions').stdout).toMatch(/0/);
  expect(owner('SELECT rolsuper FROM pg_roles WHERE rolname = current_user').stdout).toBe('f\n');
  superuser("CREATE ROLE stranger LOGIN PASSWORD 'x'");
  expect(server.as('stranger', 'x', 'SELECT 1').output).toMatch(/permission denied for database/);
  expect(superuser("SELECT datacl FROM pg_database WHERE datname = 'alcs'").stdout).not.toMatch(/[{,]=/);
});

test('ALC-96 inside of its pod, psql is whoever it says, without a password', () => {
  const run = shop.run('psql', ['-U', 'alcs', 'alcs', '-Atc', 'SELECT current_user'], server.inside());
  expect(run).toMatchObject({ status: 0, stdout: 'alcs\n' });
});

test('the reader reads every table of the owner and dumps the database, and writes nothing', () => {
  owner('CREATE TABLE kept (id int); INSERT INTO kept VALUES (7); ALTER TABLE kept ENABLE ROW LEVEL SECURITY');
  const reader = (sql: string) => server.as('seaworthy_reader', PASSWORDS.reader, sql);
  expect(reader('SELECT id FROM kept').stdout).toBe('7\n');
  expect(reader('DELETE FROM kept').output).toMatch(/permission denied/);
  expect(reader('CREATE TABLE mine (id int)').output).toMatch(/permission denied/);
  const env = { PGHOST: '127.0.0.1', PGPORT: server.port, PGUSER: 'seaworthy_reader', PGPASSWORD: PASSWORDS.reader };
  const dump = shop.run('pg_dump', ['--dbname', 'alcs'], { ...env, PGSSLMODE: 'require' });
  expect(dump.status).toBe(0);
  expect(dump.stdout).toMatch(/COPY public\.kept[\s\S]*^7$/m);
});

test('the exporter sees numbers of every session, and no row', () => {
  const metrics = (sql: string) => server.as('seaworthy_metrics', PASSWORDS.metrics, sql);
  expect(metrics('SELECT count(*) > 0 FROM pg_stat_activity').stdout).toBe('t\n');
  expect(metrics('SELECT pg_database_size(current_database()) > 0').stdout).toBe('t\n');
  owner('CREATE TABLE IF NOT EXISTS hidden (id int)');
  expect(metrics('SELECT * FROM public.hidden').output).toMatch(/permission denied/);
});

test('a password that changes in the Secret reaches the server while it runs: old sessions stay, new ones need the new one', async () => {
  const held = shop.own('held');
  const env = {
    PGHOST: '127.0.0.1',
    PGPORT: server.port,
    PGUSER: 'alcs',
    PGPASSWORD: PASSWORDS.password,
    PGSSLMODE: 'require',
  };
  const script = join(held, 'session.sh');
  writeFileSync(
    script,
    `psql -qAt alcs -c "SELECT 'before'" -c 'SELECT pg_sleep(8)' -c "SELECT 'after'" >${join(held, 'out')} 2>&1 &\n`,
  );
  shop.run('bash', [script], env);
  await eventually('the session is open', 10, async () =>
    existsSync(join(held, 'out')) && readFileSync(join(held, 'out'), 'utf8').includes('before') ? true : undefined,
  );
  server.write('password', 'changed');
  await eventually(
    'the new password works',
    30,
    async () => server.as('alcs', 'changed', 'SELECT 1').status === 0 || undefined,
  );
  expect(owner('SELECT 1').output).toMatch(/password authentication failed/);
  await eventually(
    'the old session goes on',
    20,
    async () => readFileSync(join(held, 'out'), 'utf8').includes('after') || undefined,
  );
  server.write('password', PASSWORDS.password);
  await eventually('the first password works again', 30, async () => owner('SELECT 1').status === 0 || undefined);
});

test('a certificate that is renewed reaches the server while it runs', async () => {
  const before = await fingerprint(Number(server.port));
  renew();
  await eventually(
    'another certificate is shown',
    30,
    async () => (await fingerprint(Number(server.port))) !== before || undefined,
  );
  expect(owner('SELECT 1').status).toBe(0);
});

test('no password is in the arguments of a process, or in the log of the server', async () => {
  superuser("ALTER SYSTEM SET log_statement = 'all'");
  superuser('SELECT pg_reload_conf()');
  const seen: string[] = [];
  server.write('reader', 'reader-in-secret');
  const end = Date.now() + 4000;
  while (Date.now() < end) {
    seen.push(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }));
    await sleep(50);
  }
  expect(server.as('seaworthy_reader', 'reader-in-secret', 'SELECT 1').status).toBe(0);
  expect(seen.join('\n')).not.toContain('reader-in-secret');
  const log = readFileSync(join(shop.folder, 'postgres.log'), 'utf8');
  expect(log).toMatch(/ALTER USER "?seaworthy_reader"? PASSWORD 'SCRAM-SHA-256/);
  expect(log).not.toContain('reader-in-secret');
  server.write('reader', PASSWORDS.reader);
});

test('TDO-28, TDO-29 the schema of Todo-chatbot goes in twice, with its extension and indexes, as its Job runs it', () => {
  const todo = objectsOf(systemGraph('todo', 'dev'));
  const sql = text(at(objectNamed(todo, 'ConfigMap', 'todo-migrations-v1'), 'data', 'todo.sql')) ?? '';
  writeFileSync(join(shop.folder, 'todo.sql'), sql);
  const job = objectNamed(todo, 'Job', 'todo-migrations-v1');
  const command = text(at(job, 'spec', 'template', 'spec', 'containers', 0, 'command', 2)) ?? '';
  const env = {
    PGHOST: '127.0.0.1',
    PGPORT: server.port,
    PGUSER: 'alcs',
    PGPASSWORD: PASSWORDS.password,
    PGDATABASE: 'alcs',
    PGSSLMODE: 'require',
  };
  const run = () => shop.run('sh', ['-c', command.replace('/schema/todo.sql', join(shop.folder, 'todo.sql'))], env);
  expect([run().status, run().status]).toEqual([0, 0]);
  expect(owner("INSERT INTO todos (title) VALUES ('x') RETURNING length(id::text), completed").stdout).toMatch(
    /^36\|f/,
  );
  expect(owner("SELECT indexname FROM pg_indexes WHERE tablename = 'todos' ORDER BY 1").stdout).toMatch(
    /idx_todos_completed[\s\S]*idx_todos_created_at/,
  );
});

test('on a server elsewhere its master, who is no superuser, makes the users as the Deployment in the cluster has it', () => {
  superuser("CREATE ROLE master LOGIN CREATEROLE PASSWORD 'changed-weekly'");
  superuser('GRANT pg_monitor, pg_read_all_data TO master WITH ADMIN OPTION');
  superuser('CREATE DATABASE talos OWNER master');
  const talos = objectsOf(systemGraph('talos', 'prod'));
  const [container] = containersOf(objectNamed(talos, 'Deployment', 'talos-postgres-users'));
  const rendered = Object.fromEntries(
    list(container?.env).map((v) => [text(at(v, 'name')) ?? '', text(at(v, 'value')) ?? '']),
  );
  const users = shop.own('elsewhere');
  const passwords = { password: 'talos-1', reader: 'r-1', metrics: 'm-1', superuser: 'changed-weekly' };
  for (const [key, password] of Object.entries(passwords)) writeFileSync(join(users, key), password);
  const there = {
    PGHOST: 'localhost',
    PGPORT: server.port,
    PGUSER: 'master',
    PGSSLROOTCERT: authority.file,
    USERS: users,
  };
  const script = join(server.folder('/scripts'), 'roles.sh');
  const run = () => shop.run('bash', [script, 'once'], { ...rendered, ...there });
  expect([run(), run()]).toMatchObject([{ status: 0, output: '' }, { status: 0 }]);
  const as = (user: string, password: string, sql: string) =>
    shop.run('psql', ['--no-psqlrc', '-Atc', sql], {
      ...{ PGHOST: 'localhost', PGPORT: server.port, PGDATABASE: 'talos', PGSSLMODE: 'require' },
      ...{ PGUSER: user, PGPASSWORD: password },
    });
  expect(as('talos', 'talos-1', 'CREATE TABLE audit (id int); INSERT INTO audit VALUES (1)').status).toBe(0);
  expect(as('seaworthy_reader', 'r-1', 'SELECT * FROM audit').stdout).toBe('1\n');
  expect(as('seaworthy_metrics', 'm-1', 'SELECT count(*) > 0 FROM pg_stat_activity').stdout).toBe('t\n');
  expect(run().status).toBe(0);
});

describe('what lies on the volume, before the server starts', () => {
  let volume: string;
  beforeEach(() => {
    volume = server.folder('/var/lib/postgresql/data');
    renameSync(join(volume, 'pgdata'), join(shop.folder, 'aside'));
  });
  afterEach(() => {
    rmSync(volume, { recursive: true, force: true });
    shop.own('postgres', 'volume');
    renameSync(join(shop.folder, 'aside'), join(volume, 'pgdata'));
  });
  const put = (folder: string, major: string) => {
    for (const [i] of folder.split('/').entries()) shop.own('postgres', 'volume', ...folder.split('/').slice(0, i + 1));
    writeFileSync(join(volume, folder, 'PG_VERSION'), `${major}\n`);
  };

  test('nothing, or its own: it starts', () => {
    expect(server.lookAtFiles()).toMatchObject({ status: 0, output: '' });
    put('pgdata', '15');
    expect(server.lookAtFiles()).toMatchObject({ status: 0, output: '' });
  });

  test.each([
    ['the layout of every major here', 'pgdata'],
    ['the layout of the image from 18 on', '17/docker'],
    ['the layout of the image before', '.'],
    ['somebody’s own', 'data'],
  ])('the files of another major, in %s: it does not start, and says so', (_layout, folder) => {
    put(folder, '17');
    const { status, output } = server.lookAtFiles();
    expect(status).toBe(1);
    expect(output).toMatch(/holds the files of PostgreSQL 17, and this server is 15: it does not start/);
  });

  test('its own major in the layout that the image has from 18 on moves to its folder', () => {
    put('15/docker', '15');
    expect(server.lookAtFiles()).toMatchObject({ status: 0, output: expect.stringMatching(/moved the files of 15/) });
    expect(existsSync(join(volume, 'pgdata', 'PG_VERSION'))).toBe(true);
  });
});

/** Of the certificate that a Postgres shows. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
async function fingerprint(port: number): Promise<string> {
  const { connect } = await import('node:net');
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
    socket.once('error', reject);
    socket.once('data', () => {
      const tls = connectTls({ socket, rejectUnauthorized: false }, () => {
        resolve(tls.getPeerCertificate().fingerprint256);
        tls.destroy();
      });
      tls.once('error', reject);
    });
  });
}
