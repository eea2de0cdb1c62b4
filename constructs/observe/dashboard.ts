import { LegendDisplayMode, LegendPlacement, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { type Dashboard, DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { RequestMetrics, Signal } from '../core/signals';
import { type Objectives, requestsOf } from './rules';

export interface DashboardFacts {
  readonly system: string;
  readonly namespace: string;
  readonly signals: readonly Signal[];
  readonly objectives: Objectives;
}

/** A panel of curves over time. */
export interface Graph {
  readonly title: string;
  /** Of Grafana: `s`, `reqps`, `percentunit`, `bytes`, `short`. */
  readonly unit: string;
  /** Expression, and what its series are called. */
  readonly queries: readonly (readonly [expr: string, legend: string])[];
}

/** A dashboard that somebody asked for by name. */
export interface GivenDashboard {
  /** Name of its ConfigMap, and of its file. */
  readonly name: string;
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly graphs: readonly Graph[] }[];
}

/** The dashboard as it was asked for. */
export function dashboardGiven({ name, title, rows }: GivenDashboard, system: string): Dashboard {
  const board = boardOf(title, name, system);
  for (const row of rows) {
    board.withRow(new RowBuilder(row.title));
    for (const graph of row.graphs) board.withPanel(timeseries(graph));
  }
  return board.build();
}

function boardOf(title: string, uid: string, system: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid.slice(0, LONGEST_UID))
    .tags(['seaworthy', system])
    .readonly()
    .refresh('1m')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser');
}

/** https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/#identifier-id-vs-unique-identifier-uid */
const LONGEST_UID = 40;

/** A row for each part that is watched, with the four golden signals of those that answer HTTP. */
export function dashboardOf({ system, namespace, signals, objectives }: DashboardFacts): Dashboard {
  const board = boardOf(system, `seaworthy-${system}`, system);
  for (const panel of overview(namespace, objectives, requestsOf(signals).length > 0)) board.withPanel(panel);
  for (const signal of signals) {
    const panels = graphsOf(signal, namespace).map(timeseries);
    if (panels.length === 0) continue;
    board.withRow(new RowBuilder(signal.name));
    for (const panel of panels) board.withPanel(panel);
  }
  const schedules = signals.flatMap((s) => (s.kind === 'scheduled' ? [s] : []));
  if (schedules.length > 0) board.withRow(new RowBuilder('Backups'));
  for (const { name, within } of schedules) board.withPanel(age(name, namespace, within.toSeconds()));
  return board.build();
}

function query(expr: string, legend: string, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode(65 + index));
}

function timeseries({ title, unit, queries }: Graph): TimeseriesBuilder {
  const legend = new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);
  const panel = new TimeseriesBuilder().title(title).unit(unit).min(0).span(6).height(7).legend(legend);
  for (const [i, [expr, legend]] of queries.entries()) panel.withTarget(query(expr, legend, i));
  return panel;
}

function overview(
  namespace: string,
  { availability, latency }: Objectives,
  hasRequests: boolean,
): (StatBuilder | TimeseriesBuilder)[] {
  const within = `{namespace="${namespace}"}`;
  const alerts = new StatBuilder()
    .title('Alerts that fire')
    .span(6)
    .height(5)
    .withTarget(query(`sum(ALERTS{namespace="${namespace}",alertstate="firing"}) or vector(0)`, 'alerts', 0));
  if (!hasRequests) return [alerts];
  const budget = new StatBuilder()
    .title(`Requests that succeed, 3 days (objective ${availability} %)`)
    .unit('percentunit')
    .span(9)
    .height(5)
    .withTarget(query(`1 - namespace_service:http_server_errors:ratio_rate3d${within}`, '{{service}}', 0));
  const slow = new StatBuilder()
    .title(`Slowest of a hundred requests (objective ${latency.toMilliseconds()} ms)`)
    .unit('s')
    .span(9)
    .height(5)
    .withTarget(query(`namespace_service:http_server_request_duration_seconds:p99_rate5m${within}`, '{{service}}', 0));
  return [alerts, budget, slow];
}

