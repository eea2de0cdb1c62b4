import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProblemsError } from '../../constructs/core/problem';
import { writeWhole } from '../../constructs/core/whole-file';
import { ROOT } from '../support/command';

/** The one object that is the module, to stand in for its functions. */
const fs: typeof import('node:fs') = require('node:fs');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refusal = (work: () => void) => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
  return [];
};

test('a file is written, and nothing is left beside it', () => {
  const path = join(folder, 'lock.json');
  writeWhole(path, 'old');
  writeWhole(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['lock.json']);
});

test('a file keeps its rights, unless others are asked for', () => {
  const path = join(folder, '.env');
  writeFileSync(path, 'old', { mode: 0o644 });
  chmodSync(path, 0o640);
  writeWhole(path, 'new');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  writeWhole(path, 'new', { mode: 0o600 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a link stays one', () => {
  writeFileSync(join(folder, 'real'), 'old');
  symlinkSync('real', join(folder, 'link'));
  writeWhole(join(folder, 'link'), 'new');
  expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['link', 'real']);
});

test('a folder in its place is told, with a fix', () => {
  mkdirSync(join(folder, 'lock.json'));
  expect(refusal(() => writeWhole(join(folder, 'lock.json'), 'new'))).toEqual([
    expect.objectContaining({
      code: 'SW-FILE-001',
      what: expect.stringMatching(/a folder stands/),
      fix: expect.any(String),
    }),
  ]);
  expect(readdirSync(folder)).toEqual(['lock.json']);
});

test('what has no text for its reason is a bug of ours, and stays one', () => {
  const spy = jest.spyOn(fs, 'renameSync').mockImplementation(() => {
    throw new TypeError('a bug');
  });
  expect(() => writeWhole(join(folder, 'file'), 'new')).toThrow(TypeError);
  spy.mockRestore();
  expect(readdirSync(folder)).toEqual([]);
});

/** A disk of 64 KiB. Where nobody may mount one, a DOUBLE: the flush to the disk fails as it does on a full one. */
function withFullDisk(work: () => void): void {
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0;
  const full = Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC' });
  try {
    writeFileSync(join(folder, 'lock.json'), 'old');
    const spy = isMounted
      ? undefined
      : jest.spyOn(fs, 'fsyncSync').mockImplementation(() => {
          throw full;
        });
    work();
    spy?.mockRestore();
    expect(readFileSync(join(folder, 'lock.json'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['lock.json']);
  } finally {
    if (isMounted) spawnSync('umount', [folder]);
  }
}

test('on a full disk the old stays whole, nothing is left beside it, and the disk is told', () => {
  withFullDisk(() => {
    const [problem] = refusal(() => writeWhole(join(folder, 'lock.json'), 'x'.repeat(1_000_000)));
    expect(problem).toMatchObject({
      code: 'SW-FILE-001',
      what: expect.stringMatching(/the disk is full\. What stood there is as it was/),
    });
    expect(problem?.fix).toBe('make room: df -h');
  });
});

test('killed at any moment, the old or the new stands there whole', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'a'.repeat(SIZE));
  for (let round = 0; round < 8; round++) {
    const child = spawn(process.execPath, ['-e', WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 3 + round * 7));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^(a{${SIZE}}|b{${SIZE}})$`));
  }
});

const SIZE = 30_000;
/** Writes one text after the other until it is killed. */
const WRITER = `
  require(${JSON.stringify(join(ROOT, 'bin', 'transpile'))}).transpileOnLoad();
  const { writeWhole } = require(${JSON.stringify(join(ROOT, 'constructs', 'core', 'whole-file.ts'))});
  process.stdout.write('started');
  for (;;) for (const letter of 'ab') writeWhole(process.argv[1], letter.repeat(${SIZE}));
`;
