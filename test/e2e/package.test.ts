import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/command';

jest.setTimeout(300_000);

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-package-'));
const app = join(folder, 'app');

/** The published package in somebody else's project: README's example of a system of one's own. */
function install(project: string, ...more: string[]): void {
  mkdirSync(project);
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  writeFileSync(join(project, 'index.ts'), example);
  writeFileSync(join(project, 'package.json'), '{ "name": "shop", "private": true }');
  writeFileSync(join(project, 'Pulumi.yaml'), 'name: shop\nruntime: nodejs\nmain: index.ts\n');
  writeFileSync(join(project, 'Pulumi.dev.yaml'), 'config:\n  shop:colour: blue\n');
  const packed = join(folder, 'seaworthy-0.1.0.tgz');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', packed, ...more], {
    cwd: project,
    stdio: 'ignore',
  });
}

beforeAll(() => {
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: ROOT, stdio: 'ignore' });
  install(app);
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

describe('with the newest SDK of the peer range, on the Node that it asks for', () => {
  const newest = join(folder, 'newest');
  const node = `node-${process.platform}-${process.arch}`;

  beforeAll(() => install(newest, '@pulumi/pulumi@latest', `${node}@22`));

  /** The command, by the Node of the project. */
  const run = (...args: string[]) =>
    spawnSync(
      join('node_modules', node, 'bin', 'node'),
      [join('node_modules', 'seaworthy', 'bin', 'seaworthy.js'), ...args],
      {
        cwd: newest,
        encoding: 'utf8',
      },
    );

  test('the SDK is a newer one than ours', () => {
    const versionIn = (root: string) => {
      const { version } = JSON.parse(
        readFileSync(join(root, 'node_modules', '@pulumi', 'pulumi', 'package.json'), 'utf8'),
      );
      return Number(String(version).split('.')[1]);
    };
    expect(versionIn(newest)).toBeGreaterThan(versionIn(ROOT));
  });

  test.each([
    ['preview', ['preview'], /5 secrets, none shown/],
    ['synth', ['synth', '--env', 'dev', '--out', 'yaml'], /files/],
    ['compose', ['compose', '--system', 'shop'], /docker compose up/],
    ['lock', ['lock'], /identity\.dev\.lock\.json written/],
  ])('%s works', (_name, args, said) => {
    const { status, stdout, stderr } = run(...args);
    expect(stderr).toBe('');
    expect(stdout).toMatch(said);
    expect(status).toBe(0);
  });
});
