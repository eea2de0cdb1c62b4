import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at, isRecord, list, text } from '../../graph/json-value';
import { ROOT } from '../support/command';
import { judge, type KubeJson, objectNamed, objectsOf, VARIANTS, yamlFile } from '../support/judges';

jest.setTimeout(300_000);

const NS = 'namespace="talos-system"';
const REQUESTS = (code: number) =>
  `http_server_request_duration_seconds_count{${NS},service="talos-gateway",http_response_status_code="${code}"}`;
const BUCKET = (le: string) => `http_server_request_duration_seconds_bucket{${NS},service="talos-gateway",le="${le}"}`;
const CRONJOB = (name: string) => `kube_cronjob_status_last_successful_time{${NS},cronjob="${name}"}`;

/** Series by name, in promtool's notation, at one sample a minute. */
type Series = Readonly<Record<string, string>>;
interface Case {
  /** When it is looked at, in minutes. */
  readonly after: number;
  readonly firing: readonly Series[];
  readonly silent: readonly Series[];
}

function graphNamed(name: string): KubeJson[] {
  const make = VARIANTS[name];
  if (make === undefined) throw new Error(`there is no variant ${name}`);
  return objectsOf(make());
}

const groupsOf = (variant: string, rule: string) =>
  list(at(objectNamed(graphNamed(variant), 'PrometheusRule', rule), 'spec', 'groups'));
const groups = groupsOf('prod, CloudNativePG', 'talos-monitoring');

/** Requests a minute that succeed and that fail. */
const served = (fine: number, failed: number, minutes: number): Series => ({
  [REQUESTS(200)]: `0+${fine}x${minutes}`,
  [REQUESTS(500)]: `0+${failed}x${minutes}`,
});
const DAY = 24 * 60;
/** One failed request in a hundred burns the budget of 99.9 % ten times as fast as it may. */
const CASES: Readonly<Record<string, Case>> = {
  ErrorBudgetBurns1h: {
    after: 90,
    firing: [served(98, 2, 100)],
    silent: [served(999, 1, 100), { ...served(98, 2, 100), [REQUESTS(500)]: '0+2x60 120+0x40' }],
  },
  ErrorBudgetBurns6h: { after: 420, firing: [served(99, 1, 430)], silent: [served(995, 5, 430)] },
  ErrorBudgetBurns1d: { after: DAY + 120, firing: [served(996, 4, DAY + 130)], silent: [served(998, 2, DAY + 130)] },
  ErrorBudgetBurns3d: {
    after: 3 * DAY + 240,
    firing: [served(998, 2, 3 * DAY + 250)],
    silent: [served(9995, 5, 3 * DAY + 250)],
  },
  RequestsAreSlow: {
    after: 30,
    firing: [{ [BUCKET('1')]: '0+90x40', [BUCKET('2.5')]: '0+100x40', [BUCKET('+Inf')]: '0+100x40' }],
    silent: [{ [BUCKET('1')]: '0+100x40', [BUCKET('2.5')]: '0+100x40', [BUCKET('+Inf')]: '0+100x40' }],
  },
  RequestsAreRejected: {
    after: 30,
    firing: [{ [REQUESTS(200)]: '0+80x40', [REQUESTS(429)]: '0+20x40' }],
    silent: [{ [REQUESTS(200)]: '0+95x40', [REQUESTS(429)]: '0+5x40' }],
  },
  AutoscalerAtItsEnd: {
    after: 30,
    firing: [autoscaled(10)],
    silent: [autoscaled(9)],
  },
  NothingAvailable: {
    after: 15,
    firing: [deployed(0, 1), stateful(0)],
    silent: [deployed(1, 1), deployed(0, 0), stateful(1)],
  },
  MetricsAreMissing: {
    after: 20,
    firing: [
      { ...scraped(), [`up{${NS},pod="talos-gateway-1"}`]: '0x30' },
      scraped('talos-gateway'),
      scraped('talos-tracing'),
      scraped('talos-postgres'),
    ],
    silent: [scraped(), { ...scraped(), 'up{namespace="another",pod="x"}': '0x30' }],
  },
  ScheduleIsMissing: {
    after: 30,
    firing: [scheduled('talos-backup', 'talos-drill'), scheduled('talos-drill', 'talos-archive')],
    silent: [scheduled('talos-backup', 'talos-drill', 'talos-archive')],
  },
  MemoryIsFull: { after: 20, firing: [memory(950)], silent: [memory(500)] },
  JobFailed: {
    after: 10,
    firing: [failed(), { ...failed(), ...succeededAt(50) }, { ...failed('another-job'), ...succeededAt(500) }],
    silent: [
      { ...failed(), [`kube_job_status_succeeded{${NS},job_name="talos-backup-1"}`]: '1x20' },
      { ...failed(), ...succeededAt(500) },
    ],
  },
  PostgresLagsBehind: {
    after: 20,
    firing: [{ [`cnpg_pg_replication_lag{${NS},pod="talos-postgres-2"}`]: '300x30' }],
    silent: [{ [`cnpg_pg_replication_lag{${NS},pod="talos-postgres-2"}`]: '1x30' }],
  },
  VolumeIsFull: { after: 20, firing: [volume(90)], silent: [volume(50)] },
  BackupIsTooOld: overdue('talos-backup', 26),
  RestoreDrillIsTooOld: overdue('talos-drill', 8 * 24),
  ArchiveIsTooOld: overdue('talos-archive', 50),
  TracesAreLost: {
    after: 30,
    firing: [
      collector('send_failed_spans', '0+60x40', '0x40'),
      collector('enqueue_failed_spans', '0+60x40', '0x40'),
      { [`otelcol_exporter_send_failed_spans{${NS},service="talos-tracing"}`]: '0+60x40' },
    ],
    silent: [collector('send_failed_spans', '0x40', '0x40')],
  },
  TracesPileUp: { after: 30, firing: [collector('queue_size', '900x40')], silent: [collector('queue_size', '10x40')] },
  CertificateExpires: {
    after: 90,
    firing: [certificate(13, 'exported_namespace'), certificate(13, 'namespace')],
    silent: [certificate(30, 'exported_namespace')],
  },
};

