import { Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { canBeSeveral, copiesInWords, copiesProblems, copiesWithin, mostPods, scaleOf } from '../core/copies';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { labelsOf, named, nameOf, selectorOf } from '../core/labels';
import { part as describe } from '../core/part';
import { type Resources, resourcesInWords } from '../core/pod';
import { type Problem, report } from '../core/problem';
import { equipped } from '../core/programs';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import type { EnvValue, MountedFile, Workload } from '../core/workload';
import { autoscaler, budget, configMap, service } from './http-objects';
import { deployment, type Seconds } from './http-pod';
import { DEFAULTS, type DecidedMetrics, type HttpServiceProps, OPENTELEMETRY, type Shutdown } from './http-props';
import { Mounts } from './mounts';
import { Variables } from './variables';

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
  const shutdown = secondsOf(props.shutdown);
  const metrics = metricsOf(props);
  const { env: plain = {}, envIn } = props;
  for (const [key, value] of Object.entries(plain)) {
    env.set(key, envIn === undefined ? { value } : { configMapKeyRef: { name: envIn, key } });
  }
  if (envIn !== undefined) new k8s.KubeConfigMap(part, 'env', { metadata: { name: envIn }, data: { ...plain } });

  const annotations = props.account?.annotations;
  new k8s.KubeServiceAccount(part, 'account', {
    metadata: { name, ...(annotations === undefined ? {} : { annotations: { ...annotations } }) },
    automountServiceAccountToken: false,
  });
  for (const file of props.files ?? []) configMap(part, file);
  new k8s.KubeDeployment(
    part,
    'deployment',
    deployment(part, props, { copies, resources, shutdown, env, files, metrics }),
  );
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
  report(part, () => [...copiesProblems(wanted), ...problemsWith(props, shutdown)]);
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

function secondsOf({ preStop, drain, grace }: Shutdown = {}): Seconds {
  return {
    preStop: (preStop ?? Duration.seconds(5)).toSeconds(),
    drain: (drain ?? Duration.seconds(30)).toSeconds(),
    grace: (grace ?? Duration.seconds(60)).toSeconds(),
  };
}

function problemsWith({ image, user, port }: HttpServiceProps, { preStop, drain, grace }: Seconds): Problem[] {
  const problems: Problem[] = [];
  const tag = image.split('/').at(-1)?.split(':')[1];
  if (!image.includes('@') && (tag === undefined || tag === '' || tag === 'latest')) {
    const what = `image is "${image}"; it needs a tag other than "latest", or nobody knows what runs.`;
    problems.push({ code: 'SW-IMAGE-001', severity: 'error', what, fix: `image: '${image.split(':')[0]}:1.2.3'` });
  }
  if (preStop + drain > grace) {
    const what = `shutdown.grace is ${grace} s, less than preStop ${preStop} s and drain ${drain} s together; requests would be cut.`;
    problems.push({
      code: 'SW-SHUTDOWN-001',
      severity: 'error',
      what,
      fix: `grace: Duration.seconds(${preStop + drain + 5})`,
    });
  }
  if (user === 0) {
    problems.push({
      code: 'SW-POD-001',
      severity: 'error',
      what: 'user is 0 (root), which Pod Security "restricted" refuses.',
      fix: 'user: 1001',
    });
  }
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.push({
      code: 'SW-POD-002',
      severity: 'error',
      what: `port is ${port}; it must be a whole number from 1 to 65535.`,
      fix: 'port: 8080',
    });
  }
  return problems;
}
