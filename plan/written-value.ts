import { encoded } from '../constructs/core/compose';
import { isMarker, valueBehind } from '../constructs/core/marker';
import { isSecret, leavesOf, sourceOf, type Value } from '../constructs/core/value';
import { digestText } from '../graph/digest-text';
import { isRecord } from '../graph/json-value';

/** What stands in a file for a value. */
export interface WrittenValue {
  readonly text: string;
  /** What it waits for, where it is not there yet. */
  readonly unknown?: string;
}

/** The text of a value in a file: itself where it is known, else words in angle brackets. Never a secret. */
export function writtenValue(value: Value): WrittenValue {
  if (value.kind === 'digest') return { text: digestText(value.of.map(withWords)) };
  if (isSecret(value)) return { text: `<secret: ${sourceOf(value)}>` };
  const known = knownText(value);
  if (known !== undefined) return { text: known };
  return { text: `<known after apply: ${sourceOf(value)}>`, unknown: sourceOf(value) };
}

/** Undefined where it is a secret, or is not known before an apply. */
function knownText(value: Value): string | undefined {
  switch (value.kind) {
    case 'base64': {
      const of = typeof value.of === 'string' ? value.of : knownText(value.of);
      return of === undefined ? undefined : Buffer.from(of).toString('base64');
    }
    case 'composed': {
      const pieces = value.pieces.map((piece) => {
        if (typeof piece === 'string') return piece;
        const known = knownText(piece.value);
        return known === undefined ? undefined : encoded(known, piece.encode);
      });
      return pieces.includes(undefined) ? undefined : pieces.join('');
    }
    case 'digest':
      return leavesOf(value).length === 0 ? digestText(value.of) : undefined;
    default:
      return undefined;
  }
}

/** What is known as it is; for the rest, what it will be made of, so that the digest changes with that. */
function withWords(thing: unknown): unknown {
  if (typeof thing === 'string' || typeof thing === 'number')
    return isMarker(thing) ? writtenValue(valueBehind(thing)).text : thing;
  if (Array.isArray(thing)) return thing.map(withWords);
  if (!isRecord(thing)) return thing;
  return Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, withWords(value)]));
}
