import type { AksFacts, NamedAks } from './aks-facts';
import type { AksSpec } from './cluster/aks-spec';

export interface AksCluster extends NamedAks, AksFacts {}

/** Where the facts of a cluster come from. */
export type AksSource =
  | { readonly from: 'configuration'; readonly cluster: AksCluster }
  | { readonly from: 'stack'; readonly stack: string; readonly known: KnownOfStack }
  | { readonly from: 'create'; readonly spec: AksSpec };

type Told = { readonly [K in keyof AksFacts]?: AksFacts[K] | undefined };

/** What a stack that joins a cluster's says itself: facts that it gives win over those of the stack. */
export interface KnownOfStack extends NamedAks, Told {}

/** What every resource in Azure is made with. */
export interface Azure {
  readonly cluster: AksCluster;
  readonly environment: string;
  readonly tags: Readonly<Record<string, string>>;
}
