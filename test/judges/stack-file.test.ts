import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { readStackFile } from '../../bridge/stack-file';
import { at, isRecord } from '../../graph/json-value';
import { ENGINE_SCALARS } from '../support/engine-yaml';
import { judge } from '../support/judges';

jest.setTimeout(300_000);

let folder: string;
const env = () => ({
  PULUMI_BACKEND_URL: `file://${folder}/state`,
  PULUMI_HOME: join(folder, 'home'),
  PULUMI_CONFIG_PASSPHRASE: 'x',
  PULUMI_SKIP_UPDATE_CHECK: '1',
});

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-engine-'));
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'Pulumi.yaml'), 'name: p\nruntime: nodejs\n');
  judge('pulumi', ['stack', 'init', 'dev'], { cwd: folder, env: env() });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the real engine makes of a stack file, and what we do. */
function both(text: string) {
  writeFileSync(join(folder, 'Pulumi.dev.yaml'), text);
  const { stdout, output } = judge('pulumi', ['config', '--json', '--stack', 'dev'], { cwd: folder, env: env() });
  const ours = readStackFile(folder, 'dev', 'p');
  const mine = Object.fromEntries(
    (ours?.entries ?? []).map(({ key, value, secret }) => [key, secret ? undefined : value]),
  );
  const answers: unknown = stdout.trim() === '' ? undefined : JSON.parse(stdout);
  const theirs = Object.entries(isRecord(answers) ? answers : {}).map(([key, answer]) => [key, at(answer, 'value')]);
  return {
    isTaken: isRecord(answers),
    output,
    mine,
    theirs: Object.fromEntries(theirs),
    problems: ours?.problems ?? [],
  };
}

test('the answers that the unit tests know are those of this engine', () => {
  const known = ENGINE_SCALARS.flatMap(([source, answer], i) =>
    answer === undefined ? [] : [{ source, answer, key: `p:k${i}` }],
  );
  const { theirs, mine } = both(`config:\n${known.map(({ key, source }) => `  ${key}: ${source}\n`).join('')}`);
  expect(theirs).toEqual(Object.fromEntries(known.map(({ key, answer }) => [key, answer])));
  expect(mine).toEqual(theirs);
});

/** The same words each time, unless somebody asks for others: GENERATED_RUNS=1000 GENERATED_SEED=7. */
const seed = Number(process.env.GENERATED_SEED ?? 9);
const numRuns = Number(process.env.GENERATED_RUNS ?? 200);

/** Bare words of the signs that numbers, dates and marks of YAML are made of. */
const bare = fc
  .string({ unit: fc.constantFrom(...'0123456789-+._:eExobTZaf~'), minLength: 1, maxLength: 12 })
  .filter((word) => !/^[-:]($|:)|:$|^-$|^[-+]?\.(inf|nan)/i.test(word));

test('any bare word is to us what it is to the engine', () => {
  for (let round = 0; round < 5; round++) {
    const words = fc.sample(bare, { numRuns, seed: seed + round });
    const { isTaken, output, mine, theirs } = both(
      `config:\n${words.map((word, i) => `  p:k${i}: ${word}\n`).join('')}`,
    );
    expect(isTaken ? '' : output).toBe('');
    const differ = words.filter((_, i) => mine[`p:k${i}`] !== theirs[`p:k${i}`]);
    expect(differ).toEqual([]);
  }
});

const json = fc.jsonValue({ maxDepth: 2, noUnicodeString: false });

test('any structure is to us what it is to the engine', () => {
  for (const thing of fc.sample(json, { numRuns: Math.ceil(numRuns / 5), seed })) {
    const { isTaken, mine, theirs } = both(stringify({ config: { 'p:k': { thing } } }, { version: '1.1' }));
    if (isTaken) expect(JSON.parse(mine['p:k'] ?? '')).toEqual(JSON.parse(String(theirs['p:k'])));
    expect(
      isTaken || mine['p:k'] === undefined || /\p{Cc}|[\u2028\u2029\ufeff\ud800-\udfff]/u.test(JSON.stringify(thing)),
    ).toBe(true);
  }
});
