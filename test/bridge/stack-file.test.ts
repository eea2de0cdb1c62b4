import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStackFile } from '../../bridge/stack-file';
import { ENGINE_DOCUMENTS, ENGINE_SCALARS } from '../support/engine-yaml';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-stack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string | Uint8Array) {
  writeFileSync(join(folder, 'Pulumi.dev.yaml'), text);
  const found = readStackFile(folder, 'dev', 'p');
  return {
    ...found,
    values: Object.fromEntries(
      (found?.entries ?? []).map(({ key, value, secret }) => [key, secret ? '[secret]' : value]),
    ),
  };
}

describe('a scalar is what the engine reads (its answers, from `pulumi config`)', () => {
  test.each(ENGINE_SCALARS)('%j', (source, answer) => {
    const { values, problems } = read(`config:\n  p:k: ${source}\n`);
    if (answer === undefined) expect(problems).toMatchObject([{ code: 'SW-CONFIG-010', fix: expect.any(String) }]);
    else expect(values).toEqual({ 'p:k': answer });
  });
});

describe('a document is what the engine reads', () => {
  test.each(ENGINE_DOCUMENTS)('%j', (text, answer) => {
    const { values, problems } = read(text);
    expect(problems).toEqual([]);
    expect(values).toEqual(answer);
  });
});

test.each([
  ['what the engine would make another text of', 'config:\n  p:tag: 0123456\n', { '': '0123456' }],
  ['within a structure', 'config:\n  p:a: {b: {tag: 1.10}}\n', { 'b.tag': '1.10' }],
  ['a date', 'config:\n  p:tag: 2001-12-14\n', { '': '2001-12-14' }],
  ['but not what stays as it is', 'config:\n  p:tag: 12\n  ', undefined],
  ['nor what is quoted', "config:\n  p:tag: '0123'\n", undefined],
])('%s is known by its source', (_what, text, changed) => {
  expect(read(text).entries?.[0]?.changed).toEqual(changed);
});

describe('what the engine refuses or drops is told, with line and fix, and without a text of the file', () => {
  test.each<[string, string | Uint8Array, string, string]>([
    ['two documents', 'config:\n  p:a: hunter2\n---\nconfig: {}\n', 'SW-CONFIG-010', ':3'],
    ['a key twice', 'config:\n  p:a: hunter2\n  p:a: hunter2\n', 'SW-CONFIG-010', ':3'],
    ['a list', 'config: [hunter2]\n', 'SW-CONFIG-010', ''],
    ['a text', 'config: hunter2\n', 'SW-CONFIG-010', ''],
    ['a list as a key', 'config:\n  ? [hunter2]\n  : 1\n', 'SW-CONFIG-010', ':2'],
    ['a number as a key', 'config:\n  12: hunter2\n', 'SW-CONFIG-017', ':2'],
    ['a key of three parts', 'config:\n  a:b:c: hunter2\n', 'SW-CONFIG-017', ':2'],
    ['Config', 'Config:\n  p:a: hunter2\n', 'SW-CONFIG-016', ':1'],
    ['an alias of nothing', 'config:\n  p:a: *hunter2\n', 'SW-CONFIG-010', ':2'],
    ['an alias of itself', 'config:\n  p:a: &a [*a, hunter2]\n', 'SW-CONFIG-010', ''],
    ['a tab', 'config:\n\tp:a: hunter2\n', 'SW-CONFIG-010', ':2'],
    ['an open quote', 'config:\n  p:a: "hunter2\n', 'SW-CONFIG-010', ''],
    ['a block header', 'config:\n  p:a: | hunter2\n', 'SW-CONFIG-010', ':2'],
    ['UTF-16', Buffer.from('\ufeffconfig:\n', 'utf16le'), 'SW-CONFIG-010', ''],
    ['no UTF-8', Uint8Array.from([0x61, 0xff, 0x61]), 'SW-CONFIG-010', ''],
    ['a hidden end of a line', 'config:\n  p:a: x\u2028#hunter2\n', 'SW-CONFIG-010', ':2'],
    [
      'aliases of aliases',
      `config:\n  p:a: &a [1,1,1,1,1,1,1,1,1,1]\n${'bcdefghi'
        .split('')
        .map((c, i) => `  p:${c}: &${c} [${`*${'abcdefgh'[i]},`.repeat(10).slice(0, -1)}]`)
        .join('\n')}\n`,
      'SW-CONFIG-010',
      '',
    ],
  ])('%s', (_what, text, code, line) => {
    const { problems = [] } = read(text);
    expect(problems[0]).toMatchObject({ code, severity: 'error', fix: expect.stringMatching(/./) });
    expect(problems[0]?.where).toContain(`Pulumi.dev.yaml${line}`);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
