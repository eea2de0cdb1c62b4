import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import { report } from '../core/problem';
import { scheduleInWords, scheduleProblems } from '../core/schedule';
import type { Signal } from '../core/signals';
import { roomSignals, ScheduledPart, scheduledJob } from '../service/scheduled-job';
import type { Backup } from './backup';
import { type Dumped, roomFor } from './dumps';
import type { ObjectStore } from './object-store';
import { scripts, storeStep, storeVolumes } from './store-steps';

/** A backup that another environment makes: what production writes, staging restores. */
export interface BackupElsewhere {
  /** First part of the names of its files: `shop-backup`. */
  readonly name: string;
  readonly to: ObjectStore;
  /** A part of this system of the same kind and version as the one that was dumped. */
  readonly like: Dumped;
  readonly atMost: Duration;
}

export interface RestoreDrillProps {
  readonly of: Backup | BackupElsewhere;
  /** When, in UTC. @default Sundays at three */
  readonly schedule?: string;
  /** The alarm goes off when the last good drill is longer ago. @default 8 days */
  readonly atMost?: Duration;
  /** Room for a dump and the database restored from it, a volume that lives as long as the job. @default twice what the database may hold */
  readonly room?: Size;
  /** After this it is ended, and has failed. @default 12 hours */
  readonly longest?: Duration;
  /** Why a backup without a row or key is a good one; else it is taken for a loss. @default it is not */
  readonly emptyBecause?: string;
}

/** Stands where nothing can be dumped. */
const LITTLE = Size.gibibytes(1);

/**
 * Proves that a backup restores: fetches the newest, restores it into a scratch server inside of its own pod, as a role without privileges,
 * and compares digest, age, schema (keys, indexes, functions …), sequences and rows (of a Redis: keys) with the manifest. It has no way and
 * no password to the live store.
 * Creates: CronJob, ServiceAccount, ConfigMap of the scripts, the edge to the store.
 * Reports: `seaworthy_drill_backup_age_seconds`, `seaworthy_drill_rows` and `seaworthy_drill_passed_seconds` to a Collector that it is
 * connected to; whether and when it passed is told by its Job in any case.
 *
 *     new RestoreDrill(this, 'drill', { of: backup });
 */
export class RestoreDrill extends ScheduledPart {
  readonly signals: readonly Signal[];

  constructor(scope: Construct, id: string, props: RestoreDrillProps) {
    super(scope, id);
    const { of: backup, schedule = '0 3 * * 0', atMost = Duration.days(8) } = props;
    const source = 'like' in backup ? backup.like : backup.source;
    const { store } = backup.to;
    const name = 'like' in backup ? backup.name : nameOf(backup);
    const { dumping } = source;
    const room = props.room ?? roomFor(dumping?.holds ?? LITTLE, 2);
    const own = nameOf(this);
    this.signals = [{ kind: 'scheduled', name: own, does: 'drill', within: atMost }, ...roomSignals(own, room)];
    const mostHours = `${backup.atMost.toHours()}`;
    const empty = props.emptyBecause === undefined ? {} : { MAY_BE_EMPTY: 'true' };
    this.tell({ NAME: name, MOST_HOURS: mostHours, ...empty });
    backup.to.connectFrom(this, ['read']);
    if (dumping === undefined) return; // The backup says why.
    scheduledJob(this, {
      schedule,
      longest: props.longest ?? Duration.hours(12),
      user: dumping.user,
      room,
      scripts: scripts('fetch.sh', 'stamp.sh', dumping.drill, 'manifest.sh', 'report.sh', ...dumping.reads),
      volumes: storeVolumes(store),
      steps: [
        storeStep('fetch', 'fetch.sh', store, { NAME: name }),
        {
          name: 'drill',
          image: dumping.image,
          shell: 'bash',
          script: dumping.drill,
          env: this.env.lazily(),
          ...(dumping.memory === undefined ? {} : { memory: dumping.memory }),
        },
      ],
    });
    part(this, 'seaworthy:data:RestoreDrill', () => [
      scheduleInWords(schedule),
      dumping.variable === 'REDIS_URL'
        ? 'loads it into a scratch server, compares keys'
        : 'restores into a scratch database, compares schema and rows',
      ...(props.emptyBecause === undefined ? [] : [`may be empty: ${props.emptyBecause}`]),
      `alarm after ${atMost.toDays()} days`,
    ]);
    report(this, () => scheduleProblems(schedule));
  }
}
