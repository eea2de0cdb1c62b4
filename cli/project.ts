import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { readStackFile } from '../bridge/stack-file';
import type { ConfigEntry } from '../constructs/core/config-source';
import { withoutCredentials } from '../constructs/core/forms';
import { type Problem, ProblemsError } from '../constructs/core/problem';
import { placeOf, textOf, yamlFault } from '../constructs/core/yaml-fault';
import { at, isRecord, text } from '../graph/json-value';

/** A Pulumi project on disk, and one of its stacks. */
export interface Project {
  readonly folder: string;
  readonly name: string;
  /** What Pulumi would run. */
  readonly entry: string;
  readonly environment: string;
  readonly config: readonly ConfigEntry[];
}

/** Finds the project that `folder` stands in. @throws ProblemsError where there is none, or not that environment */
export function openProject(folder: string, environment: string): Project {
  const root = projectRoot(resolve(folder));
  if (root === undefined) {
    const fix = 'cd into the project; or: pulumi new typescript';
    throw refused('SW-PROJECT-001', `no Pulumi.yaml in ${folder} or above it.`, fix);
  }
  const project = readProject(root);
  const name = text(at(project, 'name')) ?? '';
  if (name === '') throw refused('SW-PROJECT-010', 'Pulumi.yaml has no name; the engine asks for one.', 'name: shop');
  const stacks = resolve(root, text(at(project, 'stackConfigDir')) ?? '.');
  const stack = readStackFile(stacks, environment, name);
  if (stack === undefined) throw noEnvironment(stacks, environment);
  if (stack.problems.length > 0) throw new ProblemsError(stack.problems);
  const runtime = text(at(project, 'runtime')) ?? text(at(project, 'runtime', 'name')) ?? 'nothing';
  if (runtime !== 'nodejs') {
    const what = `Pulumi.yaml asks for the runtime ${plainly(runtime)}; seaworthy runs programs of nodejs.`;
    throw refused('SW-PROJECT-003', what, 'runtime: nodejs');
  }
  return {
    folder: root,
    name,
    entry: entryOf(root, text(at(project, 'main')) ?? './'),
    environment,
    config: [...stack.entries, ...projectConfig(project, name, stack.entries)],
  };
}

function noEnvironment(folder: string, environment: string): ProblemsError {
  const there = environmentsOf(folder);
  const [first] = there;
  const known = first === undefined ? 'there is none yet' : `there are: ${there.join(', ')}`;
  const fix = first === undefined ? `touch Pulumi.${environment}.yaml` : `--env ${first}`;
  return refused('SW-PROJECT-002', `Pulumi.${environment}.yaml does not exist; ${known}.`, fix);
}

/** Pulumi.yaml; what is wrong with it is told in words of ours, because its `config:` may hold what nobody should see. */
function readProject(root: string): unknown {
  const file = 'Pulumi.yaml';
  const read = textOf(readFileSync(join(root, file)));
  if ('fault' in read) throw notYaml(file, read.fault);
  const document = parseDocument(read.text, { merge: true, logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) throw notYaml(placeOf(file, error), yamlFault(error));
  try {
    const project: unknown = document.toJS({ maxAliasCount: 1000 });
    if (isRecord(project)) return project;
  } catch {
    throw notYaml(file, 'an alias (*name) leads nowhere, or to too much');
  }
  throw notYaml(file, 'it is no structure of keys and values');
}

function notYaml(where: string, why: string): ProblemsError {
  const what = `Pulumi.yaml is not YAML that the engine reads: ${why}.`;
  return new ProblemsError([{ code: 'SW-PROJECT-009', severity: 'error', where, what, fix: `mend ${where}` }]);
}

/** What Pulumi.yaml gives to every stack that does not say otherwise. https://www.pulumi.com/docs/iac/concepts/config/#project-level-configuration */
function projectConfig(project: unknown, name: string, own: readonly ConfigEntry[]): ConfigEntry[] {
  const config = at(project, 'config');
  if (!isRecord(config)) return [];
  return Object.entries(config).flatMap(([bare, declared]): ConfigEntry[] => {
    const key = bare.includes(':') ? bare : `${name}:${bare}`;
    const value: unknown = isRecord(declared) ? (declared.value ?? declared.default) : declared;
    if (value === undefined || value === null || own.some((entry) => entry.key === key)) return [];
    return [{ key, value: typeof value === 'object' ? JSON.stringify(value) : String(value), secret: false }];
  });
}

/** As Pulumi finds it: the file, or the index of the folder. */
function entryOf(root: string, main: string): string {
  const found = resolvedIn(root, main);
  if (found !== undefined && /\.[cm]?[jt]s$/.test(found)) return found;
  const why = found === undefined ? 'which is not there' : 'which is no TypeScript and no JavaScript';
  throw refused('SW-PROJECT-004', `Pulumi.yaml names ${plainly(main)} as the program, ${why}.`, 'main: index.ts');
}

function resolvedIn(root: string, main: string): string | undefined {
  try {
    return require.resolve(resolve(root, main));
  } catch {
    return undefined;
  }
}

/** The environments that have a file. */
export function environmentsOf(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((file) => /^Pulumi\.([^.]+)\.yaml$/.exec(file)?.[1] ?? []);
}

function projectRoot(folder: string): string | undefined {
  if (existsSync(join(folder, 'Pulumi.yaml'))) return folder;
  return dirname(folder) === folder ? undefined : projectRoot(dirname(folder));
}

function refused(code: string, what: string, fix: string): ProblemsError {
  const problem: Problem = { code, severity: 'error', what, fix };
  return new ProblemsError([problem]);
}

/** A word of Pulumi.yaml in a message; what somebody put there by mistake may hold a password. */
function plainly(word: string): string {
  return withoutCredentials(word).replace(/^"(.*)"$/, '$1');
}
