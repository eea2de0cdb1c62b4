import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, isRecord, list, text } from '../../graph/json-value';
import { startCollector } from '../support/collector';
import { containersOf, judge, nameIn, objectsOf, VARIANTS } from '../support/judges';
import { LivePostgres } from '../support/live-postgres';
import { eventually } from '../support/processes';
import { talosGraph } from '../support/systems';
import { Workshop } from '../support/workshop';

jest.setTimeout(300_000);

const objects = objectsOf(talosGraph('dev'));
const shop = new Workshop();
const { folder } = shop;
const own = (...path: string[]) => shop.own(...path);

let live: LivePostgres;
const sql = (statement: string) => live.sql(statement);
const storeFolder = () => join(folder, 'store');
/** What is there once somebody’s text was run. */
const PWNED = join(folder, 'pwned');
const stored = () => readdirSync(storeFolder()).sort();

/** Something of everything that a schema can have. */
const SCHEMA = `
  CREATE EXTENSION pgcrypto;
  CREATE TABLE agents (id serial PRIMARY KEY, name text NOT NULL, note text);
  INSERT INTO agents (name, note) SELECT 'agent ' || n, E'tab\\there, "quoted", new\\nline' FROM generate_series(1, 1000) n;
  CREATE SCHEMA "Odd Name"; CREATE TABLE "Odd Name"."Table" (x int); INSERT INTO "Odd Name"."Table" VALUES (1), (2);
  CREATE FUNCTION hue(t text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT lower(t) $$;
  CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE TABLE colours (kind varchar(20) CHECK (kind IN ('red', 'blue')), seen timestamptz DEFAULT '2024-03-31 02:30:00+01', n int);
  INSERT INTO colours (kind) VALUES ('red');
  CREATE INDEX by_hue ON colours (hue(kind)) WHERE kind <> 'blue';
  CREATE TRIGGER stamped BEFORE INSERT ON colours FOR EACH ROW EXECUTE FUNCTION stamp();
  CREATE VIEW reds AS SELECT kind, n FROM colours WHERE kind IN ('red', 'pink') AND seen > now() - interval '1 day';
  ALTER TABLE colours ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON colours TO reader USING (kind = 'red');
  SELECT lo_from_bytea(0, 'large');`;

/** What a schema can lose without losing a row, and what the drill says of it. */
const SCHEMA_DIFFERS = /drill failed: the schema differs/;
const LESS: readonly (readonly [string, string, RegExp])[] = [
  ['a primary key', 'ALTER TABLE agents DROP CONSTRAINT agents_pkey', SCHEMA_DIFFERS],
  ['an index', 'DROP INDEX by_hue', SCHEMA_DIFFERS],
  ['a check', 'ALTER TABLE colours DROP CONSTRAINT colours_kind_check', SCHEMA_DIFFERS],
  ['a default', 'ALTER TABLE colours ALTER seen DROP DEFAULT', SCHEMA_DIFFERS],
  ['a trigger', 'DROP TRIGGER stamped ON colours', SCHEMA_DIFFERS],
  ['a function', 'DROP TRIGGER stamped ON colours; DROP FUNCTION stamp', SCHEMA_DIFFERS],
  ['a view', 'DROP VIEW reds', SCHEMA_DIFFERS],
  ['a policy', 'DROP POLICY own ON colours', SCHEMA_DIFFERS],
  [
    'the place of a sequence',
    "SELECT setval('agents_id_seq', 5)",
    /sequences stand before where they stood: public.agents_id_seq/,
  ],
  ['a large object', 'SELECT lo_unlink(oid) FROM pg_largeobject_metadata', /rows differ: < \(large objects\) 1/],
];

/** The dump of a database that lacks something, under the manifest of the whole one. */
function without(statement: string, dump: string, manifest: string): void {
  const admin = live.url('postgres', 'postgres');
  live.sql('DROP DATABASE IF EXISTS less', admin);
  live.sql('CREATE DATABASE less TEMPLATE talos OWNER talos', admin);
  live.sql(statement, live.url('less'));
  const made = join(own('less'), 'dump');
  live.must('pg_dump', ['--format', 'custom', '--no-owner', '--no-privileges', '--file', made, live.url('less')]);
  cpSync(made, dump);
  resign(dump, manifest);
}

