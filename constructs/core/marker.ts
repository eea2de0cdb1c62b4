import { randomBytes } from 'node:crypto';
import type { Value } from './value-type';

/*
 * Markers carry a value through cdk8s and back. A string marker is lower-case alphanumerics only, so that it survives URL
 * encoding, JSON, `toLowerCase` and the checks of DNS names and labels; both its ends hold the registry's nonce, so that a cut
 * one is found by either half. A number marker is far from any sensible number, and carries a checksum as its fraction, so that
 * arithmetic breaks it.
 */
const NUMBER_BASE = 2 ** 36 + 0x5ea0000;
const ID_DIGITS = 5;
const CHECK_DIGITS = 3;

interface Registry {
  nonce: string;
  values: Value[];
}

const REGISTRY = Symbol.for('seaworthy.markers.1');

/** One for each process, whichever copy of this module is loaded. */
function registry(): Registry {
  const holder: typeof globalThis & { [REGISTRY]?: Registry } = globalThis;
  holder[REGISTRY] ??= { nonce: freshNonce(), values: [] };
  return holder[REGISTRY];
}

/** Forgets every marker and takes a new nonce. For twin synthesis (the same program twice, compared) and between previews. */
export function resetMarkers(nonce: string = freshNonce()): void {
  const r = registry();
  r.nonce = nonce;
  r.values = [];
}

/** The string marker of a value. */
export function marker(value: Value): string {
  const id = remember(value);
  return `${head()}${id.toString(36).padStart(ID_DIGITS, '0')}${check(id).toString(36).padStart(CHECK_DIGITS, '0')}${tail()}`;
}

/** The number marker of a value. */
export function numberMarker(value: Value): number {
  const id = remember(value);
  return NUMBER_BASE + id + check(id) / 65536;
}

/** Whether it is one whole marker of this process. */
export function isMarker(text: string | number): boolean {
  return idOf(text) !== undefined;
}

/** The value behind a marker. @throws RangeError where it is none */
export function valueBehind(text: string | number): Value {
  const id = idOf(text);
  const value = id === undefined ? undefined : registry().values[id - 1];
  if (value === undefined) throw new RangeError('not a marker of this process');
  return value;
}

/** What is wrong with a text that holds a marker, but not a whole and lone one; undefined where nothing is. */
export function misuseOf(text: string): string | undefined {
  if (NUMBERS.test(text) && numbersIn(text).some(isMarker)) {
    return 'a number that is known only after apply was put into a text; compose it with text`…${value}…`';
  }
  const patterns = patternsOf(registry().nonce);
  if (!patterns.any.test(text)) return undefined;
  if (isMarker(text)) return undefined;
  if (text.includes('Calling [toString] on an [Output<T>]')) {
    return 'a Pulumi Output was put into a template literal; write text`…${output}…` with the `text` of seaworthy';
  }
  if (text.includes(head()) && text.includes(tail())) {
    return 'something was added to a value that is known only after apply; compose it with text`…${value}…`';
  }
  if (text.includes(head()) || text.includes(tail())) return 'a value that is known only after apply was cut';
  if (patterns.encoded.test(text)) {
    return 'a value that is known only after apply was base64- or hex-encoded; use base64(value), which encodes it later';
  }
  if (text.toLowerCase().includes(head())) return 'a value that is known only after apply had its case changed';
  return 'a value of another program run, or of a second copy of seaworthy, was used';
}

/** As {@link misuseOf}, for numbers: a number near the markers that is none was computed with. */
export function numberMisuseOf(n: number): string | undefined {
  if (n < NUMBER_BASE / 4 || isMarker(n)) return undefined;
  const count = registry().values.length;
  for (const factor of [1, 2, 10, 100, 1000, 1024, 0.5]) {
    const distance = n / factor - NUMBER_BASE;
    if (distance > -65536 && distance < count + 65536 && (count > 0 || !Number.isInteger(n))) {
      return 'there was arithmetic on a number that is known only after apply';
    }
  }
  return undefined;
}

/** Number markers as JavaScript writes them: all begin with the base. */
const NUMBERS = /6881\d{7}\.\d+/;

function numbersIn(text: string): number[] {
  return (text.match(/6881\d{7}\.\d+/g) ?? []).map(Number);
}

function remember(value: Value): number {
  return registry().values.push(value);
}

function idOf(text: string | number): number | undefined {
  const id = typeof text === 'number' ? Math.floor(text) - NUMBER_BASE : idOfText(text);
  if (id === undefined || id < 1 || id > registry().values.length) return undefined;
  if (typeof text === 'number') return text === NUMBER_BASE + id + check(id) / 65536 ? id : undefined;
  return id;
}

function idOfText(text: string): number | undefined {
  const h = head();
  const length = h.length + ID_DIGITS + CHECK_DIGITS + tail().length;
  if (text.length !== length || !text.startsWith(h) || !text.endsWith(tail())) return undefined;
  const id = Number.parseInt(text.slice(h.length, h.length + ID_DIGITS), 36);
  const sum = Number.parseInt(text.slice(h.length + ID_DIGITS, h.length + ID_DIGITS + CHECK_DIGITS), 36);
  return sum === check(id) ? id : undefined;
}

/** 15 bits that differ for neighbouring ids (Knuth's multiplicative hash); odd, so that a number marker is never whole. */
function check(id: number): number {
  return (Math.imul(id, 2654435761) >>> 17) | 1;
}

function freshNonce(): string {
  return randomBytes(5).toString('hex').slice(0, 9);
}

const head = (): string => `swv${registry().nonce}`;
const tail = (): string => `${registry().nonce}vws`;

interface Patterns {
  readonly nonce: string;
  readonly any: RegExp;
  readonly encoded: RegExp;
}

let cached: Patterns | undefined;

/** One expression that any use of a marker would match, and one for its encodings. */
function patternsOf(nonce: string): Patterns {
  if (cached?.nonce === nonce) return cached;
  const forms = [`swv${nonce}`, `${nonce}vws`].flatMap((end) => [
    ...base64Forms(end),
    Buffer.from(end).toString('hex'),
  ]);
  const hex = forms.filter((f) => /^[0-9a-f]+$/.test(f)).flatMap((f) => [f, f.toUpperCase()]);
  const encodedForms = [...forms, ...hex].map(escapeExpression).join('|');
  const ends = [`swv${nonce}`, `${nonce}vws`].flatMap((end) => [end, end.toUpperCase(), `S${end.slice(1)}`]).join('|');
  const foreign = 'swv[0-9a-f]{9}[0-9a-z]{8}[0-9a-f]{9}vws';
  const any = `${ends}|${foreign}|Calling \\[toString\\] on an \\[Output|${encodedForms}`;
  cached = { nonce, any: new RegExp(any), encoded: new RegExp(encodedForms) };
  return cached;
}

/** Base64 (and its URL alphabet) of a text at each of the three alignments, less the ends that depend on the neighbours. */
function base64Forms(plain: string): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const full = Buffer.from('\0'.repeat(shift) + plain)
      .toString('base64')
      .replace(/=+$/, '');
    const kept = full.slice(shift === 0 ? 0 : shift + 1, Math.floor(((plain.length + shift) * 8) / 6));
    return [kept, kept.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function escapeExpression(plain: string): string {
  return plain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
