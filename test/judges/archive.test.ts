import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { judge, objectsOf } from '../support/judges';
import { LivePostgres } from '../support/live-postgres';
import { talosGraph } from '../support/systems';
import { Workshop } from '../support/workshop';

jest.setTimeout(300_000);

const objects = objectsOf(talosGraph('dev'));
const shop = new Workshop();
const { folder } = shop;
let live: LivePostgres;
const sql = (statement: string) => live.sql(statement);
const cold = () => join(folder, 'cold');
const archive = (more: NodeJS.ProcessEnv = {}) =>
  shop
    .job(objects, 'talos-archive', { DATABASE_URL: live.url(), RCLONE_CONFIG_STORE_REMOTE: shop.own('cold') })
    .run(more);
const files = (ending: string) =>
  readdirSync(cold())
    .filter((name) => name.endsWith(ending))
    .sort();
const counted = (file: string) => Number(file.split('.')[1]);
/** Ids of the rows in the files, once for each time that they are there. */
const ids = (chosen = files('.csv.gz')) =>
  chosen.flatMap((file) => {
    const csv = execFileSync('zcat', [join(cold(), file)], { encoding: 'utf8' });
    return [...csv.matchAll(/^(\d+),/gm)].map(([, id]) => Number(id));
  });
/** Noon of today, in UTC: no hour of a summer moves a row of it into another day. */
const NOON = "(date_trunc('day', now() AT TIME ZONE 'UTC') + interval '12 hours') AT TIME ZONE 'UTC'";
const old = "created_at < date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '90 days'";

beforeAll(async () => {
  live = await LivePostgres.start(shop);
});
beforeEach(() => {
  rmSync(cold(), { recursive: true, force: true });
  sql(`DROP TABLE IF EXISTS audit_events;
    CREATE TABLE audit_events (id serial PRIMARY KEY, created_at timestamptz, what text);
    INSERT INTO audit_events (created_at, what) SELECT ${NOON} - n * interval '24 hours', E'event, "' || n || E'"\\nline' FROM generate_series(0, 99) n`);
});
afterAll(() => {
  live.stop();
  shop.dispose();
});

test('TAL-70, TAL-71 whole days older than 90 days are copied, each once, and no row changes', () => {
  const before = sql('SELECT md5(string_agg(a::text, chr(10) ORDER BY id)) FROM audit_events a');
  const first = archive();
  expect(first.output).toMatch(/copied 9 ranges of audit_events[\s\S]*kept 9 files, read back and counted/);
  expect(first.status).toBe(0);
  expect([files('.csv.gz'), files('.sha256')].map((found) => found.length)).toEqual([9, 9]);
  expect(archive().output).toMatch(/copied 0 ranges of audit_events/);
  expect(sql('SELECT md5(string_agg(a::text, chr(10) ORDER BY id)) FROM audit_events a')).toBe(before);
});

test('every row of those days is in the files, as it is in the table, and each digest is its file’s', () => {
  archive();
  expect(ids().sort((a, b) => a - b)).toEqual(
    sql(`SELECT id FROM audit_events WHERE ${old} ORDER BY id`).split('\n').map(Number),
  );
  expect(judge('sh', ['-c', 'sha256sum --check --quiet *.sha256'], { cwd: cold() })).toMatchObject({
    status: 0,
    output: '',
  });
});

test('days are those of UTC, whatever zone the database has: summer time loses no row', () => {
  sql(`ALTER DATABASE talos SET timezone = 'Europe/Berlin'; TRUNCATE audit_events;
    INSERT INTO audit_events (created_at) SELECT generate_series('2024-03-29T00:15:00Z', '2024-04-02T23:45:00Z', interval '30 min');
    INSERT INTO audit_events (created_at) SELECT generate_series('2024-10-25T00:15:00Z', '2024-10-29T23:45:00Z', interval '30 min')`);
  archive();
  expect(files('.csv.gz').map(counted)).toEqual(Array.from({ length: 10 }, () => 48));
  expect(new Set(ids()).size).toBe(480);
});

