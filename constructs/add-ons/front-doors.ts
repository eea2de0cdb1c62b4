import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { FRONT_DOORS } from '../core/front-doors';
import { type Problem, report } from '../core/problem';
import { VERSIONS } from '../core/versions';
import type { Definition } from './definition';
import type { PlatformOptions } from './values';

/** The class that the briefs name, and who serves it. */
const NGINX_CLASS = 'k8s.io/ingress-nginx';
const ENVOY = FRONT_DOORS.gateway;
const ENVOY_GROUP = 'gateway.envoyproxy.io';
const ENVOY_CONTROLLER = `${ENVOY_GROUP}/gatewayclass-controller`;

export const INGRESS_NGINX = ({ headers, loadBalancer }: PlatformOptions): Definition => ({
  is: 'the front door (its project ended in March 2026: see docs/platform.md)',
  namespace: 'ingress-nginx',
  podSecurity: 'baseline',
  doors: { everywhere: [80, 443, 8443], prometheus: [10254] },
  metrics: {
    pods: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
    port: 'metrics',
  },
  releases: [
    {
      name: 'ingress-nginx',
      chart: 'ingress-nginx',
      repository: 'https://kubernetes.github.io/ingress-nginx',
      version: VERSIONS.ingressNginx.version,
      makes: [
        { kind: 'IngressClass', name: 'nginx' },
        { kind: 'controller', name: NGINX_CLASS },
      ],
      values: {
        controller: {
          replicaCount: 2,
          allowSnippetAnnotations: false,
          // The rate limit counts addresses of clients: neither those of nodes, nor of a load balancer.
          service: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', annotations: loadBalancer.tcp },
          config: {
            'use-gzip': 'true',
            'ssl-protocols': 'TLSv1.2 TLSv1.3',
            'generate-request-id': 'true',
            'global-allowed-response-headers': headers.join(','),
            'log-format-escape-json': 'true',
          },
          // The port; who reads it is an object of ours, which waits for its kind.
          metrics: { enabled: true },
        },
      },
    },
  ],
});

/** https://doc.traefik.io/traefik/v3.7/reference/install-configuration/providers/kubernetes/kubernetes-ingress-nginx/ */
export const TRAEFIK = ({ headers, loadBalancer }: PlatformOptions): Definition => ({
  is: 'the front door, by the annotations of ingress-nginx',
  namespace: FRONT_DOORS.traefik.namespace,
  podSecurity: 'baseline',
  doors: { everywhere: [8000, 8443], prometheus: [9100] },
  metrics: { pods: FRONT_DOORS.traefik.podLabels, port: 'metrics' },
  releases: [
    {
      name: 'traefik',
      chart: 'traefik',
      repository: 'https://traefik.github.io/charts',
      version: VERSIONS.traefik.version,
      makes: [{ kind: 'controller', name: NGINX_CLASS }],
      values: {
        deployment: { replicas: 2 },
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        // The class is an object of ours: `nginx`, which Ingresses name.
        ingressClass: { enabled: false },
        providers: {
          kubernetesCRD: { enabled: false },
          kubernetesIngress: { enabled: false },
          kubernetesIngressNGINX: {
            enabled: true,
            ingressClass: FRONT_DOORS.traefik.className,
            controllerClass: NGINX_CLASS,
          },
        },
        additionalArguments: [`--providers.kubernetesingressnginx.globalallowedresponseheaders=${headers.join(',')}`],
        // Its own is 60 s for the whole of a request, which ends uploads.
        ports: { websecure: { transport: { respondingTimeouts: { readTimeout: '0s' } } } },
        service: { annotations: loadBalancer.tcp, spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' } },
      },
    },
  ],
});

/** https://gateway.envoyproxy.io/docs/install/install-helm/ It brings the CRDs of Gateway API too: nothing else may. */
export const ENVOY_GATEWAY = (_options: PlatformOptions): Definition => ({
  is: 'the front door, by Gateway API',
  namespace: ENVOY.namespace,
  podSecurity: 'baseline',
  // Proxies listen 10,000 above; a port of an exposePort is opened by its system.
  doors: { everywhere: [10_080, 10_443], prometheus: [19_001] },
  metrics: { pods: ENVOY.podLabels, port: 'metrics', path: '/stats/prometheus' },
  releases: [
    {
      name: 'envoy-gateway',
      chart: 'oci://docker.io/envoyproxy/gateway-helm',
      version: VERSIONS.envoyGateway.version,
      values: { deployment: { replicas: 2 }, podDisruptionBudget: { minAvailable: 1 } },
      serves: ['gateway.networking.k8s.io', ENVOY_GROUP],
      makes: [{ kind: 'controller', name: ENVOY_CONTROLLER }],
    },
  ],
});

/** The class of Gateways, and what their proxies are: load balancers that keep the addresses of clients. */
export function envoyClass(scope: Construct, { loadBalancer, protect }: PlatformOptions): void {
  const group = ENVOY_GROUP;
  const { className: name, namespace } = ENVOY;
  const copies = protect ? 2 : 1;
  new ApiObject(scope, 'proxies', {
    apiVersion: `${group}/v1alpha1`,
    kind: 'EnvoyProxy',
    metadata: { name, namespace },
    spec: {
      provider: {
        type: 'Kubernetes',
        kubernetes: {
          envoyDeployment: { replicas: copies },
          ...(protect ? { envoyPDB: { minAvailable: 1 } } : {}),
          envoyService: {
            type: 'LoadBalancer',
            externalTrafficPolicy: 'Local',
            ...(Object.keys(loadBalancer.tcp).length === 0 ? {} : { annotations: { ...loadBalancer.tcp } }),
          },
        },
      },
    },
  });
  new ApiObject(scope, 'class', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name },
    spec: {
      controllerName: ENVOY_CONTROLLER,
      parametersRef: { group, kind: 'EnvoyProxy', name, namespace },
    },
  });
}

/** The class `nginx`, where ingress-nginx does not bring it. */
export function nginxClass(scope: Construct): void {
  const { className: name } = FRONT_DOORS.traefik;
  new k8s.KubeIngressClass(scope, 'class', { metadata: { name }, spec: { controller: NGINX_CLASS } });
}

/** Said once, where the controller is installed: it goes on to work, and nobody mends it. */
export function outOfMaintenance(scope: Construct): void {
  const what =
    'ingress-nginx is out of maintenance since March 2026: faults in what faces the internet are not mended any more.';
  const fix =
    'platform:addOns: traefik in its place, with seaworthy:frontDoor: traefik (the same Ingresses); or envoy-gateway, with seaworthy:frontDoor: gateway';
  report(scope, (): Problem[] => [{ code: 'SW-ADDON-001', severity: 'warning', what, fix }]);
}
