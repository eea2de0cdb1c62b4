import { cidrMisfit, type Form, keyMisfit, PORT_NAME, shown } from '../../constructs/core/forms';
import { isImage } from '../../constructs/core/image';
import { amountOf } from '../../constructs/core/quantity';
import { type Code, formVerdict, knownNumber, knownText, type Verdict, wholeVerdict } from './findings';

/** Judges the value of a field of that name. */
export interface Rule {
  readonly code: Code;
  judge(value: unknown, field: string): Verdict | undefined;
}

const rule = (judge: Rule['judge'], code: Code = 'SW-FIELD-001'): Rule => ({ code, judge });
export const named = (form: Form): Rule => rule((value, field) => formVerdict(value, form, field), 'SW-NAME-001');
export const whole = (from: number, to = Number.POSITIVE_INFINITY): Rule =>
  rule((value, field) => wholeVerdict(value, from, to, field));

export const oneOf = (...words: readonly string[]): Rule =>
  rule((value, field) => {
    const text = knownText(value);
    if (text === undefined || words.includes(text)) return undefined;
    const near = words.find((word) => word.toLowerCase() === text.toLowerCase()) ?? words[0];
    return {
      what: `is "${shown(text)}"; it takes ${words.map((w) => w || '""').join(', ')}`,
      fix: `${field}: '${near}'`,
    };
  });

export const LAST_PORT = 65_535;
export const port = whole(1, LAST_PORT);

/** A number, or the name of a port of the container. `'8080'` is neither. */
export const portOrName = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined) return wholeVerdict(value, 1, LAST_PORT, field);
  if (!/^\d+$/.test(text)) return formVerdict(text, PORT_NAME, field);
  return {
    what: `is the text "${shown(text)}"; a port is a number, or the name of one`,
    fix: `${field}: ${Number(text)}`,
  };
});

export const countOrPercent = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined) return wholeVerdict(value, 0, Number.POSITIVE_INFINITY, field);
  if (/^\d+%$/.test(text)) return undefined;
  return { what: `is "${shown(text)}"; it takes a number, or a part as "25%"`, fix: `${field}: '25%'` };
});

export const quantity = rule((value, field) => {
  const given = knownText(value) ?? knownNumber(value);
  if (given === undefined) return undefined;
  const amount = amountOf(given);
  if (amount !== undefined && amount >= 0) return undefined;
  const what = amount === undefined ? 'which is no quantity (128Mi, 1Gi, 500m)' : 'and may not be below zero';
  return { what: `is "${shown(String(given))}", ${what}`, fix: `${field}: '${nearQuantity(String(given))}'` };
});

/** `128Mi` for `128Mb`. */
function nearQuantity(text: string): string {
  const found = /^(\d+(?:\.\d+)?)\s*([kmgt])i?b?$/i.exec(text.trim());
  const unit = found?.[2]?.toUpperCase();
  return found === null || unit === undefined ? '128Mi' : `${found[1]}${unit === 'K' ? 'Ki' : `${unit}i`}`;
}

export const cidr = rule((value, field) => {
  const text = knownText(value);
  const what = text === undefined ? undefined : cidrMisfit(text);
  return what === undefined ? undefined : { what, fix: `${field}: '10.0.0.0/8'` };
});

export const qualified = rule((value, field) => {
  const text = knownText(value);
  const what = text === undefined ? undefined : keyMisfit(text);
  return what === undefined ? undefined : { what: `is no name of a label: ${what}`, fix: `${field}: 'app'` };
});

export const image = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || isImage(text)) return undefined;
  return {
    what: `is "${shown(text)}", which is no name of an image: [registry/]name:tag, the name in lower-case letters`,
    fix: `${field}: 'ghcr.io/acme/api:1.2.3'`,
  };
}, 'SW-IMAGE-002');

/** A path inside of a volume: below it, and nowhere else. */
export const inside = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || !(text.startsWith('/') || text.split('/').includes('..'))) return undefined;
  return { what: `is "${shown(text)}"; it must be a relative path without ".."`, fix: `${field}: 'folder/file'` };
});

export const mountPath = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || (text !== '' && !text.includes(':'))) return undefined;
  return { what: `is "${shown(text)}"; it takes a path without a colon`, fix: `${field}: '/data'` };
});

export const timeZone = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || isTimeZone(text)) return undefined;
  return { what: `is "${shown(text)}", which is no name of a time zone`, fix: `${field}: 'Etc/UTC'` };
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name !== 'Local' && /[A-Za-z]/.test(name[0] ?? '');
  } catch {
    return false;
  }
}

/** A name that is a step of a path of the API. https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/path/name.go */
export const pathStep = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || (text !== '' && !/[/%]/.test(text) && text !== '.' && text !== '..')) return undefined;
  return { what: `is "${shown(text)}"; it takes a name without / and %`, fix: `${field}: 'shop'` };
}, 'SW-NAME-001');

export const groupVersion = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || text === 'v1' || /^[^/]+\/[^/]+$/.test(text)) return undefined;
  return { what: `is "${shown(text)}"; it takes a group and a version`, fix: `${field}: 'apps/v1'` };
});

export const SELECTS_BY_LABEL = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
