import type { Duration } from 'cdk8s';
import { Pen } from '../core/language';
import type { RequestMetrics, Signal } from '../core/signals';
import type { Alarm } from './alarm';
import { alarmsOf } from './alarms';
import { ALERT_TEXT } from './alert-text';
import { burnRateAlerts, errorRatio, RATIO_WINDOWS } from './slo';
import { certificateAlarm, workloadAlarms } from './workload-alarms';

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
  /** Prometheus reads the parts' own metrics. */
  readonly isScraped: boolean;
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
    ...workloadAlarms(namespace, facts.isScraped ? signals : [], signals),
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

function rule({ alert, expr, severity, says, for: time }: Alarm, facts: RuleFacts): Rule {
  const { system, namespace, runbooks, onCall } = facts;
  return {
    alert,
    expr,
    for: time,
    // Of the system's: what cert-manager tells comes from its own namespace.
    labels: { severity, system, namespace },
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

/** All volumes in one alarm: Prometheus takes two of one name and the same labels for one rule written twice. */
function withOneOfVolumes(signals: readonly Signal[]): Signal[] {
  const volumes = signals.flatMap((signal) => (signal.kind === 'volume' ? [signal] : []));
  const others = signals.filter(({ kind }) => kind !== 'volume');
  const [first] = volumes;
  if (first === undefined) return others;
  return [...others, { ...first, claims: [...new Set(volumes.map(({ claims }) => claims))].join('|') }];
}
