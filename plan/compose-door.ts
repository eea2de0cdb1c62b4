import type { Problem } from '../constructs/core/problem';
import { VERSIONS } from '../constructs/core/versions';
import type { GraphNode } from '../graph/graph';
import type { PublicRoute } from './compose-address';
import { certificateOf, type Manner } from './compose-routes';

/** nginx of the image: https://github.com/nginx/docker-nginx */
const USER = '101:101';
const IMAGE = VERSIONS.nginx.image;
const TLS = '/etc/nginx/tls';
/** Mozilla's intermediate profile: https://wiki.mozilla.org/Security/Server_Side_TLS */
const CIPHERS =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305';
const TEXTS =
  'text/plain text/css text/xml text/javascript application/json application/javascript application/xml application/manifest+json image/svg+xml';

export interface DoorRoute extends PublicRoute {
  readonly manner: Manner;
}

/** A host with the Secret of its certificate, and what is behind it. */
export interface DoorHost {
  readonly host: string;
  readonly namespace: string;
  readonly secret: string;
  readonly routes: readonly DoorRoute[];
  /** Paths that nobody is shown. */
  readonly closed: readonly string[];
}

/** The front door of a cluster, as one nginx can have it. */
export function doorHosts(
  nodes: readonly GraphNode[],
  routes: readonly PublicRoute[],
  closed: (host: string) => readonly string[],
): DoorHost[] {
  const open = routes.flatMap(({ manner, ...route }) =>
    route.secure || manner === undefined ? [] : [{ ...route, manner }],
  );
  return [...new Set(open.map((route) => route.host))].flatMap((host) => {
    const own = certificateOf(nodes, host);
    if (own === undefined) return [];
    const behind = [...new Map(open.filter((r) => r.host === host).map((r) => [r.path, r])).values()];
    return [{ host, ...own, routes: behind, closed: closed(host) }];
  });
}

