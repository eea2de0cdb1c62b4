import type { IConstruct } from 'constructs';
import { legible } from './legible';

/** Errors stop everything; placeholders stop `pulumi up` only; warnings stop nothing. */
export type Severity = 'error' | 'placeholder' | 'warning';

/** Something that the reader can change. Collected everywhere, rendered once, at the edge. */
export interface Problem {
  /** Stable, `SW-<PART>-<NNN>`, documented in docs/problems.md. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence with values and units. Never holds a secret. */
  readonly what: string;
  /** Construct path, config key or file with line. */
  readonly where?: string;
  /** Text to paste, or what to do. */
  readonly fix: string;
}

/** Thrown once, with every problem that was found. It is for people, and has no stack: whoever prints that pays for its lines. */
export class ProblemsError extends Error {
  override readonly stack = '';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(lineOf).join('\n'));
    this.name = 'ProblemsError';
  }
}

const REPORTS = Symbol.for('seaworthy.reports');

type Report = () => readonly Problem[];

interface Reporting extends IConstruct {
  [REPORTS]?: Report[];
}

/** Registers a check of a construct; it runs once the whole tree is built, and its problems carry the construct's path. */
export function report(construct: IConstruct, check: Report): void {
  const target: Reporting = construct;
  target[REPORTS] = [...(target[REPORTS] ?? []), check];
}

/** The problems of one construct: what it reported, and what cdk8s' own `validate` says. */
export function problemsOf(construct: IConstruct): Problem[] {
  const target: Reporting = construct;
  const own = (target[REPORTS] ?? [])
    .flatMap((check) => {
      const broken: Problem[] = [];
      return readOrTold(construct, broken, check) ?? broken;
    })
    .map((p) => ({ where: construct.node.path, ...p, what: legible(p.what), fix: legible(p.fix) }));
  const validated = validatedByUs(construct).map((message): Problem => {
    const fix = 'what its own check asks for, in the message';
    return { code: 'SW-CONSTRUCT-001', severity: 'error', where: construct.node.path, what: legible(message), fix };
  });
  return [...own, ...validated];
}

/**
 * What a construct says once the tree is built. Props that nobody type-checked are read only then, when no line of the reader's program is
 * on the stack: an error is a problem of the construct, and undefined is said.
 */
export function readOrTold<Said>(construct: IConstruct, problems: Problem[], read: () => Said): Said | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProblemsError) problems.push(...error.problems);
    else problems.push(unreadable(construct, error));
    return undefined;
  }
}

function unreadable(construct: IConstruct, error: unknown): Problem {
  const message = legible((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');
  const what = `its props cannot be read: ${message}. One is missing, or of another type than it says.`;
  const where = construct.node.path;
  return { code: 'SW-PROGRAM-003', severity: 'error', where, what, fix: 'npx tsc --noEmit, which names it' };
}

let isOurs = false;

/** Whether cdk8s' validation is asked for by us, and not by cdk8s' own synthesis. */
export function isValidatedByUs(): boolean {
  return isOurs;
}

function validatedByUs(construct: IConstruct): string[] {
  isOurs = true;
  try {
    return construct.node.validate();
  } finally {
    isOurs = false;
  }
}

/** `[path] CODE what` and, indented below it, the fix. */
export function lineOf(asTold: Problem): string {
  const problem = printable(asTold);
  const where = problem.where === undefined ? '' : `[${problem.where}] `;
  return `${where}${problem.code} ${problem.what}\n    Fix: ${problem.fix}`;
}

/** What no terminal takes for an order: control characters as their numbers. Lines stay lines. */
export function printable(problem: Problem): Problem {
  const { where, what, fix } = problem;
  return {
    ...problem,
    what: withoutOrders(what),
    ...(where === undefined ? {} : { where: withoutOrders(where) }),
    ...(fix === undefined ? {} : { fix: withoutOrders(fix) }),
  };
}

function withoutOrders(text: string): string {
  return text.replaceAll(/(?![\n])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Those that stop the work at hand: errors always, placeholders only where something is about to be changed. */
export function stopping(problems: readonly Problem[], work: 'preview' | 'up'): Problem[] {
  return problems.filter((p) => p.severity === 'error' || (p.severity === 'placeholder' && work === 'up'));
}
