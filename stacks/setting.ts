import { Duration, Size } from 'cdk8s';
import type { SecretSource } from '../constructs/core/secret-source';
import { configSecret } from '../constructs/core/value';
import { nearest } from './nearest';

/** Why a text is not a value of a setting. */
export interface Wrong {
  readonly code: string;
  /** Goes on after `talos:database.storage is "20"`. */
  readonly rule: string;
  readonly fix?: string;
}

/** One key of the configuration: what it is, how it is read, what it is when nobody says. */
export interface Setting<T> {
  /** For people, one line. */
  readonly is: string;
  /** A value as one would write it. */
  readonly example: string;
  readonly required: boolean;
  /** A number, so that what stands there may be written as YAML writes numbers; or a list. @default a text */
  readonly form?: 'number' | 'list';
  readonly whenAbsent?: T;
  /** Must be encrypted. */
  readonly secret?: (key: `${string}:${string}`) => T;
  readonly parse: (text: string) => { readonly value: T } | Wrong;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type Values<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** Longer than any name, address or key. */
const LONGEST = 2048;

/** What no text may be, wherever it lands: lines of other files, orders to a terminal, a page of text. */
function unfitOf(raw: string): string | undefined {
  if (raw.length > LONGEST) return `it must be shorter than ${LONGEST} signs`;
  if (/[\p{Cc}\p{Cs}\u2028\u2029\ufeff]/u.test(raw)) return 'it must be one line, without control characters';
  return raw.trim() === raw ? undefined : 'it must not begin or end with a space';
}

/** A text of one line; `matches` and what that means in words. */
export function text(
  is: string,
  example: string,
  matches: RegExp = /./,
  rule = 'it must not be empty',
): Setting<string> {
  const parse = (raw: string) => {
    const unfit = unfitOf(raw);
    if (unfit !== undefined) return { code: 'SW-CONFIG-004', rule: `; ${unfit}.`, fix: example };
    return matches.test(raw) ? { value: raw } : { code: 'SW-CONFIG-004', rule: `; ${rule}.`, fix: example };
  };
  return { is, example, required: true, parse };
}

/** One of a few words. */
export function choice<const W extends readonly [string, ...string[]]>(is: string, words: W): Setting<W[number]> {
  return {
    is: `${is}: ${words.join(', ')}`,
    example: words[0],
    required: true,
    parse: (raw) => {
      const value = words.find((word) => word === raw);
      return value === undefined
        ? {
            code: 'SW-CONFIG-003',
            rule: `. Known: ${words.join(', ')}.`,
            fix: nearest(raw, words) ?? words.join(' | '),
          }
        : { value };
    },
  };
}

/** A whole number. */
export function count(is: string, { min = 1, max = 1_000_000 }: { min?: number; max?: number } = {}): Setting<number> {
  return {
    is,
    example: `${min}`,
    required: true,
    form: 'number',
    parse: (raw) => {
      const value = Number(raw);
      const isRight = /^-?\d+$/.test(raw) && value >= min && value <= max;
      return isRight
        ? { value }
        : {
            code: 'SW-CONFIG-004',
            rule: `; it must be a whole number from ${min} to ${max}.`,
            fix: `${Math.max(min, Math.min(max, 1))}`,
          };
    },
  };
}

/** Room, with its unit. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export function size(is: string, example = '20Gi'): Setting<Size> {
  return {
    is,
    example,
    required: true,
    parse: (raw) => {
      const [, digits, unit] = /^(\d+)(Mi|Gi|Ti)$/.exec(raw) ?? [];
      if (digits === undefined) {
        const fix = /^\d+$/.test(raw) ? `"${raw}Gi"` : `"${example}"`;
        return {
          code: 'SW-CONFIG-007',
          rule: /^\d+$/.test(raw) ? '; it needs a unit.' : '; it must be a number with Mi, Gi or Ti.',
          fix,
        };
      }
      const amount = Number(digits);
      if (unit === 'Mi') return { value: Size.mebibytes(amount) };
      return { value: unit === 'Gi' ? Size.gibibytes(amount) : Size.tebibytes(amount) };
    },
  };
}

/** A length of time, with its unit: `90m`, `6h`, `2d`. */
export function duration(is: string, example = '6h'): Setting<Duration> {
  return {
    is,
    example,
    required: true,
    parse: (raw) => {
      const [, digits, unit] = /^([1-9]\d{0,5})(m|h|d)$/.exec(raw) ?? [];
      if (digits === undefined) {
        const rule = /^\d+$/.test(raw) ? '; it needs a unit.' : '; it must be a whole number of m, h or d.';
        return { code: 'SW-CONFIG-007', rule, fix: `"${example}"` };
      }
      const amount = Number(digits);
      if (unit === 'm') return { value: Duration.minutes(amount) };
      return { value: unit === 'h' ? Duration.hours(amount) : Duration.days(amount) };
    },
  };
}

/** A DNS name. https://www.rfc-editor.org/rfc/rfc1123 */
export function host(is: string, example = 'shop.acme.org'): Setting<string> {
  const name = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;
  return {
    is,
    example,
    required: true,
    parse: (raw) =>
      name.test(raw)
        ? { value: raw }
        : {
            code: 'SW-CONFIG-006',
            rule: '; it must be a DNS name in lower case, without scheme or port.',
            fix: example,
          },
  };
}

export function flag(is: string): Setting<boolean> {
  return {
    is,
    example: 'true',
    required: true,
    parse: (raw) =>
      raw === 'true' || raw === 'false'
        ? { value: raw === 'true' }
        : { code: 'SW-CONFIG-004', rule: '; it must be true or false.', fix: 'true | false' },
  };
}

/** A YAML list of texts, or texts with commas between them. */
export function texts(is: string, example: string): Setting<readonly string[]> {
  return {
    is,
    example,
    required: true,
    form: 'list',
    parse: (raw) => {
      const value = listOf(raw);
      return value !== undefined && value.length > 0 && value.every((item) => unfitOf(item) === undefined)
        ? { value }
        : { code: 'SW-CONFIG-004', rule: '; it must be a list of at least one text, each of one line.', fix: example };
    },
  };
}

/** The same list, that may be empty: `[]`. */
export function orNone<T>(setting: Setting<readonly T[]>): Setting<readonly T[]> {
  return { ...setting, parse: (raw) => (/^\[\s*\]$/.test(raw) ? { value: [] } : setting.parse(raw)) };
}

/** Several of a few words. */
export function choices<const W extends readonly [string, ...string[]]>(
  is: string,
  words: W,
): Setting<readonly W[number][]> {
  return {
    is: `${is}: ${words.join(', ')}`,
    example: words[0],
    required: true,
    form: 'list',
    parse: (raw) => {
      const asked = listOf(raw) ?? [raw];
      const value = words.filter((word) => asked.includes(word));
      const strange = asked.filter((word) => !words.some((known) => known === word));
      return strange.length > 0 || value.length === 0
        ? {
            code: 'SW-CONFIG-003',
            rule: `; "${strange.join(', ')}" is not among the known: ${words.join(', ')}.`,
            fix: `[${words.join(', ')}]`,
          }
        : { value };
    },
  };
}

/** An encrypted value; nobody sees it before it is in place. */
export function secret(is: string): Setting<SecretSource> {
  return {
    is,
    example: '(encrypted)',
    required: true,
    secret: (key) => ({ from: 'pulumi', value: configSecret(key) }),
    parse: () => ({ code: 'SW-CONFIG-005', rule: ' in plain text; it is a secret.' }),
  };
}

/** The same setting with a value for when nobody says. */
export function or<T>(setting: Setting<T>, whenAbsent: NoInfer<T>): Setting<T> {
  return { ...setting, required: false, whenAbsent };
}

/** The same setting, that may be left out. */
export function optional<T>(setting: Setting<T>): Setting<T | undefined> {
  const { whenAbsent: _, ...rest } = setting;
  return { ...rest, required: false };
}

/** Undefined where something in it is no text. */
function listOf(raw: string): string[] | undefined {
  if (!raw.startsWith('[')) return raw.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
  const parsed = jsonOf(raw);
  if (!Array.isArray(parsed)) return undefined;
  const items = parsed.filter((item) => typeof item === 'string' && item !== '');
  return items.length === parsed.length ? items : undefined;
}

/** Undefined where it is no JSON. */
function jsonOf(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}
