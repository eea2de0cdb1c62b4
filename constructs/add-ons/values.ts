import type { Operator } from '../core/operator';
import type { FrontDoorController, LoadBalancers } from '../core/platform';

/** The way of a cluster to a store of secrets, for some namespaces. */
export interface SecretStore {
  readonly name: string;
  /** Who may use it. */
  readonly namespaces: readonly string[];
  /** Stacks whose secrets it reads. */
  readonly stacks: readonly string[];
  /** Secrets of other names that it reads. */
  readonly keys: readonly string[];
}

/** What a platform is told. */
export interface PlatformOptions {
  /** Days that Prometheus keeps metrics. */
  readonly metricsDays: number;
  /** Days that logs are kept. */
  readonly logDays: number;
  /** Where critical alerts go: a webhook of PagerDuty, Opsgenie, Slack … Its address is a credential: the marker of a secret. */
  readonly onCall: string | undefined;
  /** Where the other alerts go, as above. `onCall` too, where there is none. */
  readonly dailyCall: string | undefined;
  /** Prometheus is among the add-ons, and reads the metrics of the others. */
  readonly isWatched: boolean;
  /** Class of the add-ons' volumes. */
  readonly storageClass: string;
  /** Who leads the world in to the systems of the cluster. */
  readonly frontDoor: FrontDoorController;
  /** Annotations of the front door's Service: those of the target. */
  readonly loadBalancer: LoadBalancers;
  readonly velero: { readonly bucket: string; readonly region: string };
  /** Velero's bucket is somebody else's, and none is made where the target could. */
  readonly isOwnBucket: boolean;
  /** Who an add-on is in the cloud. @default nobody */
  readonly operator: Operator | undefined;
  /** Of `external-secrets`, where the target has a store. */
  readonly secretStore: SecretStore | undefined;
  /** What the target made for this add-on, for its chart. */
  readonly cloud?: Readonly<Record<string, unknown>>;
  /** `1.35` */
  readonly kubernetesVersion: string;
  /** DNS name of Kibana. */
  readonly kibana: string;
  /** Account of Let's Encrypt, where the platform makes the issuer `letsencrypt-prod`. */
  readonly acmeEmail: string | undefined;
  /** Refuse to delete what systems stand on. */
  readonly protect: boolean;
  /** Response headers that systems may set. */
  readonly headers: readonly string[];
}

/** Secret with the webhooks of who is told, beside Alertmanager, and its keys. */
export const ON_CALL_SECRET = 'on-call-webhook';
export const ON_CALL_KEYS = { critical: 'url', daily: 'daily-url' } as const;

/** Secret with the administrator of Grafana. */
export const GRAFANA_ADMIN = 'grafana-admin';

/** Specification of a claim. A class is named, because a cluster may have no default. */
export function volumeClaim(storage: string, storageClass: string): object {
  return { accessModes: ['ReadWriteOnce'], storageClassName: storageClass, resources: { requests: { storage } } };
}

/** Fields of a line of JSON that are worth asking for: of ALCS, and of whoever writes as it does. */
export const LOG_FIELDS = [
  'timestamp',
  'level',
  'message',
  'correlationId',
  'sessionId',
  'userId',
  'duration',
] as const;

/** https://grafana.com/docs/alloy/latest/reference/components/loki/ */
export function alloyConfig(): string {
  const expressions = LOG_FIELDS.map((field) => `      ${field} = "${field}",`).join('\n');
  const metadata = ['correlationId', 'sessionId', 'userId', 'duration']
    .map((field) => `      ${field} = "",`)
    .join('\n');
  return `discovery.kubernetes "pods" {
  role = "pod"
}

discovery.relabel "pods" {
  targets = discovery.kubernetes.pods.targets
  rule {
    source_labels = ["__meta_kubernetes_namespace"]
    target_label  = "namespace"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_label_app"]
    target_label  = "app"
  }
}

loki.source.kubernetes "pods" {
  targets    = discovery.relabel.pods.output
  forward_to = [loki.process.json.receiver]
}

loki.process "json" {
  stage.json {
    expressions = {
${expressions}
    }
  }
  stage.timestamp {
    source = "timestamp"
    format = "RFC3339Nano"
  }
  stage.labels {
    values = { level = "level" }
  }
  stage.structured_metadata {
    values = {
${metadata}
    }
  }
  forward_to = [loki.write.loki.receiver]
}

loki.write "loki" {
  endpoint {
    url = "http://loki.logging.svc:3100/loki/api/v1/push"
  }
}
`;
}
