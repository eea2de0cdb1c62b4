import type { IConstruct } from 'constructs';

/**
 * How a value is written into the text around it. Applied after the value is known. `url-safe` writes it as it is, and refuses what would
 * change the meaning of the URL around it.
 */
export type Encoding = 'none' | 'uri' | 'json' | 'url-safe' | 'without-scheme';

/** An attribute of a node of the graph that exists only after apply: the address of a database, the IP of a Service. */
export interface Attribute {
  readonly kind: 'attribute';
  readonly of: IConstruct;
  /** Dotted path into the node's outputs: `address`, `status.loadBalancer.ingress[0].hostname`. */
  readonly path: string;
  readonly secret: boolean;
}

/** A Pulumi Output from outside: kept as it is, with its secretness and its dependencies. */
export interface Foreign {
  readonly kind: 'foreign';
  readonly output: object;
}

/** An encrypted value of the stack's configuration. */
export interface ConfigSecret {
  readonly kind: 'config';
  /** `namespace:key`, with the path into a structured value behind it: `talos:database.password`. */
  readonly key: string;
}

/** A value of a file that SOPS encrypted. */
export interface SopsSecret {
  readonly kind: 'sops';
  readonly file: string;
  /** Dotted path: `talos-postgres.password`. */
  readonly key: string;
}

/** A text with values in it. */
export interface Composed {
  readonly kind: 'composed';
  readonly pieces: readonly (string | { readonly value: Value; readonly encode: Encoding })[];
}

/** Base64 of a value, made once the value is known. */
export interface Base64 {
  readonly kind: 'base64';
  readonly of: Value | string;
}

/** Digest of data that a pod reads: plain SHA-256, or HMAC-SHA256 with `key` where the data hold a secret. */
export interface Digest {
  readonly kind: 'digest';
  readonly of: readonly unknown[];
  readonly key?: Value;
}

/** What is known only after apply, or must not be shown. Travels through cdk8s as a marker. */
export type Value = Attribute | Foreign | ConfigSecret | SopsSecret | Composed | Base64 | Digest;
