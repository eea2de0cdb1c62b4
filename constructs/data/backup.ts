import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import { sizeText } from '../core/pod';
import { type Problem, report } from '../core/problem';
import { scheduleInWords, scheduleProblems } from '../core/schedule';
import type { Signal } from '../core/signals';
import { connect, url } from '../network/connect';
import type { SecretKey } from '../secrets/inject';
import { roomSignals, ScheduledPart, scheduledJob } from '../service/scheduled-job';
import { type Dumped, type Dumping, roomFor } from './dumps';
import type { ObjectStore } from './object-store';
import { scripts, storeStep, storeVolumes } from './store-steps';

export interface BackupProps {
  readonly of: Dumped;
  readonly to: ObjectStore;
  /** When, in UTC. @default every night at two */
  readonly schedule?: string;
  /** The alarm goes off when the last good backup is older. @default 26 hours */
  readonly atMost?: Duration;
  /** Room for one dump while it is written, a volume that lives as long as the job. @default as much as the database may hold */
  readonly room?: Size;
  /** After this a dump is ended, and has failed. @default 6 hours */
  readonly longest?: Duration;
  /** Secret with the store's URL. @default `<system>-<id>-<store>`, key `database-url` or `redis-url` */
  readonly secret?: SecretKey;
}

/**
 * A dump of a Postgres or a Redis on a schedule, with a manifest of what a restored copy must hold: digest, schema and rows, of one
 * snapshot; of a Redis digest and keys.
 * Creates: CronJob, ServiceAccount, ConfigMap of the scripts; the edges to the database and to the store.
 * What is older than the store's `keep` goes once a newer one was written, read back and compared; so the last good one stays, however old.
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
    const dumping = props.of.dumping ?? NOTHING;
    const room = props.room ?? roomFor(dumping.holds);
    this.signals = [
      { kind: 'scheduled', name, does: 'backup', within: this.atMost },
      ...roomSignals(name, room),
      ...props.to.signals,
    ];
    this.tell({ NAME: name });
    connect(this, props.of, {
      env: { [dumping.variable]: url() },
      ...(dumping.variable === 'DATABASE_URL' ? { as: 'reader' } : {}),
      ...(props.secret === undefined ? {} : { secret: props.secret }),
    });
    // What was written is read back before anything older goes.
    props.to.connectFrom(this, store.expires ? ['write', 'read'] : ['write', 'read', 'delete']);
    const keepDays = store.expires ? {} : { KEEP_DAYS: `${props.to.keepDays}` };
    scheduledJob(this, {
      schedule,
      longest: props.longest ?? Duration.hours(6),
      user: dumping.user,
      room,
      scripts: scripts(dumping.dump, ...dumping.reads, 'keep.sh', 'stamp.sh'),
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
      `room for ${sizeText(room)}`,
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
  holds: Size.gibibytes(1),
  reads: [],
};

function keptByItsCloud(of: Dumped): Problem {
  const what = `${of.node.path} is a managed service that keeps snapshots itself, and lets nobody read all of it.`;
  return { code: 'SW-BACKUP-001', severity: 'error', what, fix: "no Backup of it, or placement: 'in-cluster'" };
}
