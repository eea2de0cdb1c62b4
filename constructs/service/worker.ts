import { Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { type Copies, copiesInWords, copiesProblems, copiesWithin, initialCopies, mostPods } from '../core/copies';
import { labelsOf, named, nameOf, selectorOf } from '../core/labels';
import { withLocalStorage } from '../core/local-storage';
import { part } from '../core/part';
import {
  type Resources,
  resourceRequirements,
  resourcesInWords,
  restrictedContainer,
  restrictedPod,
  spread,
  temporary,
} from '../core/pod';
import { report } from '../core/problem';
import { unknownProps } from '../core/props';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import type { EnvValue, MountedFile, Workload } from '../core/workload';
import { strategyOf } from './http-objects';
import { Mounts } from './mounts';
import {
  commandOf,
  DEFAULT_USER,
  imageOf,
  PROGRAM_PROPS,
  type ProgramProps,
  programProblems,
  pullSecretsOf,
} from './program';
import { Variables } from './variables';

const RESOURCES: Resources = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
  memory: { request: Size.mebibytes(128), limit: Size.mebibytes(512) },
};

export interface WorkerProps extends ProgramProps {
  /** What is run, and with what; `$(NAME)` is one of its variables. @default what the image says */
  readonly command?: readonly string[];
  readonly name?: string;
  /** Fixed: nobody knows how long its queue is. @default 1 copy */
  readonly scale?: Copies;
  /** @default 100m to 500m CPU, 128 to 512 MiB */
  readonly resources?: Resources;
  /** A command that says whether it is alive. @default alive is what runs */
  readonly alive?: readonly string[];
  /** Plain variables, each as it is written. Secrets come by `connect` and `inject`. */
  readonly env?: Readonly<Record<string, string>>;
  /** After this, from the order to stop, the kernel ends it; a job in hand must fit in. @default 60 s */
  readonly graceSeconds?: number;
}

const PROPS = {
  ...PROGRAM_PROPS,
  ...{ command: true, name: true, scale: true, resources: true, alive: true, env: true, graceSeconds: true },
} as const satisfies Record<keyof WorkerProps, true>;

/**
 * A program that takes its work from somewhere, and listens to nobody.
 * Creates: ServiceAccount, Deployment.
 * Limitation: copies are a fixed number; what scales by the length of a queue needs KEDA, which is not here yet.
 *
 *     const mailer = new Worker(this, 'mailer', { image: 'ghcr.io/acme/mailer:1.4.2' });
 *     connect(mailer, redis, { env: { QUEUE_URL: url() } });
 */
export class Worker extends Construct implements Workload, Monitored {
  readonly selector: Record<string, string>;
  readonly signals: readonly Signal[];
  readonly mostPods: number;
  private readonly env = new Variables(this);
  private readonly files = new Mounts();

  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id);
    named(this, props.name);
    const name = nameOf(this);
    this.selector = selectorOf(this);
    this.signals = [{ kind: 'workload', name }];
    const wanted = props.scale ?? { min: 1, max: 1 };
    const copies = copiesWithin(wanted, systemOf(this).platform.profile.mostCopies);
    this.mostPods = mostPods(copies);
    this.env.setAll(props.env);
    const labels = labelsOf(this);
    new k8s.KubeServiceAccount(this, 'account', { metadata: { name }, automountServiceAccountToken: false });
    new k8s.KubeDeployment(this, 'deployment', {
      metadata: { name, labels },
      spec: {
        replicas: initialCopies(copies),
        revisionHistoryLimit: 5,
        selector: { matchLabels: this.selector },
        strategy: strategyOf(copies),
        template: { metadata: { labels }, spec: this.files.into(this.pod(name, props)) },
      },
    });
    part(this, 'seaworthy:service:Worker', () => [
      copiesInWords(copies),
      resourcesInWords(props.resources ?? RESOURCES),
      ...(props.command === undefined ? [] : [props.command.join(' ')]),
    ]);
    report(this, () => [
      ...unknownProps(props, PROPS, 'a Worker'),
      ...programProblems(props),
      ...copiesProblems(wanted),
    ]);
  }

  addEnv(name: string, value: EnvValue): void {
    this.env.set(name, value);
  }

  addFile(file: MountedFile): void {
    this.files.add(file);
  }

  private pod(account: string, props: WorkerProps): k8s.PodSpec {
    const { command, alive, resources = RESOURCES, graceSeconds = 60, user = DEFAULT_USER } = props;
    return withLocalStorage({
      serviceAccountName: account,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: graceSeconds,
      securityContext: restrictedPod(user),
      topologySpreadConstraints: spread(this.selector),
      ...pullSecretsOf(props),
      containers: [
        {
          name: this.node.id,
          image: imageOf(props),
          ...(command === undefined ? {} : { command: commandOf(command) }),
          env: this.env.lazily(),
          resources: resourceRequirements(resources),
          securityContext: restrictedContainer(),
          ...(alive === undefined
            ? {}
            : { livenessProbe: { exec: { command: commandOf(alive) }, periodSeconds: 30, timeoutSeconds: 5 } }),
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        },
      ],
      volumes: [temporary('tmp')],
    });
  }
}