test('rows without a day, or of one that never was, are copied too, and take neither long nor the server’s disk', () => {
  sql(`INSERT INTO audit_events (created_at, what) VALUES ('-infinity', 'm'), ('infinity', 'p'), (NULL, 'n'), ('0001-01-01', '1'), ('0044-03-15 BC', 'b'), ('1970-01-01T12:00:00Z', 'e');
    INSERT INTO audit_events (created_at) SELECT '2001-01-01T00:00:00Z'::timestamptz + n % 3 * interval '1 day' FROM generate_series(1, 100000) n`);
  const before = readFileSync(live.log, 'utf8').length;
  const { status, output } = archive();
  expect(output).toMatch(/copied 14 ranges/);
  expect(status).toBe(0);
  expect(
    files('.csv.gz')
      .filter((file) => file.includes('-undated.'))
      .map(counted),
  ).toEqual([5]);
  expect(new Set(ids()).size).toBe(9 + 6 + 100_000);
  expect(readFileSync(live.log, 'utf8').slice(before)).not.toMatch(/temporary file/);
});

test('a row that comes late into a day that was archived is found: the day is copied anew, beside its first file', () => {
  archive();
  const first = files('.csv.gz');
  const late = sql("INSERT INTO audit_events (created_at) SELECT now() - interval '95 days' RETURNING id");
  expect(archive().output).toMatch(/copied 1 ranges/);
  const more = files('.csv.gz').filter((file) => !first.includes(file));
  expect(more.map(counted)).toEqual([2]);
  expect(ids(more)).toContain(Number(late));
  expect(files('.csv.gz')).toEqual(expect.arrayContaining(first));
  // As many as there were, and not the same.
  sql(
    `DELETE FROM audit_events WHERE id = (SELECT min(id) FROM audit_events WHERE ${old}); INSERT INTO audit_events (created_at) SELECT now() - interval '99 days 1 second'`,
  );
  expect(archive().output).toMatch(/copied 1 ranges/);
});

test('a run that was interrupted is finished by the next: digests that are missing, files that are not whole', () => {
  archive();
  const [one = '', two = '', three = ''] = files('.csv.gz');
  const whole = readFileSync(join(cold(), two));
  for (const file of [one, two, three]) rmSync(join(cold(), file.replace('.csv.gz', '.sha256')));
  truncateSync(join(cold(), two), 30);
  rmSync(join(cold(), three));
  expect(archive().output).toMatch(/copied 3 ranges/);
  expect(files('.sha256')).toHaveLength(9);
  expect(readFileSync(join(cold(), two))).toEqual(whole);
  expect(judge('sh', ['-c', 'sha256sum --check --quiet *.sha256'], { cwd: cold() })).toMatchObject({
    status: 0,
    output: '',
  });
});

test('nothing counts as archived before its rows in the store were counted: a store that loses some has no digest of them', () => {
  // A store that keeps the first half of a file.
  const half = `for f in ${cold()}/*.csv.gz; do [ -e "$f" ] && truncate -s 40 "$f"; done`;
  shop.instead('rclone', `"$real" "$@"; status=$?\n${half}\nexit $status`);
  const { status, output } = archive();
  expect(output).toMatch(/is not what was copied; it does not count as archived/);
  expect(status).not.toBe(0);
  expect(files('.sha256')).toEqual([]);
  shop.restore();
  expect(archive().status).toBe(0);
  expect(files('.sha256')).toHaveLength(9);
});

test('what does not fit into the room of one run is kept so far, told, and done by the next', () => {
  const { status, output } = archive({ ROOM_MEBIBYTES: '1' });
  expect(output).toMatch(
    /copied 1 ranges[\s\S]*kept 1 files[\s\S]*8 ranges did not fit into this run; the next goes on with them/,
  );
  expect(status).toBe(1);
  expect(files('.sha256')).toHaveLength(1);
  archive();
  expect(files('.sha256')).toHaveLength(9);
});

test('a table that is not there is told', () => {
  expect(archive({ TABLE: 'nothing' })).toMatchObject({
    status: 1,
    output: expect.stringMatching(/there is no table nothing/),
  });
  expect(existsSync(join(cold(), 'nothing'))).toBe(false);
});