/** What is written into nginx's language is a name, a path or a text without its signs: all else is refused, nothing is escaped. */
export function doorProblems(hosts: readonly DoorHost[]): Problem[] {
  const bad = hosts.flatMap(({ host, routes, closed }) => [
    ...(/^[a-z0-9.*-]+$/.test(host) ? [] : [`host "${host}"`]),
    ...[...routes.flatMap(({ path, manner }) => [path, manner.rewrite ?? '/']), ...closed]
      .filter((path) => !/^\/[\w./~%+-]*$/.test(path))
      .map((path) => `path "${path}"`),
    ...routes.flatMap(({ manner }) =>
      (manner.allow ?? []).filter((cidr) => !/^[0-9a-fA-F.:/]+$/.test(cidr)).map((cidr) => `range "${cidr}"`),
    ),
    ...routes.flatMap(({ manner }) =>
      Object.entries(manner.headers).flatMap(([name, value]) =>
        /^[\w-]+$/.test(name) && !/["\\$\n\r]/.test(value) ? [] : [`header "${name}"`],
      ),
    ),
  ]);
  return [...lostProblems(hosts), ...badProblems(bad)];
}

/** What is promised of a route, and this nginx would not keep. */
function lostProblems(hosts: readonly DoorHost[]): Problem[] {
  return hosts.flatMap(({ host, routes }) =>
    routes.flatMap(({ path, manner: { lost } }): Problem[] => {
      if (lost.length === 0) return [];
      const what = `${host}${path} has ${lost.join(', ')}, which the front door of one machine does not have.`;
      const fix = 'a cluster for it, or an expose without, where this environment is';
      return [{ code: 'SW-COMPOSE-006', severity: 'error', what, fix }];
    }),
  );
}

function badProblems(bad: readonly string[]): Problem[] {
  return [...new Set(bad)].map((what) => ({
    code: 'SW-COMPOSE-004',
    severity: 'error',
    what: `${what} has signs that mean something else to nginx, which stands before the services in production.`,
    fix: 'hosts of letters, digits, dots and dashes; paths without spaces and braces; headers without quotes and dollars',
  }));
}

/** One nginx for all hosts: TLS, security headers, a rate limit for each address, WebSockets. It writes below /tmp only. */
export function doorConfig(hosts: readonly DoorHost[]): string {
  const routes = hosts.flatMap((h) => h.routes);
  const zones = [...new Set(routes.map((r) => r.manner.requestsPerSecond))];
  const upstreams = [...new Map(routes.map((r) => [upstreamName(r), r])).values()];
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
  client_max_body_size 1m;
  gzip on;
  gzip_proxied any;
  gzip_vary on;
  gzip_min_length 256;
  gzip_types ${TEXTS};
${zones.map((rate) => `  limit_req_zone $binary_remote_addr zone=rate${rate}:10m rate=${rate}r/s;\n`).join('')}  limit_req_status 429;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers ${CIPHERS};
  ssl_prefer_server_ciphers off;
  ssl_session_cache shared:tls:10m;
  ssl_session_timeout 1d;
  ssl_session_tickets off;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
${upstreams.map(upstream).join('')}  server {
    listen 8080 default_server;
    location = /healthz { access_log off; return 200 "ok\\n"; }
    location / { return 421; }
  }
  server {
    listen 8443 ssl default_server;
    ssl_reject_handshake on;
  }
${hosts.map(servers).join('')}}
`;
}

function upstreamName({ workload, target }: Pick<PublicRoute, 'workload' | 'target'>): string {
  return `${workload}_${target}`.replaceAll(/[^a-zA-Z0-9]/g, '_');
}

/** Both copies answer; a WebSocket's handshake stays with the one that began it. */
function upstream(route: DoorRoute): string {
  const sticky = route.manner.isSticky ? '    hash $remote_addr consistent;\n' : '';
  return `  upstream ${upstreamName(route)} {\n${sticky}    server ${route.workload}:${route.target};\n    keepalive 32;\n  }\n`;
}

function servers({ host, secret, routes, closed }: DoorHost): string {
  return `  server {
    listen 8080;
    server_name ${host};
    location / { return 308 https://${host.startsWith('*') ? '$host' : host}$request_uri; }
  }
  server {
    listen 8443 ssl;
    server_name ${host};
    ssl_certificate ${TLS}/${secret}/tls.crt;
    ssl_certificate_key ${TLS}/${secret}/tls.key;
${routes.map(locations).join('')}${closed.map(nobody).join('')}  }
`;
}

/** As the cluster means a prefix: `/api` is `/api` and `/api/…`, not `/apis`. */
function locations({ manner, ...route }: DoorRoute): string {
  const path = route.path.replace(/\/$/, '');
  const headers = Object.entries({ ...manner.headers, 'X-Request-Id': '$request_id' })
    .map(([name, value]) => `      add_header ${name} "${value}" always;\n`)
    .join('');
  const body = (seen: string) => ` {
      limit_req zone=rate${manner.requestsPerSecond} burst=${manner.requestsPerSecond * 5} nodelay;
${limited(manner)}${headers}      proxy_pass http://${upstreamName(route)}${seen};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Request-Id $request_id;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout ${manner.silence}s;
      proxy_send_timeout ${manner.silence}s;
${manner.buffers ? '' : '      proxy_buffering off;\n'}    }
`;
  // What stands after the upstream takes the place of the location's path.
  const seen = manner.rewrite === undefined ? '' : `${manner.rewrite.replace(/\/$/, '')}/`;
  return path === ''
    ? `    location /${body(seen)}`
    : `    location = ${path}${body(seen)}    location ${path}/${body(seen)}`;
}

function limited({ allow, largestBodyKibibytes, connectSeconds }: Manner): string {
  return [
    ...(allow === undefined ? [] : [...allow.map((cidr) => `allow ${cidr};`), 'deny all;']),
    ...(largestBodyKibibytes === undefined ? [] : [`client_max_body_size ${largestBodyKibibytes}k;`]),
    ...(connectSeconds === undefined ? [] : [`proxy_connect_timeout ${connectSeconds}s;`]),
  ]
    .map((line) => `      ${line}\n`)
    .join('');
}

function nobody(closed: string): string {
  const path = closed.replace(/\/$/, '');
  return `    location = ${path === '' ? '/' : path} { return 404; }\n    location ${path}/ { return 404; }\n`;
}

/** Inside of a container localhost is the container: who is told an address of the laptop finds it there, too. */
export function hallwayConfig(
  doors: readonly { readonly host: number; readonly workload: string; readonly target: number }[],
): string {
  const one = ({ host, workload, target }: (typeof doors)[number]) =>
    `  server { listen 127.0.0.1:${host}; proxy_pass ${workload}:${target}; }\n`;
  return `worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
stream {
${doors.map(one).join('')}}
`;
}

/** A service that runs nginx with a configuration of ours. */
export function nginxService(config: string, more: object): object {
  return {
    image: IMAGE,
    user: USER,
    configs: [{ source: config, target: '/etc/nginx/nginx.conf' }],
    tmpfs: ['/tmp:uid=101,gid=101,mode=0770,size=64m'],
    ...more,
    cpus: 0.5,
    mem_limit: '128m',
  };
}

export { TLS as DOOR_TLS };
