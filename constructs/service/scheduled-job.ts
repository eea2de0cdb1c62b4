import { type Duration, Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { labelsOf, nameOf, selectorOf } from '../core/labels';
import { isOwnDisk, withLocalStorage, workingRoom } from '../core/local-storage';
import type { CloudIdentity } from '../core/platform';
import { type Resources, resourceRequirements, restrictedContainer, restrictedPod, temporary } from '../core/pod';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import type { EnvValue, MountedFile, Workload } from '../core/workload';
import { Mounts } from './mounts';
import { Variables } from './variables';

/** One container of a job: a script of its image's shell. */
export interface Step {
  readonly name: string;
  readonly image: string;
  /** File name of the script, which must be among the job's scripts. */
  readonly script: string;
  readonly shell: 'bash' | 'sh';
  readonly env: k8s.EnvVar[];
  readonly mounts?: readonly k8s.VolumeMount[];
  /** @default 512 MiB */
  readonly memory?: Size;
}

export interface ScheduledJobProps {
  /** https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax, in UTC. */
  readonly schedule: string;
  /** After this it is ended, and has failed. */
  readonly longest: Duration;
  /** One after the other; what one writes below /work the next one reads. */
  readonly steps: readonly [Step, ...Step[]];
  /** Texts of the scripts, by file name. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Room below /work: on the node's disk where it is little, else a volume that lives as long as the pod. */
  readonly room: Size;
  readonly user: number;
  readonly volumes?: readonly k8s.Volume[];
}

const WORK = '/work';
const SCRIPTS = '/scripts';
const CPU: Resources['cpu'] = { request: Cpu.millis(100), limit: Cpu.millis(1000) };
const [LEAST_MEMORY, MEMORY] = [Size.mebibytes(128), Size.mebibytes(512)];

/** A part that is a job on a schedule: edges give its working step variables, and monitoring knows when it is overdue. */
export abstract class ScheduledPart extends Construct implements Workload, Monitored {
  readonly selector: Record<string, string> = selectorOf(this);
  abstract readonly signals: readonly Signal[];
  protected readonly env = new Variables(this);
  readonly files = new Mounts();
  /** What its pods carry; said before its job is made. */
  protected identity: CloudIdentity | undefined;

  addEnv(name: string, value: EnvValue): void {
    this.env.set(name, value);
  }

  addFile(file: MountedFile): void {
    this.files.add(file);
  }

  identify(identity: CloudIdentity): void {
    this.identity = identity;
  }

  /** Annotations of its ServiceAccount, and labels of its pods. */
  carried(): Required<CloudIdentity> {
    return { annotations: {}, podLabels: {}, ...this.identity };
  }

  /** What its script reads, beside what edges give. */
  protected tell(variables: Readonly<Record<string, string>>): void {
    for (const { name, value } of scriptEnv(variables)) this.env.set(name, { value: value ?? '' });
  }
}

/** Makes a CronJob below its part, with its ServiceAccount and the ConfigMap of its scripts. One run at a time. */
export function scheduledJob(part: ScheduledPart, props: ScheduledJobProps): void {
  const name = nameOf(part);
  const { annotations, podLabels } = part.carried();
  new k8s.KubeServiceAccount(part, 'account', {
    metadata: { name, ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }) },
    automountServiceAccountToken: false,
  });
  new k8s.KubeConfigMap(part, 'scripts', { metadata: { name: `${name}-scripts` }, data: { ...props.scripts } });
  cronJob(part, { ...props, podLabels, pod: part.files.into(pod(part, props)) });
}

export interface CronJobOptions {
  readonly schedule: string;
  readonly longest: Duration;
  readonly pod: k8s.PodSpec;
  /** Beside those of the part. @default none */
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** A CronJob below its part, by whose name it is called: in UTC, one run at a time. */
export function cronJob(part: Construct, { schedule, longest, pod, podLabels = {} }: CronJobOptions): void {
  const labels = labelsOf(part);
  new k8s.KubeCronJob(part, 'job', {
    metadata: { name: nameOf(part), labels },
    spec: {
      schedule,
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 2,
          activeDeadlineSeconds: longest.toSeconds(),
          template: { metadata: { labels: { ...labels, ...podLabels } }, spec: pod },
        },
      },
    },
  });
}

function pod(part: Construct, { steps, room, user, volumes = [] }: ScheduledJobProps): k8s.PodSpec {
  const name = nameOf(part);
  const containers = steps.map(containerOf);
  return withLocalStorage({
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    securityContext: restrictedPod(user, user),
    initContainers: containers.slice(0, -1),
    containers: containers.slice(-1),
    volumes: [
      workingRoom('work', room, systemOf(part).platform.storageClass),
      temporary('tmp'),
      { name: 'scripts', configMap: { name: `${name}-scripts` } },
      ...volumes,
    ],
  });
}

function containerOf({ name, image, shell, script, env, mounts = [], memory = MEMORY }: Step): k8s.Container {
  return {
    name,
    image,
    command: [shell, `${SCRIPTS}/${script}`],
    env: env,
    resources: resourceRequirements({ cpu: CPU, memory: { request: LEAST_MEMORY, limit: memory } }),
    securityContext: restrictedContainer(),
    volumeMounts: [
      { name: 'work', mountPath: WORK },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'scripts', mountPath: SCRIPTS, readOnly: true },
      ...mounts,
    ],
  };
}

/** What monitoring can see of a part's room, where it is a volume: `<job>-<minutes>-<letters>-work`. */
export function roomSignals(name: string, room: Size): Signal[] {
  return isOwnDisk(room) ? [{ kind: 'volume', name, claims: `${name}-[0-9]+-[a-z0-9]+-work` }] : [];
}

/** The variables that each script reads: where it works, and where the other scripts are. */
export function scriptEnv(more: Readonly<Record<string, string>> = {}): k8s.EnvVar[] {
  const own = { WORK, SCRIPTS, HOME: '/tmp', ...more };
  return Object.entries(own).map(([name, value]) => ({ name, value }));
}
