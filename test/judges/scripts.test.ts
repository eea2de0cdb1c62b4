import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, isRecord, list, text } from '../../graph/json-value';
import { startCollector } from '../support/collector';
import { containersOf, judge, nameIn, objectsOf, VARIANTS } from '../support/judges';
import { eventually, freePort } from '../support/processes';
import { talosGraph } from '../support/systems';
import { Workshop } from '../support/workshop';

jest.setTimeout(300_000);

const objects = objectsOf(talosGraph('dev'));
const shop = new Workshop();
const { folder } = shop;
const own = (...path: string[]) => shop.own(...path);
const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => shop.run(program, args, env);

let live: string;
let scratch: string;
const sql = (statement: string, database = live) => {
  const { status, output } = run('psql', [
    database,
    '--quiet',
    '--tuples-only',
    '--no-align',
    '--set',
    'ON_ERROR_STOP=1',
    '--command',
    statement,
  ]);
  if (status !== 0) throw new Error(output);
  return output.trim();
};
const storeFolder = () => join(folder, 'store');
const stored = () => readdirSync(storeFolder()).sort();

beforeAll(async () => {
  chmodSync(folder, 0o755);
  own();
  own('store');
  const port = await freePort();
  const data = join(folder, 'postgres');
  const sockets = own('sockets');
  const made = run('initdb', ['--pgdata', data, '--username', 'talos', '--auth', 'trust']);
  if (made.status !== 0) throw new Error(made.output);
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${sockets} -c fsync=off`;
  const started = run('pg_ctl', [
    '--pgdata',
    data,
    '--wait',
    '--silent',
    '--log',
    join(folder, 'postgres.log'),
    '--options',
    options,
    'start',
  ]);
  if (started.status !== 0) throw new Error(started.output);
  live = `postgresql://talos@127.0.0.1:${port}/talos`;
  scratch = `postgresql://talos@127.0.0.1:${port}/scratch`;
  sql('CREATE DATABASE talos', live.replace(/talos$/, 'postgres'));
  sql('CREATE DATABASE scratch');
  sql(`CREATE TABLE agents (id serial PRIMARY KEY, name text NOT NULL, note text);
       INSERT INTO agents (name, note) SELECT 'agent ' || n, E'tab\\there, "quoted", new\\nline' FROM generate_series(1, 1000) n;
       CREATE SCHEMA "Odd Name"; CREATE TABLE "Odd Name"."Table" (x int); INSERT INTO "Odd Name"."Table" VALUES (1), (2);
       CREATE TABLE audit_events (id bigserial PRIMARY KEY, created_at timestamptz NOT NULL, what text);
       INSERT INTO audit_events (created_at, what) SELECT now() - n * interval '1 day', 'event ' || n FROM generate_series(0, 99) n`);
});
afterAll(() => {
  run('pg_ctl', ['--pgdata', join(folder, 'postgres'), '--mode', 'immediate', '--silent', 'stop']);
  shop.dispose();
});

test('shellcheck has nothing to say of any script that is rendered', () => {
  const scripts = Object.values(VARIANTS)
    .flatMap((graph) => objectsOf(graph()))
    .filter((o) => o.kind === 'ConfigMap' && /-(scripts|config)$/.test(nameIn(o)));
  const files = scripts.flatMap((map) =>
    Object.entries(isRecord(map.data) ? map.data : {})
      .filter(([name]) => name.endsWith('.sh'))
      .map(([name, script]) => {
        const file = join(own('checked', nameIn(map)), name);
        writeFileSync(file, String(script));
        return file;
      }),
  );
  expect(files.length).toBeGreaterThanOrEqual(7);
  expect(judge('shellcheck', ['--severity=style', ...files])).toMatchObject({
    status: 0,
    output: '',
  });
});

