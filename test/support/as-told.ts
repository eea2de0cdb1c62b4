import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf, type Problem } from '../../constructs/core/problem';
import { HIDDEN } from './nonsense';

const KNOWN = readFileSync(join(__dirname, '..', '..', 'docs', 'problems.md'), 'utf8');

/** What a command would show. */
export interface Told {
  readonly problems: readonly Problem[];
  readonly text: string;
}

/** Of an error that is for people; undefined where it would be called a bug of ours. */
export function toldBy(error: unknown): Told | undefined {
  if (!(error instanceof Error) || !('problems' in error) || !Array.isArray(error.problems)) return undefined;
  const problems: readonly Problem[] = error.problems;
  return { problems, text: problems.map(lineOf).join('\n') };
}

/** What is wrong with how something is told. What is wrong with a project as a whole has no other place. */
export function faults({ problems, text }: Told): string[] {
  const hasPlace = ({ code, where }: Problem) => code.startsWith('SW-PROJECT-') || (where?.trim() ?? '') !== '';
  const badly = problems.filter(
    (p) => !KNOWN.includes(`| ${p.code} |`) || !p.fix?.trim() || !hasPlace(p) || !p.what.trim(),
  );
  return [
    ...badly.map((p) => `without code, place, text or fix: ${JSON.stringify(p)}`),
    ...faultsOfText(JSON.stringify(problems) + text),
  ];
}

/** What nobody should ever see. */
export function faultsOfText(shown: string): string[] {
  return [
    ...(/swv[0-9a-z]+vws/i.test(shown) ? [`a marker: ${/.{80}swv[0-9a-z]+vws.{0,40}/is.exec(shown)?.[0]}`] : []),
    ...(shown.includes(HIDDEN) ? ['a secret in clear'] : []),
    ...(/\n {4}at .*:\d+:\d+/.test(shown) ? [`a stack: ${/.*\n {4}at .*:\d+:\d+/.exec(shown)?.[0]}`] : []),
  ];
}
