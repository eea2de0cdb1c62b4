import type { SecretSource } from './secret-source';

/** How an endpoint is reached: what the network policies of an edge open. */
export type Reach =
  | { readonly by: 'pods'; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly by: 'cidrs'; readonly cidrs: readonly string[] }
  | { readonly by: 'public' };

/** Certificates of who signed what a server shows: a key of a Secret or a ConfigMap in the namespace of that server. */
export interface Authority {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
  /** It signs for this server alone, and not for its name: who trusts it asks for no name. @default the name is checked */
  readonly signsOneServer?: boolean;
}

/** A user of a store beside the one that owns what is in it: `reader` may read all of it, `metrics` its numbers. */
export type LesserUser = 'reader' | 'metrics';

/** What a caller may ask of a store at one time. */
export interface Caller {
  /** Path of the caller. */
  readonly path: string;
  /** Most pods of it at one time, while it rolls too. */
  readonly pods: number;
  /** Most connections of one pod. */
  readonly connections: number;
}

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
  /** It speaks TLS, and this signed its certificate: an edge mounts it, and names it as the caller's driver wants. */
  readonly authority?: Authority;
  /** Users with fewer rights, for those who only read. */
  readonly users?: Readonly<
    Partial<Record<LesserUser, { readonly username: string; readonly password: SecretSource }>>
  >;
  /** Callers wait until it runs. @default false */
  readonly comesFirst?: boolean;
  /** Parameters that every URL of this endpoint needs. */
  readonly query?: Readonly<Record<string, string>>;
  /** Connections stay open, and belong to one copy: the front door keeps both. */
  readonly webSocket?: boolean;
  /** Paths that are for the cluster only, metrics: no front door lets anybody see them. */
  readonly closed?: readonly string[];
}

/** A part that can be connected to. */
export interface HasEndpoint {
  readonly endpoint: Endpoint;
  /** Told of each caller, so that a store is sized for all of them. */
  expect?(caller: Caller): void;
}
