import { alertmanager } from './alertmanager';
import { GRAFANA_ADMIN, ON_CALL_SECRET, type PlatformOptions, volumeClaim } from './values';

/** Values of kube-prometheus-stack. */
export function prometheusValues(options: PlatformOptions): Record<string, unknown> {
  const { onCall, dailyCall, storageClass, metricsDays } = options;
  const called = onCall !== undefined || dailyCall !== undefined;
  return {
    prometheus: {
      prometheusSpec: {
        retention: `${metricsDays}d`,
        scrapeInterval: '30s',
        evaluationInterval: '30s',
        // Objects are found by the release's label, which ours have.
        serviceMonitorSelectorNilUsesHelmValues: true,
        podMonitorSelectorNilUsesHelmValues: true,
        ruleSelectorNilUsesHelmValues: true,
        storageSpec: { volumeClaimTemplate: { spec: volumeClaim('50Gi', storageClass) } },
      },
    },
    alertmanager: {
      config: alertmanager(options),
      ...(called ? { alertmanagerSpec: { secrets: [ON_CALL_SECRET] } } : {}),
    },
    kubeStateMetrics: { enabled: true },
    nodeExporter: { enabled: true },
    kubelet: { serviceMonitor: { cAdvisorMetricRelabelings: CADVISOR_RELABELINGS } },
    grafana: {
      admin: { existingSecret: GRAFANA_ADMIN, userKey: 'admin-user', passwordKey: 'admin-password' },
      sidecar: { dashboards: { label: 'grafana_dashboard', labelValue: '1', searchNamespace: 'ALL' } },
    },
  };
}

const drop = (regex: string, ...more: readonly string[]) => ({
  action: 'drop',
  sourceLabels: ['__name__', ...more],
  regex,
});

/**
 * The chart's own list, but for `container_spec.*`, which it drops whole: ALCS' brief divides by `container_spec_memory_limit_bytes`. That of
 * pods and pauses is dropped still: it is 0 where there is no limit, and whatever is divided by it is too much.
 * https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/values.yaml, `cAdvisorMetricRelabelings`
 */
const CADVISOR_RELABELINGS = [
  drop('container_cpu_(cfs_throttled_seconds_total|load_average_10s|system_seconds_total|user_seconds_total)'),
  drop(
    'container_fs_(io_current|io_time_seconds_total|io_time_weighted_seconds_total|reads_merged_total|sector_reads_total|sector_writes_total|writes_merged_total)',
  ),
  drop('container_memory_(mapped_file|swap)'),
  drop('container_(file_descriptors|tasks_state|threads_max)'),
  drop('container_memory_failures_total;hierarchy', 'scope'),
  drop('container_network_.*;(cali|cilium|cni|lxc|nodelocaldns|tunl).*', 'interface'),
  drop('container_spec_(cpu_.*|memory_(reservation|swap)_limit_bytes)'),
  drop('container_spec_memory_limit_bytes;(POD)?', 'container'),
  { action: 'drop', sourceLabels: ['id', 'pod'], regex: '.+;' },
];
