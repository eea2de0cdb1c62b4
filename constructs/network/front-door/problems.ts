import { type ExposeOptions, OPTIONS } from '../../core/expose-options';
import { cidrMisfit } from '../../core/forms';
import { isMarker } from '../../core/marker';
import type { Problem } from '../../core/problem';
import { unknownProps } from '../../core/props';
import { DEFAULT_REQUESTS_PER_SECOND, type Route } from '../../core/route';
import { hostProblems } from '../host';

const error = (code: string, what: string, fix: string): Problem => ({ code, severity: 'error', what, fix });

/** What is wrong with a route, whoever renders it. */
export function routeProblems(route: Route): Problem[] {
  const { options, hosts, path, part } = route;
  const { scheme } = part.endpoint;
  return [
    ...unknownProps(options, OPTIONS, 'expose'),
    ...(hosts.length === 0 ? hostProblems(undefined) : hosts.flatMap(hostProblems)),
    ...pathProblems(path, options),
    ...rateProblems(options),
    ...allowProblems(options),
    ...authProblems(options),
    ...(scheme === 'http' || options.tls === 'part' ? [] : [noHttp(scheme, hosts[0])]),
    ...formProblems(route),
  ];
}

function pathProblems(path: string, { rewrite, cached = [] }: ExposeOptions): Problem[] {
  const said = Object.entries({ path, ...(rewrite === undefined ? {} : { rewrite }) });
  const slashless = said.filter(([, value]) => !value.startsWith('/'));
  const folder = path.endsWith('/') ? path : `${path}/`;
  const outside = cached.filter((one) => !one.startsWith(folder));
  return [
    ...slashless.map(([name, value]) => {
      return error('SW-EXPOSE-001', `${name} is "${value}"; it must start with a slash.`, `${name}: '/${value}'`);
    }),
    ...outside.map((one) => {
      const what = `cached has "${one}", which is not below the path ${path}.`;
      return error('SW-EXPOSE-001', what, `cached: ['${folder}${one.replace(/^\//, '')}']`);
    }),
  ];
}

function rateProblems({ requestsPerSecond }: ExposeOptions): Problem[] {
  if (requestsPerSecond === undefined || (Number.isInteger(requestsPerSecond) && requestsPerSecond >= 1)) return [];
  const what = `requestsPerSecond is ${requestsPerSecond}; it must be a whole number of 1 or more.`;
  return [error('SW-EXPOSE-003', what, `requestsPerSecond: ${DEFAULT_REQUESTS_PER_SECOND}`)];
}

function allowProblems({ allow }: ExposeOptions): Problem[] {
  if (allow === undefined) return [];
  if (allow.length === 0) {
    return [error('SW-EXPOSE-009', 'allow is empty: nobody could come.', "allow: ['203.0.113.0/24']")];
  }
  return allow.flatMap((cidr) => {
    const what = isMarker(cidr) ? undefined : cidrMisfit(cidr);
    return what === undefined ? [] : [error('SW-EXPOSE-009', `allow: "${cidr}" ${what}.`, "allow: ['203.0.113.0/24']")];
  });
}

/** What reaches annotations is read by nginx: https://github.com/kubernetes/ingress-nginx/blob/main/internal/ingress/inspector/rules.go */
const PLAIN_URL = /^https?:\/\/[a-zA-Z0-9._:[\]-]+(\/[\w./~%?&=$+-]*)?$/;

function authProblems({ auth, cors }: ExposeOptions): Problem[] {
  const urls = auth?.by === 'url' ? [auth.url, ...(auth.signIn === undefined ? [] : [auth.signIn])] : [];
  const bad = urls.filter((url) => !isMarker(url) && !PLAIN_URL.test(url));
  const origins = (cors?.origins ?? []).filter((one) => one !== '*' && !/^https?:\/\/[a-zA-Z0-9.*:-]+$/.test(one));
  const everybody = cors?.credentials === true && cors.origins.includes('*');
  return [
    ...bad.map((url) => {
      return error('SW-EXPOSE-010', `auth asks "${url}", which is no URL.`, "url: 'https://login.acme.org/verify'");
    }),
    ...origins.map((one) => {
      const what = `cors allows "${one}", which is no origin: a scheme and a host.`;
      return error('SW-EXPOSE-011', what, "origins: ['https://shop.acme.org']");
    }),
    ...(everybody
      ? [
          error(
            'SW-EXPOSE-011',
            'cors allows every origin with cookies, which browsers refuse.',
            "origins: ['https://shop.acme.org']",
          ),
        ]
      : []),
  ];
}

function noHttp(scheme: string, host = 'the system'): Problem {
  const what = `a ${scheme} endpoint cannot be put behind the front door of ${host}; it routes HTTP.`;
  return error('SW-EXPOSE-004', what, 'expose the service that speaks HTTP');
}

/** What nobody reads of a route whose TLS the part ends, or that carries gRPC. */
function formProblems({ options, path, webSocket }: Route): Problem[] {
  const { tls, speaks, rewrite, cached, headers, auth, cors, plainHttp } = options;
  const form = tls === 'part' ? "tls: 'part'" : speaks === 'grpc' ? "speaks: 'grpc'" : undefined;
  if (form === undefined) return [];
  const ofHttp = { rewrite, cached, ...(tls === 'part' ? { headers, auth, cors, plainHttp, speaks } : {}) };
  const { allow, largestBody, answerWithin, requestsPerSecond } = options;
  const ofRequests = tls === 'part' ? { allow, largestBody, answerWithin, requestsPerSecond } : {};
  const lost = Object.entries({ ...ofHttp, ...ofRequests }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (path !== '/') lost.push('path');
  if (webSocket) lost.push('WebSockets');
  if (lost.length === 0) return [];
  const what = `a route with ${form} has no ${lost.join(', ')}: the front door does not look inside.`;
  return [error('SW-EXPOSE-012', what, `remove ${lost.join(', ')}, or ${form}`)];
}
