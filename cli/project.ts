import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { readStackFile } from '../bridge/stack-file';
import type { ConfigEntry } from '../constructs/core/config-source';
import { type Problem, ProblemsError } from '../constructs/core/problem';
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
    throw refused(
      'SW-PROJECT-001',
      `no Pulumi.yaml in ${folder} or above it.`,
      'cd into the project; or: pulumi new typescript',
    );
  }
  const project: unknown = parse(readFileSync(join(root, 'Pulumi.yaml'), 'utf8'));
  const stack = readStackFile(root, environment);
  if (stack === undefined) {
    const there = environmentsOf(root);
    const known = there.length === 0 ? 'there is none yet' : `there are: ${there.join(', ')}`;
    throw refused(
      'SW-PROJECT-002',
      `Pulumi.${environment}.yaml does not exist; ${known}.`,
      `npx seaworthy preview --env ${there[0] ?? 'dev'}`,
    );
  }
  if (stack.problems.length > 0) throw new ProblemsError(stack.problems);
  const runtime = text(at(project, 'runtime')) ?? text(at(project, 'runtime', 'name')) ?? 'nothing';
  if (runtime !== 'nodejs') {
    throw refused(
      'SW-PROJECT-003',
      `Pulumi.yaml asks for the runtime ${runtime}; seaworthy runs programs of nodejs.`,
      'runtime: nodejs',
    );
  }
  const name = text(at(project, 'name')) ?? 'project';
  return {
    folder: root,
    name,
    entry: entryOf(root, text(at(project, 'main')) ?? './'),
    environment,
    config: [...stack.entries, ...projectConfig(project, name, stack.entries)],
  };
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
  try {
    return require.resolve(resolve(root, main));
  } catch {
    throw refused('SW-PROJECT-004', `Pulumi.yaml names ${main} as the program, which is not there.`, 'main: index.ts');
  }
}

/** The environments that have a file. */
export function environmentsOf(root: string): string[] {
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
