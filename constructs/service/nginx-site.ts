import type { Pen } from '../core/language';
import { NGINX_HEADER, NGINX_PATH, NGINX_TEXT } from './nginx-language';

/** A place behind the proxy. */
export interface ProxyRoute {
  /** `/`, `/socket/`: everything below it, segment by segment; the longest that matches wins. */
  readonly path: string;
  /** `tallow-app:3000` */
  readonly upstream: string;
  readonly webSocket?: boolean;
  /** Paths below it that nobody outside may see: metrics. */
  readonly closed?: readonly string[];
}

export interface NginxOptions {
  readonly routes?: readonly ProxyRoute[];
  /** Folders whose files are the same for everybody; only what is below them is kept. */
  readonly cached?: readonly string[];
  /** The one name that it answers to. Without it any: for what stands behind a front door that knows names. */
  readonly host?: string;
  /** Where the answers to challenges of ACME are had: `tallow-nginx-acme:8089`. */
  readonly acme?: string;
  /** Folder with files that are served as they are. */
  readonly root?: string;
  /** Unknown paths are answered with this page. */
  readonly fallback?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestsPerSecond: number;
  /** Folder with `tls.crt` and `tls.key`; without it HTTP on 8080 only. */
  readonly tls?: string;
}

/**
 * What a server answers: its locations, each once. All are exact or win over expressions, and there are no expressions: none takes what
 * is another's.
 */
export class NginxSite {
  private readonly locations = new Map<string, string>();

  constructor(
    private readonly options: NginxOptions,
    private readonly pen: Pen,
  ) {}

  text(): string {
    const { routes = [], root } = this.options;
    // The first to say what a location does is right: what is closed or kept is said before what it is a part of.
    for (const route of routes) for (const path of route.closed ?? []) this.below(path, '      return 404;\n');
    for (const folder of this.options.cached ?? []) this.cached(folder);
    for (const route of routes) this.route(route);
    if (root !== undefined) this.files();
    else this.below('/', '      return 404;\n');
    const served = root === undefined ? '' : `    root ${root};\n`;
    return served + [...this.locations].map(([head, body]) => `    location ${head} {\n${body}    }\n`).join('');
  }

  private add(head: string, body: string): void {
    if (!this.locations.has(head)) this.locations.set(head, body);
  }

  /** A path and what is below it, as an Ingress means `Prefix`: `/api` is not `/apiary`. */
  private below(path: string, body: string): void {
    const written = this.pen.into(NGINX_PATH, path, 'path');
    const folder = written.endsWith('/') ? written : `${written}/`;
    if (folder !== '/') this.add(`= ${folder.slice(0, -1)}`, body);
    this.add(`^~ ${folder}`, body);
  }

  private route(route: ProxyRoute): void {
    this.below(route.path, route.webSocket === true ? webSocket(route) : `${this.headers()}${http(route)}`);
  }

  /** Only what a program answers without knowing who asks, and without naming anybody, is for everybody. */
  private cached(folder: string): void {
    const route = routeOf(this.options.routes ?? [], folder);
    if (route === undefined) return;
    this.below(
      folder,
      `${this.headers({ 'X-Cache': '$upstream_cache_status' })}${http(route)}      proxy_set_header Cookie "";
      proxy_set_header Authorization "";
      proxy_cache files;
      proxy_cache_lock on;
      proxy_cache_valid 200 7d;
      expires $kept;
`,
    );
  }

  private files(): void {
    const { fallback = '=404' } = this.options;
    this.add('/', `${this.headers({ 'Cache-Control': 'no-cache' })}      try_files $uri ${fallback};\n`);
    const forEver = this.headers({ 'Cache-Control': 'public, max-age=31536000, immutable' });
    this.add('/assets/', `${forEver}      try_files $uri =404;\n`);
  }

  /** add_header of a location replaces those of the server: each location says all of them. */
  private headers(more: Readonly<Record<string, string>> = {}): string {
    const given = Object.entries(this.options.headers).map(([name, value]) => {
      const field = `headers[${JSON.stringify(name)}]`;
      return [this.pen.into(NGINX_HEADER, name, `the name of ${field}`), this.pen.into(NGINX_TEXT, value, field)];
    });
    const own = Object.entries({ 'X-Request-Id': '$request_id', ...more }).map(([name, value]) => [name, `"${value}"`]);
    return [...given, ...own].map(([name, value]) => `      add_header ${name} ${value} always;\n`).join('');
  }
}

/** The route that a folder belongs to: the longest. */
function routeOf(routes: readonly ProxyRoute[], folder: string): ProxyRoute | undefined {
  const within = routes.filter(({ path }) => `${folder}/`.startsWith(path.endsWith('/') ? path : `${path}/`));
  return within.sort((a, b) => b.path.length - a.path.length)[0];
}

export function upstreamName({ upstream }: ProxyRoute): string {
  return upstream.replace(/[^a-z0-9]/g, '_');
}

/** The program is told the name that was asked for and the address that asks, and nothing that the one who asks says of them. */
function passed(route: ProxyRoute): string {
  return `      proxy_pass http://${upstreamName(route)};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Request-Id $request_id;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header Forwarded "";
`;
}

function http(route: ProxyRoute): string {
  return `${passed(route)}      proxy_set_header Connection "";\n`;
}

function webSocket(route: ProxyRoute): string {
  return `${passed(route)}      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
      proxy_buffering off;
`;
}