function autoscaled(current: number): Series {
  const of = `{${NS},horizontalpodautoscaler="talos-gateway"}`;
  return {
    [`kube_horizontalpodautoscaler_status_current_replicas${of}`]: `${current}x40`,
    [`kube_horizontalpodautoscaler_spec_max_replicas${of}`]: '10x40',
  };
}
function deployed(available: number, wanted: number): Series {
  const of = `{${NS},deployment="talos-audit"}`;
  return {
    [`kube_deployment_status_replicas_available${of}`]: `${available}x20`,
    [`kube_deployment_spec_replicas${of}`]: `${wanted}x20`,
  };
}
function stateful(ready: number): Series {
  const of = `{${NS},statefulset="talos-redis"}`;
  return {
    [`kube_statefulset_status_replicas_ready${of}`]: `${ready}x20`,
    [`kube_statefulset_replicas${of}`]: '1x20',
  };
}
/** Every target of Prometheus is up, but one that is gone. */
function scraped(gone?: string): Series {
  const targets = [...JSON.stringify(groups).matchAll(/absent\((up\{.*?\})\)/g)].map(([, target]) =>
    String(target).replaceAll('\\"', '"'),
  );
  return Object.fromEntries(targets.filter((t) => !gone || !t.includes(`${gone}"`)).map((t) => [t, '1x30']));
}
function scheduled(...names: readonly string[]): Series {
  return Object.fromEntries(names.map((name) => [`kube_cronjob_created{${NS},cronjob="${name}"}`, '0x40']));
}
/** A Job that was made at second 100 by the schedule of backups, and failed. */
function failed(owner = 'talos-backup'): Series {
  const of = `${NS},job_name="talos-backup-1"`;
  return {
    [`kube_job_status_failed{${of},reason="BackoffLimitExceeded"}`]: '1x20',
    [`kube_job_created{${of}}`]: '100x20',
    [`kube_job_owner{${of},owner_kind="CronJob",owner_name="${owner}"}`]: '1x20',
  };
}
function succeededAt(second: number): Series {
  return { [CRONJOB('talos-backup')]: `${second}x20` };
}
function memory(used: number): Series {
  const of = `${NS},pod="talos-mcp-1",container="mcp"`;
  return {
    [`container_memory_working_set_bytes{${of}}`]: `${used}x30`,
    [`kube_pod_container_resource_limits{${of},resource="memory"}`]: '1000x30',
  };
}
function volume(used: number): Series {
  const of = `{${NS},persistentvolumeclaim="talos-postgres-1"}`;
  return {
    [`kubelet_volume_stats_used_bytes${of}`]: `${used}x30`,
    [`kubelet_volume_stats_capacity_bytes${of}`]: '100x30',
  };
}
/** In promtool's world time begins at 0. */
function overdue(name: string, hours: number): Case {
  const after = (hours + 1) * 60;
  return {
    after,
    firing: [{ [CRONJOB(name)]: `0x${after}` }, { [`kube_cronjob_created{${NS},cronjob="${name}"}`]: `0x${after}` }],
    silent: [{ [CRONJOB(name)]: `${(after - 120) * 60}x${after}` }],
  };
}
function collector(metric: string, values: string, other?: string): Series {
  const of = `{${NS},service="talos-tracing",exporter="otlp_grpc"}`;
  const twin = metric === 'send_failed_spans' ? 'enqueue_failed_spans' : 'send_failed_spans';
  return {
    [`otelcol_exporter_${metric}${of}`]: values,
    ...(other === undefined
      ? { [`otelcol_exporter_queue_capacity${of}`]: '1000x40' }
      : { [`otelcol_exporter_${twin}${of}`]: other }),
  };
}
function certificate(days: number, label: string): Series {
  return {
    [`certmanager_certificate_expiration_timestamp_seconds{${label}="talos-system",name="talos-tls"}`]: `${days * 86400}x120`,
  };
}

