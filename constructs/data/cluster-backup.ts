import { ApiObject, type Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { labelsOf, named, nameOf } from '../core/labels';
import { part } from '../core/part';
import { report } from '../core/problem';
import { scheduleInWords, scheduleProblems } from '../core/schedule';
import { systemOf } from '../core/system';

export interface ClusterBackupProps {
  /** Name of the Schedule, and first part of the names of its backups. @default `<system>-<id>` */
  readonly name?: string;
  /** When, in UTC. @default every night at half past two */
  readonly schedule?: string;
  readonly keep: Duration;
  /** Namespace of Velero. @default 'velero' */
  readonly velero?: string;
}

/**
 * Objects and volumes of the system's namespace, copied by Velero: `velero restore create --from-schedule shop-cluster`.
 * Creates: a Schedule of Velero.
 * Needs: Velero in the cluster, with a place for backups and a plugin for snapshots of volumes.
 * Limitation: a snapshot of a database's volume is what a power cut would leave; its own dumps are the `Backup`.
 */
export class ClusterBackup extends Construct {
  constructor(scope: Construct, id: string, props: ClusterBackupProps) {
    super(scope, id);
    named(this, props.name);
    const { schedule = '30 2 * * *', keep, velero = 'velero' } = props;
    const { namespaceName } = systemOf(this);
    new ApiObject(this, 'schedule', {
      apiVersion: 'velero.io/v1',
      kind: 'Schedule',
      metadata: { name: nameOf(this), namespace: velero, labels: labelsOf(this) },
      spec: {
        schedule,
        useOwnerReferencesInBackup: false,
        template: { includedNamespaces: [namespaceName], snapshotVolumes: true, ttl: `${keep.toHours()}h0m0s` },
      },
    });
    part(this, 'seaworthy:data:ClusterBackup', () => [
      scheduleInWords(schedule),
      `namespace ${namespaceName} by Velero`,
      `kept ${keep.toDays()} days`,
    ]);
    report(this, () => scheduleProblems(schedule));
  }
}
