import type { ClusterSource } from '../found-cluster';
import type { AksFacts, NamedAks } from './aks-facts';
import type { AksSpec } from './cluster/aks-spec';

export interface AksCluster extends NamedAks, AksFacts {}

export type AksSource = ClusterSource<AksCluster, KnownOfStack, AksSpec>;

type Told = { readonly [K in keyof AksFacts]?: AksFacts[K] | undefined };

/** What a stack that joins a cluster's says itself: facts that it gives win over those of the stack. */
export interface KnownOfStack extends NamedAks, Told {}

/** What every resource in Azure is made with. */
export interface Azure {
  readonly cluster: AksCluster;
  readonly environment: string;
  readonly tags: Readonly<Record<string, string>>;
}
