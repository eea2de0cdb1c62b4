import { ApiObject, Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { labelsOf, nameOf } from '../core/labels';
import { Pen } from '../core/language';
import { part, partPath, recordConnection } from '../core/part';
import { type Problem, report } from '../core/problem';
import type { Monitored, Signal } from '../core/signals';
import { type System, systemOf } from '../core/system';
import { allowFrom } from '../network/network-policy';
import { ALERT_TEXT } from './alert-text';
import type { GivenDashboard } from './dashboard';
import { type Objectives, type RuleGroup, requestsOf, ruleGroups } from './rules';

export interface MonitoringProps {
  /** Parts that are watched. */
  readonly watch: readonly Monitored[];
  /** Address of a page whose headings are the names of the alerts: docs/runbooks.md, wherever you publish it. */
  readonly runbooks: string;
  /** @default 99.9 % of requests do not fail, and 99 of 100 take less than a second */
  readonly objectives?: Partial<Objectives>;
  /** Where metrics are read from: ServiceMonitors and PodMonitors. @default true */
  readonly serviceMonitor?: boolean;
  /** Recording rules and alerts. @default true */
  readonly prometheusRule?: boolean;
  /** Whom to call, in every alert: `+49 30 123456, Platform team`. */
  readonly onCall?: string;
  /** Rules of your own, each object by its name, beside those that are derived. */
  readonly rules?: Readonly<Record<string, readonly RuleGroup[]>>;
  /** Dashboards of your own, beside the one that is derived. */
  readonly dashboards?: readonly GivenDashboard[];
}

const INTERVAL = '30s';

/**
 * Watches parts: metrics, alerts with runbooks, error-budget burn rates, and a dashboard, all derived from what the parts are.
 * Creates: a ServiceMonitor for each part with metrics (a PodMonitor for CloudNativePG), a PrometheusRule, a ConfigMap with the Grafana
 * dashboard, and the policies by which Prometheus gets in.
 * Needs: the Prometheus operator in the cluster, with kube-state-metrics (kube-prometheus-stack has both).
 * Limitation: HTTP parts must expose OpenTelemetry's `http.server.request.duration` at `/metrics`.
 *
 *     new Monitoring(this, 'monitoring', { watch: [api, postgres, tracing], runbooks: 'https://docs.acme.org/runbooks' });
 */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const system = systemOf(this);
    const objectives: Objectives = {
      availability: props.objectives?.availability ?? 99.9,
      latency: props.objectives?.latency ?? Duration.seconds(1),
    };
    const told = props.watch.flatMap((watched) => watched.signals);
    // Two jobs that share a store tell of the same volume.
    const signals = [...new Map(told.map((signal) => [JSON.stringify(signal), signal])).values()];
    const groups = ruleGroups({
      system: system.node.id,
      namespace: system.namespaceName,
      objectives,
      runbooks: props.runbooks,
      ...(props.onCall === undefined ? {} : { onCall: props.onCall }),
      signals,
      isScraped: props.serviceMonitor ?? true,
      hasCertificates: system.platform.issuer !== undefined,
    });
    if (props.serviceMonitor ?? true) for (const part of props.watch) this.scrape(part, system);
    if (props.prometheusRule ?? true) {
      this.rules('rules', nameOf(this), groups, system);
      for (const [name, own] of Object.entries(props.rules ?? {})) this.rules(`rules-${name}`, name, own, system);
    }
    this.dashboards(signals, objectives, system, props.dashboards ?? []);
    part(this, 'seaworthy:observe:Monitoring', () => [
      `${[...groups, ...Object.values(props.rules ?? {}).flat()].flatMap((g) => g.rules).filter((r) => 'alert' in r).length} alerts`,
      ...(requestsOf(signals).length === 0
        ? []
        : [
            `${objectives.availability} % of requests succeed, 99 of 100 within ${objectives.latency.toMilliseconds()} ms`,
          ]),
      `dashboard ${[nameOf(this), ...(props.dashboards ?? []).map((d) => d.name)].join(', ')}`,
    ]);
    report(this, () => [...problemsWith(objectives, props.runbooks), ...textProblems(props)]);
  }

  /** Tells Prometheus where the metrics of a part are, and opens its way there. */
  private scrape(watched: Monitored, system: System): void {
    const { namespace, podLabels, objectLabels } = system.platform.prometheus;
    for (const { kind, name, selector, ports, spec } of watched.signals.flatMap(scrapesOf)) {
      const inside = new Construct(this, name);
      const from = { by: 'pods', namespace, labels: podLabels } as const;
      allowFrom(inside, `${name}-from-prometheus`, selector, [from], ...ports);
      new ApiObject(inside, 'monitor', {
        apiVersion: 'monitoring.coreos.com/v1',
        kind,
        metadata: { name, labels: { ...labelsOf(this), ...objectLabels } },
        spec: { selector: { matchLabels: { ...selector } }, ...spec },
      });
      const facts = [`metrics ${ports.map((port) => `:${port}`).join(', ')}`];
      const edge = { from: 'prometheus', to: partPath(watched), port: ports[0] ?? 0, variables: [], facts };
      recordConnection(this, () => edge);
    }
  }

  private rules(id: string, name: string, groups: readonly RuleGroup[], system: System): void {
    new ApiObject(this, id, {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name, labels: { ...labelsOf(this), ...system.platform.prometheus.objectLabels } },
      spec: { groups },
    });
  }

  /** Grafana's sidecar of kube-prometheus-stack finds them by their label, in every namespace. */
  private dashboards(
    signals: readonly Signal[],
    objectives: Objectives,
    system: System,
    given: readonly GivenDashboard[],
  ): void {
    const { dashboardOf, dashboardGiven } = loadDashboard();
    const facts = { system: system.node.id, namespace: system.namespaceName, signals, objectives };
    const board = (id: string, name: string, file: string, model: object) =>
      new k8s.KubeConfigMap(this, id, {
        metadata: { name, labels: { ...labelsOf(this), grafana_dashboard: '1' } },
        data: { [`${file}.json`]: JSON.stringify(model, null, 1) },
      });
    board('dashboard', `${nameOf(this)}-dashboard`, system.node.id, dashboardOf(facts));
    for (const own of given) {
      board(`dashboard-${own.name}`, own.name, own.name, dashboardGiven(own, system.node.id));
    }
  }
}

