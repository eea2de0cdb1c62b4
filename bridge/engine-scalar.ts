/**
 * What the engine makes of a plain scalar: it reads YAML as Go does, and writes what it found as text again. So `0123456` is another number
 * (octal), `1.10` is 1.1, and a date is a moment. Seen with `pulumi config get` of 3.225. https://pkg.go.dev/gopkg.in/yaml.v3
 */
export interface EngineScalar {
  readonly kind: 'text' | 'number' | 'switch' | 'nothing' | 'moment';
  /** As the engine gives it to a program. */
  readonly text: string;
}

const WORDS: Readonly<Record<string, EngineScalar>> = Object.fromEntries([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { kind: 'nothing', text: '' }] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, { kind: 'switch', text: 'true' }] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, { kind: 'switch', text: 'false' }] as const),
]);
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const INFINITE = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;
const [SMALLEST, LARGEST] = [-(2n ** 63n), 2n ** 64n - 1n];

/** Undefined where the engine refuses it: infinity, and what is no number. */
export function engineScalar(source: string): EngineScalar | undefined {
  const word = Object.hasOwn(WORDS, source) ? WORDS[source] : undefined;
  if (word !== undefined) return word;
  if (INFINITE.test(source)) return undefined;
  if (!/^[-+.\d]/.test(source)) return { kind: 'text', text: source };
  const moment = /^\d/.test(source) ? momentOf(source) : undefined;
  if (moment !== undefined) return { kind: 'moment', text: moment };
  // Where the word begins with its point, an underscore stands between two digits or the word is a text.
  if (/^\./.test(source) && /(?<!\d)_|_(?!\d)/.test(source)) return { kind: 'text', text: source };
  const number = numberOf(source.replaceAll('_', ''));
  return number === undefined ? { kind: 'text', text: source } : { kind: 'number', text: number };
}

/** A whole number of any base that Go knows, else one with a point. */
export function numberOf(plain: string): string | undefined {
  const whole = wholeOf(plain);
  if (whole !== undefined && whole >= SMALLEST && whole <= LARGEST) return whole.toString();
  if (!FLOAT.test(plain)) return undefined;
  const value = Number(plain);
  // What is too large for a number is a text to Go; JSON writes numbers as JavaScript does.
  return Number.isFinite(value) ? String(value) : undefined;
}

function wholeOf(plain: string): bigint | undefined {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(plain) ?? [];
  const [, octal] = /^0[oO]?([0-7]+)$/.exec(digits) ?? [];
  const isWhole = octal !== undefined || /^(0|[1-9]\d*|0[xX][\da-fA-F]+|0[bB][01]+)$/.test(digits);
  if (!isWhole) return undefined;
  const value = BigInt(octal === undefined ? digits.toLowerCase() : `0o${octal}`);
  return sign === '-' ? -value : value;
}

/** https://pkg.go.dev/time#Time.String */
function momentOf(source: string): string | undefined {
  const form =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|[ ])(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d{1,9})?(Z|[-+]\d{2}:\d{2})?)?$/.exec(
      source,
    );
  if (
    form === null ||
    (source.includes(' ') && form[8] !== undefined) ||
    (/[Tt]/.test(source) && form[8] === undefined)
  )
    return undefined;
  const [year, month, day, hour, minute, second] = form.slice(1, 7).map((part) => Number(part ?? 0));
  if (!isDate(year ?? 0, month ?? 0, day ?? 0) || (hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59)
    return undefined;
  const two = (n: number | undefined) => String(n ?? 0).padStart(2, '0');
  const fraction = (form[7] ?? '').replace(/\.?0+$/, '');
  const offset = form[8]?.replace(':', '');
  const zone = offset === undefined || offset === 'Z' ? '+0000 UTC' : `${offset} ${offset}`;
  return `${form[1]}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${fraction} ${zone}`;
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
