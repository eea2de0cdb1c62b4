import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import { type Problem, report } from '../core/problem';
import { scheduleInWords, scheduleProblems } from '../core/schedule';
import type { Signal } from '../core/signals';
import { connect, url } from '../network/connect';
import type { SecretKey } from '../secrets/inject';
import { ScheduledPart, scheduledJob } from '../service/scheduled-job';
import type { Dumped, Dumping } from './dumps';
import type { ObjectStore } from './object-store';
import { scripts, storeStep, storeVolumes } from './store-steps';

export interface BackupProps {
  readonly of: Dumped;
  readonly to: ObjectStore;
  /** When, in UTC. @default every night at two */
  readonly schedule?: string;
  /** The alarm goes off when the last good backup is older. @default 26 hours */
  readonly atMost?: Duration;
  /** Room for one dump while it is written. @default 10 GiB */
  readonly room?: Size;
  /** Secret with the store's URL. @default `<system>-<id>-<store>`, key `database-url` or `redis-url` */
  readonly secret?: SecretKey;
}

/**
 * A dump of a Postgres or a Redis on a schedule, with a manifest of what a restored copy must hold: digest, schema and rows, of one
 * snapshot; of a Redis digest and keys.
 * Creates: CronJob, ServiceAccount, ConfigMap of the scripts; the edges to the database and to the store.
 * Limitation: a logical dump; what was written after the last one is only in the database's own log (RDS, CloudNativePG).
 *
 *     new Backup(this, 'backup', { of: postgres, to: new ObjectStore(this, 'backups', { keep: Duration.days(14) }) });
 */
export class Backup extends ScheduledPart {
  readonly source: Dumped;
  readonly to: ObjectStore;
  readonly atMost: Duration;
  readonly signals: readonly Signal[];

  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id);
    const name = nameOf(this);
    const schedule = props.schedule ?? '0 2 * * *';
    const { store } = props.to;
    this.source = props.of;
    this.to = props.to;
    this.atMost = props.atMost ?? Duration.hours(26);
    this.signals = [{ kind: 'scheduled', name, does: 'backup', within: this.atMost }];
    this.tell({ NAME: name });
    const dumping = props.of.dumping ?? NOTHING;
    connect(this, props.of, {
      env: { [dumping.variable]: url() },
      ...(props.secret === undefined ? {} : { secret: props.secret }),
    });
    props.to.connectFrom(this, store.expires ? ['write'] : ['write', 'read']);
    const keepDays = store.expires ? {} : { KEEP_DAYS: `${props.to.keepDays}` };
    scheduledJob(this, {
      schedule,
      longest: Duration.hours(2),
      user: dumping.user,
      room: props.room ?? Size.gibibytes(10),
      scripts: scripts(dumping.dump, ...dumping.reads, 'keep.sh'),
      volumes: storeVolumes(store),
      steps: [
        {
          name: 'dump',
          image: dumping.image,
          shell: 'bash',
          script: dumping.dump,
          env: this.env.lazily(),
        },
        storeStep('keep', 'keep.sh', store, { NAME: name, ...keepDays }),
      ],
    });
    part(this, 'seaworthy:data:Backup', () => [
      scheduleInWords(schedule),
      `into ${props.to.node.id}`,
      `alarm after ${this.atMost.toHours()} h`,
    ]);
    report(this, () => [
      ...scheduleProblems(schedule),
      ...(props.of.dumping === undefined ? [keptByItsCloud(props.of)] : []),
    ]);
  }
}

/** Stands where nothing can be dumped; the problem is reported. */
const NOTHING: Dumping = {
  image: '',
  user: 1,
  variable: 'REDIS_URL',
  dump: 'dump-redis.sh',
  drill: 'drill-redis.sh',
  reads: [],
};

function keptByItsCloud(of: Dumped): Problem {
  const what = `${of.node.path} is a managed service that keeps snapshots itself, and lets nobody read all of it.`;
  return { code: 'SW-BACKUP-001', severity: 'error', what, fix: "no Backup of it, or placement: 'in-cluster'" };
}
