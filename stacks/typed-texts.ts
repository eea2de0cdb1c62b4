import { opensTheWorld, rangeOf } from '../constructs/core/addresses';
import { cidrMisfit, DNS_LABEL, DNS_SUBDOMAIN, keyMisfit, LABEL_VALUE, misfit, shown } from '../constructs/core/forms';
import type { Place } from '../constructs/core/platform';
import { type Setting, text, texts, type Wrong } from './setting';

/** Registry and folder of images, without a tag. https://github.com/distribution/reference */
export function registry(is: string, example: string): Setting<string> {
  const form = /^[a-z0-9]+([.-][a-z0-9]+)*(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
  return text(is, example, form, 'it must be a registry and folders in lower case, without scheme, tag and spaces');
}

/** Name of a Kubernetes object. */
export function objectName(is: string, example: string): Setting<string> {
  return checked(text(is, example), (raw) => misfit(raw, DNS_SUBDOMAIN), example);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; on Azure a storage account and its container. */
export function bucket(is: string, example: string): Setting<string> {
  const form = /^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)([a-z0-9]{3,24}\/)?[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
  return text(
    is,
    example,
    form,
    'it must be the name of one bucket: 3 to 63 lower-case letters, digits, dots and dashes (on Azure "account/container")',
  );
}

export function region(is: string, example = 'eu-central-1'): Setting<string> {
  return text(is, example, /^[a-z]{2}(-[a-z]+)+-\d$/, 'it must be like "eu-central-1"');
}

/** A stack, as a StackReference names it. https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences */
export function stackName(is: string, example: string): Setting<string> {
  return text(is, example, /^[\w.-]+(\/[\w.-]+){0,2}$/, `it must be like "${example}"`);
}

/** Name of a header. https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
export function header(is: string, example: string): Setting<string> {
  return text(is, example, /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'it must be the name of a header');
}

/** What Postgres takes without quotes; with its schema before it, or without. */
export function identifier(is: string, example: string): Setting<string> {
  return text(
    is,
    example,
    /^([a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,62}$/,
    'it must be a name of SQL in lower case, without quotes',
  );
}

/** Path of a URL, that routers, proxies and the API server understand in one way. */
export function path(is: string, example: string): Setting<string> {
  const form = /^\/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*(\/(?=[A-Za-z0-9_~-])|$))*\/?$/;
  return text(is, example, form, 'it must be a path of letters, digits, dashes and dots: no "//", no ".."');
}

/** Key of a secret in a store. */
export function storeKey(is: string, example: string): Setting<string> {
  return text(is, example, /^[\w./+=@:-]{1,512}$/, 'it must be a key of the store: letters, digits and ./+=@:_-');
}

/** Text for people that lands in annotations and templates. */
export function note(is: string, example: string): Setting<string> {
  return text(
    is,
    example,
    /^(?!.*(\{\{|\}\})).{1,256}$/,
    'it must be one line of at most 256 signs, without {{ and }}',
  );
}

/** Address ranges; never all of the world. */
export function ranges(is: string, example: string): Setting<readonly string[]> {
  const setting = texts(is, example);
  return {
    ...setting,
    parse: (raw) => {
      const parsed = setting.parse(raw);
      if (!('value' in parsed)) return parsed;
      const [why] = parsed.value.flatMap((cidr) => rangeMisfit(cidr) ?? []);
      return why === undefined ? parsed : { code: 'SW-CONFIG-004', rule: `; an entry ${why}.`, fix: example };
    },
  };
}

/** One private range of a network, no larger and no smaller than these lengths. https://www.rfc-editor.org/rfc/rfc1918 */
export function privateRange(is: string, example: string, largest: number, smallest: number): Setting<string> {
  const rule = `must be a private range from /${largest} to /${smallest}, with no bit beyond its length`;
  const isFit = (raw: string) => {
    const range = rangeOf(raw);
    const isPrivate = /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)/.test(raw);
    return isPrivate && range?.version === 4 && range.length >= largest && range.length <= smallest;
  };
  return checked(text(is, example), (raw) => (isFit(raw) ? undefined : rule), example);
}

function rangeMisfit(cidr: string): string | undefined {
  const isOpen = opensTheWorld(cidr);
  return cidrMisfit(cidr) ?? (isOpen ? `is "${cidr}", which is a large part of all addresses` : undefined);
}

/** A range, or pods of a namespace by a label; a port after a colon. */
const PLACE = /^(?:([a-z0-9-]+)\/([A-Za-z0-9._/-]+)=([A-Za-z0-9._-]+)|([0-9A-Fa-f.:]+\/\d{1,3}))(?::([1-9]\d{0,4}))?$/;

/** Places of the cluster's own: `10.0.0.1/32:443`, `kube-system/k8s-app=kube-dns`. */
export function places(is: string, example: string, usualPort: number): Setting<readonly Place[]> {
  const setting = texts(is, example);
  return {
    is: setting.is,
    example,
    required: true,
    form: 'list',
    parse: (raw) => {
      const parsed = setting.parse(raw);
      if (!('value' in parsed)) return parsed;
      const read = parsed.value.map((item) => placeOf(item, usualPort));
      const [why] = read.flatMap((one) => (typeof one === 'string' ? [one] : []));
      const value = read.flatMap((one) => (typeof one === 'string' ? [] : [one]));
      return why === undefined ? { value } : { code: 'SW-CONFIG-004', rule: `; an entry ${why}.`, fix: example };
    },
  };
}

/** Why it is none, where it is none. */
function placeOf(item: string, usualPort: number): Place | string {
  const [, namespace, key = '', label = '', cidr, digits] = PLACE.exec(item) ?? [];
  const port = digits === undefined ? usualPort : Number(digits);
  if (port > 65535) return `has the port ${port}; the highest is 65535`;
  if (cidr !== undefined) return rangeMisfit(cidr) ?? { reach: { by: 'cidrs', cidrs: [cidr] }, port };
  if (namespace === undefined)
    return `is "${shown(item)}"; it takes a range (10.0.0.1/32) or pods (namespace/label=value), and :port`;
  const why = misfit(namespace, DNS_LABEL) ?? misfit(label, LABEL_VALUE) ?? keyMisfit(key);
  return why ?? { reach: { by: 'pods', namespace, labels: { [key]: label } }, port };
}

/** Names in a list, each of a form. */
export function names(is: string, example: string, form: RegExp, rule: string): Setting<readonly string[]> {
  const setting = texts(is, example);
  return {
    ...setting,
    parse: (raw) => {
      const parsed = setting.parse(raw);
      if (!('value' in parsed) || parsed.value.every((name) => form.test(name))) return parsed;
      return { code: 'SW-CONFIG-004', rule: `; ${rule}.`, fix: example };
    },
  };
}

/** Texts with a name each: `pool=fast`. */
export function pairs(is: string, example: string): Setting<Readonly<Record<string, string>>> {
  const setting = texts(is, example);
  const parse = (raw: string): { readonly value: Readonly<Record<string, string>> } | Wrong => {
    const parsed = setting.parse(raw);
    if (!('value' in parsed)) return parsed;
    const found = parsed.value.map((item) => /^([A-Za-z0-9][\w./-]*)=(.*)$/.exec(item));
    const rule = '; each must be a name, "=" and a value.';
    if (found.some((match) => match === null)) return { code: 'SW-CONFIG-004', rule, fix: example };
    return { value: Object.fromEntries(found.map((match) => [match?.[1] ?? '', match?.[2] ?? ''])) };
  };
  return { is, example, required: true, form: 'list', parse };
}

/** Base64 of a certificate authority in PEM. */
export function certificateAuthority(is: string, example: string): Setting<string> {
  return checked(
    text(is, example, /^[A-Za-z0-9+/]+={0,2}$/, 'it must be base64'),
    (raw) => {
      const pem = Buffer.from(raw, 'base64').toString('latin1');
      const isPem = /-----BEGIN CERTIFICATE-----/.test(pem) || /placeholder/i.test(pem);
      return isPem ? undefined : 'is not the base64 of a certificate in PEM (-----BEGIN CERTIFICATE-----)';
    },
    example,
  );
}

function checked(
  setting: Setting<string>,
  wrong: (raw: string) => string | undefined,
  example: string,
): Setting<string> {
  return {
    ...setting,
    parse: (raw) => {
      const parsed = setting.parse(raw);
      const why = 'value' in parsed ? wrong(parsed.value) : undefined;
      const refusal: Wrong = { code: 'SW-CONFIG-004', rule: `; it ${why}.`, fix: example };
      return why === undefined ? parsed : refusal;
    },
  };
}