describe('backup and drill, on a real Postgres 15', () => {
  const backup = () => shop.job(objects, 'talos-backup', { DATABASE_URL: live });
  const drill = () => shop.job(objects, 'talos-drill', { REPORT_TO: '' });

  test('TAL-69 a backup lands in the store with its manifest, and a drill of it passes', () => {
    const made = backup().run();
    expect(made).toMatchObject({ status: 0, output: expect.stringMatching(/dumped 3 tables/) });
    expect(stored()).toEqual([
      expect.stringMatching(/^talos-backup-\d{8}T\d{6}Z\.dump$/),
      expect.stringMatching(/\.manifest$/),
    ]);
    expect(drill().run()).toMatchObject({
      status: 0,
      output: expect.stringMatching(/drill passed: 3 tables, 1102 rows, backup 0 hours old/),
    });
  });

  test('what the drill restores is a server of its own: it has no variable that leads to the live one', () => {
    const variables = containersOf(drill().object).flatMap((c) => list(c.env).map((v) => text(at(v, 'name'))));
    expect(variables).not.toContain('DATABASE_URL');
  });

  test('rows that are written while the dump runs change neither dump nor manifest', () => {
    // The dump waits at pg_dump; meanwhile a row comes in.
    const bin = own('bin');
    const real = execFileSync('which', ['pg_dump'], {
      encoding: 'utf8',
      env: { PATH: `/usr/lib/postgresql/15/bin:${process.env.PATH}` },
    }).trim();
    writeFileSync(
      join(bin, 'pg_dump'),
      `#!/bin/bash\npsql "${live}" -qc "INSERT INTO agents (name) VALUES ('late')"\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    );
    rmSync(storeFolder(), { recursive: true });
    own('store');
    const path = `${bin}:/usr/lib/postgresql/15/bin:${process.env.PATH}`;
    const inner = backup();
    rmSync(inner.work, { recursive: true });
    own('work', 'talos-backup');
    const step = run('env', [`PATH=${path}`, 'bash', join(inner.scripts, 'dump.sh')], {
      DATABASE_URL: live,
      NAME: 'talos-backup',
      WORK: inner.work,
      SCRIPTS: inner.scripts,
    });
    expect(step.status).toBe(0);
    const [manifest = ''] = readdirSync(inner.work).filter((f) => f.endsWith('.manifest'));
    expect(readFileSync(join(inner.work, manifest), 'utf8')).toContain('rows public.agents 1000');
    for (const file of readdirSync(inner.work)) cpSync(join(inner.work, file), join(storeFolder(), file));
    expect(drill().run().output).toMatch(/drill passed/);
    expect(sql('SELECT count(*) FROM agents')).toBe('1001');
  });

  const damaged: readonly (readonly [string, (dump: string, manifest: string) => void, RegExp])[] = [
    ['a bit of the dump', (dump) => flip(dump), /drill failed: the dump is not what was written/],
    [
      'a dump that was cut',
      (dump) => writeFileSync(dump, readFileSync(dump).subarray(0, 2000)),
      /drill failed: the dump is not what was written/,
    ],
    ['an empty dump', (dump) => writeFileSync(dump, ''), /drill failed: the dump is missing or empty/],
    [
      'a dump that was never whole',
      (dump, manifest) => {
        writeFileSync(dump, readFileSync(dump).subarray(0, 3000));
        resign(dump, manifest);
      },
      /drill failed: the dump cannot be restored/,
    ],
    [
      'rows that are missing',
      (_dump, manifest) => edit(manifest, 'agents 1000', 'agents 1234'),
      /drill failed: the rows differ: .*agents 1234/,
    ],
    [
      'another schema',
      (_dump, manifest) => edit(manifest, /^schema .*$/m, 'schema 0'),
      /drill failed: the schema differs/,
    ],
    [
      'a backup that is too old',
      (_dump, manifest) => edit(manifest, /^taken .*$/m, `taken ${Math.floor(Date.now() / 1000) - 27 * 3600}`),
      /drill failed: the newest backup is 27 hours old; at most 26/,
    ],
    [
      'a manifest of another form',
      (_dump, manifest) => edit(manifest, 'seaworthy-backup 1', 'seaworthy-backup 2'),
      /drill failed: the manifest has no form/,
    ],
  ];
  test.each(damaged)('%s is found', (_what, damage, says) => {
    const kept = join(folder, 'kept');
    cpSync(storeFolder(), kept, { recursive: true });
    try {
      const [dump = '', manifest = ''] = stored().map((file) => join(storeFolder(), file));
      damage(dump, manifest);
      const { status, output } = drill().run();
      expect(output).toMatch(says);
      expect(status).not.toBe(0);
    } finally {
      rmSync(storeFolder(), { recursive: true });
      cpSync(kept, storeFolder(), { recursive: true });
      rmSync(kept, { recursive: true });
    }
  });

  test('a drill reports age and rows to a real Collector, and passes where it cannot', async () => {
    const collector = await startCollector('dev', own('collector'));
    try {
      const { output } = drill().run({ REPORT_TO: `127.0.0.1:${collector.port('http')}` });
      expect(output).toMatch(/drill passed/);
      expect(output).not.toMatch(/could not be reported/);
      const metrics = await eventually('the metrics are there', 20, async () => {
        const text = await (await fetch(`http://127.0.0.1:${collector.port('received')}/metrics`)).text();
        return text.includes('seaworthy_drill_rows') ? text : undefined;
      });
      expect(metrics).toMatch(/^seaworthy_drill_rows\{.*backup="talos-backup".*\} 1102$/m);
      expect(metrics).toMatch(/^seaworthy_drill_backup_age_seconds\{.*\} \d+$/m);
      expect(metrics).toMatch(/^seaworthy_drill_passed_seconds\{.*\} 1\.?\d*e\+09$/m);
    } finally {
      collector.stop();
    }
    const away = drill().run({ REPORT_TO: '127.0.0.1:1' });
    expect(away).toMatchObject({
      status: 0,
      output: expect.stringMatching(/drill passed[\s\S]*|could not be reported to 127/),
    });
    expect(away.output).toMatch(/could not be reported to 127\.0\.0\.1:1/);
  });

  test('an empty store is no good backup', () => {
    const { status, output } = drill().run({ RCLONE_CONFIG_STORE_REMOTE: own('empty') });
    expect(output).toMatch(/the store holds no backup of talos-backup/);
    expect(status).not.toBe(0);
  });

  test('the live database is not touched: neither by its host, nor because it holds tables', () => {
    const byHost = drill().run({ SCRATCH_URL: live, LIVE_HOST: '127.0.0.1' });
    expect(byHost.output).toMatch(/drill failed: the scratch database is on 127\.0\.0\.1, the live server/);
    const byTables = drill().run({ SCRATCH_URL: live });
    expect(byTables.output).toMatch(/drill failed: the scratch database holds tables; it is not touched/);
    expect([byHost.status, byTables.status]).toEqual([1, 1]);
    expect(sql('SELECT count(*) FROM agents')).toBe('1001');
    expect(drill().run({ SCRATCH_URL: scratch }).output).toMatch(/drill passed/);
  });

  test('a database that is away fails the backup, and leaves no manifest', () => {
    const before = stored();
    expect(backup().run({ DATABASE_URL: 'postgresql://talos@127.0.0.1:1/talos' }).status).not.toBe(0);
    expect(stored()).toEqual(before);
  });
});

