import type { FrontDoorController } from './platform';

/** The controllers that we know, by what is written for them. A platform has one: `frontDoor: FRONT_DOORS.gateway`. */
export const FRONT_DOORS = {
  /** Class `nginx`, served by ingress-nginx, whose project ended in March 2026. */
  ingress: {
    renderer: 'ingress',
    className: 'nginx',
    namespace: 'ingress-nginx',
    podLabels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
    httpsPorts: [443, 8443],
  },
  /** Class `nginx` still, served by Traefik, which reads the annotations of ingress-nginx and is maintained. */
  traefik: {
    renderer: 'ingress',
    className: 'nginx',
    namespace: 'traefik',
    podLabels: { 'app.kubernetes.io/name': 'traefik' },
    httpsPorts: [443, 8443],
  },
  /**
   * Envoy Gateway. Each Gateway has proxies of its own beside the controller, which listen 10,000 above ports below 1,024.
   * https://gateway.envoyproxy.io/docs/tasks/operations/customize-envoyproxy/
   */
  gateway: {
    renderer: 'gateway',
    className: 'envoy',
    namespace: 'envoy-gateway-system',
    podLabels: { 'app.kubernetes.io/managed-by': 'envoy-gateway', 'app.kubernetes.io/component': 'proxy' },
    httpsPorts: [443, 10443],
  },
} as const satisfies Readonly<Record<string, FrontDoorController>>;
