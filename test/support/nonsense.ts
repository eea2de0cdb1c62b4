import { output, secret, unknown } from '@pulumi/pulumi/output';
import fc from 'fast-check';
import { isRecord } from '../../graph/json-value';

/** Never to be seen. */
export const HIDDEN = 'hunter2-never-shown';

/** What programs that nobody type-checks pass in the place of a good value. */
export const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, '', ' ', Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1.5, 1e21, true, []),
  fc.constantFrom<unknown>({}, [null], { a: undefined }, () => 1, Symbol('s'), 10n, new Date(0), new Map(), /x/),
  fc.constantFrom('Shop', 'a'.repeat(300), 'a_b', '__proto__', 'constructor', 'toString', '$(A)$$', '\u2028', '\u0000'),
  fc.constantFrom('\u001b[2J', '🚀é', '0.0.0.0/0', '../..', '{{ x }}', '${x}', "'; drop", '*', 'localhost', '/a//b'),
  fc.constantFrom<unknown>(output('later'), output(unknown), secret(HIDDEN), Promise.resolve('late'), output({ a: 1 })),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Where a value is changed: a number for each step down, and what stands there then. */
export const changes = fc.array(
  fc.record({ steps: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), to: nonsense }),
  { minLength: 1, maxLength: 2 },
);
export type Change = { readonly steps: readonly number[]; readonly to: unknown };

/** A copy with another value at one place, of plain maps and lists; others stay who they are. */
export function withNonsense(value: unknown, { steps, to }: Change): unknown {
  const [step, ...below] = steps;
  if (step === undefined) return to;
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item, i) => (i === step % value.length ? withNonsense(item, { steps: below, to }) : item));
  }
  if (!isRecord(value) || Object.getPrototypeOf(value) !== Object.prototype) return to;
  const keys = Object.keys(value);
  const key = keys[step % keys.length];
  return key === undefined ? to : { ...value, [key]: withNonsense(value[key], { steps: below, to }) };
}
