/** Where a secret comes from. A secret is a place, never a value in the code. */
export type SecretSource =
  | {
      readonly from: 'pulumi';
      /** Marker of a secret that Pulumi holds: generated, or the stack's encrypted configuration. In state it is encrypted. */
      readonly value: string;
    }
  | {
      readonly from: 'store';
      /** Name or address in the store behind External Secrets; may be a marker. */
      readonly key: string;
      /** Field of a structured secret: `password`. */
      readonly property?: string;
    }
  | {
      /** Inside a value that a person sealed, whole, for its place: nobody but the cluster can read or compose it. */
      readonly from: 'sealed';
    };

/**
 * Who writes Secrets: Pulumi itself, with values of its own (`pulumi`) or from a file that SOPS encrypted (`sops`); External Secrets from a
 * store outside the cluster (`external`); Sealed Secrets from ciphertexts that only the cluster opens (`sealed`).
 */
export type SecretBackend =
  | { readonly kind: 'pulumi' }
  | {
      readonly kind: 'external';
      readonly store: { readonly kind: 'ClusterSecretStore' | 'SecretStore'; readonly name: string };
      /** First part of the keys of secrets that people put into the store: `talos/prod` gives `talos/prod/postgres`. */
      readonly prefix: string;
      /** How the store names a secret: `talos/prod/postgres`; or `talos-prod-postgres`, where it knows no other signs. @default 'paths' */
      readonly keys?: 'paths' | 'dashes';
      /** How often the operator looks: `1h`. */
      readonly refreshInterval: string;
    }
  | {
      readonly kind: 'sops';
      /** Where it is, for messages and for `sops --decrypt`. */
      readonly file: string;
      /** Its keys, which SOPS leaves readable: `talos-postgres.password`. */
      readonly keys: readonly string[];
    }
  | {
      readonly kind: 'sealed';
      readonly file: string;
      /** Ciphertexts of `kubeseal --raw`, by `namespace/name` of the Secret, and key. */
      readonly ciphertexts: Readonly<Record<string, Readonly<Record<string, string>>>>;
    };
