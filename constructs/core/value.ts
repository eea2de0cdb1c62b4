import type { Output } from '@pulumi/pulumi/output';
import type { IConstruct } from 'constructs';
import { isMarker, marker, numberMarker, valueBehind } from './marker';

/**
 * How a value is written into the text around it. Applied after the value is known. `url-safe` writes it as it is, and refuses what would
 * change the meaning of the URL around it.
 */
export type Encoding = 'none' | 'uri' | 'json' | 'url-safe';

/** An attribute of a node of the graph that exists only after apply: the address of a database, the IP of a Service. */
export interface Attribute {
  readonly kind: 'attribute';
  readonly of: IConstruct;
  /** Dotted path into the node's outputs: `address`, `status.loadBalancer.ingress[0].hostname`. */
  readonly path: string;
  readonly secret: boolean;
}

/** A Pulumi Output from outside: kept as it is, with its secretness and its dependencies. */
export interface Foreign {
  readonly kind: 'foreign';
  readonly output: object;
}

/** An encrypted value of the stack's configuration. */
export interface ConfigSecret {
  readonly kind: 'config';
  /** `namespace:key`, with the path into a structured value behind it: `talos:database.password`. */
  readonly key: string;
}

/** A text with values in it. */
export interface Composed {
  readonly kind: 'composed';
  readonly pieces: readonly (string | { readonly value: Value; readonly encode: Encoding })[];
}

/** Base64 of a value, made once the value is known. */
export interface Base64 {
  readonly kind: 'base64';
  readonly of: Value | string;
}

/** Digest of data that a pod reads: plain SHA-256, or HMAC-SHA256 with `key` where the data hold a secret. */
export interface Digest {
  readonly kind: 'digest';
  readonly of: readonly unknown[];
  readonly key?: Value;
}

/** What is known only after apply, or must not be shown. Travels through cdk8s as a marker. */
export type Value = Attribute | Foreign | ConfigSecret | Composed | Base64 | Digest;

/** Text that may hold one whole marker (from this module) or be a Pulumi Output of text. */
export type Text = string | number | Output<string> | Output<number> | Output<string | undefined>;

/** The marker of an attribute: use it wherever a string is asked for. */
export function attribute(of: IConstruct, path: string, options: { secret?: boolean } = {}): string {
  return marker({ kind: 'attribute', of, path, secret: options.secret ?? false });
}

/** As {@link attribute}, where a number is asked for (a port). Arithmetic on it is refused. */
export function numberAttribute(of: IConstruct, path: string): number {
  return numberMarker({ kind: 'attribute', of, path, secret: false });
}

/** The marker of an encrypted value of the stack's configuration. */
export function configSecret(key: string): string {
  return marker({ kind: 'config', key });
}

/** The marker of a Pulumi Output, for props that ask for a string. */
export function fromOutput(output: object): string {
  return marker({ kind: 'foreign', output });
}

/** The marker of a Pulumi Output of a number, for props that ask for a number. */
export function numberFromOutput(output: object): number {
  return numberMarker({ kind: 'foreign', output });
}

/** Base64 of a text, applied after the text is known. */
export function base64(text: Text): string {
  const value = toValue(text);
  return typeof value === 'string' ? Buffer.from(value).toString('base64') : marker({ kind: 'base64', of: value });
}

interface Encoded {
  readonly encode: Encoding;
  readonly text: Text;
}

/** Inside {@link text}: percent-encodes a part of a URL. */
export function uri(part: Text): Encoded {
  return { encode: 'uri', text: part };
}

/** Inside {@link text}: escapes a part for a JSON string literal (the quotes are yours). */
export function jsonString(part: Text): Encoded {
  return { encode: 'json', text: part };
}

/**
 * Builds a text around values: text`https://${host}:${port}/`. Plain where every part is plain, else a marker.
 * A credential of a URL is wrapped in {@link uri}, text`redis://:${uri(password)}@${host}`, or refused where it is not safe as it is.
 */
export function text(strings: TemplateStringsArray, ...parts: readonly (Text | Encoded)[]): string {
  const pieces: (string | { value: Value; encode: Encoding })[] = [strings[0] ?? ''];
  parts.forEach((part, i) => {
    const after = strings[i + 1] ?? '';
    const isCredential =
      CREDENTIALS.test(pieces.map((p) => (typeof p === 'string' ? p : '')).join('')) && /^[^/\s]*@/.test(after);
    pieces.push(pieceOf(part, isCredential ? 'url-safe' : 'none'), after);
  });
  return composed(pieces);
}

