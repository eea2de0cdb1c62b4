import { Duration, Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { labelsOf, nameOf, selectorOf } from '../core/labels';
import { withLocalStorage } from '../core/local-storage';
import { nodeOptions } from '../core/node-options';
import { part } from '../core/part';
import { resourceRequirements, restrictedContainer, restrictedPod, temporary } from '../core/pod';
import { type Problem, report } from '../core/problem';
import { unknownProps } from '../core/props';
import type { EnvValue, MountedFile, Workload } from '../core/workload';
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

/** A migration that cannot reach its database in the first minutes is tried again. */
const TRIES = 5;
/** For the pod to come and go, beside what the migration may take. */
const WAIT_SECONDS = 300;
const RESOURCES = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(1000) },
  memory: { request: Size.mebibytes(128), limit: Size.mebibytes(512) },
};

export interface MigrationProps extends ProgramProps {
  /** Name of the Job, before its version. @default `<system>-<id>` */
  readonly name?: string;
  /** Raised with each change: a Job cannot change, so each version is a Job of its own. */
  readonly version: number;
  /** Image, by its own tag: not that of the application, which changes more often. */
  readonly image: ProgramProps['image'];
  /** What is run, and with what; `$(NAME)` is one of its variables. */
  readonly command: readonly string[];
  /** Plain variables, each as it is written. Secrets come by `connect` and `inject`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files that the command reads: their ConfigMap has the version in its name, as the Job has. */
  readonly files?: { readonly folder: string; readonly texts: Readonly<Record<string, string>> };
  /** After this it is ended, tries included, and has failed: a long index build must fit. `pulumi up` waits as long. @default 1 hour */
  readonly longest?: Duration;
}

const PROPS = {
  ...PROGRAM_PROPS,
  ...{ name: true, version: true, command: true, env: true, files: true, longest: true },
} as const satisfies Record<keyof MigrationProps, true>;

/**
 * A change of a database's schema, run once for each version. What must not race with it waits for it:
 * `api.node.addDependency(migration)`.
 * Creates: a Job `<name>-v<version>`, a ConfigMap of its files, and a ServiceAccount.
 * Limitation: the Job has no TTL, or the next refresh would run it again; old versions go when the new one is made.
 */
export class Migration extends Construct implements Workload {
  readonly selector: Record<string, string>;
  private readonly env = new Variables(this);
  private readonly files = new Mounts();

  constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id);
    const base = props.name ?? nameOf(this);
    const name = `${base}-v${props.version}`;
    this.selector = selectorOf(this, base);
    this.env.setAll(props.env);
    new k8s.KubeServiceAccount(this, 'account', { metadata: { name: base }, automountServiceAccountToken: false });
    if (props.files !== undefined) {
      new k8s.KubeConfigMap(this, `files-v${props.version}`, { metadata: { name }, data: { ...props.files.texts } });
    }
    const seconds = (props.longest ?? Duration.hours(1)).toSeconds();
    const job = new k8s.KubeJob(this, `job-v${props.version}`, {
      metadata: { name, labels: labelsOf(this, base) },
      spec: {
        backoffLimit: TRIES,
        activeDeadlineSeconds: seconds,
        template: { metadata: { labels: labelsOf(this, base) }, spec: this.files.into(this.pod(base, name, props)) },
      },
    });
    nodeOptions(job, { timeoutSeconds: seconds + WAIT_SECONDS });
    const does = Object.keys(props.files?.texts ?? {});
    part(this, 'seaworthy:service:Migration', () => [
      `version ${props.version}, once`,
      does.length === 0 ? props.command.join(' ') : does.join(', '),
    ]);
    report(this, () => [
      ...unknownProps(props, PROPS, 'a Migration'),
      ...programProblems(props),
      ...problemsWith(props.version),
    ]);
  }

  addEnv(name: string, value: EnvValue): void {
    this.env.set(name, value);
  }

  addFile(file: MountedFile): void {
    this.files.add(file);
  }

  private pod(account: string, name: string, props: MigrationProps): k8s.PodSpec {
    const { command, files, user = DEFAULT_USER } = props;
    const mounts = files === undefined ? [] : [{ name: 'files', mountPath: files.folder, readOnly: true }];
    const volumes = files === undefined ? [] : [{ name: 'files', configMap: { name } }];
    return withLocalStorage({
      serviceAccountName: account,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      securityContext: restrictedPod(user),
      ...pullSecretsOf(props),
      containers: [
        {
          name: 'migration',
          image: imageOf(props),
          command: commandOf(command),
          env: this.env.lazily(),
          resources: resourceRequirements(RESOURCES),
          securityContext: restrictedContainer(),
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...mounts],
        },
      ],
      volumes: [temporary('tmp'), ...volumes],
    });
  }
}

function problemsWith(version: number): Problem[] {
  if (Number.isInteger(version) && version >= 1) return [];
  const what = `version is ${version}; it must be a whole number of 1 or more.`;
  return [{ code: 'SW-MIGRATION-001', severity: 'error', what, fix: 'version: 1' }];
}