const fileOf = (groups: readonly unknown[]) => yamlFile([{ groups }], 'rules.yaml');
const file = fileOf(groups);
const alerts = groups.flatMap((group) => list(at(group, 'rules'))).filter((rule) => at(rule, 'alert') !== undefined);
const names = alerts.map((rule) => text(at(rule, 'alert')) ?? '');

/** Whether an alert fires, as Prometheus itself says. */
function fires(
  alert: string,
  series: Series,
  minutes: number,
  expected: number,
  rules: string = file,
): { status: number | null; output: string } {
  const test = {
    rule_files: [rules],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
            eval_time: `${minutes}m`,
            exp_samples: [{ labels: '{}', value: expected }],
          },
        ],
      },
    ],
  };
  const path = yamlFile([test], 'test.yaml');
  return judge('promtool', ['test', 'rules', path], { cwd: dirname(path) });
}

test.each(Object.keys(VARIANTS))('promtool accepts the rules of %s', (name) => {
  const rules = graphNamed(name).filter((o) => o.kind === 'PrometheusRule');
  expect(rules).not.toEqual([]);
  for (const rule of rules) {
    const file = yamlFile([{ groups: at(rule, 'spec', 'groups') }]);
    const { status, output } = judge('promtool', ['check', 'rules', '--lint-fatal', file]);
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  }
});

test('every alert has a case here', () => {
  expect(Object.keys(CASES).sort()).toEqual([...new Set(names)].sort());
});

describe.each(Object.entries(CASES))('%s', (alert, { after, firing, silent }) => {
  test.each(firing.map((series, i) => [i, series] as const))('fires (%d)', (_i, series) => {
    expect(fires(alert, series, after, 1)).toMatchObject({ status: 0 });
  });
  test.each(silent.map((series, i) => [i, series] as const))('is silent (%d)', (_i, series) => {
    expect(fires(alert, series, after, 0)).toMatchObject({ status: 0 });
  });
});

