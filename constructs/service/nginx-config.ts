import { Pen } from '../core/language';
import type { Problem } from '../core/problem';
import { NGINX_HOST, NGINX_RATE, NGINX_UPSTREAM } from './nginx-language';
import { type NginxOptions, NginxSite, upstreamName } from './nginx-site';

/** Mozilla's intermediate profile: https://wiki.mozilla.org/Security/Server_Side_TLS */
const CIPHERS =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305';
const TEXTS =
  'text/plain text/css text/xml text/javascript application/json application/javascript application/xml application/manifest+json image/svg+xml';
const HEALTH = '    location = /healthz { access_log off; return 200 "ok\\n"; }\n';

/** What nginx reads, as one text: https://nginx.org/en/docs/dirindex.html It runs without root, and writes below /tmp only. */
export function nginxConfig(options: NginxOptions): { readonly text: string; readonly problems: readonly Problem[] } {
  const pen = new Pen();
  const text = frame(options, pen);
  const paths = (options.routes ?? []).map(({ path }) => path.replace(/\/$/, ''));
  const twice = paths.filter((path, i) => paths.indexOf(path) !== i);
  return { text, problems: [...unique(pen.problems), ...twice.map(routedTwice)] };
}

function frame(options: NginxOptions, pen: Pen): string {
  const rate = pen.into(NGINX_RATE, `${options.requestsPerSecond}`, 'requestsPerSecond');
  return `worker_processes auto;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  log_format json escape=json '{"time":"$time_iso8601","request_id":"$request_id","address":"$remote_addr","method":"$request_method","path":"$uri","status":$status,"bytes":$body_bytes_sent,"seconds":$request_time}';
  access_log /dev/stdout json;
  server_tokens off;
  sendfile on;
  keepalive_timeout 65s;
  gzip on;
  gzip_proxied any;
  gzip_vary on;
  gzip_min_length 256;
  gzip_types ${TEXTS};
  limit_req_zone $binary_remote_addr zone=each:10m rate=${rate}r/s;
  limit_req_status 429;
  proxy_cache_path /tmp/cache levels=1:2 keys_zone=files:10m max_size=100m inactive=7d use_temp_path=off;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  # What says itself how long it is kept, or names its reader, is not changed.
  map "$upstream_http_cache_control$upstream_http_set_cookie" $kept { default off; '' 7d; }
${options.tls === undefined ? '' : secrecy(options.tls)}${upstreams(options, pen)}${servers(options, pen)}}
`;
}

function upstreams({ routes = [], acme }: NginxOptions, pen: Pen): string {
  const written = routes.map((route) => {
    const sticky = route.webSocket === true ? '    hash $remote_addr consistent;\n' : '';
    const server = pen.into(NGINX_UPSTREAM, route.upstream, `upstream of ${route.path}`);
    return `  upstream ${upstreamName(route)} {\n${sticky}    server ${server};\n    keepalive 32;\n  }\n`;
  });
  const solver = acme === undefined ? [] : [`  upstream acme { server ${pen.into(NGINX_UPSTREAM, acme, 'acme')}; }\n`];
  return [...new Set([...written, ...solver])].join('');
}

/** Behind a front door one server, that answers to any name; before the world one that answers to its name, and one that refuses all others. */
function servers(options: NginxOptions, pen: Pen): string {
  const { tls, host, requestsPerSecond } = options;
  const name = host === undefined ? undefined : pen.into(NGINX_HOST, host, 'host');
  const heading = (listen: string) =>
    name === undefined ? `    listen ${listen} default_server;\n` : `    listen ${listen};\n    server_name ${name};\n`;
  const limit = `    limit_req zone=each burst=${requestsPerSecond * 5} nodelay;\n`;
  const site = `${limit}${new NginxSite(options, pen).text()}`;
  const redirect = `${challenges(options)}    location / { return 308 https://${name ?? '$host'}$request_uri; }\n`;
  return [
    // Probes of the kubelet ask by the pod's address.
    ...(name === undefined
      ? []
      : [server(`    listen 8080 default_server;\n${HEALTH}    location / { return 421; }\n`)]),
    ...(name === undefined || tls === undefined ? [] : [server(STRANGER)]),
    server(`${heading('8080')}${HEALTH}${tls === undefined ? site : redirect}`),
    ...(tls === undefined ? [] : [server(`${heading('8443 ssl')}${site}`)]),
  ].join('');
}

/** No certificate for another name; and no answer to who asks for one name, and says another. */
const STRANGER = '    listen 8443 ssl default_server;\n    ssl_reject_handshake on;\n    return 421;\n';

function server(body: string): string {
  return `  server {\n${body}  }\n`;
}

/** The issuer asks by plain HTTP, before there is a certificate. */
function challenges({ acme }: NginxOptions): string {
  if (acme === undefined) return '';
  return `    location ^~ /.well-known/acme-challenge/ {
      proxy_pass http://acme;
      proxy_set_header Host $host;
    }
`;
}

function secrecy(tls: string): string {
  return `  ssl_certificate ${tls}/tls.crt;
  ssl_certificate_key ${tls}/tls.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers ${CIPHERS};
  ssl_prefer_server_ciphers off;
  ssl_session_cache shared:tls:10m;
  ssl_session_timeout 1d;
  ssl_session_tickets off;
`;
}

/** Headers are written into each location, and would be refused in each. */
function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.what, problem])).values()];
}

function routedTwice(path: string): Problem {
  const what = `routes has ${path}/ twice, with and without the slash at its end; nginx sends it to one place.`;
  return { code: 'SW-NGINX-001', severity: 'error', what, fix: `routes: { '${path}': … }` };
}
