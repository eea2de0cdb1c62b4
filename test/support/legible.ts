import { isMarker, valueBehind } from '../../constructs/core/marker';
import { sourceOf, type Value } from '../../constructs/core/value';

/** A JSON structure as a person reads it: what is known only after apply, by where it comes from: `<cluster-stack.vpc>`. */
export function legible(thing: unknown): unknown {
  if (typeof thing === 'string' || typeof thing === 'number')
    return isMarker(thing) ? inText(valueBehind(thing)) : thing;
  if (Array.isArray(thing)) return thing.map(legible);
  if (typeof thing !== 'object' || thing === null) return thing;
  return Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, legible(value)]));
}

function inText(value: Value): string {
  if (value.kind !== 'composed') return `<${sourceOf(value)}>`;
  return value.pieces.map((piece) => (typeof piece === 'string' ? piece : inText(piece.value))).join('');
}
