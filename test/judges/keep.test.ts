import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, list } from '../../graph/json-value';
import { containersOf, JUDGES_PATH, judge, objectNamed, objectsOf } from '../support/judges';
import { LivePostgres, SPELLINGS } from '../support/live-postgres';
import { eventually, freePort } from '../support/processes';
import { systemGraph, talosGraph } from '../support/systems';
import { Workshop } from '../support/workshop';

jest.setTimeout(300_000);

const objects = objectsOf(talosGraph('dev'));
const shop = new Workshop();
const store = () => join(shop.folder, 'store');
const stored = () => readdirSync(store()).sort();
const DAY = 86_400_000;
const stampOf = (days: number) => new Date(Date.now() - days * DAY).toISOString().replace(/[-:]|\.\d+/g, '');

let live: LivePostgres;
const backup = () => shop.job(objects, 'talos-backup', { DATABASE_URL: live.url(), KEEP_DAYS: '14' });
const drill = () => shop.job(objects, 'talos-drill', { REPORT_TO: '' });

/** A backup of so many days ago, as its name says; the file system says the contrary. */
function put(name: string, days: number): string[] {
  return ['dump', 'manifest'].map((kind) => {
    const file = `${name}-${stampOf(days)}.${kind}`;
    writeFileSync(join(store(), file), `${kind} of ${name}`);
    const age = new Date(Date.now() - (40 - days) * DAY);
    utimesSync(join(store(), file), age, age);
    return file;
  });
}

beforeAll(async () => {
  live = await LivePostgres.start(shop);
  live.sql('CREATE TABLE agents AS SELECT generate_series(1, 10) AS id');
});
beforeEach(() => {
  rmSync(store(), { recursive: true, force: true });
  shop.own('store');
  shop.restore();
});
afterAll(() => {
  live.stop();
  shop.dispose();
});

test('a backup that succeeded ends those that are older than what is kept, by the time in their names, and no others', () => {
  const [ended, kept] = [put('talos-backup', 15), put('talos-backup', 13)];
  const { status, output } = backup().run();
  expect(output).toMatch(/deleted talos-backup-/);
  expect(status).toBe(0);
  expect(stored()).toEqual(expect.arrayContaining(kept));
  for (const file of ended) expect(stored()).not.toContain(file);
  expect(stored()).toHaveLength(4);
});

test('a backup of another, whose name begins with its own, is neither fetched nor deleted', () => {
  const others = [...put('talos-backup-eu', 400), ...put('talos-backup-2', 400)];
  backup().run();
  expect(stored()).toEqual(expect.arrayContaining(others));
  expect(drill().run().output).toMatch(/drill passed: 1 tables, 10 rows/);
  // Letters sort after digits: of all that begins with the name this would be the newest.
  for (const file of stored().filter((name) => /backup-\d{8}T/.test(name))) rmSync(join(store(), file));
  expect(drill().run().output).toMatch(/the store holds no backup of talos-backup/);
});

test('the last good backup stays, however old, while no newer one was made', () => {
  const last = put('talos-backup', 400);
  expect(backup().run({ DATABASE_URL: 'postgresql://talos:x@127.0.0.1:1/talos' }).status).not.toBe(0);
  expect(stored()).toEqual(last);
});

test('the last good backup stays while the store does not hold what was dumped', () => {
  const last = put('talos-backup', 400);
  const half = `for f in ${store()}/talos-backup-*.dump; do [ "$(stat -c %s "$f")" -gt 100 ] && truncate -s 60 "$f"; done`;
  shop.instead('rclone', `"$real" "$@"; status=$?\n${half}\nexit $status`);
  const { status, output } = backup().run();
  expect(output).toMatch(/is not what was dumped; no older backup is deleted/);
  expect(status).not.toBe(0);
  expect(stored()).toEqual(expect.arrayContaining(last));
  expect(stored().filter((file) => file.endsWith('.manifest'))).toHaveLength(1);
});

