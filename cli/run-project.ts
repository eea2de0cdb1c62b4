import { relative } from 'node:path';
import { runOffline } from '../bridge/offline';
import type { RegisteredResource } from '../bridge/recorder';
import { openSession } from '../bridge/session';
import { stoppedProgram } from '../bridge/stopped';
import type { Problem } from '../constructs/core/problem';
import type { Graph } from '../graph/graph';
import { isRecord } from '../graph/json-value';
import { openProject, type Project } from './project';

/** What a program registered, or why it did not. */
export interface ProjectRun {
  readonly project: Project;
  readonly target: string;
  readonly graphs: readonly Graph[];
  /** Empty where problems stopped it. */
  readonly resources: readonly RegisteredResource[];
  readonly problems: readonly Problem[];
}

/** Runs a project's program without an engine. @throws ProblemsError where there is no such project or environment */
export async function runProject(folder: string, environment: string, only?: string): Promise<ProjectRun> {
  const project = openProject(folder, environment);
  const session = openSession(project.config, only);
  process.chdir(project.folder);
  const config = Object.fromEntries(project.config.map(({ key, value }) => [key, value]));
  const secretKeys = project.config.filter((e) => e.secret).map((e) => e.key);
  const run = { project: project.name, stack: environment, config, secretKeys };
  try {
    const resources = await runOffline(run, () => start(project.entry));
    return result(project, session, resources, [...session.failures, ...emptiness(session.graphs)]);
  } catch (error) {
    const problems =
      session.failures.length > 0 ? session.failures : (problemsIn(error) ?? brokenProgram(error) ?? stopped(error));
    if (problems === undefined) throw error;
    return result(project, session, [], problems);
  }
}

function result(
  project: Project,
  { graphs, facts }: { graphs: readonly Graph[]; facts: { target?: string } },
  resources: readonly RegisteredResource[],
  refused: readonly Problem[],
): ProjectRun {
  const found = graphs.flatMap((graph) => graph.problems);
  const problems = refused.some((p) => p.severity === 'error') ? refused : [...refused, ...found];
  return { project, target: facts.target ?? 'any cluster', graphs, resources, problems };
}

/** A program that runs, and shows us nothing. */
function emptiness(graphs: readonly Graph[]): Problem[] {
  if (graphs.length > 0) return [];
  const what = 'the program ran to its end and registered no cdk8s app, so there are no parts to show.';
  return [{ code: 'SW-PROJECT-007', severity: 'warning', what, fix: 'await register(app)' }];
}

function stopped(error: unknown): readonly Problem[] | undefined {
  const problem = stoppedProgram(error);
  return problem === undefined ? undefined : [problem];
}

/** What cannot be loaded: a file that is no TypeScript, an import that leads nowhere. */
function brokenProgram(error: unknown): readonly Problem[] | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const file = (path: unknown) => relative(process.cwd(), String(path));
  if (error.code === 'SEAWORTHY_SYNTAX' && 'file' in error) {
    return [
      {
        code: 'SW-PROJECT-005',
        severity: 'error',
        where: file(error.file),
        what: `it cannot be read:\n${error.message}`,
        fix: 'mend what the lines above show; npx tsc tells more',
      },
    ];
  }
  const importers = error.code === 'MODULE_NOT_FOUND' && 'requireStack' in error ? error.requireStack : undefined;
  const module = /Cannot find module '([^']+)'/.exec(error.message)?.[1];
  if (!Array.isArray(importers) || module === undefined) return undefined;
  const fix = module.startsWith('.') ? 'check the path' : `npm install ${module}`;
  const what = `it imports ${module}, which is not there.`;
  return [{ code: 'SW-PROJECT-006', severity: 'error', where: file(importers[0]), what, fix }];
}

/** As Pulumi's host does: what the program exports is called, where it is a function. */
function start(entry: string): unknown {
  const exported: unknown = require(entry);
  return typeof exported === 'function' ? exported() : exported;
}

/** The problems that a program was refused with; the class may be another copy's. */
function problemsIn(error: unknown): readonly Problem[] | undefined {
  if (!(error instanceof Error) || !('problems' in error) || !Array.isArray(error.problems)) return undefined;
  return error.problems.filter(isProblem);
}

function isProblem(thing: unknown): thing is Problem {
  return isRecord(thing) && typeof thing.code === 'string' && typeof thing.what === 'string';
}
