import type * as monitoring from '@pulumi/gcp/monitoring';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { text } from '../../constructs/core/compose';
import { type Problem, report } from '../../constructs/core/problem';
import type { GkeCluster } from './gke-cluster';

/** A disk that grows by itself is never so full for so long. https://cloud.google.com/sql/docs/postgres/instance-settings#automatic-storage-increase-2ndgen */
const [MOST_FULL, SECONDS] = [0.9, 900];

/** An alarm when the disk of a Cloud SQL instance is nearly full: no metric of the cluster sees it. It reaches whom the channel reaches. */
export function diskAlarm(
  scope: Construct,
  name: string,
  instance: string,
  { project, alarmChannel }: Pick<GkeCluster, 'project' | 'alarmChannel'>,
): void {
  report(scope, () => (alarmChannel === undefined ? [reachesNobody(name)] : []));
  const percent = `${MOST_FULL * 100} %`;
  new CloudResource<monitoring.AlertPolicyArgs, monitoring.AlertPolicy>(scope, 'disk-alarm', {
    type: 'gcp:monitoring/alertPolicy:AlertPolicy',
    inputs: {
      displayName: `${name}-disk`,
      combiner: 'OR',
      severity: 'CRITICAL',
      notificationChannels: alarmChannel === undefined ? [] : [alarmChannel],
      documentation: {
        mimeType: 'text/markdown',
        content: `The disk of ${name} is more than ${percent} full, and did not grow: it is at its limit, or cannot.`,
      },
      conditions: [
        {
          displayName: `${name} is more than ${percent} full`,
          conditionThreshold: {
            filter: text`resource.type = "cloudsql_database" AND resource.labels.database_id = "${project}:${instance}" AND metric.type = "cloudsql.googleapis.com/database/disk/utilization"`,
            comparison: 'COMPARISON_GT',
            thresholdValue: MOST_FULL,
            duration: `${SECONDS}s`,
            aggregations: [{ alignmentPeriod: '300s', perSeriesAligner: 'ALIGN_MAX' }],
          },
        },
      ],
    },
  });
}

function reachesNobody(name: string): Problem {
  const what = `the alarm ${name}-disk reaches nobody: no channel is set for the alarms of Google Cloud.`;
  const fix = 'pulumi config set gke:alarmChannel projects/<project>/notificationChannels/<number>';
  return { code: 'SW-CLOUDSQL-002', severity: 'warning', what, fix };
}
