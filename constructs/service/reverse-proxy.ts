import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { labelsOf, nameOf } from '../core/labels';
import { recordConnection } from '../core/part';
import { VERSIONS } from '../core/versions';
import { certificate } from '../network/certificate';
import { connect } from '../network/connect';
import { SECURITY_HEADERS } from '../network/expose';
import type { HttpServiceProps } from './http-props';
import { HttpService } from './http-service';
import { nginxConfig } from './nginx-config';

export interface ReverseProxyProps {
  readonly name?: string;
  /** What it stands before; the longest path that matches wins. */
  readonly routes: Readonly<Record<`/${string}`, HttpService>>;
  /** DNS name of its certificate. */
  readonly host: string;
  /** Secret with its certificate, filled by cert-manager. @default `<system>-tls` */
  readonly tlsSecret?: string;
  /** Requests a second that one address may make; five times as many in a burst. @default 20 */
  readonly requestsPerSecond?: number;
  /** @default {@link SECURITY_HEADERS} */
  readonly headers?: Readonly<Record<string, string>>;
  readonly scale?: HttpServiceProps['scale'];
}

/** https://github.com/nginx/docker-nginx: user of the image. */
export const NGINX_USER = 101;

/**
 * An nginx of one's own behind a load balancer, instead of the cluster's front door: TLS 1.2 and 1.3, security headers, a rate limit, gzip,
 * a cache of static files, WebSockets.
 * Creates: as a Gateway, a Certificate, with the configuration in a ConfigMap, and a Service of type LoadBalancer.
 * Limitation: rate limits are counted by each copy; a renewed certificate is read by the next pod.
 *
 *     new ReverseProxy(this, 'nginx', { routes: { '/': web, '/socket/': signaling }, host: 'shop.acme.org' });
 */
export class ReverseProxy extends HttpService {
  constructor(scope: Construct, id: string, props: ReverseProxyProps) {
    const name = props.name ?? `${scope.node.id}-${id}`;
    const tlsSecret = props.tlsSecret ?? `${scope.node.id}-tls`;
    const text = nginxConfig({
      routes: Object.entries(props.routes).map(([path, { endpoint }]) => {
        return { path, upstream: `${endpoint.host}:${endpoint.port}`, webSocket: endpoint.webSocket ?? false };
      }),
      headers: props.headers ?? SECURITY_HEADERS,
      requestsPerSecond: props.requestsPerSecond ?? 20,
      tls: TLS_FOLDER,
    });
    super(scope, id, 'seaworthy:service:ReverseProxy', {
      ...(props.name === undefined ? {} : { name: props.name }),
      image: VERSIONS.nginx.image,
      port: 8080,
      user: NGINX_USER,
      probes: { live: { path: '/healthz' }, ready: { path: '/healthz', periodSeconds: 5 } },
      metrics: false,
      files: [{ configMap: `${name}-config`, key: 'nginx.conf', folder: '/etc/nginx', text }],
      secrets: [{ secret: tlsSecret, folder: TLS_FOLDER }],
      ...(props.scale === undefined ? {} : { scale: props.scale }),
    });
    certificate(this, { secret: tlsSecret, hosts: [props.host] });
    for (const service of new Set(Object.values(props.routes))) connect(this, service);
    this.loadBalancer();
  }

  private loadBalancer(): void {
    const name = `${nameOf(this)}-public`;
    const port = (number: number, target: number) => {
      const targetPort = k8s.IntOrString.fromNumber(target);
      return { name: number === 443 ? 'https' : 'http', port: number, targetPort, protocol: 'TCP' };
    };
    new k8s.KubeService(this, 'load-balancer', {
      metadata: { name, labels: labelsOf(this) },
      spec: {
        type: 'LoadBalancer',
        // The rate limit counts addresses of clients, not of nodes.
        externalTrafficPolicy: 'Local',
        selector: this.selector,
        ports: [port(80, 8080), port(443, 8443)],
      },
    });
    const ports = [8080, 8443].map((number) => ({ port: k8s.IntOrString.fromNumber(number), protocol: 'TCP' }));
    new k8s.KubeNetworkPolicy(this, 'open', {
      metadata: { name: `${nameOf(this)}-open` },
      spec: { podSelector: { matchLabels: this.selector }, policyTypes: ['Ingress'], ingress: [{ ports }] },
    });
    const facts = ['load balancer :80, :443'];
    recordConnection(this, () => ({ from: 'internet', to: this.node.path, port: 443, variables: [], facts }));
  }
}

const TLS_FOLDER = '/etc/nginx/tls';
