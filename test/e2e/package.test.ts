import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/command';

jest.setTimeout(300_000);

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-package-'));
const app = join(folder, 'app');

/** The published package in somebody else's project: README's example of a system of one's own. */
beforeAll(() => {
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: ROOT, stdio: 'ignore' });
  mkdirSync(app);
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  writeFileSync(join(app, 'index.ts'), example);
  writeFileSync(join(app, 'package.json'), '{ "name": "shop", "private": true }');
  writeFileSync(join(app, 'Pulumi.yaml'), 'name: shop\nruntime: nodejs\nmain: index.ts\n');
  writeFileSync(join(app, 'Pulumi.dev.yaml'), 'config:\n  shop:colour: blue\n');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, 'seaworthy-0.1.0.tgz')], {
    cwd: app,
    stdio: 'ignore',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('its command previews a program that is not ours', () => {
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'seaworthy', 'preview'], {
    cwd: app,
    encoding: 'utf8',
  });
  expect(stderr.replace(/^npm warn.*\n/gm, '')).toBe('');
  expect(stdout).toMatch(/api +2–8 copies at 70 % CPU +:8080/);
  expect(stdout).toMatch(/→ postgres +DATABASE_URL +shop-api-postgres\/database-url/);
  expect(status).toBe(0);
});

test('ESM and CommonJS get the same objects, hence one registry of values', () => {
  const script =
    "import { text } from 'seaworthy'; import { createRequire } from 'node:module'; console.log(text === createRequire(import.meta.url)('seaworthy').text)";
  expect(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: app, encoding: 'utf8' }).trim(),
  ).toBe('true');
});

test('it names no path of the machine that built it', () => {
  const found = spawnSync('grep', ['-rlF', `${ROOT}/`, join(app, 'node_modules', 'seaworthy')], { encoding: 'utf8' });
  expect(found.stdout).toBe('');
});