describe('no password is an argument of a process, while the job runs', () => {
  const seen = () => readFileSync(join(shop.own('seen'), 'arguments'), 'latin1');
  /** Before a program starts, and once it is gone: what everybody on the node could read of all processes. */
  const watched = (programs: readonly string[]) => {
    shop.own('seen');
    const look = `cat /proc/[0-9]*/cmdline 2>/dev/null >>${join(shop.folder, 'seen', 'arguments')}`;
    for (const program of programs) {
      shop.instead(program, `"$real" "$@" <&0 & child=$!\nfor _ in 1 2 3; do ${look}; sleep 0.05; done\nwait $child`);
    }
  };
  beforeEach(() => rmSync(join(shop.folder, 'seen'), { recursive: true, force: true }));

  test('of Postgres: a dump', () => {
    watched(['pg_dump']);
    expect(backup().run()).toMatchObject({ status: 0 });
    expect(seen()).toContain('--snapshot');
    for (const password of SPELLINGS) expect(seen()).not.toContain(Buffer.from(password).toString('latin1'));
  });

  test('of Postgres: the archive, and the schema of Todo-chatbot', () => {
    live.sql("CREATE TABLE audit_events AS SELECT 1 AS id, now() - interval '100 days' AS created_at");
    watched(['psql']);
    expect(shop.job(objects, 'talos-archive', { DATABASE_URL: live.url() }).run()).toMatchObject({ status: 0 });
    const todo = objectsOf(systemGraph('todo', 'dev'));
    const [container] = containersOf(objectNamed(todo, 'Job', 'todo-migrations-v1'));
    const schema = shop.own('schema');
    const { data } = objectNamed(todo, 'ConfigMap', 'todo-migrations-v1');
    for (const [file, text] of Object.entries(isRecord(data) ? data : {}))
      writeFileSync(join(schema, file), String(text));
    const [shell = '', ...rest] = list(container?.command).map((word) => String(word).replaceAll('/schema', schema));
    expect(shop.run(shell, rest, live.variables())).toMatchObject({ status: 0 });
    shop.restore();
    expect(live.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'todos'")).toBe('1');
    expect(seen()).toContain('--single-transaction');
    for (const password of SPELLINGS) expect(seen()).not.toContain(Buffer.from(password).toString('latin1'));
  });

  test('of Redis: a snapshot', async () => {
    const tallow = objectsOf(systemGraph('tallow', 'dev'));
    const [port, password] = [`${await freePort()}`, 'p%s\\w@rd/:'];
    const [first = '', ...rest] = shop.asNobody('redis-server');
    const data = shop.own('redis');
    writeFileSync(join(data, 'conf'), `port ${port}\ndir ${data}\nrequirepass "${password.replace('\\', '\\\\')}"\n`);
    const server = spawn(first, [...rest, join(data, 'conf')], { env: { ...process.env, PATH: JUDGES_PATH } });
    try {
      const ping = () => judge('redis-cli', ['-p', port, 'ping'], { env: { REDISCLI_AUTH: password } }).stdout;
      await eventually('redis answers', 20, async () => ping().includes('PONG') || undefined);
      const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
      const job = shop.job(tallow, 'tallow-backup', { REDIS_URL: url });
      watched(['redis-cli']);
      expect(job.run()).toMatchObject({
        status: 0,
        output: expect.stringMatching(/dumped 0 keys/),
      });
      expect(seen()).toContain('--rdb');
      for (const spelt of [password, encodeURIComponent(password)]) expect(seen()).not.toContain(spelt);
      // Tallow's Redis passes messages on, and keeps nothing.
      expect(shop.job(tallow, 'tallow-drill', { REPORT_TO: '' }).run().output).toMatch(/drill passed: 0 keys/);
      expect(shop.job(tallow, 'tallow-drill', { REPORT_TO: '', MAY_BE_EMPTY: '' }).run().output).toMatch(
        /the backup holds no key/,
      );
      expect(existsSync(data)).toBe(true);
    } finally {
      server.kill('SIGKILL');
    }
  });
});
