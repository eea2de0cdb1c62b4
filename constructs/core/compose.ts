import { marker } from './marker';
import { type Composed, type Encoding, isOutput, type Text, toValue, type Value } from './value';

/*
 * The one composer of texts around values: every part is encoded for the place where it stands, once it is known.
 */

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

/** Inside {@link text}: an address without `https://`, where it has one. */
export function withoutScheme(part: Text): Encoded {
  return { encode: 'without-scheme', text: part };
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
    const value = isOutput(leaf) || typeof leaf === 'string' ? toValue(leaf) : undefined;
    if (value === undefined || typeof value === 'string') return leaf;
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
    case 'without-scheme':
      return plain.replace(/^https?:\/\//, '');
    default:
      return encode satisfies never;
  }
}
