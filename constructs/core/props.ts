import { distance } from 'fastest-levenshtein';
import type { Problem } from './problem';

/** How far a name may be from a known one to be taken for a slip. */
const SLIP = 3;

/**
 * Props that nobody reads. Programs are not type-checked when they run, so what a compiler would say is said here too: a prop that is
 * dropped without a word is not what its author meant.
 */
export function unknownProps(props: object, known: Readonly<Record<string, true>>, of: string): Problem[] {
  return Object.keys(props)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name): Problem => {
      const [near = ''] = Object.keys(known).sort((a, b) => distance(a, name) - distance(b, name));
      const isSlip = distance(near, name) <= SLIP;
      const what = `${name} is no prop of ${of}, and would be dropped.${isSlip ? ` Did you mean ${near}?` : ''}`;
      const fix = isSlip
        ? near
        : `remove ${name}; what has no prop: patch(part, 'Deployment', JsonPatch.add('/spec/template/spec/…', …))`;
      return { code: 'SW-PROP-001', severity: 'error', what, fix };
    });
}
