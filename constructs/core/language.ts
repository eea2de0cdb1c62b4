import { isMarker, misuseOf } from './marker';
import type { Problem } from './problem';

/**
 * A language of somebody else's that texts go into: nginx, coturn, PromQL, IAM. A text is escaped there or refused, and nothing goes in
 * past it.
 */
export interface Language {
  /** `nginx` */
  readonly name: string;
  /** Why a text cannot stand there: "has a line break, which would begin another directive". Undefined where it can. */
  readonly refuses: (text: string) => string | undefined;
  /** A text that is not refused, as it stands there. */
  readonly write: (text: string) => string;
  /** A text that can. */
  readonly example: string;
}

/** Control characters: what ends a line, and what a terminal or a parser takes for an order. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** A refusal that most languages share. */
export function refusesControl(text: string): string | undefined {
  return CONTROL.test(text) ? 'has a line break or another control character' : undefined;
}

/** What matches, and in words what that means. */
export function onlyMatching(form: RegExp, words: string): (text: string) => string | undefined {
  return (text) => (form.test(text) ? undefined : `is not ${words}`);
}

/** Writes texts into other languages, and collects what they refuse. What is refused is left out. */
export class Pen {
  readonly problems: Problem[] = [];

  into(language: Language, text: string, field: string): string {
    const isLate = isMarker(text) || misuseOf(text) !== undefined;
    const why = isLate ? 'is known only after apply' : language.refuses(text);
    if (why === undefined) return language.write(text);
    // The text itself may be a secret, or an order to the reader's terminal.
    const what = `${field} ${why}; ${language.name} cannot hold it.`;
    this.problems.push({ code: 'SW-TEXT-001', severity: 'error', what, fix: `${field}: '${language.example}'` });
    return '';
  }
}
