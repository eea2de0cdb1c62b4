import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import { report } from '../core/problem';
import type { Signal } from '../core/signals';
import { connect, url } from '../network/connect';
import type { SecretKey } from '../secrets/inject';
import { ScheduledPart, scheduledJob } from '../service/scheduled-job';
import type { ObjectStore } from './object-store';
import type { Postgres } from './postgres';
import { POSTGRES_IMAGES, POSTGRES_USER } from './postgres-image';
import { scheduleInWords, scheduleProblems } from './schedule';
import { scripts, storeStep, storeVolumes } from './store-steps';

export interface BackupProps {
  readonly of: Postgres;
  readonly to: ObjectStore;
  /** When, in UTC. @default every night at two */
  readonly schedule?: string;
  /** The alarm goes off when the last good backup is older. @default 26 hours */
  readonly atMost?: Duration;
  /** Room for one dump while it is written. @default 10 GiB */
  readonly room?: Size;
  /** Secret with the database's URL. @default `<system>-<id>-<postgres>`, key `database-url` */
  readonly secret?: SecretKey;
}

/**
 * A dump of a Postgres on a schedule, with a manifest of what a restored copy must hold: digest, schema and rows, of one snapshot.
 * Creates: CronJob, ServiceAccount, ConfigMap of the scripts; the edges to the database and to the store.
 * Limitation: a logical dump; what was written after the last one is only in the database's own log (RDS, CloudNativePG).
 *
 *     new Backup(this, 'backup', { of: postgres, to: new ObjectStore(this, 'backups', { keep: Duration.days(14) }) });
 */
export class Backup extends ScheduledPart {
  readonly source: Postgres;
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
    connect(this, props.of, {
      env: { DATABASE_URL: url() },
      ...(props.secret === undefined ? {} : { secret: props.secret }),
    });
    props.to.connectFrom(this, store.expires ? ['write'] : ['write', 'read']);
    const keepDays = store.expires ? {} : { KEEP_DAYS: `${props.to.keepDays}` };
    scheduledJob(this, {
      schedule,
      longest: Duration.hours(2),
      user: POSTGRES_USER,
      room: props.room ?? Size.gibibytes(10),
      scripts: scripts('dump.sh', 'schema.sql', 'rows.sql', 'keep.sh'),
      volumes: storeVolumes(store),
      steps: [
        {
          name: 'dump',
          image: POSTGRES_IMAGES[props.of.version],
          shell: 'bash',
          script: 'dump.sh',
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
    report(this, () => scheduleProblems(schedule));
  }
}
