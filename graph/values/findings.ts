import { type Form, fitting, misfit } from '../../constructs/core/forms';
import { isMarker, misuseOf } from '../../constructs/core/marker';
import type { Problem } from '../../constructs/core/problem';

/** What is wrong with a value: `is 80808; it must be …`, and a text to paste. */
export interface Verdict {
  readonly what: string;
  readonly fix: string;
}

export type Code =
  | 'SW-NAME-001'
  | 'SW-LABEL-001'
  | 'SW-FIELD-001'
  | 'SW-FIELD-002'
  | 'SW-FIELD-003'
  | 'SW-FIELD-004'
  | 'SW-FIELD-005'
  | 'SW-FIELD-006'
  | 'SW-SIZE-001'
  | 'SW-LINK-002'
  | 'SW-EXPOSE-005'
  | 'SW-EXPOSE-006'
  | 'SW-IMAGE-002';

/** What is found wrong with one object. */
export class Findings {
  readonly problems: Problem[] = [];

  constructor(readonly where: string) {}

  tell(code: Code, what: string, fix: string): void {
    this.problems.push({ code, severity: 'error', where: this.where, what, fix });
  }

  /** `path` is a field whose value is judged. */
  judge(path: string, verdict: Verdict | undefined, code: Code = 'SW-FIELD-001'): void {
    if (verdict !== undefined) this.tell(code, `${path} ${verdict.what}.`, verdict.fix);
  }
}

/** A text that is known now: no marker, whole or misused, which others tell and nobody prints. */
export function knownText(value: unknown): string | undefined {
  return typeof value === 'string' && !isMarker(value) && misuseOf(value) === undefined ? value : undefined;
}

export function knownNumber(value: unknown): number | undefined {
  return typeof value === 'number' && !isMarker(value) ? value : undefined;
}

/** The verdict on a text of a form, where it is known. */
export function formVerdict(value: unknown, form: Form, field: string): Verdict | undefined {
  const text = knownText(value);
  const what = text === undefined ? undefined : misfit(text, form);
  return text === undefined || what === undefined ? undefined : { what, fix: `${field}: '${fitting(text, form)}'` };
}

/** The verdict on a whole number within bounds. */
export function wholeVerdict(value: unknown, from: number, to: number, field: string): Verdict | undefined {
  const number = knownNumber(value);
  if (number === undefined || (Number.isInteger(number) && number >= from && number <= to)) return undefined;
  const bounds = to === Number.POSITIVE_INFINITY ? `of ${from} or more` : `from ${from} to ${to}`;
  const near = Math.min(Math.max(Math.round(number) || from, from), to);
  return { what: `is ${number}; it must be a whole number ${bounds}`, fix: `${field}: ${near}` };
}