describe('the audit archive, on a real Postgres 15', () => {
  const archive = () =>
    shop.job(objects, 'talos-archive', { DATABASE_URL: live, RCLONE_CONFIG_STORE_REMOTE: own('cold') });
  const archived = () => readdirSync(join(folder, 'cold')).sort();

  test('TAL-70, TAL-71 whole days older than 90 days are copied, each once, and no row changes', () => {
    const before = sql('SELECT md5(string_agg(a::text, chr(10) ORDER BY id)) FROM audit_events a');
    expect(archive().run()).toMatchObject({
      status: 0,
      output: expect.stringMatching(/archived 9 days of audit_events/),
    });
    expect(archived().filter((f) => f.endsWith('.csv.gz'))).toHaveLength(9);
    expect(archived().filter((f) => f.endsWith('.sha256'))).toHaveLength(9);
    expect(archive().run().output).toMatch(/archived 0 days of audit_events/);
    expect(sql('SELECT md5(string_agg(a::text, chr(10) ORDER BY id)) FROM audit_events a')).toBe(before);
    expect(sql('SELECT count(*) FROM audit_events')).toBe('100');
  });

  test('every row of those days is in the files, as it is in the table', () => {
    const files = archived().filter((f) => f.endsWith('.csv.gz'));
    const rows = files.flatMap((f) =>
      execFileSync('zcat', [join(folder, 'cold', f)], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .slice(1),
    );
    expect(rows).toHaveLength(9);
    expect(rows.map((row) => row.split(',').at(-1)).sort()).toEqual(
      sql(
        "SELECT what FROM audit_events WHERE created_at < date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '90 days' ORDER BY what COLLATE \"C\"",
      ).split('\n'),
    );
  });

  test('a table that is not there is told', () => {
    expect(archive().run({ TABLE: 'nothing' })).toMatchObject({
      status: 1,
      output: expect.stringMatching(/there is no table nothing/),
    });
  });
});

function flip(file: string): void {
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
}

function edit(file: string, from: string | RegExp, to: string): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} has no ${from}`);
  writeFileSync(file, after);
}

function resign(dump: string, manifest: string): void {
  const digest = execFileSync('sha256sum', [dump], { encoding: 'utf8' }).split(' ')[0];
  edit(manifest, /^sha256 .*$/m, `sha256 ${digest}`);
}