function graphsOf(signal: Signal, namespace: string): Graph[] {
  switch (signal.kind) {
    case 'http':
      return [
        ...(signal.requests === undefined ? [] : requestGraphs(signal.name, namespace, signal.requests)),
        ...(signal.tellsOf === 'postgres' ? [connections(signal.name, namespace)] : []),
        ...usage(signal.name, namespace),
      ];
    case 'workload':
      return usage(signal.name, namespace);
    case 'collector':
      return collectorGraphs(signal.name, namespace);
    case 'volume': {
      const claims = `{namespace="${namespace}",persistentvolumeclaim=~"${signal.claims}"}`;
      const used = `kubelet_volume_stats_used_bytes${claims} / kubelet_volume_stats_capacity_bytes${claims}`;
      return [{ title: 'Volume used', unit: 'percentunit', queries: [[used, '{{persistentvolumeclaim}}']] }];
    }
    case 'postgres': {
      const pods = `{namespace="${namespace}",pod=~"${signal.name}-[0-9]+"}`;
      return [
        {
          title: 'Connections',
          unit: 'short',
          queries: [[`sum by (pod) (cnpg_backends_total${pods})`, '{{pod}}']],
        },
        { title: 'Behind the primary', unit: 's', queries: [[`cnpg_pg_replication_lag${pods}`, '{{pod}}']] },
      ];
    }
    case 'scheduled':
      return [];
    default:
      return signal satisfies never;
  }
}

function requestGraphs(name: string, namespace: string, { counter, status, duration }: RequestMetrics): Graph[] {
  const of = `namespace="${namespace}",service="${name}"`;
  const quantile = (q: number) =>
    `histogram_quantile(${q}, sum by (le) (rate(${duration}_bucket{${of}}[$__rate_interval])))`;
  return [
    {
      title: 'Requests by status',
      unit: 'reqps',
      queries: [[`sum by (${status}) (rate(${counter}{${of}}[$__rate_interval]))`, `{{${status}}}`]],
    },
    {
      title: 'Latency',
      unit: 's',
      queries: [
        [quantile(0.5), 'half'],
        [quantile(0.95), '95 of 100'],
        [quantile(0.99), '99 of 100'],
      ],
    },
    {
      title: 'Rejected by the rate limit',
      unit: 'percentunit',
      queries: [[`namespace_service:http_server_rejections:ratio_rate5m{${of}}`, 'rejected']],
    },
  ];
}

/** https://github.com/prometheus-community/postgres_exporter */
function connections(name: string, namespace: string): Graph {
  const of = `{namespace="${namespace}",service="${name}",datname!~"template.*|"}`;
  return {
    title: 'Connections of the database',
    unit: 'short',
    queries: [[`sum by (datname) (pg_stat_database_numbackends${of})`, '{{datname}}']],
  };
}

function usage(name: string, namespace: string): Graph[] {
  const pods = `namespace="${namespace}",pod=~"${name}-.*",container!=""`;
  return [
    {
      title: 'CPU and copies',
      unit: 'short',
      queries: [
        [`sum(rate(container_cpu_usage_seconds_total{${pods}}[$__rate_interval]))`, 'cores'],
        [`kube_deployment_status_replicas_available{namespace="${namespace}",deployment="${name}"}`, 'copies'],
      ],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: [[`sum by (pod) (container_memory_working_set_bytes{${pods}})`, '{{pod}}']],
    },
  ];
}

function collectorGraphs(name: string, namespace: string): Graph[] {
  const of = `{namespace="${namespace}",service="${name}"}`;
  const rate = (metric: string) => `sum(rate(otelcol_${metric}${of}[$__rate_interval]))`;
  return [
    {
      title: 'Spans',
      unit: 'short',
      queries: [
        [rate('receiver_accepted_spans'), 'received'],
        [rate('exporter_sent_spans'), 'sent'],
        [rate('exporter_send_failed_spans'), 'lost'],
      ],
    },
    {
      title: 'Queue',
      unit: 'percentunit',
      queries: [[`max(otelcol_exporter_queue_size${of} / otelcol_exporter_queue_capacity${of})`, 'full']],
    },
  ];
}

function age(name: string, namespace: string, within: number): StatBuilder {
  const job = `{namespace="${namespace}",cronjob="${name}"}`;
  return new StatBuilder()
    .title(`${name}: last success (at most ${within / 3600} h)`)
    .unit('s')
    .span(8)
    .height(5)
    .withTarget(query(`time() - kube_cronjob_status_last_successful_time${job}`, name, 0));
}
