/** A place behind the proxy. */
export interface ProxyRoute {
  /** `/`, `/socket/`: the longest that matches wins. */
  readonly path: string;
  /** `tallow-app:3000` */
  readonly upstream: string;
  readonly webSocket?: boolean;
}

export interface NginxOptions {
  readonly routes?: readonly ProxyRoute[];
  /** Folder with files that are served as they are. */
  readonly root?: string;
  /** Unknown paths are answered with this page. */
  readonly fallback?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestsPerSecond: number;
  /** Folder with `tls.crt` and `tls.key`; without it HTTP on 8080 only. */
  readonly tls?: string;
}

/** Mozilla's intermediate profile: https://wiki.mozilla.org/Security/Server_Side_TLS */
const CIPHERS =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305';
const TEXTS =
  'text/plain text/css text/xml text/javascript application/json application/javascript application/xml application/manifest+json image/svg+xml';

/** What nginx reads, as one text: https://nginx.org/en/docs/dirindex.html It runs without root, and writes below /tmp only. */
export function nginxConfig(options: NginxOptions): string {
  const { routes = [], requestsPerSecond, tls } = options;
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
  limit_req_zone $binary_remote_addr zone=each:10m rate=${requestsPerSecond}r/s;
  limit_req_status 429;
  proxy_cache_path /tmp/cache levels=1:2 keys_zone=files:10m max_size=100m inactive=7d use_temp_path=off;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
${routes.map(upstream).join('')}  server {
    listen 8080;
    location = /healthz { access_log off; return 200 "ok\\n"; }
${tls === undefined ? site(options) : '    location / { return 308 https://$host$request_uri; }\n'}  }
${tls === undefined ? '' : secureServer(options, tls)}}
`;
}

function upstreamName({ upstream }: ProxyRoute): string {
  return upstream.replace(/[^a-z0-9]/g, '_');
}

function upstream(route: ProxyRoute): string {
  const sticky = route.webSocket === true ? '    hash $remote_addr consistent;\n' : '';
  return `  upstream ${upstreamName(route)} {\n${sticky}    server ${route.upstream};\n    keepalive 32;\n  }\n`;
}

function secureServer(options: NginxOptions, tls: string): string {
  return `  server {
    listen 8443 ssl;
    ssl_certificate ${tls}/tls.crt;
    ssl_certificate_key ${tls}/tls.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ${CIPHERS};
    ssl_prefer_server_ciphers off;
    ssl_session_cache shared:tls:10m;
    ssl_session_timeout 1d;
    ssl_session_tickets off;
${site(options)}  }
`;
}

/** add_header of a location replaces those of the server: each location says all of them. */
function headersOf({ headers }: NginxOptions, more: Readonly<Record<string, string>> = {}): string {
  const all = Object.entries({ ...headers, 'X-Request-Id': '$request_id', ...more });
  return all.map(([name, value]) => `      add_header ${name} "${value.replaceAll('"', '\\"')}" always;\n`).join('');
}

function site(options: NginxOptions): string {
  const { routes = [], root, fallback } = options;
  const served =
    root === undefined
      ? ''
      : `    root ${root};
    location / {
${headersOf(options, { 'Cache-Control': 'no-cache' })}      try_files $uri ${fallback === undefined ? '=404' : fallback};
    }
    location /assets/ {
${headersOf(options, { 'Cache-Control': 'public, max-age=31536000, immutable' })}      try_files $uri =404;
    }
`;
  return `    limit_req zone=each burst=${options.requestsPerSecond * 5} nodelay;
${served}${routes.map((route) => location(route, options)).join('')}`;
}

function location(route: ProxyRoute, options: NginxOptions): string {
  const name = upstreamName(route);
  const passed = `      proxy_pass http://${name};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Request-Id $request_id;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
`;
  if (route.webSocket === true) {
    return `    location ${route.path} {
${passed}      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
      proxy_buffering off;
    }
`;
  }
  const prefix = route.path.endsWith('/') ? route.path : `${route.path}/`;
  return `    location ${route.path} {
${headersOf(options)}${passed}      proxy_set_header Connection "";
    }
    location ~* ^${prefix}.*\\.(?:js|css|woff2?|png|jpe?g|svg|ico|webp)$ {
${headersOf(options, { 'X-Cache': '$upstream_cache_status' })}${passed}      proxy_set_header Connection "";
      proxy_cache files;
      proxy_cache_lock on;
      proxy_cache_valid 200 7d;
      proxy_ignore_headers Set-Cookie;
      expires 7d;
    }
`;
}
