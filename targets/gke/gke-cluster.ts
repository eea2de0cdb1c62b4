import type { ClusterSource } from '../found-cluster';
import type { GkeSpec } from './cluster/gke-spec';
import type { GkeFacts, NamedGke } from './gke-facts';

export interface GkeCluster extends NamedGke, GkeFacts {}

type Told = { readonly [K in keyof GkeFacts]?: GkeFacts[K] | undefined };

/** What a stack that joins a cluster's says itself: facts that it gives win over those of the stack. */
export interface KnownOfGke extends NamedGke, Told {}

export type GkeSource = ClusterSource<GkeCluster, KnownOfGke, GkeSpec>;
