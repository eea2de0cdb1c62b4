import { Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import {
  canBeSeveral,
  copiesInWords,
  copiesProblems,
  copiesWithin,
  idleProblems,
  mostPods,
  scaleOf,
} from '../core/copies';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { labelsOf, named, nameOf, selectorOf } from '../core/labels';
import { isMarker } from '../core/marker';
import { part as describe } from '../core/part';
import { patch } from '../core/patch';
import { type HttpProbe, type Resources, resourcesInWords } from '../core/pod';
import { type Problem, report } from '../core/problem';
import { equipped } from '../core/programs';
import { unknownProps } from '../core/props';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import { isOutput } from '../core/value';
import type { EnvValue, MountedFile, Workload } from '../core/workload';
import { autoscaler, budget, configMap, service } from './http-objects';
import { deployment, kubeletWaits, type Seconds } from './http-pod';
import {
  DEFAULTS,
  type DecidedMetrics,
  HTTP_PROPS,
  type HttpServiceProps,
  OPENTELEMETRY,
  type Shutdown,
} from './http-props';
import { Mounts } from './mounts';
import { programProblems } from './program';
import { Variables } from './variables';

/** `preStop.sleep`: https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-implementations */
const KUBELET_WAITS_SINCE = 30;

/** A service that speaks HTTP: a Gateway, a Web application, a Signaling server. */
export abstract class HttpService extends Construct implements HasEndpoint, Workload, Monitored {
  readonly endpoint: Endpoint;
  readonly selector: Record<string, string>;
  readonly signals: readonly Signal[];
  readonly mostPods: number;
  private readonly env = new Variables(this);
  private readonly files = new Mounts();

  protected constructor(
    scope: Construct,
    id: string,
    type: `seaworthy:${string}:${string}`,
    props: HttpServiceProps,
    /** What its kind is told beside `http`. */
    { tellsOf, ...endpoint }: Pick<Endpoint, 'webSocket'> & { readonly tellsOf?: 'postgres' } = {},
  ) {
    super(scope, id);
    named(this, props.name);
    equipped(this, props.programs ?? []);
    this.selector = selectorOf(this);
    const made = httpService(this, type, { env: this.env, files: this.files }, props);
    this.mostPods = made.mostPods;
    this.endpoint = { ...made.endpoint, ...endpoint };
    this.signals = tellsOf === undefined ? made.signals : made.signals.map((signal) => ({ ...signal, tellsOf }));
  }

  addEnv(name: string, value: EnvValue): void {
    this.env.set(name, value);
  }

  addFile(file: MountedFile): void {
    this.files.add(file);
  }
}

/**
 * Makes all of a service that speaks HTTP below its part: ServiceAccount, Deployment, Service; HorizontalPodAutoscaler where it scales,
 * PodDisruptionBudget where there can be several copies, a ConfigMap for each file.
 */
function httpService(
  part: Construct,
  type: `seaworthy:${string}:${string}`,
  { env, files }: { readonly env: Variables; readonly files: Mounts },
  props: HttpServiceProps,
): { readonly endpoint: Endpoint; readonly signals: readonly Signal[]; readonly mostPods: number } {
  const system = systemOf(part);
  const name = nameOf(part);
  const selector = selectorOf(part);
  const wanted = props.scale ?? DEFAULTS.scale;
  const copies = copiesWithin(wanted, system.platform.profile.mostCopies);
  const resources: Resources = props.resources ?? DEFAULTS.resources;
  const shutdown = secondsOf(props.shutdown, system.platform.kubernetesVersion);
  const metrics = metricsOf(props);
  const { env: plain = {}, envIn } = props;
  env.setAll(plain, envIn);
  if (envIn !== undefined) new k8s.KubeConfigMap(part, 'env', { metadata: { name: envIn }, data: { ...plain } });

  const annotations = props.account?.annotations ?? {};
  new k8s.KubeServiceAccount(part, 'account', {
    metadata: { name, ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }) },
    automountServiceAccountToken: false,
  });
  for (const file of props.files ?? []) configMap(part, file);
  new k8s.KubeDeployment(
    part,
    'deployment',
    deployment(part, props, { copies, resources, shutdown, env, files, metrics }),
  );
  if (shutdown.waits === 'kubelet') patch(part, 'Deployment', kubeletWaits(shutdown));
  const ports = { http: props.port, ...(metrics?.portName === 'metrics' ? { metrics: metrics.port } : {}) };
  new k8s.KubeService(part, 'service', service(name, selector, labelsOf(part), ports));
  const scale = scaleOf(copies);
  if (scale !== undefined) new k8s.KubeHorizontalPodAutoscalerV2(part, 'autoscaler', autoscaler(name, scale));
  if (canBeSeveral(copies)) new k8s.KubePodDisruptionBudget(part, 'budget', budget(name, selector));

  describe(part, type, () => [
    copiesInWords(copies),
    ...Object.values(ports).map((port) => `:${port}`),
    resourcesInWords(resources),
    `drain ${shutdown.drain} s of ${shutdown.grace} s`,
  ]);
  report(part, () => [
    ...unknownProps(props, HTTP_PROPS, `a ${type.split(':').at(-1)}`),
    ...programProblems(props),
    ...copiesProblems(wanted),
    ...idleProblems(copies, resources.memory.request),
    ...problemsWith(props, shutdown),
    ...probeProblems(props.probes),
  ]);
  const reach = { by: 'pods', namespace: system.namespaceName, labels: selector } as const;
  const closed = metrics?.portName === 'http' ? [metrics.path] : [];
  const scales = scale !== undefined;
  return {
    mostPods: mostPods(copies),
    endpoint: { scheme: 'http', host: name, port: props.port, reach, closed },
    signals:
      metrics === undefined ? [{ kind: 'workload', name }] : [{ kind: 'http', name, selector, scales, ...metrics }],
  };
}

