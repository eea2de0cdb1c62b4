import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import { report } from '../core/problem';
import type { Signal } from '../core/signals';
import { ScheduledPart, scheduledJob } from '../service/scheduled-job';
import type { Backup } from './backup';
import { POSTGRES_IMAGES, POSTGRES_USER } from './postgres-image';
import { scheduleInWords, scheduleProblems } from './schedule';
import { scripts, storeStep, storeVolumes } from './store-steps';

export interface RestoreDrillProps {
  readonly of: Backup;
  /** When, in UTC. @default Sundays at three */
  readonly schedule?: string;
  /** The alarm goes off when the last good drill is longer ago. @default 8 days */
  readonly atMost?: Duration;
  /** Room for a dump and the database restored from it. @default 20 GiB */
  readonly room?: Size;
}

/**
 * Proves that a backup restores: fetches the newest, restores it into a scratch server inside of its own pod, and compares digest, age,
 * schema and rows with the manifest. It has no way and no password to the live database.
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
    const { store } = backup.to;
    const name = nameOf(backup);
    this.signals = [{ kind: 'scheduled', name: nameOf(this), does: 'drill', within: atMost }];
    const mostHours = `${backup.atMost.toHours()}`;
    this.tell({ NAME: name, MOST_HOURS: mostHours, LIVE_HOST: backup.source.endpoint.host });
    backup.to.connectFrom(this, ['read']);
    scheduledJob(this, {
      schedule,
      longest: Duration.hours(4),
      user: POSTGRES_USER,
      room: props.room ?? Size.gibibytes(20),
      scripts: scripts('fetch.sh', 'drill.sh', 'schema.sql', 'rows.sql'),
      volumes: storeVolumes(store),
      steps: [
        storeStep('fetch', 'fetch.sh', store, { NAME: name }),
        {
          name: 'drill',
          image: POSTGRES_IMAGES[backup.source.version],
          shell: 'bash',
          script: 'drill.sh',
          env: this.env.lazily(),
        },
      ],
    });
    part(this, 'seaworthy:data:RestoreDrill', () => [
      scheduleInWords(schedule),
      'restores into a scratch database, compares schema and rows',
      `alarm after ${atMost.toDays()} days`,
    ]);
    report(this, () => scheduleProblems(schedule));
  }
}
