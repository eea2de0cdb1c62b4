import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, isRecord, list, text } from '../../graph/json-value';
import { containersOf, JUDGES_PATH, judge, type KubeJson, objectNamed, objectsOf } from '../support/judges';
import { eventually, freePort } from '../support/processes';
import { systemGraph } from '../support/systems';
import { Workshop } from '../support/workshop';

jest.setTimeout(300_000);

const shop = new Workshop();
const started: ChildProcess[] = [];
beforeAll(() => {
  chmodSync(shop.folder, 0o755);
  shop.own();
});
afterAll(async () => {
  // A master that is killed leaves its workers; one that is told to end does not.
  const running = started.filter((child) => child.exitCode === null && child.signalCode === null);
  const ended = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(ended);
  shop.dispose();
});

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): { output: string[] } {
  const [first = program, ...rest] = [...shop.asNobody(program), ...args];
  const child = spawn(first, rest, { env: { ...process.env, PATH: JUDGES_PATH, HOME: shop.folder, ...env } });
  started.push(child);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  return { output };
}

const tallow = objectsOf(
  systemGraph('tallow', 'prod', {
    'tallow:frontDoor': 'nginx',
    'tallow:turn.placement': 'in-cluster-public',
    'tallow:turn.externalAddress': '203.0.113.7',
    'seaworthy:secrets': 'pulumi',
  }),
);
const decoded = (objects: readonly KubeJson[], secret: string, key: string) =>
  Buffer.from(text(at(objectNamed(objects, 'Secret', secret), 'data', key)) ?? '', 'base64').toString();

