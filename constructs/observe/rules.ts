import type { Duration } from 'cdk8s';
import { Pen } from '../core/language';
import type { RequestMetrics, Signal } from '../core/signals';
import type { Alarm } from './alarm';
import { ALERT_TEXT } from './alert-text';
import { burnRateAlerts, errorRatio, RATIO_WINDOWS } from './slo';

/** https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#rule */
export type Rule =
  | { readonly record: string; readonly expr: string }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    };

export interface RuleGroup {
  readonly name: string;
  /** How often it is evaluated: `30s`. @default as Prometheus is set */
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

export interface Objectives {
  /** Requests that do not fail, in percent over 30 days. */
  readonly availability: number;
  /** The slowest of a hundred requests takes at most this long. */
  readonly latency: Duration;
}

export interface RuleFacts {
  readonly system: string;
  readonly namespace: string;
  readonly objectives: Objectives;
  /** Address of the page whose headings are the names of the alerts. */
  readonly runbooks: string;
  /** Whom to call. */
  readonly onCall?: string;
  readonly signals: readonly Signal[];
  /** cert-manager keeps certificates in the namespace. */
  readonly hasCertificates: boolean;
}

/** Recording rules and alerts of a system, derived from what its parts say of themselves. */
export function ruleGroups(facts: RuleFacts): RuleGroup[] {
  const { system, namespace, signals } = facts;
  const named = requestsOf(signals);
  const isHttp = named.length > 0;
  const alarms = [
    ...(isHttp ? httpAlarms(facts) : []),
    ...(isHttp ? burnRateAlerts(facts.objectives.availability, namespace) : []),
    ...workloadAlarms(facts),
    ...withOneOfVolumes(signals).flatMap((signal) => alarmsOf(signal, namespace)),
    ...(facts.hasCertificates ? [certificateAlarm(namespace)] : []),
  ];
  return [
    ...(isHttp
      ? [
          {
            name: `${system}-requests`,
            rules: named.flatMap((names) => recordings(namespace, names, named.length > 1)),
          },
        ]
      : []),
    { name: `${system}-alerts`, rules: alarms.map((alarm) => rule(alarm, facts)) },
  ];
}

function rule({ alert, expr, severity, says, for: time }: Alarm, { system, runbooks, onCall }: RuleFacts): Rule {
  return {
    alert,
    expr,
    for: time,
    labels: { severity, system },
    annotations: {
      summary: says,
      runbook_url: `${new Pen().into(ALERT_TEXT, runbooks, 'runbooks')}#${alert.toLowerCase()}`,
      ...(onCall === undefined ? {} : { on_call: new Pen().into(ALERT_TEXT, onCall, 'onCall') }),
    },
  };
}

interface NamedRequests {
  readonly metrics: RequestMetrics;
  readonly services: readonly string[];
}

/** Services, by what they call their requests. */
export function requestsOf(signals: readonly Signal[]): NamedRequests[] {
  const found = new Map<string, { metrics: RequestMetrics; services: string[] }>();
  for (const signal of signals) {
    if (signal.kind !== 'http' || signal.requests === undefined) continue;
    const key = JSON.stringify(signal.requests);
    const group = found.get(key) ?? { metrics: signal.requests, services: [] };
    group.services.push(signal.name);
    found.set(key, group);
  }
  return [...found.values()];
}

/** Whatever the metrics are called, what is recorded of them has one name. */
function recordings(namespace: string, { metrics, services }: NamedRequests, isOneOfSeveral: boolean): Rule[] {
  const only = isOneOfSeveral ? `,service=~"${services.join('|')}"` : '';
  const within = `namespace="${namespace}"${only}`;
  const { counter, status, duration } = metrics;
  const rate = (more: string, window: string) =>
    `sum by (namespace, service) (rate(${counter}{${within}${more}}[${window}]))`;
  return [
    { record: 'namespace_service:http_server_requests:rate5m', expr: rate('', '5m') },
    ...RATIO_WINDOWS.map((window) => ({
      record: errorRatio(window),
      expr: `${rate(`,${status}=~"5.."`, window)} / ${rate('', window)}`,
    })),
    {
      record: 'namespace_service:http_server_rejections:ratio_rate5m',
      expr: `${rate(`,${status}="429"`, '5m')} / ${rate('', '5m')}`,
    },
    {
      record: 'namespace_service:http_server_request_duration_seconds:p99_rate5m',
      expr: `histogram_quantile(0.99, sum by (namespace, service, le) (rate(${duration}_bucket{${within}}[5m])))`,
    },
  ];
}

function httpAlarms({ namespace, objectives, signals }: RuleFacts): Alarm[] {
  const within = `{namespace="${namespace}"}`;
  const seconds = objectives.latency.toMilliseconds() / 1000;
  const scaled = signals.flatMap((s) => (s.kind === 'http' && s.scales ? [s.name] : []));
  const autoscalers = `{namespace="${namespace}",horizontalpodautoscaler=~"${scaled.join('|')}"}`;
  const saturated: Alarm = {
    alert: 'AutoscalerAtItsEnd',
    expr: `kube_horizontalpodautoscaler_status_current_replicas${autoscalers} >= kube_horizontalpodautoscaler_spec_max_replicas${autoscalers}`,
    for: '15m',
    severity: 'warning',
    says: '{{ $labels.horizontalpodautoscaler }} runs as many copies as it may, and may need more.',
  };
  return [
    {
      alert: 'RequestsAreSlow',
      expr: `namespace_service:http_server_request_duration_seconds:p99_rate5m${within} > ${seconds}`,
      for: '10m',
      severity: 'warning',
      says: `The slowest of a hundred requests to {{ $labels.service }} takes {{ $value | humanizeDuration }}; the objective is ${seconds} s.`,
    },
    {
      alert: 'RequestsAreRejected',
      expr: `namespace_service:http_server_rejections:ratio_rate5m${within} > 0.1`,
      for: '10m',
      severity: 'warning',
      says: 'The rate limit of {{ $labels.service }} rejects {{ $value | humanizePercentage }} of its requests.',
    },
    ...(scaled.length === 0 ? [] : [saturated]),
  ];
}

function workloadAlarms({ namespace }: RuleFacts): Alarm[] {
  const within = `{namespace="${namespace}"}`;
  const container = `{namespace="${namespace}",container!="",container!="POD"}`;
  return [
    {
      alert: 'NothingAvailable',
      expr: `kube_deployment_status_replicas_available${within} == 0 and kube_deployment_spec_replicas${within} > 0`,
      for: '5m',
      severity: 'critical',
      says: 'No copy of {{ $labels.deployment }} is available.',
    },
    {
      alert: 'MetricsAreMissing',
      expr: `up${within} == 0`,
      for: '10m',
      severity: 'warning',
      says: 'Prometheus cannot read the metrics of {{ $labels.pod }}.',
    },
    {
      alert: 'MemoryIsFull',
      expr: `max by (namespace, pod, container) (container_memory_working_set_bytes${container}) / max by (namespace, pod, container) (kube_pod_container_resource_limits{namespace="${namespace}",resource="memory"}) > 0.9`,
      for: '10m',
      severity: 'warning',
      says: '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory; at 100 % it is ended.',
    },
    {
      alert: 'JobFailed',
      // What failed has a label `reason`, what succeeded has none.
      expr: `kube_job_status_failed${within} > 0 unless on (namespace, job_name) kube_job_status_succeeded${within} > 0`,
      for: '1m',
      severity: 'warning',
      says: '{{ $labels.job_name }} failed.',
    },
  ];
}

const OVERDUE = {
  backup: { alert: 'BackupIsTooOld', severity: 'critical', noun: 'backup' },
  drill: { alert: 'RestoreDrillIsTooOld', severity: 'warning', noun: 'restore drill' },
  archive: { alert: 'ArchiveIsTooOld', severity: 'warning', noun: 'archive' },
} as const;

function alarmsOf(signal: Signal, namespace: string): Alarm[] {
  switch (signal.kind) {
    case 'http':
    case 'workload':
      return []; // told by recordings, and by alarms of the whole namespace
    case 'collector': {
      const of = `{namespace="${namespace}",service="${signal.name}"}`;
      const lost = (counter: string) => `sum by (namespace, service) (rate(${counter}${of}[5m])) > 0`;
      return [
        {
          alert: 'TracesAreLost',
          // Either counter is there only once it has counted: a sum of both would be silent.
          expr: `${lost('otelcol_exporter_send_failed_spans')} or ${lost('otelcol_exporter_enqueue_failed_spans')}`,
          for: '10m',
          severity: 'warning',
          says: '{{ $labels.service }} cannot send {{ $value }} spans a second on, and drops them.',
        },
        {
          alert: 'TracesPileUp',
          expr: `max by (namespace, service) (otelcol_exporter_queue_size${of} / otelcol_exporter_queue_capacity${of}) > 0.8`,
          for: '10m',
          severity: 'warning',
          says: 'The queue of {{ $labels.service }} is {{ $value | humanizePercentage }} full; when it is full, traces are lost.',
        },
      ];
    }
    case 'scheduled': {
      const { alert, severity, noun } = OVERDUE[signal.does];
      const job = `{namespace="${namespace}",cronjob="${signal.name}"}`;
      const hours = signal.within.toHours();
      return [
        {
          alert,
          // One that never succeeded counts from when it was made.
          expr: `time() - (kube_cronjob_status_last_successful_time${job} or kube_cronjob_created${job}) > ${hours * 3600}`,
          for: '5m',
          severity,
          says: `The last good ${noun} ({{ $labels.cronjob }}) is {{ $value | humanizeDuration }} old; at most ${hours} hours are allowed.`,
        },
      ];
    }
    case 'volume': {
      const claims = `{namespace="${namespace}",persistentvolumeclaim=~"${signal.claims}"}`;
      return [
        {
          alert: 'VolumeIsFull',
          expr: `kubelet_volume_stats_used_bytes${claims} / kubelet_volume_stats_capacity_bytes${claims} > 0.85`,
          for: '10m',
          severity: 'critical',
          says: '{{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full.',
        },
      ];
    }
    case 'postgres':
      return [
        {
          alert: 'PostgresLagsBehind',
          expr: `max by (namespace, pod) (cnpg_pg_replication_lag{namespace="${namespace}",pod=~"${signal.name}-[0-9]+"}) > 60`,
          for: '5m',
          severity: 'warning',
          says: '{{ $labels.pod }} is {{ $value | humanizeDuration }} behind the primary.',
        },
      ];
    default:
      return signal satisfies never;
  }
}

/** All volumes in one alarm: Prometheus takes two of one name and the same labels for one rule written twice. */
function withOneOfVolumes(signals: readonly Signal[]): Signal[] {
  const volumes = signals.flatMap((signal) => (signal.kind === 'volume' ? [signal] : []));
  const others = signals.filter(({ kind }) => kind !== 'volume');
  const [first] = volumes;
  if (first === undefined) return others;
  return [...others, { ...first, claims: [...new Set(volumes.map(({ claims }) => claims))].join('|') }];
}

/** cert-manager renews at two thirds of a certificate's life: what is left at 14 days was not renewed. */
function certificateAlarm(namespace: string): Alarm {
  return {
    alert: 'CertificateExpires',
    expr: `certmanager_certificate_expiration_timestamp_seconds{exported_namespace="${namespace}"} - time() < 14 * 86400 or certmanager_certificate_expiration_timestamp_seconds{namespace="${namespace}"} - time() < 14 * 86400`,
    for: '1h',
    severity: 'critical',
    says: 'The certificate {{ $labels.name }} ends in {{ $value | humanizeDuration }}, and was not renewed.',
  };
}
