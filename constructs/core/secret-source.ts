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
    };

/** Who writes Secrets: Pulumi itself, or the External Secrets operator from a store outside the cluster. */
export type SecretBackend =
  | { readonly kind: 'pulumi' }
  | {
      readonly kind: 'external';
      readonly store: { readonly kind: 'ClusterSecretStore' | 'SecretStore'; readonly name: string };
      /** First part of the keys of secrets that people put into the store: `talos/prod` gives `talos/prod/postgres`. */
      readonly prefix: string;
      /** How often the operator looks: `1h`. */
      readonly refreshInterval: string;
    };