describe('coturn, on the configuration that is rendered', () => {
  const startTurn = async (objects: readonly KubeJson[], more: string) => {
    const port = await freePort();
    const folder = shop.own(`turn-${port}`);
    const file = join(folder, 'turnserver.conf');
    const conf = decoded(objects, 'coturn', 'turnserver.conf')
      .replace('listening-port=3478', `listening-port=${port}`)
      .replaceAll('/tmp/', `${folder}/`)
      .replace(/external-ip=.*\n/, '');
    writeFileSync(file, `${conf}listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\n${more}`);
    const { output } = start('turnserver', ['-c', file]);
    await eventually('coturn listens', 20, async () => (/IO method|Relay/.test(output.join('')) ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return { port: `${port}`, output };
  };
  const relay = (port: string, ...who: string[]) =>
    judge('timeout', ['20', 'turnutils_uclient', '-y', '-c', '-n', '3', '-m', '1', '-p', port, ...who, '127.0.0.1']);

  test('TLW-45 one user of a test bed relays; who has no password does not', async () => {
    const objects = objectsOf(systemGraph('tallow', 'dev'));
    const { port, output } = await startTurn(objects, 'allow-loopback-peers\nno-cli\n');
    const password = decoded(objects, 'coturn', 'password');
    expect(output.join('')).not.toMatch(/Bad configuration format|Unknown|error/i);
    expect(relay(port, '-u', 'seaworthy', '-w', password).output).toMatch(/tot_recv_msgs=[1-9]/);
    expect(relay(port, '-u', 'seaworthy', '-w', 'wrong').output).toMatch(/error 401|Cannot complete Allocation/);
  });

  test('short-lived credentials relay; private addresses are nobody’s peers', async () => {
    const { port, output } = await startTurn(tallow, '');
    expect(output.join('')).not.toMatch(/Bad configuration format|Unknown/i);
    const secret = decoded(tallow, 'coturn', 'password');
    const { output: said } = relay(port, '-W', secret);
    expect(said).not.toMatch(/error 401/);
    expect(said).toMatch(/403|Forbidden/i);
  });
});

describe('Postgres 15 with TLS, pg_hba and grants, as ALCS has it', () => {
  const objects = objectsOf(systemGraph('alcs', 'dev'));
  let port: string;
  const psql = (user: string, mode: string, sql: string) =>
    shop.run('psql', [
      `postgresql://${user}@127.0.0.1:${port}/alcs?sslmode=${mode}`,
      ...['--no-psqlrc', '--tuples-only', '--no-align', '--command', sql],
    ]);
  const password = decoded(objects, 'postgres-auth', 'password');
  const superuser = decoded(objects, 'postgres-auth', 'superuser');

  beforeAll(async () => {
    port = `${await freePort()}`;
    const [config, tls] = [shop.own('pg-config'), shop.own('pg-tls')];
    const { data } = objectNamed(objects, 'ConfigMap', 'postgres-config');
    for (const [file, content] of Object.entries(isRecord(data) ? data : {}))
      writeFileSync(join(config, file), String(content));
    // Made as the user of the server, who alone may read the key.
    shop.run('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=postgres'],
      ...['-keyout', join(tls, 'server.key'), '-out', join(tls, 'server.crt')],
    ]);
    const data_ = join(shop.folder, 'pg');
    writeFileSync(join(config, 'superuser'), superuser);
    chmodSync(join(config, 'superuser'), 0o644);
    const init = ['--pgdata', data_, '--username', 'postgres', '--auth', 'scram-sha-256'];
    expect(shop.run('initdb', [...init, `--pwfile=${join(config, 'superuser')}`])).toMatchObject({ status: 0 });
    const [container] = containersOf(objectNamed(objects, 'StatefulSet', 'postgres'));
    const rendered = list(container?.args).map((arg) =>
      String(arg)
        .replace('/etc/ssl/certs/server.crt', join(tls, 'server.crt'))
        .replace('/etc/ssl/private/server.key', join(tls, 'server.key'))
        .replace('/etc/postgresql', config),
    );
    expect(rendered).toHaveLength(8);
    const sockets = shop.own('pg-sockets');
    const own = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${sockets} -c fsync=off`;
    const options = `${rendered.join(' ')} ${own}`;
    const log = join(shop.folder, 'pg.log');
    const args = ['--pgdata', data_, '--wait', '--silent', '--log', log, '--options', options, 'start'];
    if (shop.run('pg_ctl', args).status !== 0) throw new Error(readFileSync(log, 'utf8'));
    // As the image does when its volume is empty: https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh
    const env = { PGHOST: sockets, PGPORT: port, PGPASSWORD: superuser };
    shop.run('psql', ['-U', 'postgres', '-d', 'postgres', '-c', 'CREATE DATABASE alcs'], env);
    const owner = { OWNER: 'alcs', OWNER_PASSWORD: password, POSTGRES_DB: 'alcs', POSTGRES_USER: 'postgres' };
    expect(shop.run('bash', [join(config, 'owner.sh')], { ...env, ...owner })).toMatchObject({ status: 0, output: '' });
  });
  afterAll(() => shop.run('pg_ctl', ['--pgdata', join(shop.folder, 'pg'), '--mode', 'immediate', '--silent', 'stop']));

  test('ALC-54, ALC-55 a plain connection is refused, one with TLS and the password works', () => {
    expect(psql(`alcs:${password}`, 'disable', 'SELECT 1').output).toMatch(/no pg_hba.conf entry.*no encryption/);
    expect(psql('alcs:wrong', 'require', 'SELECT 1').output).toMatch(/password authentication failed/);
    expect(
      psql(`alcs:${password}`, 'require', 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'),
    ).toMatchObject({
      status: 0,
      stdout: 't\n',
    });
  });

  test('ALC-27 the URL that the app is given opens it, as a driver of Postgres reads it', () => {
    const template = decoded(objects, 'alcs-secrets', 'DATABASE_URL');
    expect(template).toMatch(/\?sslmode=require&pool_min=5&pool_max=20$/);
    // libpq does not know the parameters of the application's pool.
    const url = template.replace('@postgres:5432', `@127.0.0.1:${port}`).replace(/&pool_.*$/, '');
    expect(shop.run('psql', [url, '--no-psqlrc', '-tAc', 'SELECT current_user'])).toMatchObject({ stdout: 'alcs\n' });
  });

  test('ALC-51, ALC-56 the owner is no superuser and may do everything in the database; others may not even connect', () => {
    expect(
      psql(`alcs:${password}`, 'require', 'CREATE TABLE sessions (id int); SELECT count(*) FROM sessions').stdout,
    ).toMatch(/0/);
    const is = psql(`alcs:${password}`, 'require', 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
    expect(is.stdout).toBe('f\n');
    psql(`postgres:${superuser}`, 'require', "CREATE ROLE stranger LOGIN PASSWORD 'x'");
    expect(psql('stranger:x', 'require', 'SELECT 1').output).toMatch(/permission denied for database/);
    const acl = psql(
      `postgres:${superuser}`,
      'require',
      "SELECT datacl FROM pg_database WHERE datname = 'alcs'",
    ).stdout;
    expect(acl).not.toMatch(/[{,]=/);
  });

  test('TDO-28, TDO-29 the schema of Todo-chatbot goes in twice, with its extension and indexes', () => {
    const todo = objectsOf(systemGraph('todo', 'dev'));
    const sql = text(at(objectNamed(todo, 'ConfigMap', 'todo-migrations-v1'), 'data', 'todo.sql')) ?? '';
    writeFileSync(join(shop.folder, 'todo.sql'), sql);
    const url = `postgresql://alcs:${password}@127.0.0.1:${port}/alcs?sslmode=require`;
    const run = () =>
      shop.run('psql', [url, '--quiet', '--set', 'ON_ERROR_STOP=1', '-1', '-f', join(shop.folder, 'todo.sql')]);
    expect([run().status, run().status]).toEqual([0, 0]);
    const made = psql(
      `alcs:${password}`,
      'require',
      "INSERT INTO todos (title) VALUES ('x') RETURNING length(id::text), completed",
    );
    expect(made.stdout).toMatch(/^36\|f/);
    const indexes = psql(
      `alcs:${password}`,
      'require',
      "SELECT indexname FROM pg_indexes WHERE tablename = 'todos'",
    ).stdout;
    expect(indexes).toMatch(
      /idx_todos_completed[\s\S]*idx_todos_created_at|idx_todos_created_at[\s\S]*idx_todos_completed/,
    );
  });
});