beforeAll(async () => {
  chmodSync(folder, 0o755);
  own('store');
  live = await LivePostgres.start(shop);
  live.sql('CREATE ROLE reader', live.url('postgres', 'postgres'));
  sql(SCHEMA);
  sql("ALTER DATABASE talos SET timezone = 'Europe/Berlin'");
});
afterAll(() => {
  live.stop();
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
  const backup = () => shop.job(objects, 'talos-backup', { DATABASE_URL: live.url() });
  const drill = () => shop.job(objects, 'talos-drill', { REPORT_TO: '' });

  test('TAL-69 a backup lands in the store with its manifest, and a drill of it passes', () => {
    const made = backup().run();
    expect(made).toMatchObject({ status: 0, output: expect.stringMatching(/dumped 4 tables/) });
    expect(stored()).toEqual([
      expect.stringMatching(/^talos-backup-\d{8}T\d{6}Z\.dump$/),
      expect.stringMatching(/\.manifest$/),
    ]);
    expect(drill().run()).toMatchObject({
      status: 0,
      output: expect.stringMatching(/drill passed: 4 tables, 1004 rows, backup 0 hours old/),
    });
  });

  test('what the drill restores is a server of its own: it has no variable that leads to the live one', () => {
    const variables = containersOf(drill().object).flatMap((c) => list(c.env).map((v) => text(at(v, 'name'))));
    expect(variables).not.toContain('DATABASE_URL');
  });

  test('rows that are written while the dump runs change neither dump nor manifest', () => {
    // The dump waits at pg_dump; meanwhile a row comes in.
    shop.instead('pg_dump', `psql "${live.url()}" -qc "INSERT INTO agents (name) VALUES ('late')"\nexec "$real" "$@"`);
    rmSync(storeFolder(), { recursive: true });
    own('store');
    const inner = backup();
    expect(inner.run().status).toBe(0);
    shop.restore();
    const [manifest = ''] = readdirSync(inner.work).filter((f) => f.endsWith('.manifest'));
    expect(readFileSync(join(inner.work, manifest), 'utf8')).toContain('rows public.agents 1000');
    expect(drill().run().output).toMatch(/drill passed/);
    expect(sql('SELECT count(*) FROM agents')).toBe('1001');
    sql("DELETE FROM agents WHERE name = 'late'");
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
      (dump, manifest) => backdate(dump, manifest, 27),
      /drill failed: the newest backup is 27 hours old; at most 26/,
    ],
    [
      'a manifest of another form',
      (_dump, manifest) => edit(manifest, 'seaworthy-backup 2', 'seaworthy-backup 1'),
      /drill failed: the manifest has no form/,
    ],
    [
      'a backup of a time to come',
      (dump, manifest) => backdate(dump, manifest, -24),
      /drill failed: the backup is of a time to come/,
    ],
    [
      'a time that is another than the name’s',
      (_dump, manifest) => edit(manifest, /^taken \d+$/m, `taken ${Math.floor(Date.now() / 1000) - 7200}`),
      /drill failed: the manifest says another time than its name/,
    ],
    [
      'a manifest that wants to be run',
      (_dump, manifest) => edit(manifest, /^taken .*$/m, `taken UID[$(touch ${PWNED}; echo 0)]`),
      /drill failed: the manifest's taken is no number/,
    ],
    [
      'a manifest that says two times',
      (_dump, manifest) => edit(manifest, /^taken .*$/m, '$&\n$&'),
      /drill failed: the manifest's taken is no number/,
    ],
    [
      'the backup of another',
      (_dump, manifest) => edit(manifest, 'name talos-backup', 'name talos-backup-eu'),
      /drill failed: the manifest is of another backup: talos-backup-eu/,
    ],
    ...LESS.map(([what, statement, says]) => {
      return [
        `${what} that was lost`,
        (dump: string, manifest: string) => without(statement, dump, manifest),
        says,
      ] as const;
    }),
    [
      'rows that were all lost',
      (dump, manifest) => {
        without(
          'TRUNCATE agents, "Odd Name"."Table", colours; SELECT lo_unlink(oid) FROM pg_largeobject_metadata',
          dump,
          manifest,
        );
        edit(manifest, /^rows .large objects. 1\n/m, '');
        edit(manifest, /^rows (.*) [1-9]\d*$/gm, 'rows $1 0');
      },
      /drill failed: the backup holds no row in any table/,
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
      expect(existsSync(PWNED)).toBe(false);
    } finally {
      rmSync(storeFolder(), { recursive: true });
      cpSync(kept, storeFolder(), { recursive: true });
      rmSync(kept, { recursive: true });
    }
  });

  test('what a table’s owner wrote runs without privileges: a constraint that would start a program is no superuser’s', () => {
    const kept = join(folder, 'kept');
    cpSync(storeFolder(), kept, { recursive: true });
    sql(`CREATE FUNCTION harmless(i int) RETURNS bool LANGUAGE plpgsql AS $f$
      BEGIN
        IF (SELECT rolsuper OR pg_has_role('pg_execute_server_program', 'USAGE') FROM pg_roles WHERE rolname = current_user) THEN
          EXECUTE $q$COPY (SELECT 1) TO PROGRAM 'touch ${PWNED}'$q$;
        END IF;
        RETURN true;
      END $f$;
      CREATE TABLE orders (id int CHECK (harmless(id))); INSERT INTO orders VALUES (1)`);
    rmSync(storeFolder(), { recursive: true });
    own('store');
    expect(backup().run().status).toBe(0);
    expect(drill().run().output).toMatch(/drill passed: 5 tables/);
    expect(existsSync(PWNED)).toBe(false);
    sql('DROP TABLE orders; DROP FUNCTION harmless');
    rmSync(storeFolder(), { recursive: true });
    cpSync(kept, storeFolder(), { recursive: true });
    rmSync(kept, { recursive: true });
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
      expect(metrics).toMatch(/^seaworthy_drill_rows\{.*backup="talos-backup".*\} 1004$/m);
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

  test('a database that is away fails the backup, and leaves no manifest', () => {
    const before = stored();
    expect(backup().run({ DATABASE_URL: 'postgresql://talos@127.0.0.1:1/talos' }).status).not.toBe(0);
    expect(stored()).toEqual(before);
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

/** Writes name and manifest of a backup as if it were so many hours older. */
function backdate(dump: string, manifest: string, hours: number): void {
  const taken = Math.floor(Date.now() / 1000) - hours * 3600;
  const stamp = new Date(taken * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  edit(manifest, /^taken .*$/m, `taken ${taken}`);
  for (const file of [dump, manifest]) renameSync(file, file.replace(/\d{8}T\d{6}Z/, stamp));
}
