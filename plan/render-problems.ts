import { type Problem, printable, type Severity } from '../constructs/core/problem';
import { folded, type Page, paintOn, widthOf } from './page';

const ORDER: readonly Severity[] = ['warning', 'placeholder', 'error'];
const MARKS: Readonly<Record<Severity, string>> = { error: '✗', placeholder: '!', warning: '!' };

/** All problems with their fixes; errors last, where the eye rests on a terminal. */
export function renderProblems(problems: readonly Problem[], page: Page): string[] {
  const paint = paintOn(page);
  const sorted = problems.map(printable).sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return sorted.flatMap((problem) => {
    const ink = problem.severity === 'error' ? paint.red : paint.yellow;
    const place = problem.where === undefined ? '' : `   ${paint.dim(problem.where)}`;
    const line = `  ${ink(MARKS[problem.severity])} ${paint.bold(problem.code)}  ${problem.what}`;
    const fits = widthOf(line + place) <= page.width && !problem.what.includes('\n');
    const head = fits ? line + place : folded(line, page, 6);
    const where = fits || place === '' ? [] : [`      ${place.trim()}`];
    // Never folded: it is there to be pasted.
    return [head, ...where, `      Fix: ${problem.fix}`];
  });
}

/** `2 errors, 1 warning` */
export function countedProblems(problems: readonly Problem[]): string {
  const errors = problems.filter((p) => p.severity === 'error').length;
  const placeholders = problems.filter((p) => p.severity === 'placeholder').length;
  const warnings = problems.length - errors - placeholders;
  const counts: [number, string][] = [
    [errors, 'error'],
    [placeholders, 'placeholder'],
    [warnings, 'warning'],
  ];
  return counts.flatMap(([n, word]) => (n === 0 ? [] : [counted(n, word)])).join(', ');
}

export function counted(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
