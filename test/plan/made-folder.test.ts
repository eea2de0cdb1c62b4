import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolders } from '../../plan/made-folder';
import { ROOT } from '../support/command';

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'seaworthy-folders-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const MAKER = { project: 'shop', environment: 'dev' };
const FILES = 40;
/** Two systems, each of 40 files with the same letter. */
const folders = (letter: string, size = 200) => {
  const files = new Map(Array.from({ length: FILES }, (_, i) => [`${i}.yaml`, letter.repeat(size)]));
  return new Map([
    ['one', files],
    ['two', files],
  ]);
};
/** The letters in a folder, and how many files it has. */
const found = (name: string) => {
  const files = readdirSync(join(out, name)).filter((file) => file.endsWith('.yaml'));
  return {
    count: files.length,
    letters: [...new Set(files.map((file) => readFileSync(join(out, name, file), 'utf8')[0]))],
  };
};

test('killed at any moment, each folder is the old one or the new one, whole; the next run leaves nothing behind', async () => {
  makeFolders(out, folders('a'), MAKER);
  for (let round = 0; round < 10; round++) {
    const child = spawn(process.execPath, ['-e', WRITER, out], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 5 + round * 11));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const there = ['one', 'two'].filter((name) => existsSync(join(out, name)));
    for (const name of there) expect(found(name)).toEqual({ count: FILES, letters: [expect.stringMatching(/^[ab]$/)] });
  }
  makeFolders(out, folders('c'), MAKER);
  expect(readdirSync(out).sort()).toEqual(['one', 'two']);
  expect(['one', 'two'].map(found)).toEqual([1, 2].map(() => ({ count: FILES, letters: ['c'] })));
});

const WRITER = `
  require(${JSON.stringify(join(ROOT, 'bin', 'transpile'))}).transpileOnLoad();
  const { makeFolders } = require(${JSON.stringify(join(ROOT, 'plan', 'made-folder.ts'))});
  const files = (letter) => new Map(Array.from({ length: ${FILES} }, (_, i) => [i + '.yaml', letter.repeat(200)]));
  process.stdout.write('started');
  for (;;) for (const letter of 'ab')
    makeFolders(process.argv[1], new Map([['one', files(letter)], ['two', files(letter)]]), ${JSON.stringify(MAKER)});
`;

test('a folder that a killed run had moved away returns', () => {
  makeFolders(out, folders('a'), MAKER);
  const stage = join(out, '.seaworthy-999999999-0123abcd');
  mkdirSync(stage);
  spawnSync('mv', [join(out, 'one'), join(stage, 'old-one')]);
  makeFolders(out, new Map(), { project: 'another', environment: 'dev' });
  expect(found('one')).toEqual({ count: FILES, letters: ['a'] });
  expect(existsSync(stage)).toBe(false);
});

/** The one object that is the module, to stand in for its functions. */
const fs: typeof import('node:fs') = require('node:fs');

test('on a full disk the old stays whole, nothing is left beside it, and the disk is told', () => {
  // Where nobody may mount a small disk, a DOUBLE: the flush of a file fails as it does on a full one.
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=900k', 'tmpfs', out]).status === 0;
  try {
    makeFolders(out, folders('a'), MAKER);
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    let flushed = 0;
    const spy = isMounted
      ? undefined
      : jest.spyOn(fs, 'fsyncSync').mockImplementation(() => {
          if (++flushed > FILES) throw full;
        });
    expect(() => makeFolders(out, folders('b', 20_000), MAKER)).toThrow(/SW-FILE-001 .*the disk is full/);
    spy?.mockRestore();
    expect(readdirSync(out).sort()).toEqual(['one', 'two']);
    expect(['one', 'two'].map(found)).toEqual([1, 2].map(() => ({ count: FILES, letters: ['a'] })));
  } finally {
    if (isMounted) spawnSync('umount', [out]);
  }
});

test('another project’s folder is refused; the same project’s other environment takes its place', () => {
  makeFolders(out, folders('a'), MAKER);
  expect(() => makeFolders(out, folders('b'), { project: 'forum', environment: 'dev' })).toThrow(
    /SW-FILE-002 .*was made from the project shop/,
  );
  makeFolders(out, folders('b'), { ...MAKER, environment: 'prod' });
  expect(found('one').letters).toEqual(['b']);
});

test('a folder that the same environment no longer makes goes; what is none of ours never does', () => {
  makeFolders(out, folders('a'), MAKER);
  mkdirSync(join(out, 'mine'));
  writeFileSync(join(out, 'mine', 'file'), 'mine');
  makeFolders(out, new Map([...folders('b')].slice(0, 1)), MAKER);
  expect(readdirSync(out).sort()).toEqual(['mine', 'one']);
});
