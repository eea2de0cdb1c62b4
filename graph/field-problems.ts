import { distance } from 'fastest-levenshtein';
import type { Problem } from '../constructs/core/problem';
import { isRecord } from './json-value';

/** How far a name may be from a known one to be taken for a slip. */
const SLIP = 3;

/** `of` is whose field it is not: `Kubernetes 1.35`, `the kind Certificate`. */
export function unknownField(
  name: string,
  known: Iterable<string>,
  path: string,
  { where, of }: { where: string; of: string },
): Problem {
  const [near] = [...known].sort((a, b) => distance(a, name) - distance(b, name));
  const isSlip = near !== undefined && distance(near, name) <= SLIP;
  const what = `${path} is not a field of ${of}.${isSlip ? ` Did you mean ${near}?` : ''}`;
  return { code: 'SW-SCHEMA-001', severity: 'error', where, what, fix: isSlip ? near : `remove ${path}` };
}

export function missingField(path: string, where: string): Problem {
  const what = `${path} is required and missing.`;
  return { code: 'SW-SCHEMA-003', severity: 'error', where, what, fix: `${path.split('.').at(-1)}: …` };
}

export function wrongType(value: unknown, expected: string, path: string, where: string): Problem {
  return {
    code: 'SW-SCHEMA-006',
    severity: 'error',
    where,
    what: `${path} must be ${expected}, and is ${inWords(value)}.`,
    fix: `${expected} for ${path}`,
  };
}

function inWords(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? 'a map' : `a ${typeof value}`;
}