/** A JSON text of a structure whose leaves may be values. */
export function json(structure: unknown): string {
  const pieces: (string | { value: Value; encode: Encoding })[] = [];
  let cursor = 0;
  const held: Value[] = [];
  const plain = JSON.stringify(structure, (_key, leaf: unknown) => {
    const value = isOutput(leaf) ? toValue(leaf) : typeof leaf === 'string' ? toValue(leaf) : leaf;
    if (!isValue(value)) return leaf;
    held.push(value);
    return `\u0000${held.length - 1}\u0000`;
  });
  for (const match of plain.matchAll(/\\u0000(\d+)\\u0000/g)) {
    const value = held[Number(match[1])];
    if (value === undefined) continue;
    pieces.push(plain.slice(cursor, match.index), { value, encode: 'json' });
    cursor = match.index + match[0].length;
  }
  return composed([...pieces, plain.slice(cursor)]);
}

/** Text, marker or Output → the value behind it, or the plain text. */
export function toValue(part: Text): Value | string {
  if (isOutput(part)) return { kind: 'foreign', output: part };
  if (typeof part === 'string' || typeof part === 'number') return isMarker(part) ? valueBehind(part) : String(part);
  throw new TypeError('a part of a text must be a string, a number or a Pulumi Output');
}

/** Whether anything in it is a secret, as far as is known before a Pulumi Output is. */
export function isSecret(value: Value): boolean {
  switch (value.kind) {
    case 'attribute':
      return value.secret;
    case 'config':
      return true;
    case 'foreign':
    case 'digest':
      return false;
    case 'composed':
      return value.pieces.some((p) => typeof p !== 'string' && isSecret(p.value));
    case 'base64':
      return typeof value.of !== 'string' && isSecret(value.of);
    default:
      return value satisfies never;
  }
}

/** The values that it is made of. */
export function leavesOf(value: Value): Value[] {
  switch (value.kind) {
    case 'composed':
      return value.pieces.flatMap((p) => (typeof p === 'string' ? [] : leavesOf(p.value)));
    case 'base64':
      return typeof value.of === 'string' ? [] : leavesOf(value.of);
    case 'digest':
      return [...value.of.flatMap(leavesIn), ...(value.key === undefined ? [] : leavesOf(value.key))];
    default:
      return [value];
  }
}

/** The leaves of every marker inside a JSON structure. */
export function leavesIn(structure: unknown): Value[] {
  if (typeof structure === 'string' || typeof structure === 'number') {
    return isMarker(structure) ? leavesOf(valueBehind(structure)) : [];
  }
  if (structure === null || typeof structure !== 'object') return [];
  return Object.values(structure).flatMap(leavesIn);
}

/** In words, for a person: `talos/postgres/instance.address`. Never the value. */
export function sourceOf(value: Value): string {
  switch (value.kind) {
    case 'attribute':
      return `${value.of.node.path}.${value.path}`;
    case 'config':
      return `config ${value.key}`;
    case 'foreign':
      return 'a Pulumi Output';
    case 'digest':
      return value.key === undefined ? 'digest of what the pod reads' : 'keyed digest of what the pod reads';
    case 'composed':
    case 'base64':
      return [...new Set(leavesOf(value).map(sourceOf))].join(', ');
    default:
      return value satisfies never;
  }
}

/** Pulumi marks its Outputs with this property; asking for it loads no SDK. */
export function isOutput(thing: unknown): thing is Output<string> {
  return typeof thing === 'object' && thing !== null && '__pulumiOutput' in thing && thing.__pulumiOutput === true;
}

function isValue(thing: unknown): thing is Value {
  return typeof thing === 'object' && thing !== null && 'kind' in thing;
}

/** The text before a credential of a URL. https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1 */
const CREDENTIALS = /[a-z][a-z0-9+.-]*:\/\/[^/\s@]*$/i;

function pieceOf(part: Text | Encoded, otherwise: Encoding): string | { value: Value; encode: Encoding } {
  const { encode, text: raw } = isEncoded(part) ? part : { encode: otherwise, text: part };
  const value = toValue(raw);
  return typeof value === 'string' ? encoded(value, encode) : { value, encode };
}

function isEncoded(part: Text | Encoded): part is Encoded {
  return typeof part === 'object' && 'encode' in part;
}

function composed(pieces: Composed['pieces']): string {
  const merged: Composed['pieces'][number][] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') merged[merged.length - 1] = last + piece;
    else if (piece !== '') merged.push(piece);
  }
  const [only] = merged;
  if (only === undefined) return '';
  if (merged.length === 1 && typeof only === 'string') return only;
  if (merged.length === 1 && typeof only !== 'string' && only.encode === 'none') return marker(only.value);
  return marker({ kind: 'composed', pieces: merged });
}

/** Writes a known text into the text around it. @throws RangeError, without the text, where `url-safe` is not */
export function encoded(plain: string, encode: Encoding): string {
  switch (encode) {
    case 'none':
      return plain;
    case 'uri':
      return encodeURIComponent(plain).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    case 'json':
      return JSON.stringify(plain).slice(1, -1);
    case 'url-safe':
      if (!/^[A-Za-z0-9._~!$&'()*+,;=%-]*$/.test(plain)) throw new RangeError('is not safe in a URL; wrap it: uri(…)');
      return plain;
    default:
      return encode satisfies never;
  }
}