describe('Redis that keeps what it holds, as Tallow has it', () => {
  const objects = objectsOf(systemGraph('tallow', 'dev'));
  const password = decoded(objects, 'tallow-redis-auth', 'password');
  let port: string;
  let data: string;
  const cli = (...command: string[]) =>
    judge('redis-cli', ['-p', port, '--no-auth-warning', '-a', password, ...command]).output.trim();

  const startRedis = async () => {
    const [container] = containersOf(objectNamed(objects, 'StatefulSet', 'tallow-redis'));
    const users = join(shop.own('redis-config'), 'users.acl');
    writeFileSync(users, decoded(objects, 'tallow-redis-auth', 'users.acl'));
    const here: Record<string, string> = { '/etc/redis/users.acl': users, '6379': port, '/data': data };
    start(
      'redis-server',
      list(container?.args).map((arg) => here[String(arg)] ?? String(arg)),
    );
    await eventually('redis answers', 20, async () => cli('ping') === 'PONG' || undefined);
  };

  beforeAll(async () => {
    port = `${await freePort()}`;
    data = shop.own('redis-data');
    shop.own('store');
    await startRedis();
    for (let i = 0; i < 50; i++) cli('set', `key:${i}`, 'value');
    cli('set', 'soon', 'gone', 'ex', '1000');
  });

  const url = () => `redis://:${password}@127.0.0.1:${port}`;
  const backup = () => shop.job(objects, 'tallow-backup', { REDIS_URL: url() });
  const drill = () => shop.job(objects, 'tallow-drill', { REPORT_TO: '' });

  test('TLW-43 what was written outlives a kill', async () => {
    expect(cli('config', 'get', 'appendonly')).toMatch(/yes/);
    started.at(-1)?.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await startRedis();
    expect(cli('dbsize')).toBe('51');
  });

  test('TLW-24, TLW-72, TLW-74 a backup lands in the store, and a drill of it passes', () => {
    expect(backup().run()).toMatchObject({ status: 0, output: expect.stringMatching(/dumped 51 keys/) });
    expect(drill().run()).toMatchObject({ status: 0, output: expect.stringMatching(/drill passed: 51 keys/) });
  });

  test('a damaged backup fails its drill, one that lacks keys too', () => {
    const store = join(shop.folder, 'store');
    const dump = join(store, readdirSync(store).find((name) => name.endsWith('.dump')) ?? '');
    const manifest = dump.replace(/dump$/, 'manifest');
    const [whole, said] = [readFileSync(dump), readFileSync(manifest, 'utf8')];
    const damaged = Buffer.from(whole);
    damaged[40] = (damaged[40] ?? 0) ^ 0xff;
    writeFileSync(dump, damaged);
    expect(drill().run()).toMatchObject({ status: 1, output: expect.stringMatching(/its digest differs/) });
    writeFileSync(dump, whole);
    writeFileSync(manifest, said.replace('keys 51', 'keys 90'));
    expect(drill().run()).toMatchObject({
      status: 1,
      output: expect.stringMatching(/51 keys were loaded; the manifest says 90/),
    });
    writeFileSync(manifest, said);
    expect(drill().run().status).toBe(0);
    rmSync(dump);
    expect(drill().run()).toMatchObject({ status: 1, output: expect.stringMatching(/missing or empty/) });
  });
});
