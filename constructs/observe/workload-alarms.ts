import type { Signal } from '../core/signals';
import type { Alarm } from './alarm';

/** Alarms on whatever runs in the namespace; `scraped` are those whose own metrics are read. */
export function workloadAlarms(namespace: string, scraped: readonly Signal[], signals: readonly Signal[]): Alarm[] {
  const within = `{namespace="${namespace}"}`;
  const container = `{namespace="${namespace}",container!="",container!="POD"}`;
  return [
    {
      alert: 'NothingAvailable',
      expr: `kube_deployment_status_replicas_available${within} == 0 and kube_deployment_spec_replicas${within} > 0 or kube_statefulset_status_replicas_ready${within} == 0 and kube_statefulset_replicas${within} > 0`,
      for: '5m',
      severity: 'critical',
      says: 'No copy of {{ or $labels.deployment $labels.statefulset }} is available.',
    },
    {
      alert: 'MetricsAreMissing',
      // A target that is gone has no `up` of its own to be 0.
      expr: [`up${within} == 0`, ...scraped.flatMap((signal) => missing(signal, namespace))].join(' or '),
      for: '10m',
      severity: 'warning',
      says: 'Prometheus cannot read the metrics of {{ or $labels.pod $labels.service $labels.job }}.',
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
      expr: failedJobs(within),
      for: '1m',
      severity: 'warning',
      says: '{{ $labels.job_name }} failed.',
    },
    ...scheduleIsMissing(namespace, signals),
  ];
}

/** What failed has a label `reason`, what succeeded has none. A schedule that succeeded since has got over it. */
function failedJobs(within: string): string {
  const owned = `kube_job_owner{${within.slice(1, -1)},owner_kind="CronJob"}`;
  const made = `kube_job_created${within} * on (namespace, job_name) group_left (owner_name) ${owned}`;
  const last = `label_replace(kube_cronjob_status_last_successful_time${within}, "owner_name", "$1", "cronjob", "(.+)")`;
  return [
    `kube_job_status_failed${within} > 0`,
    `unless on (namespace, job_name) kube_job_status_succeeded${within} > 0`,
    `unless on (namespace, job_name) (${made} < on (namespace, owner_name) group_left () ${last})`,
  ].join(' ');
}

function missing(signal: Signal, namespace: string): string[] {
  switch (signal.kind) {
    case 'http':
    case 'collector':
      return [`absent(up{namespace="${namespace}",service="${signal.name}"})`];
    case 'postgres':
      return [`absent(up{namespace="${namespace}",job="${namespace}/${signal.name}"})`];
    case 'scheduled':
    case 'volume':
    case 'workload':
      return []; // told by kube-state-metrics and the kubelet
    default:
      return signal satisfies never;
  }
}

/** An age that nobody tells is never too high: the schedule is gone, or kube-state-metrics is. */
function scheduleIsMissing(namespace: string, signals: readonly Signal[]): Alarm[] {
  const schedules = signals.flatMap((signal) => (signal.kind === 'scheduled' ? [signal] : []));
  if (schedules.length === 0) return [];
  const expr = schedules.map(({ name }) => `absent(kube_cronjob_created{namespace="${namespace}",cronjob="${name}"})`);
  return [
    {
      alert: 'ScheduleIsMissing',
      expr: expr.join(' or '),
      for: '15m',
      severity: schedules.some(({ does }) => does === 'backup') ? 'critical' : 'warning',
      says: 'Nothing is known of {{ $labels.cronjob }}: it is gone, or Prometheus cannot see it.',
    },
  ];
}

/** cert-manager renews at two thirds of a certificate's life: what is left at 14 days was not renewed. */
export function certificateAlarm(namespace: string): Alarm {
  return {
    alert: 'CertificateExpires',
    expr: `certmanager_certificate_expiration_timestamp_seconds{exported_namespace="${namespace}"} - time() < 14 * 86400 or certmanager_certificate_expiration_timestamp_seconds{namespace="${namespace}"} - time() < 14 * 86400`,
    for: '1h',
    severity: 'critical',
    says: 'The certificate {{ $labels.name }} ends in {{ $value | humanizeDuration }}, and was not renewed.',
  };
}
