import type { SecretSource } from './secret-source';

/** How an endpoint is reached: what the network policies of an edge open. */
export type Reach =
  | { readonly by: 'pods'; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly by: 'cidrs'; readonly cidrs: readonly string[] }
  | { readonly by: 'public' };

/** Where a part listens, and what a caller must know. A port is written here once, and travels with the edge. */
export interface Endpoint {
  /** `http`, `postgresql`, `redis`; `rediss` where TLS is spoken. */
  readonly scheme: string;
  /** DNS name: plain, or the marker of an output. */
  readonly host: string;
  readonly port: number;
  readonly reach: Reach;
  readonly username?: string;
  readonly password?: SecretSource;
  /** Database of a Postgres; path of a URL. */
  readonly database?: string;
  /** Parameters that every URL of this endpoint needs: `{ sslmode: 'require' }`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Connections stay open, and belong to one copy: the front door keeps both. */
  readonly webSocket?: boolean;
  /** Paths that are for the cluster only, metrics: no front door lets anybody see them. */
  readonly closed?: readonly string[];
}

/** A part that can be connected to. */
export interface HasEndpoint {
  readonly endpoint: Endpoint;
}
