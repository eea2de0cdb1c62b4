import { Duration, Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { withLocalStorage } from '../core/local-storage';
import { part } from '../core/part';
import { type Resources, resourceRequirements, restrictedContainer, restrictedPod, temporary } from '../core/pod';
import { report } from '../core/problem';
import { unknownProps } from '../core/props';
import { scheduleInWords, scheduleProblems } from '../core/schedule';
import type { Signal } from '../core/signals';
import {
  commandOf,
  DEFAULT_USER,
  imageOf,
  PROGRAM_PROPS,
  type ProgramProps,
  programProblems,
  pullSecretsOf,
} from './program';
import { cronJob, ScheduledPart } from './scheduled-job';

const RESOURCES: Resources = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(1000) },
  memory: { request: Size.mebibytes(128), limit: Size.mebibytes(512) },
};

export interface JobProps extends ProgramProps {
  /** What is run, and with what; `$(NAME)` is one of its variables. */
  readonly command: readonly [string, ...string[]];
  /** Plain variables, each as it is written. Secrets come by `connect` and `inject`. */
  readonly env?: Readonly<Record<string, string>>;
  /** When, in UTC: five fields of cron. */
  readonly schedule: string;
  /** After this it is ended, and has failed. @default 1 hour */
  readonly longest?: Duration;
  /** @default 100m to 1000m CPU, 128 to 512 MiB */
  readonly resources?: Resources;
}

const PROPS = {
  ...PROGRAM_PROPS,
  ...{ command: true, env: true, schedule: true, longest: true, resources: true },
} as const satisfies Record<keyof JobProps, true>;

/**
 * A program that runs on a schedule, one run at a time. What runs once for each version is a Migration.
 * Creates: CronJob, ServiceAccount.
 *
 *     const report = new Job(this, 'report', { image: 'ghcr.io/acme/report:1.4.2', command: ['report'], schedule: '0 6 * * 1' });
 */
export class Job extends ScheduledPart {
  readonly signals: readonly Signal[] = [];

  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id);
    const { command, schedule, longest = Duration.hours(1), resources = RESOURCES, user = DEFAULT_USER } = props;
    this.env.setAll(props.env);
    const name = nameOf(this);
    new k8s.KubeServiceAccount(this, 'account', { metadata: { name }, automountServiceAccountToken: false });
    cronJob(this, {
      schedule,
      longest,
      pod: this.files.into(
        withLocalStorage({
          serviceAccountName: name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          restartPolicy: 'Never',
          securityContext: restrictedPod(user),
          ...pullSecretsOf(props),
          containers: [
            {
              name: this.node.id,
              image: imageOf(props),
              command: commandOf(command),
              env: this.env.lazily(),
              resources: resourceRequirements(resources),
              securityContext: restrictedContainer(),
              volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            },
          ],
          volumes: [temporary('tmp')],
        }),
      ),
    });
    part(this, 'seaworthy:service:Job', () => [scheduleInWords(schedule), command.join(' ')]);
    report(this, () => [
      ...unknownProps(props, PROPS, 'a Job'),
      ...programProblems(props),
      ...scheduleProblems(schedule),
    ]);
  }
}
