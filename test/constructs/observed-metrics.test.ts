import { at, isRecord, list, text } from '../../graph/json-value';
import { alcsRules } from '../../stacks/alcs-watch';
import { ENVIRONMENTS, FIVE, platformGraph, systemGraph, talosGraph } from '../support/systems';

const platform = platformGraph({ 'platform:onCall.webhook': '[secret]' });
const release = (name: string) => platform.nodes.find((n) => n.inputs.name === name && 'chart' in n.inputs)?.inputs;

/** Who gives which metrics on the platform as it is installed, and where it says so. `PodMonitor` is ours; what has none is read by its chart. */
const EXPORTERS: Readonly<
  Record<string, { readonly says: string; readonly monitor?: string; readonly gives: RegExp }>
> = {
  Prometheus: { says: 'https://prometheus.io/docs/concepts/jobs_instances/', gives: /^(up|ALERTS)$/ },
  'recording rules': { says: 'constructs/observe/rules.ts', gives: /^namespace_service:http_server_\w+:\w+$/ },
  'kube-state-metrics': {
    says: 'https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics',
    gives:
      /^kube_(cronjob_(created|status_last_successful_time)|deployment_(spec_replicas|status_replicas_available)|horizontalpodautoscaler_(spec_max_replicas|status_current_replicas)|job_(created|owner|status_failed|status_succeeded)|node_status_condition|persistentvolume_status_phase|pod_(container_resource_limits|container_status_restarts_total|status_phase)|statefulset_(replicas|status_replicas_ready))$/,
  },
  'kubelet, cAdvisor': {
    says: 'https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md',
    gives: /^container_(cpu_usage_seconds_total|memory_usage_bytes|memory_working_set_bytes|spec_memory_limit_bytes)$/,
  },
  kubelet: {
    says: 'https://kubernetes.io/docs/reference/instrumentation/metrics/',
    gives: /^kubelet_volume_stats_(used|capacity)_bytes$/,
  },
  'node exporter': { says: 'https://github.com/prometheus/node_exporter', gives: /^node_cpu_seconds_total$/ },
  'cert-manager': {
    says: 'https://cert-manager.io/docs/devops-tips/prometheus-metrics/',
    monitor: 'cert-manager',
    gives: /^certmanager_certificate_expiration_timestamp_seconds$/,
  },
  'ingress-nginx': {
    says: 'https://kubernetes.github.io/ingress-nginx/user-guide/monitoring/',
    monitor: 'ingress-nginx',
    gives: /^nginx_ingress_controller_(requests|request_duration_seconds_bucket)$/,
  },
  CloudNativePG: {
    says: 'https://cloudnative-pg.io/documentation/current/monitoring/',
    gives: /^cnpg_(pg_replication_lag|backends_total)$/,
  },
  'PostgresExporter of ours': {
    says: 'https://github.com/prometheus-community/postgres_exporter',
    gives: /^pg_stat_database_numbackends$/,
  },
  'OpenTelemetry Collector': {
    says: 'https://opentelemetry.io/docs/collector/internal-telemetry/',
    gives:
      /^otelcol_(receiver_accepted_spans|exporter_(sent|send_failed|enqueue_failed)_spans|exporter_queue_(size|capacity))$/,
  },
  'the applications, by OpenTelemetry': {
    says: 'https://opentelemetry.io/docs/specs/semconv/http/http-metrics/',
    gives: /^http_server_request_duration_seconds_(count|bucket)$/,
  },
  'the applications, by their briefs': {
    says: 'the briefs of ALCS, Todo and Ticolops',
    gives: /^(alcs_\w+|http_requests_total|http_request_duration_seconds_bucket)$/,
  },
};

const graphs = [
  ...FIVE.flatMap((system) => ENVIRONMENTS.map((stack) => systemGraph(system, stack))),
  talosGraph('prod', { 'talos:database.placement': 'in-cluster' }),
];
const objects = graphs.flatMap((graph) => graph.nodes);
const rules = objects
  .filter((n) => n.object?.kind === 'PrometheusRule')
  .flatMap((n) => list(at(n.inputs, 'spec', 'groups')).flatMap((group) => list(at(group, 'rules'))));
