import type { ConfigEntry } from '../constructs/core/config-source';
import { isRecord } from '../graph/json-value';

/** A leaf of the configuration: `talos:database.storage`. */
export interface Leaf extends Omit<ConfigEntry, 'changed'> {
  readonly namespace: string;
  readonly name: string;
  /** What stands in the file, where the engine makes another text of it. */
  readonly changed?: string;
  /** A list or a structure, whose JSON is the value. */
  readonly structure?: 'list' | 'map';
}

/** A structured value is one leaf for each of its own; an empty one is a leaf, too, so that nobody writes it in vain. Lists stay whole. */
export function leavesOf(entry: ConfigEntry): Leaf[] {
  const { changed = {}, ...rest } = entry;
  const [namespace = '', ...parts] = entry.key.split(':');
  const name = parts.join(':');
  const leaf = (path: readonly string[], value: unknown): Leaf => {
    const source = Object.hasOwn(changed, path.join('.')) ? changed[path.join('.')] : undefined;
    const structure = Array.isArray(value) ? 'list' : isRecord(value) ? 'map' : undefined;
    return {
      ...rest,
      namespace,
      name: [name, ...path].join('.'),
      value: typeof value === 'object' ? JSON.stringify(value) : String(value),
      ...(source === undefined ? {} : { changed: source }),
      ...(structure === undefined ? {} : { structure }),
    };
  };
  const parsed = entry.secret ? undefined : structureIn(entry.value);
  if (parsed === undefined) return [leaf([], entry.value)];
  const flat: Leaf[] = [];
  const walk = (thing: unknown, path: readonly string[]) => {
    if (isRecord(thing) && Object.keys(thing).length > 0)
      for (const key of Object.keys(thing)) walk(thing[key], [...path, key]);
    else flat.push(leaf(path, thing === null ? '' : thing));
  };
  walk(parsed, []);
  return flat;
}

/** Undefined where a value is a plain text. */
function structureIn(value: string): unknown {
  if (!/^[[{]/.test(value)) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed;
  } catch {
    return undefined;
  }
}