/** The alerts that briefs ask for by name. */
describe.each([
  [
    'todo, prod',
    'todo-alerts',
    'HighErrorRate',
    { 'http_requests_total{namespace="todo-chatbot",service="todo-backend",status="503"}': '0+6x30' },
    { 'http_requests_total{namespace="todo-chatbot",service="todo-backend",status="503"}': '0+1x30' },
  ],
  ['alcs, prod', 'alcs-alerts', 'ALCSHighErrorRate', { alcs_errors_total: '0+6x30' }, { alcs_errors_total: '0+1x30' }],
  ['alcs, prod', 'alcs-alerts', 'ALCSHighMemoryUsage', alcsMemory(95), alcsMemory(80)],
  [
    'alcs, prod',
    'alcs-alerts',
    'ALCSPodCrashLooping',
    { 'kube_pod_container_status_restarts_total{pod="alcs-1"}': '0+1x30' },
    { 'kube_pod_container_status_restarts_total{pod="alcs-1"}': '3x30' },
  ],
])('%s, %s: %s', (variant, rule, alert, firing, silent) => {
  const rules = fileOf(groupsOf(variant, rule));
  test('fires', () => expect(fires(alert, firing, 25, 1, rules)).toMatchObject({ status: 0 }));
  test('is silent', () => expect(fires(alert, silent, 25, 0, rules)).toMatchObject({ status: 0 }));
});

function alcsMemory(used: number): Series {
  return {
    'container_memory_usage_bytes{pod="alcs-1"}': `${used}x30`,
    'container_spec_memory_limit_bytes{pod="alcs-1"}': '100x30',
  };
}

test('a part that calls its requests by other names is watched by the same alerts', () => {
  const rules = fileOf(groupsOf('alcs, prod', 'alcs-monitoring'));
  const served = (status: number) => `alcs_requests_total{namespace="alcs",service="alcs",status="${status}"}`;
  const many = { [served(200)]: '0+98x100', [served(500)]: '0+2x100' };
  const few = { [served(200)]: '0+999x100', [served(500)]: '0+1x100' };
  expect(fires('ErrorBudgetBurns1h', many, 90, 1, rules)).toMatchObject({ status: 0 });
  expect(fires('ErrorBudgetBurns1h', few, 90, 0, rules)).toMatchObject({ status: 0 });
});

test('an alert is the system’s, whoever told the metric', () => {
  const labels = alerts.map((rule) => at(rule, 'labels'));
  expect(labels).toEqual(labels.map(() => expect.objectContaining({ system: 'talos', namespace: 'talos-system' })));
});

test('each alert has a severity, says what is wrong, and leads to a heading of the runbooks', () => {
  const headings = [...readFileSync(join(ROOT, 'docs', 'runbooks.md'), 'utf8').matchAll(/^## (\w+)$/gm)].map(
    (m) => m[1],
  );
  const all = Object.keys(VARIANTS)
    .flatMap(graphNamed)
    .filter((o) => o.kind === 'PrometheusRule')
    .flatMap((o) => list(at(o, 'spec', 'groups')).flatMap((group) => list(at(group, 'rules'))));
  for (const rule of all.filter((r) => at(r, 'alert') !== undefined)) {
    const [name, labels, annotations] = [at(rule, 'alert'), at(rule, 'labels'), at(rule, 'annotations')];
    expect(labels).toMatchObject({ severity: expect.stringMatching(/^(critical|warning)$/) });
    const url = text(at(annotations, 'runbook_url')) ?? '';
    expect(url.split('#')[1]).toBe(String(name).toLowerCase());
    expect(headings).toContain(name);
  }
});

test('every expression of every dashboard is PromQL, by a parser of its own', () => {
  const maps = Object.keys(VARIANTS)
    .flatMap(graphNamed)
    .filter((o) => at(o, 'metadata', 'labels', 'grafana_dashboard') === '1');
  const expressions = maps.flatMap(({ data }) =>
    Object.values(isRecord(data) ? data : {}).flatMap((json) => expressionsIn(JSON.parse(String(json)))),
  );
  expect(expressions.length).toBeGreaterThan(300);
  const program = `
import json, sys, promql_parser
for expression in json.load(sys.stdin):
    promql_parser.parse(expression.replace('$__rate_interval', '5m'))
`;
  expect(judge('python', ['-c', program], { input: JSON.stringify(expressions) })).toMatchObject({
    status: 0,
    output: '',
  });
  expect(judge('python', ['-c', program], { input: '["rate(x[5m]"]' }).status).not.toBe(0);
});

function expressionsIn(thing: unknown): string[] {
  if (Array.isArray(thing)) return thing.flatMap(expressionsIn);
  if (!isRecord(thing)) return [];
  return Object.entries(thing).flatMap(([key, value]) =>
    key === 'expr' && typeof value === 'string' ? [value] : expressionsIn(value),
  );
}
