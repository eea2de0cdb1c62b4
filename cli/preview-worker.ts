import { lineOf, ProblemsError } from '../constructs/core/problem';
import { drawn } from './preview';
import type { PreviewOptions } from './preview-options';

/** Draws once for the process that watches, and ends. */
export async function answer(options: PreviewOptions): Promise<void> {
  const started = performance.now();
  process.send?.(await textOf(options, started), () => process.exit(0));
}

async function textOf(options: PreviewOptions, started: number): Promise<string> {
  try {
    return (await drawn(options, started)).text;
  } catch (error) {
    if (error instanceof ProblemsError) return `\n${error.problems.map(lineOf).join('\n')}\n`;
    return `\n  ${error instanceof Error ? error.message : String(error)}\n`;
  }
}
