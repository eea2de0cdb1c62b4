import { StackReference } from '@pulumi/pulumi/stackReference';
import type { Brought } from '../constructs/core/brought';
import type { Problem } from '../constructs/core/problem';
import type { Graph } from '../graph/graph';
import { type Beside, nameProblems } from '../graph/names/close';
import { readLock } from './lock-file';

/** Outputs of a platform's stack: API groups that its add-ons serve, and all that others may name of it. */
export const SERVES = 'serves';
export const MAKES = 'makes';

/** What systems name and neither they, nor the target, nor the platform's stack make. Asks the backend; not for previews without an engine. */
export async function missingOnPlatform(
  graph: Graph,
  stack: string,
  brings: readonly Brought[] | undefined,
): Promise<Problem[]> {
  const [serves, makes] = await outputsOf(stack);
  if (Array.isArray(makes)) return nameProblems(graph, { brings, beside: { stack, makes: makes.map(String) } });
  if (Array.isArray(serves)) {
    const apis = serves.map((group) => `API ${group}/*`);
    return nameProblems(graph, { brings, beside: { stack, makes: apis, isPartial: true } });
  }
  const what = `the stack ${stack} has no output "${SERVES}": it was not applied yet, or is no platform.`;
  return [{ code: 'SW-PLATFORM-005', severity: 'error', what, fix: `pulumi up --stack ${stack}` }];
}

/** Nothing where the backend has no such stack. */
async function outputsOf(stack: string): Promise<readonly unknown[]> {
  try {
    const reference = new StackReference('platform', { name: stack });
    return [await reference.getOutputValue(SERVES), await reference.getOutputValue(MAKES)];
  } catch {
    return [];
  }
}

/** What the lock of a stack of the same project says of it, where no backend is asked: `platform`, `acme/seaworthy/platform`. */
export function lockedBeside(stack: string, folder: string, project: string): Beside {
  const parts = stack.split('/');
  const isOfProject = parts.length < 3 || parts[1] === project;
  const { lock } = isOfProject ? readLock(folder, parts.at(-1) ?? stack, project) : {};
  return lock?.makes === undefined ? { stack } : { stack, makes: lock.makes };
}
