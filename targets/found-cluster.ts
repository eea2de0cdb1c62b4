import type { Construct } from 'constructs';
import { StackOutputs } from '../constructs/core/stack-outputs';

/** Where the facts of a cluster come from. */
export type ClusterSource<Cluster, Known, Spec> =
  | { readonly from: 'configuration'; readonly cluster: Cluster }
  | { readonly from: 'stack'; readonly stack: string; readonly known: Known }
  | { readonly from: 'create'; readonly spec: Spec };

/** A cluster, and what has to be there before anything runs on it. */
export interface FoundCluster<Cluster, Made> {
  readonly cluster: Cluster;
  readonly made?: Made;
}

/** How a cloud reads the outputs of a stack that made a cluster, and how it makes one. */
interface Ways<Cluster, Known, Spec, Made> {
  readonly ofStack: (stack: StackOutputs, known: Known) => Cluster;
  readonly create: (spec: Spec) => FoundCluster<Cluster, Made>;
}

/** The cluster, wherever its facts come from. */
export function foundCluster<Cluster, Known, Spec, Made>(
  scope: Construct,
  source: ClusterSource<Cluster, Known, Spec>,
  { ofStack, create }: Ways<Cluster, Known, Spec, Made>,
): FoundCluster<Cluster, Made> {
  switch (source.from) {
    case 'configuration':
      return { cluster: source.cluster };
    case 'stack':
      return { cluster: ofStack(new StackOutputs(scope, 'cluster-stack', source.stack), source.known) };
    case 'create':
      return create(source.spec);
    default:
      return source satisfies never;
  }
}
