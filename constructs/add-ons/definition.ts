import type { HelmReleaseProps } from '../core/helm-release';
import type { Doors } from './doors';

export const ADD_ONS = [
  'cert-manager',
  'external-secrets',
  'sealed-secrets',
  'prometheus',
  'cloudnative-pg',
  'ingress-nginx',
  'traefik',
  'envoy-gateway',
  'metrics-server',
  'velero',
  'loki',
  'elastic',
  'cluster-autoscaler',
  'aws-load-balancer-controller',
  'reloader',
] as const;
export type AddOnName = (typeof ADD_ONS)[number];

export interface Definition {
  readonly namespace: string;
  /** Pod Security of the namespace; none where the namespace is the cluster's own. */
  readonly podSecurity?: 'restricted' | 'baseline' | 'privileged';
  readonly releases: readonly Omit<HelmReleaseProps, 'namespace'>[];
  /** Who comes in from outside of its namespace. None where the namespace is the cluster's own. */
  readonly doors?: Doors;
  /** Where its metrics are, those that alerts and dashboards ask for. */
  readonly metrics?: {
    readonly pods: Readonly<Record<string, string>>;
    readonly port: string;
    /** @default '/metrics' */
    readonly path?: string;
  };
  readonly is: string;
}
