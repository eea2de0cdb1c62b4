import type { Construct } from 'constructs';

/** Operators of the platform that ask a cloud for something. */
export const OPERATORS = ['external-secrets', 'velero', 'cluster-autoscaler', 'aws-load-balancer-controller'] as const;

/** An operator, as a cloud has to know it: its pods' ServiceAccount, and what it is for. */
export interface OperatorRequest {
  readonly name: (typeof OPERATORS)[number];
  readonly namespace: string;
  readonly account: string;
  /** Of `velero`: a bucket that exists, and is somebody else's. @default one is made */
  readonly bucket?: string;
  /** Of `external-secrets`: stacks whose secrets it reads, and no others. */
  readonly stacks?: readonly string[];
  /** Of `external-secrets`: secrets of other names that it reads, whole. @default none */
  readonly keys?: readonly string[];
}

/** What a target made for an operator: who it is in the cloud, what it may do there, and what its chart is told. */
export interface OperatorAnswer {
  /** Values of its chart. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Of `external-secrets`: how its store finds the cloud's, `spec.provider` of a ClusterSecretStore. */
  readonly provider?: Readonly<Record<string, unknown>>;
  readonly facts: readonly string[];
}

/** Undefined where the target has no use for it: it brings the same itself, or has no cloud. */
export type Operator = (scope: Construct, request: OperatorRequest) => OperatorAnswer | undefined;
