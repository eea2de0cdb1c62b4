/** What a platform is told. */
export interface PlatformOptions {
  /** Days that Prometheus keeps metrics. */
  readonly metricsDays: number;
  /** Days that logs are kept. */
  readonly logDays: number;
  /** Where critical alerts go: a webhook of PagerDuty, Opsgenie, Slack … Its address is a credential: the marker of a secret. */
  readonly onCall: string | undefined;
  readonly velero: { readonly bucket: string; readonly region: string };
  /** DNS name of Kibana. */
  readonly kibana: string;
  /** Account of Let's Encrypt, where the platform makes the issuer `letsencrypt-prod`. */
  readonly acmeEmail: string | undefined;
  /** Refuse to delete what systems stand on. */
  readonly protect: boolean;
  /** Response headers that systems may set. */
  readonly headers: readonly string[];
}

/** Secret with the webhook of who is on call, beside Alertmanager. */
export const ON_CALL = 'on-call-webhook';
/** Where the operator mounts it. https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.AlertmanagerSpec */
const ON_CALL_FILE = `/etc/alertmanager/secrets/${ON_CALL}/url`;

/** https://prometheus.io/docs/alerting/latest/configuration/ Critical alerts call somebody; the others are looked at by day. */
export function alertmanager({ onCall }: PlatformOptions): object {
  return {
    route: {
      receiver: 'by-day',
      group_by: ['system', 'alertname'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '12h',
      routes: [
        { receiver: 'none', matchers: ['alertname = "Watchdog"'] },
        { receiver: 'on-call', matchers: ['severity = "critical"'], repeat_interval: '1h' },
      ],
    },
    // What is critical says it for what is a warning of the same system.
    inhibit_rules: [
      {
        source_matchers: ['severity = "critical"'],
        target_matchers: ['severity = "warning"'],
        equal: ['system', 'alertname'],
      },
    ],
    receivers: [
      { name: 'none' },
      { name: 'by-day' },
      {
        name: 'on-call',
        ...(onCall === undefined ? {} : { webhook_configs: [{ url_file: ON_CALL_FILE, send_resolved: true }] }),
      },
    ],
  };
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
