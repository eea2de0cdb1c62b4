import { createColors } from 'picocolors';

import stringWidth = require('string-width');
import wrapAnsi = require('wrap-ansi');

/** Where text goes: how wide it is, and whether it shows colour. */
export interface Page {
  /** Columns; Infinity where nothing folds. */
  readonly width: number;
  readonly colour: boolean;
}

export type Paint = ReturnType<typeof createColors>;

export function paintOn({ colour }: Page): Paint {
  return createColors(colour);
}

/** The page of this process: https://no-color.org. A process that draws for another is told of its terminal by SEAWORTHY_TTY and _COLUMNS. */
export function pageOf(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Page {
  const isTerminal = stream.isTTY === true || environment.SEAWORTHY_TTY === '1';
  const isPlain = environment.NO_COLOR !== undefined && environment.NO_COLOR !== '';
  const columns = stream.columns || Number(environment.SEAWORTHY_COLUMNS) || 80;
  const width = isTerminal ? columns : Number.POSITIVE_INFINITY;
  return { width, colour: isTerminal && !isPlain && environment.TERM !== 'dumb' };
}

/** Pads to a number of columns, whatever the colours and the width of the characters. */
export function padded(plain: string, columns: number): string {
  return plain + ' '.repeat(Math.max(0, columns - stringWidth(plain)));
}

export function widthOf(plain: string): number {
  return stringWidth(plain);
}

/** Folds a line at words; what follows is indented. */
export function folded(line: string, { width }: Page, indent: number): string {
  if (!Number.isFinite(width) || stringWidth(line) <= width) return line;
  const [first = '', ...rest] = wrapAnsi(line, width, { trim: false }).split('\n');
  if (rest.length === 0) return first;
  const room = Math.max(20, width - indent);
  const more = wrapAnsi(rest.map((part) => part.trim()).join(' '), room, { hard: true }).split('\n');
  return [first.trimEnd(), ...more.map((part) => ' '.repeat(indent) + part)].join('\n');
}

/** Items one after another, three spaces between them; a new line begins before an item, not inside of one that fits. */
export function flowed(start: string, items: readonly string[], page: Page, indent: number): string {
  const lines = [start];
  items.forEach((item, i) => {
    const line = lines.at(-1) ?? '';
    const joined = i === 0 ? line + item : `${line}   ${item}`;
    if (i === 0 || stringWidth(joined) <= page.width) lines[lines.length - 1] = joined;
    else lines.push(' '.repeat(indent) + item);
  });
  return lines.map((line) => folded(line, page, indent)).join('\n');
}

/** One line: left and right end, with the rest of the page between them. */
export function spreadLine(left: string, right: string, page: Page): string {
  const { width } = page;
  const columns = Number.isFinite(width) ? Math.min(width, 120) : 100;
  const gap = columns - stringWidth(left) - stringWidth(right);
  return gap >= 2 ? `${left}${' '.repeat(gap)}${right}` : `${left}\n${folded(`    ${right}`, page, 4)}`;
}
