import { Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { Endpoint, HasEndpoint, Reach } from '../core/endpoint';
import { nameOf, selectorOf } from '../core/labels';
import { part, recordConnection } from '../core/part';
import { type Problem, report } from '../core/problem';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import { VERSIONS } from '../core/versions';
import type { EnvValue, Workload } from '../core/workload';
import { allowTo } from '../network/network-policy';
import { secretBundle } from '../secrets/secret-bundle';
import { Variables } from '../service/variables';
import { collectorDeployment, collectorService } from './collector';
import { COLLECTOR_PORTS, collectorConfig } from './collector-config';
import { jaeger, jaegerByOperator } from './jaeger';
import type { TracingBackend } from './tracing-backend';

export interface TracingProps {
  readonly backend: TracingBackend;
  /** First part of the name of the Secret with a managed endpoint, `<secret>-upstream`. @default `<system>-<id>` */
  readonly secret?: string;
  /** Part of the ordinary traces that is kept, in percent; errors and slow ones are kept all. @default 10 */
  readonly keepPercent?: number;
  /** Traces that take longer are kept all. @default 1 s */
  readonly slowerThan?: Duration;
}

/**
 * Takes traces from the system's parts, removes what must not leave (credentials, tokens, secrets, signatures, A2A frames), keeps errors,
 * slow traces and a part of the rest, and sends them on.
 * Creates: a Collector (Deployment, Service, ConfigMap, ServiceAccount); for `jaeger` a StatefulSet with a volume and a Service; for
 * `jaeger-operator` a Jaeger; the policies between them.
 * Limitation: one copy, because a trace is judged where all of its spans are; attributes of span links are not redacted.
 *
 *     const tracing = new Tracing(this, 'tracing', { backend: { kind: 'jaeger' } });
 *     connect(api, tracing, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: url() } });
 */
export class Tracing extends Construct implements HasEndpoint, Workload, Monitored {
  /** OTLP by gRPC. */
  readonly endpoint: Endpoint;
  readonly selector: Record<string, string>;
  readonly signals: readonly Signal[];
  /** OTLP by HTTP, for jobs that report metrics. */
  readonly reports: Reports;
  private readonly env = new Variables(this);

  constructor(scope: Construct, id: string, props: TracingProps) {
    super(scope, id);
    const { backend } = props;
    const name = nameOf(this);
    this.selector = selectorOf(this);
    const reach: Reach = { by: 'pods', namespace: systemOf(this).namespaceName, labels: this.selector };
    this.endpoint = { scheme: 'http', host: name, port: COLLECTOR_PORTS.grpc, reach };
    this.reports = new Reports(this, { ...this.endpoint, port: COLLECTOR_PORTS.http });
    const ports = [COLLECTOR_PORTS.own, COLLECTOR_PORTS.received];
    this.signals = [{ kind: 'collector', name, selector: this.selector, ports }];

    const sampling = {
      percent: props.keepPercent ?? 10,
      slowerThanMs: (props.slowerThan ?? Duration.seconds(1)).toMilliseconds(),
    };
    const target = this.sendTo(backend, `${props.secret ?? name}-upstream`);
    const config = collectorConfig({ sampling, ...target });
    new k8s.KubeServiceAccount(this, 'account', { metadata: { name }, automountServiceAccountToken: false });
    new k8s.KubeConfigMap(this, 'config', { metadata: { name: `${name}-config` }, data: { 'config.yaml': config } });
    new k8s.KubeDeployment(this, 'collector', collectorDeployment(this, this.env.lazily()));
    new k8s.KubeService(this, 'service', collectorService(this));

    part(this, 'seaworthy:observe:Tracing', () => [
      `Collector ${VERSIONS.collector.version}`,
      `redacts; keeps errors, traces over ${sampling.slowerThanMs} ms and ${sampling.percent} % of the rest`,
      backendInWords(backend),
    ]);
    report(this, () => problemsWith(props, systemOf(this).platform.profile.protectData));
  }

  addEnv(name: string, value: EnvValue): void {
    this.env.set(name, value);
  }

  /** Opens the way to the backend, and says how the Collector's configuration names it. */
  private sendTo(
    backend: TracingBackend,
    secret: string,
  ): { endpoint: string; headers: Readonly<Record<string, string>> } {
    switch (backend.kind) {
      case 'jaeger':
        return { endpoint: urlOf(jaeger(this, backend)), headers: {} };
      case 'jaeger-operator':
        return { endpoint: urlOf(jaegerByOperator(this, backend)), headers: {} };
      case 'managed':
        return this.sendOutside(backend, secret);
      default:
        return backend satisfies never;
    }
  }

  private sendOutside(
    { endpoint, header }: Extract<TracingBackend, { kind: 'managed' }>,
    name: string,
  ): { endpoint: string; headers: Readonly<Record<string, string>> } {
    const port = portOf(endpoint);
    const key = 'endpoint';
    const bundle = secretBundle(this, name, header === undefined ? 'addresses' : 'secrets');
    bundle.add(key, [endpoint], this.node.path);
    this.addEnv('OTLP_UPSTREAM', { secretKeyRef: { name, key } });
    if (header !== undefined) {
      bundle.add('key', [{ secret: header.value, encode: 'none' }], this.node.path);
      this.addEnv('OTLP_UPSTREAM_KEY', { secretKeyRef: { name, key: 'key' } });
    }
    allowTo(new Construct(this, 'to-upstream'), `${this.node.id}-to-upstream`, this.selector, [
      { reach: { by: 'public' }, port },
    ]);
    recordConnection(this, () => ({
      from: this.node.path,
      to: 'internet',
      port,
      variables: [{ name: 'OTLP_UPSTREAM', unknown: [], secret: { name, key } }],
      facts: [],
    }));
    const headers: Record<string, string> = header === undefined ? {} : { [header.name]: '${env:OTLP_UPSTREAM_KEY}' };
    return { endpoint: '${env:OTLP_UPSTREAM}', headers };
  }
}

/** Where jobs report metrics: the same Collector, by HTTP. */
class Reports extends Construct implements HasEndpoint {
  constructor(
    scope: Tracing,
    readonly endpoint: Endpoint,
  ) {
    super(scope, 'reports');
  }
}

function urlOf({ scheme, host, port }: Endpoint): string {
  return `${scheme}://${host}:${port}`;
}

/** The port of a URL, or its scheme's own. */
/** What stands before the @ is a credential, and shown to nobody. */
function withoutUser(endpoint: string): string {
  return endpoint.replace(/\/\/[^/]*@/, '//…@');
}

function portOf(endpoint: string): number {
  if (!URL.canParse(endpoint)) return 443;
  const { port, protocol } = new URL(endpoint);
  return port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port);
}