interface Scrape {
  readonly kind: 'ServiceMonitor' | 'PodMonitor';
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly spec: object;
}

function scrapesOf(signal: Signal): Scrape[] {
  const interval = INTERVAL;
  switch (signal.kind) {
    case 'http': {
      const { portName, path, interval: own } = signal;
      const spec = { endpoints: [{ port: portName, path, interval: own }] };
      return [{ ...signal, kind: 'ServiceMonitor', ports: [signal.port], spec }];
    }
    case 'collector': {
      const spec = { endpoints: ['metrics', 'received'].map((port) => ({ port, interval })) };
      return [{ ...signal, kind: 'ServiceMonitor', spec }];
    }
    case 'postgres': {
      const spec = { podMetricsEndpoints: [{ port: 'metrics', interval }] };
      return [{ ...signal, kind: 'PodMonitor', ports: [signal.port], spec }];
    }
    case 'scheduled':
    case 'volume':
    case 'workload':
      return []; // told by kube-state-metrics and the kubelet
    default:
      return signal satisfies never;
  }
}

/** Grafana's SDK takes its time to load: only where there is a dashboard to make. */
const loadDashboard = (): typeof import('./dashboard') => require('./dashboard');

/** What an alert cannot say. */
function textProblems({ runbooks, onCall = '' }: MonitoringProps): Problem[] {
  const pen = new Pen();
  pen.into(ALERT_TEXT, runbooks, 'runbooks');
  pen.into(ALERT_TEXT, onCall, 'onCall');
  return pen.problems;
}

function problemsWith({ availability }: Objectives, runbooks: string): Problem[] {
  const problems: Problem[] = [];
  if (!(availability > 0 && availability < 100)) {
    const what = `objectives.availability is ${availability}; it must be a percentage above 0 and below 100.`;
    problems.push({ code: 'SW-MONITORING-001', severity: 'error', what, fix: 'availability: 99.9' });
  }
  if (!URL.canParse(runbooks)) {
    const what = `runbooks is "${runbooks}"; it must be a URL.`;
    problems.push({
      code: 'SW-MONITORING-002',
      severity: 'error',
      what,
      fix: "runbooks: 'https://docs.acme.org/runbooks'",
    });
  }
  return problems;
}
