import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import { type Problem, report } from '../core/problem';
import { scheduleInWords, scheduleProblems } from '../core/schedule';
import type { Signal } from '../core/signals';
import { connect, url } from '../network/connect';
import type { SecretKey } from '../secrets/inject';
import { roomSignals, ScheduledPart, scheduledJob } from '../service/scheduled-job';
import type { ObjectStore } from './object-store';
import type { Postgres } from './postgres';
import { POSTGRES_IMAGES, POSTGRES_USER } from './postgres-image';
import { scripts, storeStep, storeVolumes } from './store-steps';

export interface ArchiveProps {
  readonly of: Postgres;
  readonly to: ObjectStore;
  /** Table with the rows, in the database's search path. */
  readonly table: string;
  /** Its column with the time of a row (timestamptz; one without a zone is read as UTC). */
  readonly timeColumn: string;
  /** Rows younger than this are not copied yet. */
  readonly hot: Duration;
  /** When, in UTC. @default every night at four */
  readonly schedule?: string;
  /** Room for what one run copies, half of it at most before it stops and the next goes on. A day must fit into the other half. @default 10 GiB */
  readonly room?: Size;
  /** After this it is ended, and has failed; what was copied before is kept. @default 4 hours */
  readonly longest?: Duration;
  /** Secret with the database's URL. @default `<system>-<id>-<postgres>`, key `database-url` */
  readonly secret?: SecretKey;
}

/**
 * Copies the rows of a table into cold storage, a file for each day of UTC with its digest, and one for rows without a day (no time, an
 * infinite one, one before 1970). Copies and never rewrites: no row is changed or deleted, so that anchors over them (Merkle trees) stay true.
 * A file counts as archived, and has its digest beside it, once it was read back from the store and its rows were counted. Rows that come
 * late into a day that was archived are found, and the day is copied anew beside its first file.
 * Creates: CronJob, ServiceAccount, ConfigMap of the scripts; the edges to the database and to the store.
 * Limitation: rows stay in the database as well; to drop them after `hot` is for the application that owns the anchors, whole days at a time
 * (of what is left of a day the job makes another file) and only those whose digest is in the store.
 */
export class Archive extends ScheduledPart {
  readonly signals: readonly Signal[];

  constructor(scope: Construct, id: string, props: ArchiveProps) {
    super(scope, id);
    const { schedule = '0 4 * * *', table, timeColumn, hot } = props;
    const { store } = props.to;
    const name = nameOf(this);
    const { room = Size.gibibytes(10), longest = Duration.hours(4) } = props;
    this.signals = [
      { kind: 'scheduled', name, does: 'archive', within: Duration.hours(50) },
      ...roomSignals(name, room),
      ...props.to.signals,
    ];
    this.tell({
      NAME: name,
      TABLE: table,
      TIME_COLUMN: timeColumn,
      HOT_RETENTION_DAYS: `${hot.toDays()}`,
      ROOM_MEBIBYTES: `${room.toMebibytes()}`,
      LONGEST_SECONDS: `${longest.toSeconds()}`,
    });
    connect(this, props.of, {
      env: { DATABASE_URL: url() },
      as: 'reader',
      ...(props.secret === undefined ? {} : { secret: props.secret }),
    });
    props.to.connectFrom(this, store.expires ? ['write', 'read'] : ['write', 'read', 'delete']);
    const keepDays = store.expires ? {} : { KEEP_DAYS: `${props.to.keepDays}` };
    scheduledJob(this, {
      schedule,
      longest,
      user: POSTGRES_USER,
      room,
      scripts: scripts('list.sh', 'archive.sh', 'apart.sh', 'keep-archive.sh'),
      volumes: storeVolumes(store),
      steps: [
        storeStep('list', 'list.sh', store, { NAME: name }),
        {
          name: 'archive',
          image: POSTGRES_IMAGES[props.of.version],
          shell: 'bash',
          script: 'archive.sh',
          env: this.env.lazily(),
        },
        storeStep('keep', 'keep-archive.sh', store, { NAME: name, ...keepDays }),
      ],
    });
    part(this, 'seaworthy:data:Archive', () => [
      `table ${table}`,
      `hot ${hot.toDays()} days, then into ${props.to.node.id}`,
      scheduleInWords(schedule),
    ]);
    report(this, () => [...scheduleProblems(schedule), ...nameProblems({ table, timeColumn })]);
  }
}

function nameProblems(names: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(names).flatMap(([prop, name]): Problem[] => {
    if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return [];
    const what = `${prop} is "${name}"; it must be a plain name of lower-case letters, digits and underscores.`;
    return [{ code: 'SW-ARCHIVE-001', severity: 'error', what, fix: `${prop}: 'audit_events'` }];
  });
}
