import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { type EngineScalar, engineScalar, numberOf } from './engine-scalar';

/** A value of a file as the engine reads it. */
export type EngineTree =
  | { readonly form: 'scalar'; readonly scalar: EngineScalar; readonly source: string }
  | { readonly form: 'list'; readonly items: readonly EngineTree[] }
  | { readonly form: 'map'; readonly entries: readonly EngineEntry[] };

export interface EngineEntry {
  readonly key: string;
  readonly value: EngineTree;
  /** Where the key begins in the file. */
  readonly offset: number | undefined;
}

/** Told by the reader below where the file says what the engine does not take. */
export class NotForEngine extends Error {
  constructor(
    readonly what: string,
    readonly offset: number | undefined,
  ) {
    super(what);
  }
}

/** More than any configuration has; what comes from aliases of aliases is counted each time. */
const MOST_NODES = 50_000;

/** Reads a document as Go does: scalars by their source, aliases followed, merge keys (`<<`) merged. @throws NotForEngine */
export function engineTree(document: Document, node: unknown = document.contents): EngineTree {
  let count = 0;
  const read = (here: unknown, within: readonly Node[]): EngineTree => {
    if (++count > MOST_NODES) throw new NotForEngine('its aliases become more than anybody wrote', undefined);
    if (isAlias(here)) {
      const target = here.resolve(document);
      if (target === undefined) throw new NotForEngine('an alias (*name) leads nowhere', here.range?.[0]);
      if (within.includes(target)) throw new NotForEngine('an alias (*name) leads into itself', here.range?.[0]);
      return read(target, [...within, target]);
    }
    if (isScalar(here)) return scalarOf(here);
    if (isSeq(here)) return { form: 'list', items: here.items.map((item) => read(item, [...within, here])) };
    if (isMap(here)) return { form: 'map', entries: entriesOf(here, (value) => read(value, [...within, here])) };
    return { form: 'scalar', scalar: { kind: 'nothing', text: '' }, source: '' };
  };
  return read(node, []);
}

function entriesOf(map: YAMLMap, read: (node: unknown) => EngineTree): EngineEntry[] {
  const own: EngineEntry[] = [];
  const merged: EngineEntry[] = [];
  for (const pair of map.items) {
    if (isMerge(pair)) merged.push(...mergedFrom(read(pair.value), offsetOf(pair)));
    else own.push({ key: keyOf(pair, read), value: read(pair.value), offset: offsetOf(pair) });
  }
  const seen = new Set(own.map(({ key }) => key));
  const others = merged.filter(({ key }) => {
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
  return [...own, ...others];
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.source === '<<';
}

/** https://yaml.org/type/merge.html */
function mergedFrom(tree: EngineTree, offset: number | undefined): readonly EngineEntry[] {
  if (tree.form === 'map') return tree.entries;
  if (tree.form === 'list' && tree.items.every((item) => item.form === 'map'))
    return tree.items.flatMap((item) => (item.form === 'map' ? item.entries : []));
  throw new NotForEngine('a merge key (<<) needs a structure', offset);
}

function keyOf(pair: Pair, read: (node: unknown) => EngineTree): string {
  const tree = read(pair.key);
  if (tree.form !== 'scalar') throw new NotForEngine('a key is no text', offsetOf(pair));
  return tree.scalar.text;
}

function offsetOf({ key }: Pair): number | undefined {
  return (isScalar(key) || isAlias(key) || isMap(key) || isSeq(key)) && key.range ? key.range[0] : undefined;
}

const TAG = 'tag:yaml.org,2002:';

function scalarOf(node: Scalar): EngineTree {
  const source = node.source ?? '';
  const text = (as: string): EngineTree => ({ form: 'scalar', scalar: { kind: 'text', text: as }, source });
  if (node.tag === `${TAG}binary`) return text(Buffer.from(source, 'base64').toString());
  if (node.tag === `${TAG}int` || node.tag === `${TAG}float`)
    return text(numberOf(source.replaceAll('_', '')) ?? source);
  if (node.tag !== undefined || node.type !== 'PLAIN') return text(source);
  const scalar = engineScalar(source);
  if (scalar === undefined) throw new NotForEngine('a number is infinite, or none', node.range?.[0]);
  return { form: 'scalar', scalar, source };
}

/** Its JSON, as the engine passes structures on. */
export function jsonOf(tree: EngineTree): string {
  switch (tree.form) {
    case 'scalar': {
      const { kind, text } = tree.scalar;
      if (kind === 'nothing') return 'null';
      return kind === 'number' || kind === 'switch' ? text : JSON.stringify(text);
    }
    case 'list':
      return `[${tree.items.map(jsonOf).join(',')}]`;
    case 'map':
      return `{${sorted(tree.entries)
        .map(({ key, value }) => `${JSON.stringify(key)}:${jsonOf(value)}`)
        .join(',')}}`;
    default:
      return tree satisfies never;
  }
}

/** As Go writes them. */
function sorted(entries: readonly EngineEntry[]): readonly EngineEntry[] {
  return [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));
}
