import { type Language, onlyMatching, refusesControl } from '../core/language';

/*
 * What may stand in a configuration of nginx, and how: http://nginx.org/en/docs/dev/development_guide.html#Configuration. A word in double
 * quotes ends at the next one that no backslash stands before; `$` begins a variable even there, and nothing escapes it.
 */

/** A word in double quotes: the value of a header. */
export const NGINX_TEXT: Language = {
  name: 'a configuration of nginx',
  refuses: (text) => refusesControl(text) ?? (text.includes('$') ? 'has a $, which begins a variable' : undefined),
  write: (text) => `"${text.replace(/[\\"]/g, '\\$&')}"`,
  example: 'nosniff',
};

/** The name of a header. https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
export const NGINX_HEADER: Language = {
  name: 'a configuration of nginx',
  refuses: onlyMatching(/^[A-Za-z0-9-]+$/, 'a name of letters, digits and hyphens'),
  write: (text) => text,
  example: 'X-Frame-Options',
};

/** A path, as nginx compares it: decoded, without empty segments, `.` and `..`. */
export const NGINX_PATH: Language = {
  name: 'a location of nginx',
  refuses: onlyMatching(
    /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~@+-]+)*\/?$(?<=.)/,
    'a path: / and segments of letters, digits, . _ ~ @ + -',
  ),
  write: (text) => text,
  example: '/api',
};

/** A name that clients ask for. */
export const NGINX_HOST: Language = {
  name: 'a server_name of nginx',
  refuses: onlyMatching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'a DNS name in lower case'),
  write: (text) => text,
  example: 'shop.acme.org',
};

/** `api:8080` */
export const NGINX_UPSTREAM: Language = {
  name: 'an upstream of nginx',
  refuses: onlyMatching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?:\d{1,5}$/, 'a host in lower case and a port'),
  write: (text) => text,
  example: 'api:8080',
};

/** A number of requests a second. */
export const NGINX_RATE: Language = {
  name: 'a rate of nginx',
  refuses: onlyMatching(/^[1-9]\d{0,6}$/, 'a whole number from 1 to 9999999'),
  write: (text) => text,
  example: '20',
};