const boards = objects.filter((n) => at(n.inputs, 'metadata', 'labels', 'grafana_dashboard') === '1');
const drawn = boards.flatMap(({ inputs }) =>
  Object.values(isRecord(inputs.data) ? inputs.data : {}).flatMap((json) => expressionsIn(JSON.parse(String(json)))),
);
const expressions = [...rules.flatMap((rule) => text(at(rule, 'expr')) ?? []), ...drawn];

function expressionsIn(thing: unknown): string[] {
  if (Array.isArray(thing)) return thing.flatMap(expressionsIn);
  if (!isRecord(thing)) return [];
  return Object.entries(thing).flatMap(([key, value]) =>
    key === 'expr' && typeof value === 'string' ? [value] : expressionsIn(value),
  );
}

/** Names of series in an expression: no texts, selectors, windows, lists of labels, functions and words of the language. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replaceAll(/"(\\.|[^"\\])*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w|:|\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !/^(and|or|unless|bool|offset|e\d*)$/.test(name));
}

test('what stands in an expression is found', () => {
  const found = metricsIn(
    'sum by (a) (rate(x_total{b="y_total"}[5m])) / on (c) group_left () z:rate5m > 0 or absent(up)',
  );
  expect(found).toEqual(['x_total', 'z:rate5m', 'up']);
});

test('every metric of every alert and dashboard is given by somebody on the platform', () => {
  expect(expressions.length).toBeGreaterThan(300);
  const names = [...new Set(expressions.flatMap(metricsIn))];
  const unknown = names.filter((name) => !Object.values(EXPORTERS).some(({ gives }) => gives.test(name)));
  expect(unknown).toEqual([]);
});

test('who gives metrics is read', () => {
  const monitors = platform.nodes.flatMap((n) => (n.object?.kind === 'PodMonitor' ? [n.object.name] : []));
  expect(monitors.sort()).toEqual(
    Object.values(EXPORTERS)
      .flatMap(({ monitor }) => monitor ?? [])
      .sort(),
  );
});

test('no metric that is asked for is dropped before it is kept', () => {
  const rules = list(at(release('prometheus'), 'values', 'kubelet', 'serviceMonitor', 'cAdvisorMetricRelabelings'));
  const names = new Set(expressions.flatMap(metricsIn).filter((name) => name.startsWith('container_')));
  expect([...names]).toContain('container_spec_memory_limit_bytes');
  const labels: Readonly<Record<string, string>> = { container: 'alcs', pod: 'alcs-1', id: '/kubepods/x' };
  const dropped = [...names].filter((name) => isDropped(rules, { ...labels, __name__: name }));
  expect(dropped).toEqual([]);
});

test('ALC-74 nobody divides by the limit of a pause, which is 0', () => {
  const rules = list(at(release('prometheus'), 'values', 'kubelet', 'serviceMonitor', 'cAdvisorMetricRelabelings'));
  const limit = (container: string) =>
    isDropped(rules, { __name__: 'container_spec_memory_limit_bytes', container, pod: 'alcs-1', id: '/kubepods/x' });
  expect(['alcs', 'POD', ''].map(limit)).toEqual([false, true, true]);
  expect(JSON.stringify(alcsRules('https://docs.acme.org'))).toContain('container_spec_memory_limit_bytes');
});

/** https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config */
function isDropped(rules: readonly unknown[], labels: Readonly<Record<string, string>>): boolean {
  expect(rules.length).toBeGreaterThan(5);
  return rules.some((rule) => {
    const source = list(at(rule, 'sourceLabels')).map((label) => labels[String(label)] ?? '');
    return new RegExp(`^(?:${text(at(rule, 'regex'))})$`).test(source.join(';'));
  });
}

test('TCO-11 Prometheus selects every monitor and every rule', () => {
  const selected = objects
    .concat(platform.nodes)
    .filter((n) => /^(Service|Pod)Monitor$|^PrometheusRule$/.test(n.object?.kind ?? ''));
  expect(selected.length).toBeGreaterThan(30);
  const labels = selected.map((n) => at(n.inputs, 'metadata', 'labels', 'release'));
  // With `…SelectorNilUsesHelmValues` the chart selects by the name of its release.
  expect([...new Set(labels)]).toEqual([release('prometheus')?.name]);
});
