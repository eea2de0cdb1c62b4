import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part, recordConnection } from '../core/part';
import type { SiteRequest } from '../core/platform';
import { report } from '../core/problem';
import { systemOf } from '../core/system';
import { VERSIONS } from '../core/versions';
import { claim } from '../data/claim';
import { expose, SECURITY_HEADERS } from '../network/expose';
import { nginxConfig } from './nginx-config';
import { NGINX_USER } from './reverse-proxy';
import { Web } from './web';

export interface SiteProps {
  /** DNS name that the world uses. */
  readonly host: string;
  /** One page that routes by itself: unknown paths are answered with `/index.html`. @default true */
  readonly isSinglePage?: boolean;
  /** @default {@link SECURITY_HEADERS} */
  readonly headers?: Readonly<Record<string, string>>;
  /** Secret with the certificate, in the cluster. @default `<system>-tls` */
  readonly tlsSecret?: string;
  /** In the cluster: requests a second that one address may make, the same for all routes of one Ingress. @default 20 */
  readonly requestsPerSecond?: number;
}

const ROOM = Size.gibibytes(1);
const FOLDER = '/usr/share/nginx/html';

/**
 * Files for browsers: a built front end. Everything that is not below `/assets/` is asked for anew each time, what is there never changes.
 * Creates: what the target offers (on EKS a private S3 bucket and a CloudFront distribution before it); in the cluster a volume, and an
 * nginx behind the front door that serves it.
 * Limitation: nothing here builds or uploads the files; the preview says where they go.
 *
 *     new Site(this, 'site', { host: 'app.acme.org' });
 */
export class Site extends Construct {
  constructor(scope: Construct, id: string, props: SiteProps) {
    super(scope, id);
    const request: SiteRequest = {
      name: nameOf(this),
      host: props.host,
      isSinglePage: props.isSinglePage ?? true,
      headers: props.headers ?? SECURITY_HEADERS,
    };
    const hosted = systemOf(this).platform.site?.(this, request);
    if (hosted === undefined) this.inCluster(request, props);
    else this.hosted(props.host);
    part(
      this,
      'seaworthy:service:Site',
      () => hosted?.facts ?? [`nginx ${VERSIONS.nginx.version}`, `files in claim ${request.name}`],
    );
  }

  private hosted(host: string): void {
    const facts = [`https://${host}/`];
    recordConnection(this, () => ({ from: 'internet', to: this.node.path, port: 443, variables: [], facts }));
  }

  private inCluster(
    { name, host, isSinglePage, headers }: SiteRequest,
    { tlsSecret, requestsPerSecond }: SiteProps,
  ): void {
    claim(this, 'files', { name, size: ROOM, access: 'ReadWriteOnce' });
    const { text, problems } = nginxConfig({
      root: FOLDER,
      headers,
      requestsPerSecond: 100,
      ...(isSinglePage ? { fallback: '/index.html' } : {}),
    });
    const server = new Web(this, 'server', {
      name,
      image: VERSIONS.nginx.image,
      port: 8080,
      user: NGINX_USER,
      scale: { min: 1, max: 1 },
      probes: { live: { path: '/healthz' }, ready: { path: '/healthz', periodSeconds: 5 } },
      metrics: false,
      files: [{ configMap: `${name}-config`, key: 'nginx.conf', folder: '/etc/nginx', text }],
      claims: [{ claim: name, folder: FOLDER }],
    });
    report(this, () => problems);
    expose(server, {
      host,
      ...(tlsSecret === undefined ? {} : { tlsSecret }),
      ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    });
  }
}
