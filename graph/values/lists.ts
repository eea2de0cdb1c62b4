import { list } from '../json-value';
import { type Findings, knownNumber, knownText } from './findings';

/** Entries of a list that are one to Kubernetes. `keyOf` gives nothing where that is not known. */
export function duplicates(
  entries: unknown,
  path: string,
  findings: Findings,
  keyOf: (entry: unknown) => string | undefined,
  words: string,
): void {
  const seen = new Set<string>();
  list(entries).forEach((entry, i) => {
    const key = keyOf(entry);
    if (key === undefined) return;
    if (seen.has(key))
      findings.tell(
        'SW-FIELD-002',
        `${path}[${i}] has the ${words} ${key} a second time.`,
        `remove one of the two, or give it another ${words}`,
      );
    seen.add(key);
  });
}

/** A field of an entry, as a key. */
export function fieldKey(entry: unknown, field: string): string | undefined {
  const value: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, field) : undefined;
  const known = knownText(value) ?? knownNumber(value);
  return known === undefined ? undefined : `${known}`;
}

/** Which of some fields are there: of a one-of, exactly one. */
export function oneOfFields(
  thing: unknown,
  fields: readonly string[],
  path: string,
  findings: Findings,
  { mayBeNone = false, words = 'exactly one of' } = {},
): void {
  const given = fields.filter(
    (field) => typeof thing === 'object' && thing !== null && Reflect.get(thing, field) !== undefined,
  );
  if (given.length === 1 || (given.length === 0 && mayBeNone)) return;
  const are = given.length === 0 ? 'has none' : `has ${given.join(' and ')}`;
  findings.tell(
    'SW-FIELD-006',
    `${path} ${are}; it takes ${words} ${fields.slice(0, 6).join(', ')}.`,
    `keep ${given[0] ?? fields[0]}`,
  );
}
