import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { labelsOf, nameOf } from '../core/labels';
import { recordConnection } from '../core/part';
import { report } from '../core/problem';
import { systemOf } from '../core/system';
import { VERSIONS } from '../core/versions';
import { certificate, isChallenged, SOLVER } from '../network/certificate';
import { connect } from '../network/connect';
import { SECURITY_HEADERS } from '../network/expose';
import { allowFrom, allowTo } from '../network/network-policy';
import type { HttpServiceProps } from './http-props';
import { HttpService } from './http-service';
import { nginxConfig } from './nginx-config';

export interface ReverseProxyProps {
  readonly name?: string;
  /** What it stands before; the longest path that matches wins. */
  readonly routes: Readonly<Record<`/${string}`, HttpService>>;
  /** DNS name of its certificate. It answers to no other. */
  readonly host: string;
  /** Secret with its certificate, filled by cert-manager. @default `<system>-tls` */
  readonly tlsSecret?: string;
  /** Requests a second that one address may make; five times as many in a burst. @default 20 */
  readonly requestsPerSecond?: number;
  /**
   * Folders whose files are the same for everybody, and change only with their names: they are kept for seven days, where the program does
   * not say otherwise. It is asked for them without cookie and credential. @default none: nothing is kept
   */
  readonly cached?: readonly `/${string}/`[];
  /** @default {@link SECURITY_HEADERS} */
  readonly headers?: Readonly<Record<string, string>>;
  readonly scale?: HttpServiceProps['scale'];
}

/** https://github.com/nginx/docker-nginx: user of the image. */
export const NGINX_USER = 101;

/**
 * An nginx of one's own behind a load balancer, instead of the cluster's front door: TLS 1.2 and 1.3, security headers, a rate limit, gzip,
 * WebSockets, and a cache of the folders that are said to be for everybody. Paths of metrics are closed.
 * Creates: as a Gateway, a Certificate, with the configuration in a ConfigMap, and a Service of type LoadBalancer; where the issuer asks
 * the world for proof, the way of its challenges.
 * Limitation: rate limits are counted by each copy; a renewed certificate is read by the next pod; a program that ignores the case of
 * paths should have its metrics on a port of their own, for paths are closed as they are written.
 *
 *     new ReverseProxy(this, 'nginx', { routes: { '/': web, '/socket/': signaling }, host: 'shop.acme.org' });
 */
export class ReverseProxy extends HttpService {
  constructor(scope: Construct, id: string, props: ReverseProxyProps) {
    const name = props.name ?? `${scope.node.id}-${id}`;
    const tlsSecret = props.tlsSecret ?? `${scope.node.id}-tls`;
    const challenged = isChallenged(systemOf(scope));
    const { text, problems } = nginxConfig({
      routes: Object.entries(props.routes).map(([path, { endpoint }]) => {
        const { host, port, webSocket = false, closed = [] } = endpoint;
        return { path, upstream: `${host}:${port}`, webSocket, closed };
      }),
      cached: props.cached ?? [],
      host: props.host,
      ...(challenged ? { acme: `${name}-acme:${SOLVER.port}` } : {}),
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
    if (challenged) this.challenges();
    report(this, () => problems);
  }

  /** The world asks here for what proves that the name is ours: it is passed on to the pod that cert-manager starts to answer. */
  private challenges(): void {
    const name = `${nameOf(this)}-acme`;
    const { port, labels } = SOLVER;
    const scope = new Construct(this, 'acme');
    const ports = [{ name: 'http', port, targetPort: k8s.IntOrString.fromNumber(port), protocol: 'TCP' }];
    new k8s.KubeService(scope, 'service', {
      metadata: { name, labels: labelsOf(this) },
      spec: { type: 'ClusterIP', selector: { ...labels }, ports },
    });
    const namespace = systemOf(this).namespaceName;
    allowFrom(
      scope,
      `acme-solver-from-${nameOf(this)}`,
      labels,
      [{ by: 'pods', namespace, labels: this.selector }],
      port,
    );
    const reach = { by: 'pods', namespace, labels } as const;
    allowTo(scope, `${nameOf(this)}-to-acme-solver`, this.selector, [{ reach, port }]);
  }

  private loadBalancer(): void {
    const name = `${nameOf(this)}-public`;
    const port = (number: number, target: number) => {
      const targetPort = k8s.IntOrString.fromNumber(target);
      return { name: number === 443 ? 'https' : 'http', port: number, targetPort, protocol: 'TCP' };
    };
    new k8s.KubeService(this, 'load-balancer', {
      metadata: { name, labels: labelsOf(this), annotations: systemOf(this).platform.loadBalancer.tcp },
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
