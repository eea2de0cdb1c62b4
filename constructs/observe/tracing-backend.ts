import type { Duration, Size } from 'cdk8s';
import type { SecretSource } from '../core/secret-source';

/** Where spans go from the Collector. */
export type TracingBackend =
  | {
      /** Jaeger v2 in the cluster. */
      readonly kind: 'jaeger';
      /** @default the system's own */
      readonly namespace?: string;
      /** Room for spans in its own volume. @default 10 GiB */
      readonly storage?: Size;
      /** How long spans stay. @default 2 days */
      readonly keep?: Duration;
    }
  | {
      /** A `Jaeger` of the Jaeger operator, which is out of maintenance. Needs the operator, cert-manager and Elasticsearch. */
      readonly kind: 'jaeger-operator';
      readonly name: string;
      readonly namespace: string;
      /** URL of the storage that `strategy: production` needs: `http://elasticsearch:9200`. */
      readonly elasticsearch: string;
    }
  | {
      /** Somebody else's OTLP endpoint, by gRPC. */
      readonly kind: 'managed';
      /** `https://otlp.datadoghq.com:4317` */
      readonly endpoint: string;
      /** Header by which the endpoint knows us. */
      readonly header?: { readonly name: string; readonly value: SecretSource };
    };
