import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLock } from '../../bridge/lock-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LOCK = { version: 1, project: 'shop', resources: { 'shop/api': { is: 'apps/Deployment shop/api' } } };
function read(content: string | Uint8Array) {
  writeFileSync(join(folder, 'identity.dev.lock.json'), content);
  return readLock(folder, 'dev', 'shop');
}

test('a lock is read; what is not in it is not in it, whatever it is called', () => {
  const { lock, problems } = read(JSON.stringify(LOCK));
  expect(problems).toEqual([]);
  expect({ ...lock?.resources }).toEqual(LOCK.resources);
  expect(lock?.resources.constructor).toBeUndefined();
});

test('a byte order mark is read over', () => {
  expect(read(`\ufeff${JSON.stringify(LOCK)}`).lock?.project).toBe('shop');
});

describe('a lock that is none is told with its file, a code and a fix', () => {
  const ESCAPE = '\u001b[31m';
  test.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'SW-LOCK-001'],
    ['UTF-16', Buffer.from(`\ufeff${JSON.stringify(LOCK)}`, 'utf16le'), 'SW-LOCK-001'],
    ['a conflict of Git', `<<<<<<< HEAD\n${JSON.stringify(LOCK)}\n=======\n>>>>>>> main\n`, 'SW-LOCK-001'],
    ['cut', JSON.stringify(LOCK).slice(0, 60), 'SW-LOCK-001'],
    ['null', 'null', 'SW-LOCK-001'],
    ['a number', '5', 'SW-LOCK-001'],
    ['a list', '[]', 'SW-LOCK-001'],
    ['no project', JSON.stringify({ ...LOCK, project: undefined }), 'SW-LOCK-001'],
    ['no resources', JSON.stringify({ ...LOCK, resources: null }), 'SW-LOCK-001'],
    ['an entry of nothing', JSON.stringify({ ...LOCK, resources: { a: null } }), 'SW-LOCK-001'],
    ['an entry of text', JSON.stringify({ ...LOCK, resources: { a: ESCAPE } }), 'SW-LOCK-001'],
    ['a number as an identity', JSON.stringify({ ...LOCK, resources: { a: { is: 5 } } }), 'SW-LOCK-001'],
    ['a number as a digest', JSON.stringify({ ...LOCK, resources: { a: { is: 'x', template: 5 } } }), 'SW-LOCK-001'],
    ['strange facts', JSON.stringify({ ...LOCK, resources: { a: { is: 'x', fixed: [5] } } }), 'SW-LOCK-001'],
    ['another version', JSON.stringify({ ...LOCK, version: 9 }), 'SW-LOCK-002'],
    ['a version of text', JSON.stringify({ ...LOCK, version: ESCAPE }), 'SW-LOCK-002'],
    ['another project', JSON.stringify({ ...LOCK, project: 'forum' }), 'SW-LOCK-003'],
  ])('%s', (_what, content, code) => {
    const { lock, problems } = read(content);
    expect(lock).toBeUndefined();
    expect(problems).toMatchObject([{ code, where: 'identity.dev.lock.json', fix: expect.stringContaining('') }]);
    expect(problems[0]?.fix).toMatch(/seaworthy/);
    expect(JSON.stringify(problems)).not.toContain('u001b');
  });
});
