import { runOffline } from '../bridge/offline';
import type { RegisteredResource } from '../bridge/recorder';
import { openSession } from '../bridge/session';
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
export async function runProject(folder: string, environment: string): Promise<ProjectRun> {
  const project = openProject(folder, environment);
  const session = openSession(project.config);
  process.chdir(project.folder);
  const config = Object.fromEntries(project.config.map(({ key, value }) => [key, value]));
  const secretKeys = project.config.filter((e) => e.secret).map((e) => e.key);
  const run = { project: project.name, stack: environment, config, secretKeys };
  try {
    const resources = await runOffline(run, () => start(project.entry));
    return result(project, session, resources, session.failures);
  } catch (error) {
    const problems = session.failures.length > 0 ? session.failures : problemsIn(error);
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
  const problems = refused.length > 0 ? refused : found;
  return { project, target: facts.target ?? 'any cluster', graphs, resources, problems };
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
