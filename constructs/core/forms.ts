import { isIP } from 'node:net';

/** What Kubernetes takes for a kind of text: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export interface Form {
  /** `lower-case letters, digits and dashes, …` */
  readonly words: string;
  readonly longest: number;
  readonly pattern: RegExp;
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const ENDS = 'beginning and ending with a letter or digit';

export const DNS_LABEL: Form = {
  words: `lower-case letters, digits and dashes, ${ENDS}`,
  longest: 63,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
};
/** RFC 1035: begins with a letter. */
export const SERVICE_NAME: Form = {
  words: 'lower-case letters, digits and dashes, beginning with a letter and ending with a letter or digit',
  longest: 63,
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
};
export const DNS_SUBDOMAIN: Form = {
  words: `lower-case letters, digits, dashes and dots, ${ENDS}`,
  longest: 253,
  pattern: SUBDOMAIN,
};
/** Of what is only a part of a path of the API: roles. */
export const PATH_SEGMENT: Form = {
  words: 'any letters but "/" and "%", and not "." or ".." alone',
  longest: 253,
  pattern: /^(?!\.\.?$)[^/%]+$/,
};
export const LABEL_VALUE: Form = {
  words: `letters, digits, dashes, underscores and dots, ${ENDS}`,
  longest: 63,
  pattern: /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
};
/** Key of a ConfigMap or Secret. */
export const DATA_KEY: Form = {
  words: 'letters, digits, dashes, underscores and dots',
  longest: 253,
  pattern: /^(?!\.\.?$)(?!\.\.)[-._a-zA-Z0-9]+$/,
};
/** IANA: https://www.rfc-editor.org/rfc/rfc6335#section-5.1 */
export const PORT_NAME: Form = {
  words: 'lower-case letters, digits and single dashes, with one letter at least',
  longest: 15,
  pattern: /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
};
/** Kubernetes takes more since 1.34; shells and most programs do not. */
export const VARIABLE_NAME: Form = {
  words: 'letters, digits, dashes, underscores and dots, not beginning with a digit',
  longest: 32_768,
  pattern: /^[-._a-zA-Z][-._a-zA-Z0-9]*$/,
};

/** What of a text is not as its form asks: `is 71 characters long, and may have 63`; undefined where all is right. */
export function misfit(text: string, form: Form): string | undefined {
  if (text.length > form.longest)
    return `is ${text.length} characters long ("${shown(text)}"), and may have ${form.longest}`;
  return form.pattern.test(text) ? undefined : `is "${shown(text)}"; it takes ${form.words}`;
}

/** A key of labels and annotations: `[prefix/]name`. */
export function keyMisfit(key: string): string | undefined {
  const slash = key.indexOf('/');
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  const ofPrefix = prefix === undefined ? undefined : misfit(prefix, DNS_SUBDOMAIN);
  if (ofPrefix !== undefined) return `its prefix ${ofPrefix}`;
  if (name === '') return 'it is empty';
  const ofName = misfit(name, LABEL_VALUE);
  return ofName === undefined ? undefined : `it ${ofName}`;
}

/** What is wrong with a DNS name that the world uses. */
export function hostMisfit(host: string, { wildcard = false } = {}): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(host)) return `is "${shown(host)}"; a host has no scheme and no path`;
  if (isIP(host) !== 0) return `is "${host}", which is an address; it takes a DNS name`;
  const isWild = wildcard && host.startsWith('*.');
  return misfit(isWild ? host.slice(2) : host, DNS_SUBDOMAIN);
}

/** `shop-api` for `shopApi`, `my-shop` for `My Shop`: what a text would be in a form of DNS. */
export function fitting(text: string, form: Form): string {
  const dashed = text
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/\/.*$/s, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-');
  const plain = form.pattern.test('a.b') ? dashed : dashed.replaceAll('.', '-');
  const cut = plain
    .replace(/^[-.]+/, '')
    .slice(0, form.longest)
    .replace(/[-.]+$/, '');
  return form.pattern.test(cut) ? cut : 'a-name';
}

/** `10.0.0.0/8`; undefined where it is right. */
export function cidrMisfit(cidr: string): string | undefined {
  const [address = '', length, ...more] = cidr.split('/');
  const version = isIP(address);
  const isLength =
    length !== undefined && /^(0|[1-9]\d*)$/.test(length) && Number(length) <= (version === 6 ? 128 : 32);
  return version !== 0 && isLength && more.length === 0
    ? undefined
    : `is "${shown(cidr)}"; it takes an address and the length of its prefix`;
}

/** No problem quotes a text of a megabyte. */
export function shown(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

/** A value in a message. What stands before an @ in an address may be a password. */
export function withoutCredentials(value: string): string {
  return /\/\/[^/]*@/.test(value) ? 'an address with a user or a password' : `"${shown(value)}"`;
}
