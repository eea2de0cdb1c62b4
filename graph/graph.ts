import type { IConstruct } from 'constructs';
import type { Brought } from '../constructs/core/brought';
import type { NodeOptions } from '../constructs/core/node-options';
import type { Connection } from '../constructs/core/part';
import type { Problem } from '../constructs/core/problem';

/** What an object is to Kubernetes: one of these exists once in a cluster. */
export interface ObjectIdentity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** None on what belongs to the whole cluster. */
  readonly namespace?: string;
}

/** A node that becomes a Pulumi resource: a Kubernetes object, a cloud resource, a provider, a Helm release, a component; or another stack, that is read. */
export interface GraphNode {
  /** Construct path. Also the logical name, hence part of the URN. */
  readonly path: string;
  /** Pulumi type token. */
  readonly type: string;
  readonly form: 'object' | 'cloud' | 'provider' | 'release' | 'component' | 'reference';
  /** Path of the component that it stands in. */
  readonly parent?: string;
  /** JSON with markers as leaves. Empty for components. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: NodeOptions;
  /** Earlier paths of the same thing. */
  readonly aliases: readonly string[];
  readonly object?: ObjectIdentity;
  /** Path of the provider that creates it. */
  readonly provider?: string;
  /** Path of the system, or of the outermost component. */
  readonly system?: string;
  /** Path of the part. */
  readonly part?: string;
  readonly construct: IConstruct;
}

/** `from` is created after `to`. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** `stands in namespace talos-system`, `reads Secret talos-secrets`, `uses address`, `was told to`. */
  readonly reason: string;
}

/** A part as the preview tells it. */
export interface PartFacts {
  readonly path: string;
  readonly system: string;
  readonly facts: readonly string[];
}

/** The contract: made once, read by the bridge, the checks and every kind of output. */
export interface Graph {
  /** In the order of creation: components first, then each node after all that it needs. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly parts: readonly PartFacts[];
  readonly connections: readonly Connection[];
  /** What is there without any stack of ours, as its constructs say. */
  readonly brought?: readonly Brought[];
  readonly problems: readonly Problem[];
}

/** `apps/v1` Deployment → `kubernetes:apps/v1:Deployment`; the core group is written out. */
export function typeOf(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion === 'v1' ? 'core/v1' : apiVersion}:${kind}`;
}

/** One text for one live object, whatever the version of its API: `apps/Deployment talos-system/talos-gateway`. */
export function identityKey({ apiVersion, kind, namespace, name }: ObjectIdentity): string {
  const group = apiVersion.includes('/') ? `${apiVersion.split('/')[0]}/` : '';
  return `${group}${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
