import { Duration, Lazy, Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { type Copies, copiesInWords, copiesProblems, copiesWithin, initialCopies, scaleOf } from '../core/copies';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { labelsOf, nameOf, selectorOf } from '../core/labels';
import { part } from '../core/part';
import {
  type HttpProbe,
  httpProbe,
  type Resources,
  resourceRequirements,
  resourcesInWords,
  restrictedContainer,
  restrictedPod,
  spread,
} from '../core/pod';
import { type Problem, report } from '../core/problem';
import { systemOf } from '../core/system';
import type { EnvValue, Workload } from '../core/workload';
import { autoscaler, budget, type ConfigFile, configMap, service, strategyOf, variables } from './http-objects';

/** What happens between the order to stop and the end. */
export interface Shutdown {
  /** Wait before the order reaches the program, so that load balancers forget the pod. @default 5 s */
  readonly preStop?: Duration;
  /** How long the program itself finishes requests. @default 30 s */
  readonly drain?: Duration;
  /** After this the kernel ends it; at least preStop and drain together. @default 60 s */
  readonly grace?: Duration;
}

export interface GatewayProps {
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

/**
 * An HTTP API that scales and drains.
 * Creates: ServiceAccount, Deployment, Service; HorizontalPodAutoscaler where it scales, PodDisruptionBudget where there are two
 * copies or more, a ConfigMap for each file.
 *
 *     const api = new Gateway(this, 'api', { image: 'ghcr.io/acme/api:1.4.2', port: 8080 });
 */
export class Gateway extends Construct implements HasEndpoint, Workload {
  readonly endpoint: Endpoint;
  readonly selector: Record<string, string>;
  private readonly env = new Map<string, EnvValue>();

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const system = systemOf(this);
    const name = nameOf(this);
    const copies = copiesWithin(props.scale ?? DEFAULTS.scale, system.platform.profile.mostCopies);
    const resources = props.resources ?? DEFAULTS.resources;
    const shutdown = secondsOf(props.shutdown);
    this.selector = selectorOf(this);
    for (const [key, value] of Object.entries(props.env ?? {})) this.addEnv(key, { value });

    new k8s.KubeServiceAccount(this, 'account', { metadata: { name }, automountServiceAccountToken: false });
    for (const file of props.files ?? []) configMap(this, file);
    new k8s.KubeDeployment(this, 'deployment', this.deployment(name, props, copies, resources, shutdown));
    new k8s.KubeService(this, 'service', service(name, this.selector, labelsOf(this), props.port));
    const scale = scaleOf(copies);
    if (scale !== undefined) new k8s.KubeHorizontalPodAutoscalerV2(this, 'autoscaler', autoscaler(name, scale));
    if (initialCopies(copies) > 1) new k8s.KubePodDisruptionBudget(this, 'budget', budget(name, this.selector));

    this.endpoint = {
      scheme: 'http',
      host: name,
      port: props.port,
      reach: { by: 'pods', namespace: system.namespaceName, labels: this.selector },
    };
    part(this, 'seaworthy:service:Gateway', () => [
      copiesInWords(copies),
      `:${props.port}`,
      resourcesInWords(resources),
      `drain ${shutdown.drain} s of ${shutdown.grace} s`,
    ]);
    report(this, () => [...copiesProblems(props.scale ?? DEFAULTS.scale), ...problemsWith(props, shutdown)]);
  }

  addEnv(name: string, value: EnvValue): void {
    if (this.env.has(name)) {
      report(this, () => [
        {
          code: 'SW-ENV-001',
          severity: 'error',
          what: `variable ${name} is set twice; a program would see only one of the two.`,
          fix: `remove one ${name}`,
        },
      ]);
    }
    this.env.set(name, value);
  }

  private deployment(
    name: string,
    props: GatewayProps,
    copies: Copies,
    resources: Resources,
    shutdown: Seconds,
  ): k8s.KubeDeploymentProps {
    const { live, ready } = props.probes ?? DEFAULTS.probes;
    const files = props.files ?? [];
    const volumes = [...new Set(files.map((f) => f.configMap))];
    return {
      metadata: { name, labels: labelsOf(this) },
      spec: {
        replicas: initialCopies(copies),
        revisionHistoryLimit: 5,
        selector: { matchLabels: this.selector },
        strategy: strategyOf(copies),
        template: {
          metadata: { labels: labelsOf(this) },
          spec: {
            serviceAccountName: name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: shutdown.grace,
            securityContext: restrictedPod(props.user ?? DEFAULTS.user),
            topologySpreadConstraints: spread(this.selector),
            containers: [
              {
                name: this.node.id,
                image: props.image,
                ports: [{ name: 'http', containerPort: props.port, protocol: 'TCP' }],
                env: Lazy.any({ produce: () => variables(this.env) }),
                resources: resourceRequirements(resources),
                securityContext: restrictedContainer(),
                livenessProbe: httpProbe(live, props.port),
                readinessProbe: httpProbe(ready, props.port),
                lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', `sleep ${shutdown.preStop}`] } } },
                volumeMounts: [
                  { name: 'tmp', mountPath: '/tmp' },
                  ...files.map((f) => ({
                    name: f.configMap,
                    mountPath: `${f.folder}/${f.key}`,
                    subPath: f.key,
                    readOnly: true,
                  })),
                ],
              },
            ],
            volumes: [{ name: 'tmp', emptyDir: {} }, ...volumes.map((v) => ({ name: v, configMap: { name: v } }))],
          },
        },
      },
    };
  }
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

function problemsWith({ image, user, port }: GatewayProps, { preStop, drain, grace }: Seconds): Problem[] {
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
