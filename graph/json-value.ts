/** A plain object, as JSON has it. */
export function isRecord(thing: unknown): thing is Record<string, unknown> {
  return typeof thing === 'object' && thing !== null && !Array.isArray(thing);
}

/** The value at a path of keys; undefined where the way ends. */
export function at(thing: unknown, ...path: readonly (string | number)[]): unknown {
  let here = thing;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
}

export function text(thing: unknown): string | undefined {
  return typeof thing === 'string' ? thing : undefined;
}

export function list(thing: unknown): readonly unknown[] {
  return Array.isArray(thing) ? thing : [];
}

/** Calls back for each leaf with its path: `spec.containers[0].env[2].value`; and for each key, as a leaf of its own. */
export function eachLeaf(
  thing: unknown,
  visit: (leaf: string | number | boolean | null, path: () => string, isKey: boolean) => void,
): void {
  const stack: (string | number)[] = [];
  const path = () => pathText(stack);
  const walk = (here: unknown): void => {
    if (typeof here === 'string' || typeof here === 'number' || typeof here === 'boolean' || here === null) {
      visit(here, path, false);
    } else if (Array.isArray(here)) {
      here.forEach((item, i) => {
        stack.push(i);
        walk(item);
        stack.pop();
      });
    } else if (isRecord(here)) {
      for (const key of Object.keys(here)) {
        stack.push(key);
        visit(key, path, true);
        walk(here[key]);
        stack.pop();
      }
    }
  };
  walk(thing);
}

/** `spec.containers[0].env`, and `data["a.b"]` where a key is not a plain word. */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((before, key) => {
    if (typeof key === 'number') return `${before}[${key}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${before}[${JSON.stringify(key)}]`;
    return before === '' ? key : `${before}.${key}`;
  }, '');
}