function backendInWords(backend: TracingBackend): string {
  switch (backend.kind) {
    case 'jaeger':
      return `Jaeger ${VERSIONS.jaeger.version}, spans ${(backend.keep ?? Duration.days(2)).toDays()} days`;
    case 'jaeger-operator':
      return `Jaeger ${backend.name} by the Jaeger operator`;
    case 'managed':
      return `to ${withoutUser(backend.endpoint)}`;
    default:
      return backend satisfies never;
  }
}

function problemsWith({ backend, keepPercent }: TracingProps, isProduction: boolean): Problem[] {
  const problems: Problem[] = [];
  if (keepPercent !== undefined && !(keepPercent >= 0 && keepPercent <= 100)) {
    const what = `keepPercent is ${keepPercent}; it must be from 0 to 100.`;
    problems.push({ code: 'SW-TRACING-001', severity: 'error', what, fix: 'keepPercent: 10' });
  }
  if (backend.kind === 'jaeger' && isProduction) {
    const what =
      'Jaeger keeps spans on one volume here, which is not for production: one pod, and no copy of the data.';
    const fix = "backend: { kind: 'managed', endpoint: 'https://otlp.example.com:4317' }";
    problems.push({ code: 'SW-TRACING-002', severity: 'error', what, fix });
  }
  if (backend.kind === 'jaeger-operator') {
    const what = `the Jaeger operator ended with Jaeger v1 on 2025-12-31; ${backend.name} needs its version ${VERSIONS.jaegerOperator.version} and cert-manager in the cluster, and Elasticsearch at ${withoutUser(backend.elasticsearch)}.`;
    problems.push({ code: 'SW-TRACING-003', severity: 'warning', what, fix: "backend: { kind: 'jaeger' }" });
  }
  if (backend.kind === 'managed' && !/^https?:\/\/[^/@]+$/.test(backend.endpoint)) {
    const what = `endpoint is "${withoutUser(backend.endpoint)}"; it must be a URL without a path, a user and a password.`;
    problems.push({
      code: 'SW-TRACING-004',
      severity: 'error',
      what,
      fix: "endpoint: 'https://otlp.datadoghq.com:4317'",
    });
  }
  return problems;
}
