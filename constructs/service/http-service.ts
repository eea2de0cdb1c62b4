import { Duration, Lazy, Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  type Copies,
  canBeSeveral,
  copiesInWords,
  copiesProblems,
  copiesWithin,
  initialCopies,
  scaleOf,
} from '../core/copies';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { labelsOf, nameOf, selectorOf } from '../core/labels';
import { part as describe } from '../core/part';
import {
  type HttpProbe,
  httpProbe,
  type Resources,
  resourceRequirements,
  resourcesInWords,
  restrictedContainer,
  restrictedPod,
  spread,
  temporary,
} from '../core/pod';
import { type Problem, report } from '../core/problem';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import type { EnvValue, Workload } from '../core/workload';
import {
  autoscaler,
  budget,
  type ConfigFile,
  configMap,
  fileMounts,
  fileVolumes,
  service,
  strategyOf,
  variables,
} from './http-objects';

/** What happens between the order to stop and the end. */
export interface Shutdown {
  /** Wait before the order reaches the program, so that load balancers forget the pod. @default 5 s */
  readonly preStop?: Duration;
  /** How long the program itself finishes requests. @default 30 s */
  readonly drain?: Duration;
  /** After this the kernel ends it; at least preStop and drain together. @default 60 s */
  readonly grace?: Duration;
}

export interface HttpServiceProps {
  /** Image, by tag or digest; `latest` is refused. */
  readonly image: string;
  /** Port on which it speaks HTTP; the Service has the same. */
  readonly port: number;
  /** Liveness must not look at dependencies, readiness must. @default `/healthz` and `/readyz` */
  readonly probes?: { readonly live: HttpProbe; readonly ready: HttpProbe };
  /** @default 2 to 10 copies at 70 % CPU, within what the profile allows */
  readonly scale?: Copies;
  /** @default 100m to 500m CPU, 128 to 512 MiB */
  readonly resources?: Resources;
  readonly shutdown?: Shutdown;
  /** Plain variables. Secrets come by `connect` and `inject`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Configuration files: path in the container, and the ConfigMap with its key that holds the text. */
  readonly files?: readonly ConfigFile[];
  /** Numeric user; root is refused. @default 1001 */
  readonly user?: number;
}

const DEFAULTS = {
  probes: { live: { path: '/healthz' }, ready: { path: '/readyz' } },
  scale: { min: 2, max: 10, cpu: 70 },
  resources: {
    cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
    memory: { request: Size.mebibytes(128), limit: Size.mebibytes(512) },
  },
  user: 1001,
} as const;

/** What both ends of an edge ask of a service that speaks HTTP. */
export interface HttpService extends Construct, HasEndpoint, Workload, Monitored {}

/** Variables of a container, filled by its part and by edges. */
export class Variables {
  private readonly held = new Map<string, EnvValue>();

  constructor(private readonly part: Construct) {}

  set(name: string, value: EnvValue): void {
    if (this.held.has(name)) {
      const what = `variable ${name} is set twice; a program would see only one of the two.`;
      report(this.part, () => [{ code: 'SW-ENV-001', severity: 'error', what, fix: `remove one ${name}` }]);
    }
    this.held.set(name, value);
  }

  /** For a container; read once the whole tree is built. */
  lazily(): k8s.EnvVar[] {
    return Lazy.any({ produce: () => variables(this.held) });
  }
}

/**
 * Makes all of a service that speaks HTTP below its part: ServiceAccount, Deployment, Service; HorizontalPodAutoscaler where it scales,
 * PodDisruptionBudget where there can be several copies, a ConfigMap for each file.
 */
export function httpService(
  part: Construct,
  type: `seaworthy:service:${string}`,
  env: Variables,
  props: HttpServiceProps,
): { readonly endpoint: Endpoint; readonly signals: readonly Signal[] } {
  const system = systemOf(part);
  const name = nameOf(part);
  const selector = selectorOf(part);
  const wanted = props.scale ?? DEFAULTS.scale;
  const copies = copiesWithin(wanted, system.platform.profile.mostCopies);
  const resources = props.resources ?? DEFAULTS.resources;
  const shutdown = secondsOf(props.shutdown);
  for (const [key, value] of Object.entries(props.env ?? {})) env.set(key, { value });

  new k8s.KubeServiceAccount(part, 'account', { metadata: { name }, automountServiceAccountToken: false });
  for (const file of props.files ?? []) configMap(part, file);
  new k8s.KubeDeployment(part, 'deployment', deployment(part, props, { copies, resources, shutdown, env }));
  new k8s.KubeService(part, 'service', service(name, selector, labelsOf(part), props.port));
  const scale = scaleOf(copies);
  if (scale !== undefined) new k8s.KubeHorizontalPodAutoscalerV2(part, 'autoscaler', autoscaler(name, scale));
  if (canBeSeveral(copies)) new k8s.KubePodDisruptionBudget(part, 'budget', budget(name, selector));

  describe(part, type, () => [
    copiesInWords(copies),
    `:${props.port}`,
    resourcesInWords(resources),
    `drain ${shutdown.drain} s of ${shutdown.grace} s`,
  ]);
  report(part, () => [...copiesProblems(wanted), ...problemsWith(props, shutdown)]);
  const reach = { by: 'pods', namespace: system.namespaceName, labels: selector } as const;
  return {
    endpoint: { scheme: 'http', host: name, port: props.port, reach },
    signals: [{ kind: 'http', name, selector, port: props.port, scales: scale !== undefined }],
  };
}

interface Decided {
  readonly copies: Copies;
  readonly resources: Resources;
  readonly shutdown: Seconds;
  readonly env: Variables;
}

function deployment(
  part: Construct,
  props: HttpServiceProps,
  { copies, resources, shutdown, env }: Decided,
): k8s.KubeDeploymentProps {
  const labels = labelsOf(part);
  const selector = selectorOf(part);
  return {
    metadata: { name: nameOf(part), labels },
    spec: {
      replicas: initialCopies(copies),
      revisionHistoryLimit: 5,
      selector: { matchLabels: selector },
      strategy: strategyOf(copies),
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: nameOf(part),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: shutdown.grace,
          securityContext: restrictedPod(props.user ?? DEFAULTS.user),
          topologySpreadConstraints: spread(selector),
          containers: [container(part, props, { copies, resources, shutdown, env })],
          volumes: [temporary('tmp'), ...fileVolumes(props.files ?? [])],
        },
      },
    },
  };
}

function container(part: Construct, props: HttpServiceProps, { resources, shutdown, env }: Decided): k8s.Container {
  const { live, ready } = props.probes ?? DEFAULTS.probes;
  return {
    name: part.node.id,
    image: props.image,
    ports: [{ name: 'http', containerPort: props.port, protocol: 'TCP' }],
    env: env.lazily(),
    resources: resourceRequirements(resources),
    securityContext: restrictedContainer(),
    livenessProbe: httpProbe(live, props.port),
    readinessProbe: httpProbe(ready, props.port),
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', `sleep ${shutdown.preStop}`] } } },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...fileMounts(props.files ?? [])],
  };
}

interface Seconds {
  readonly preStop: number;
  readonly drain: number;
  readonly grace: number;
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
