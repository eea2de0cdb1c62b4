import { legible } from '../constructs/core/legible';
import type { Problem } from '../constructs/core/problem';

/** Files that are not the reader's: ours, Node's own, and packages. */
const NOT_THEIRS = /\/(bridge|graph|plan|cli|constructs|targets|operate)\/|node:internal|\/node_modules\/|^node:/;

/** The innermost frame in the reader's own files, where an error was thrown there or below a library that they called. */
export function placeInProgram(stack: string): string | undefined {
  const own = `${process.cwd()}/`;
  const frames = stack.split('\n').flatMap((line) => /\(?((?:\/|[A-Z]:)[^():]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? []);
  const place = frames.find((frame) => frame.startsWith(own) && !NOT_THEIRS.test(frame));
  return place?.slice(own.length);
}

/** What stopped a program, as a problem with its place; undefined where it is none of the reader's own. */
export function stoppedProgram(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || isToldElsewhere(error)) return undefined;
  const where = placeInProgram(error.stack ?? '');
  if (where === undefined) return undefined;
  const message = legible(error.message.split('\n')[0] ?? '').trim();
  return { severity: 'error', where, ...(sameId(message) ?? wrongType(error, message) ?? other(message)) };
}

/** Errors of the engine, and those that are made for people already. */
function isToldElsewhere(error: Error): boolean {
  return '__pulumiRunError' in error || 'problems' in error || ('code' in error && typeof error.code === 'string');
}

type Told = Pick<Problem, 'code' | 'what' | 'fix'>;

function sameId(message: string): Told | undefined {
  const [, id, scope] = /already a Construct with name '([^']*)' in (.*)$/.exec(message) ?? [];
  if (id === undefined) return undefined;
  const what = `there are two constructs with the id "${id}" in ${scope === '' || scope === 'App' ? 'the app' : scope}; each needs an id of its own.`;
  return { code: 'SW-PROGRAM-002', what, fix: `'${id}-2' as the id of the second` };
}

/** Programs are not type-checked when they run. */
function wrongType(error: Error, message: string): Told | undefined {
  const isOne = error instanceof TypeError || /must be created inside|is not defined/.test(message);
  if (!isOne) return undefined;
  const what = `the program stopped there: ${message}. A prop is missing, or of another type than it says.`;
  return { code: 'SW-PROGRAM-001', what, fix: 'npx tsc --noEmit, which names it' };
}

function other(message: string): Told {
  return {
    code: 'SW-PROGRAM-001',
    what: `the program stopped there: ${message}`,
    fix: 'mend that line of the program',
  };
}
