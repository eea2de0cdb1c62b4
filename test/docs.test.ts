import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT_SETTINGS } from '../stacks/environment';
import { ROOT, seaworthy } from './support/command';

jest.setTimeout(120_000);

const DOCUMENTS = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((f) => f.endsWith('.md'));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = join(folder, name);
    return statSync(join(ROOT, path)).isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : [];
  });
}

test('every block of TypeScript in the documents compiles', () => {
  const folder = join(ROOT, 'test', 'support', 'documents');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  try {
    const blocks = DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code),
    );
    expect(blocks.length).toBeGreaterThanOrEqual(2);
    blocks.forEach((code, i) => {
      writeFileSync(join(folder, `block${i}.ts`), code.replaceAll("from 'seaworthy'", "from '../../../library'"));
    });
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../../tsconfig.json', include: ['*.ts'] }),
    );
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    expect(() => execFileSync(tsc, ['-p', folder], { encoding: 'utf8', stdio: 'pipe' })).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('every code of a problem is documented, and no other', () => {
  const folders = ['bridge', 'cli', 'constructs', 'graph', 'operate', 'plan', 'stacks', 'targets'];
  const used = new Set(folders.flatMap(sources).flatMap((file) => read(file).match(/SW-[A-Z]+-\d{3}/g) ?? []));
  const documented = new Set(read('docs/problems.md').match(/SW-[A-Z]+-\d{3}/g) ?? []);
  expect([...documented].sort()).toEqual([...used].sort());
});

test('every code of a problem is one problem', () => {
  const lines: readonly string[] = read('docs/problems.md').match(/^\| SW-[A-Z]+-\d{3}/gm) ?? [];
  expect(lines.filter((line, i) => lines.indexOf(line) !== i)).toEqual([]);
});

test("README's picture of the dev preview is what the command prints", () => {
  const [, picture = ''] = /```text\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  const words = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim().replace(/ {2,}/g, '  '))
      .filter((line) => line !== '');
  const printed = words(seaworthy(['preview']).stdout);
  expect(printed.slice(0, words(picture).length)).toEqual(words(picture));
});

test('the page of minikube says how large a laptop is asked to be, as the preview does', () => {
  const [said = 'nothing'] = /\d+ pods ask for .*/.exec(seaworthy(['preview']).stdout) ?? [];
  expect(read('docs/targets/minikube.md')).toContain(said.trim());
});

test('README names every key of the environment', () => {
  const missing = Object.keys(ENVIRONMENT_SETTINGS).filter((key) => !read('README.md').includes(`seaworthy:${key}`));
  expect(missing).toEqual([]);
});

test('links between the documents lead somewhere', () => {
  const broken = DOCUMENTS.flatMap((file) =>
    [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(ROOT, file, '..', target)))
      .map((target) => `${file}: ${target}`),
  );
  expect(broken).toEqual([]);
});