function metricsOf({ metrics = {}, port }: HttpServiceProps): DecidedMetrics | undefined {
  if (metrics === false) return undefined;
  const { requests = OPENTELEMETRY } = metrics;
  return {
    port: metrics.port ?? port,
    portName: metrics.port === undefined || metrics.port === port ? 'http' : 'metrics',
    path: metrics.path ?? '/metrics',
    interval: metrics.interval ?? '30s',
    annotate: metrics.annotate ?? false,
    ...(requests === false ? {} : { requests }),
  };
}

function secondsOf({ preStop, drain, grace, waits }: Shutdown = {}, kubernetesVersion: string): Seconds {
  const canKubelet = Number(kubernetesVersion.split('.')[1]) >= KUBELET_WAITS_SINCE;
  return {
    waits: waits ?? (canKubelet ? 'kubelet' : 'shell'),
    preStop: (preStop ?? Duration.seconds(5)).toSeconds(),
    drain: (drain ?? Duration.seconds(30)).toSeconds(),
    grace: (grace ?? Duration.seconds(60)).toSeconds(),
  };
}

function problemsWith({ port }: HttpServiceProps, { preStop, drain, grace }: Seconds): Problem[] {
  const problems: Problem[] = [];
  if (preStop + drain > grace) {
    const what = `shutdown.grace is ${grace} s, less than preStop ${preStop} s and drain ${drain} s together; requests would be cut.`;
    problems.push({
      code: 'SW-SHUTDOWN-001',
      severity: 'error',
      what,
      fix: `grace: Duration.seconds(${preStop + drain + 5})`,
    });
  }
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.push({
      code: 'SW-POD-002',
      severity: 'error',
      what: `port is ${portInWords(port)}; it must be a whole number from 1 to 65535.`,
      fix: 'port: 8080',
    });
  }
  return problems;
}

/** It stands in names, policies and addresses, so it must be known before anything is made. */
function portInWords(port: unknown): string {
  if (isOutput(port) || (typeof port === 'number' && isMarker(port))) return 'known only after apply';
  return typeof port === 'string' ? `the text "${port}"` : String(port);
}

function probeProblems(probes: HttpServiceProps['probes']): Problem[] {
  return Object.entries(probes ?? {}).flatMap(([name, probe]: [string, HttpProbe | undefined]): Problem[] => {
    const path: unknown = probe?.path;
    if (probe === undefined || (typeof path === 'string' && path.startsWith('/'))) return [];
    const what = `probes.${name}${typeof path === 'string' ? `.path is "${path}"; it must begin with a slash` : ' has no path, by which it is asked'}.`;
    const fix = typeof path === 'string' ? `path: '/${path}'` : `${name}: { path: '/healthz' }`;
    return [{ code: 'SW-PROBE-001', severity: 'error', what, fix }];
  });
}
