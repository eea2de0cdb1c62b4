import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './support/command';

/** Folder → what it may import, beside itself. Types of the recorder go one room further: they are the wire's form, not its code. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'constructs/core': [],
  constructs: ['constructs/core'],
  targets: ['constructs/core', 'constructs'],
  stacks: ['constructs/core', 'constructs', 'targets', 'graph/json-value'],
  graph: ['constructs/core'],
  bridge: ['constructs/core', 'graph'],
  plan: ['constructs/core', 'graph', 'bridge (types)'],
  operate: ['constructs/core', 'graph', 'bridge'],
  cli: ['constructs/core', 'graph', 'bridge', 'plan', 'operate'],
};
/** @pulumi at run time. */
const MAY_LOAD_PULUMI = ['bridge', 'operate', 'index.ts'];
/** What our own code never imports: the SDKs of clouds are types only, and a whole SDK costs half a second. */
const HEAVY = /^@pulumi\/(aws|kubernetes|random|gcp|azure-native)(\/|$)|^@pulumi\/pulumi$/;

interface Import {
  readonly from: string;
  /** Path below the root, or the name of a package. */
  readonly to: string;
  readonly isOwn: boolean;
  readonly typeOnly: boolean;
}

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory())
      return ['node_modules', '.git', 'dist', 'test', 'tools', 'bench'].includes(name) ? [] : files(path);
    return name.endsWith('.ts') ? [path] : [];
  });
}

const SOURCES = files(ROOT).map((path) => ({ path: relative(ROOT, path), code: readFileSync(path, 'utf8') }));

function importsOf(path: string, code: string): Import[] {
  const pattern = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
  return [...code.matchAll(pattern)].map(([, typeOnly, target = '']) => {
    const to = target.startsWith('.') ? relative(ROOT, join(ROOT, path, '..', target)) : target;
    return { from: path, to, isOwn: target.startsWith('.'), typeOnly: typeOnly !== undefined };
  });
}

function roomOf(path: string): string {
  return path.startsWith('constructs/core') ? 'constructs/core' : (path.split('/')[0] ?? path);
}

/** What is wrong with the imports of a file. */
function violations(path: string, code: string): string[] {
  const room = roomOf(path);
  return importsOf(path, code).flatMap(({ to, isOwn, typeOnly }) => {
    const story = `${path} imports ${to}`;
    if (HEAVY.test(to) && !typeOnly) return [story];
    if (to.startsWith('@pulumi/') && !typeOnly && !MAY_LOAD_PULUMI.includes(room)) return [story];
    const allowed = MAY_IMPORT[room];
    const target = roomOf(to);
    if (allowed === undefined || !isOwn || target === room || MAY_IMPORT[target] === undefined) return [];
    const isAllowed = allowed.some((a) => a === target || to === a || (a === `${target} (types)` && typeOnly));
    return isAllowed ? [] : [story];
  });
}

test('imports point one way', () => {
  expect(SOURCES.flatMap(({ path, code }) => violations(path, code))).toEqual([]);
});

/** Circles of files that import each other, types and imports in types counted: each as its files, in order. */
function circles(sources: readonly { readonly path: string; readonly code: string }[]): string[][] {
  const known = new Set(sources.map(({ path }) => path));
  const to = new Map(
    sources.map(({ path, code }) => [
      path,
      importsOf(path, code)
        .filter(({ isOwn }) => isOwn)
        .flatMap((i) => [`${i.to}.ts`, join(i.to, 'index.ts')].filter((file) => known.has(file))),
    ]),
  );
  const reach = (start: string): Set<string> => {
    const found = new Set<string>();
    const open = [...(to.get(start) ?? [])];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (found.has(file)) continue;
      found.add(file);
      open.push(...(to.get(file) ?? []));
    }
    return found;
  };
  const reached = new Map([...known].map((path) => [path, reach(path)]));
  const inCircle = [...known].filter((path) => reached.get(path)?.has(path));
  const groups = inCircle.map((path) =>
    inCircle.filter((other) => reached.get(path)?.has(other) && reached.get(other)?.has(path)),
  );
  return [...new Set(groups.map((group) => group.sort().join(' ')))].map((group) => group.split(' '));
}

test('no two files import each other, not even types and not by way of others', () => {
  expect(circles(SOURCES)).toEqual([]);
});

test('a circle would be seen', () => {
  const seeded = [
    { path: 'graph/a.ts', code: "import type { B } from './b';" },
    { path: 'graph/b.ts', code: "import { c } from './c';" },
    { path: 'graph/c.ts', code: "export { a } from './a';" },
    { path: 'graph/d.ts', code: "import { a } from './a';" },
  ];
  expect(circles(seeded)).toEqual([['graph/a.ts', 'graph/b.ts', 'graph/c.ts']]);
});

test('no program, archive or picture that nobody can read in a diff lies in the repository', () => {
  const kept = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((f) => f !== '');
  const binary = kept.filter((file) => existsSync(join(ROOT, file)) && readFileSync(join(ROOT, file)).includes(0));
  expect(binary).toEqual([]);
  expect(kept.length).toBeGreaterThan(100);
});

test('npm ci checks what it fetches, on every platform: each package of the lock has its integrity', () => {
  const lock: { packages: Record<string, { integrity?: string; inBundle?: boolean; resolved?: string }> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  );
  const fetched = Object.entries(lock.packages).filter(([path, { inBundle }]) => path !== '' && inBundle !== true);
  expect(
    fetched.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true).map(([path]) => path),
  ).toEqual([]);
  expect(fetched.length).toBeGreaterThan(500);
});

test.each([
  ['graph/build.ts', "import { register } from '../bridge';"],
  ['constructs/core/pod.ts', "import { connect } from '../network/connect';"],
  ['bridge/register.ts', "import { Gateway } from '../constructs/service/gateway';"],
  ['plan/preview.ts', "import { Recorder } from '../bridge/recorder';"],
  ['stacks/talos.ts', "import { output } from '@pulumi/pulumi/output';"],
  ['bridge/register.ts', "import * as pulumi from '@pulumi/pulumi';"],
  ['targets/eks/rds.ts', "import * as aws from '@pulumi/aws';"],
])('%s with %s would be seen', (path, line) => {
  expect(violations(path, line)).toHaveLength(1);
});

test('no file has grown beyond 400 lines, or exports of one beyond what a reader keeps in mind', () => {
  const long = SOURCES.filter(({ code }) => code.split('\n').length > 400).map(({ path }) => path);
  expect(long).toEqual([]);
});

test('a system reads as its architecture: on two screens', () => {
  const systems = ['talos', 'tallow', 'ticolops', 'todo', 'alcs', 'platform'].map((name) => `stacks/${name}.ts`);
  const long = SOURCES.filter(({ path, code }) => systems.includes(path) && code.split('\n').length > 121);
  expect(long.map(({ path }) => path)).toEqual([]);
  expect(SOURCES.filter(({ path }) => systems.includes(path))).toHaveLength(6);
});

test('types are not talked into being: no `as` but `as const`', () => {
  const casts = SOURCES.flatMap(({ path, code }) =>
    code.split('\n').flatMap((line, i) => {
      const isProse = /^\s*(\/?\*|\/\/)/.test(line) || /^(import|export)\b/.test(line);
      const bare = line.replace(/`[^`]*`|'[^']*'|"[^"]*"/g, '');
      return !isProse && /\bas\s+(?!const\b|string\))[A-Za-z]/.test(bare) ? [`${path}:${i + 1} ${line.trim()}`] : [];
    }),
  );
  expect(casts).toEqual([]);
});
