import { pathText } from './json-value';

interface Unwritable {
  readonly path: readonly (string | number)[];
  readonly is: string;
}

/** What of a value JSON cannot hold, and where in it; undefined where it holds all. Pulumi's own things are left to Pulumi. */
export function unwritableIn(value: unknown, above: readonly unknown[] = []): Unwritable | undefined {
  const is = unwritable(value);
  if (is !== undefined) return { path: [], is };
  if (typeof value !== 'object' || value === null || isPulumis(value)) return undefined;
  if (above.includes(value)) return { path: [], is: 'a structure that holds itself' };
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, item] of entries) {
    const found = unwritableIn(item, [...above, value]);
    if (found !== undefined) return { ...found, path: [key, ...found.path] };
  }
  return undefined;
}

/** An Output, a resource, an asset. */
function isPulumis(thing: object): boolean {
  return ['__pulumiOutput', '__pulumiResource', '__pulumiAsset', '__pulumiArchive'].some((mark) => mark in thing);
}

/** In words. Classes of other people are left to them: Pulumi's assets and resources are such. */
export function unwritable(thing: unknown): string | undefined {
  switch (typeof thing) {
    case 'bigint':
    case 'symbol':
    case 'function':
      return `a ${typeof thing}`;
    case 'number':
      return Number.isFinite(thing) ? undefined : `the number ${thing}`;
    case 'object': {
      // Not by instanceof: a value may be of another realm, as a Buffer is in tests.
      const [, kind] = EMPTIED.exec(Object.prototype.toString.call(thing)) ?? [];
      return kind === undefined ? undefined : `a ${kind}`;
    }
    default:
      return undefined;
  }
}

/** What would become `{}`, or a structure of bytes by their number. */
const EMPTIED = /^\[object (Date|Map|Set|WeakMap|WeakSet|RegExp|Error|\w*ArrayBuffer|DataView|\w+Array)\]$/;

/** `spec.a` and `b[0]` are one path. */
export function fieldBelow(field: string, path: readonly (string | number)[]): string {
  const rest = pathText(path);
  return rest === '' || rest.startsWith('[') || field === '' ? `${field}${rest}` : `${field}.${rest}`;
}
