import { StackReference } from '@pulumi/pulumi/stackReference';
import type { Problem } from '../constructs/core/problem';
import type { Graph } from '../graph/graph';
import { unserved } from '../graph/served';

/** Output of a platform's stack: API groups that its add-ons serve. */
export const SERVES = 'serves';

/** What systems need and the platform's stack does not have. Asks the backend; not for previews without an engine. */
export async function missingOnPlatform(graph: Graph, stack: string): Promise<Problem[]> {
  const found = await servedByStack(stack);
  if (Array.isArray(found)) return unserved(graph, found.map(String), stack);
  const what = `the stack ${stack} has no output "${SERVES}": it was not applied yet, or is no platform.`;
  return [{ code: 'SW-PLATFORM-005', severity: 'error', what, fix: `pulumi up --stack ${stack}` }];
}

/** Undefined where the backend has no such stack. */
async function servedByStack(stack: string): Promise<unknown> {
  try {
    return await new StackReference('platform', { name: stack }).getOutputValue(SERVES);
  } catch {
    return undefined;
  }
}
