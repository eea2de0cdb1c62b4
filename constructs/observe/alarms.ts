import type { Signal } from '../core/signals';
import type { Alarm } from './alarm';

const OVERDUE = {
  backup: { alert: 'BackupIsTooOld', severity: 'critical', noun: 'backup' },
  drill: { alert: 'RestoreDrillIsTooOld', severity: 'warning', noun: 'restore drill' },
  archive: { alert: 'ArchiveIsTooOld', severity: 'warning', noun: 'archive' },
} as const;

/** Alarms on what one part tells of itself. */
export function alarmsOf(signal: Signal, namespace: string): Alarm[] {
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
