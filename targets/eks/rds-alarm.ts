import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { type Problem, report } from '../../constructs/core/problem';
import type { EksCluster } from './eks-cluster';

const GIBIBYTE = 1024 ** 3;
/** RDS grows a disk below 10 % of it: what is lower than this for a quarter of an hour did not grow. */
const [LEAST_GIBIBYTES, MINUTES] = [2, 5];

/** An alarm when the disk of an RDS instance is nearly full: no metric of the cluster sees it. It reaches whom the topic reaches. */
export function diskAlarm(
  scope: Construct,
  name: string,
  instance: string,
  { alarmTopic }: Pick<EksCluster, 'alarmTopic'>,
): void {
  report(scope, () => (alarmTopic === undefined ? [reachesNobody(name)] : []));
  const actions = alarmTopic === undefined ? [] : [alarmTopic];
  new CloudResource<aws.cloudwatch.MetricAlarmArgs, aws.cloudwatch.MetricAlarm>(scope, 'disk-alarm', {
    type: 'aws:cloudwatch/metricAlarm:MetricAlarm',
    inputs: {
      name: `${name}-disk`,
      alarmDescription: `${name} has less than ${LEAST_GIBIBYTES} GiB left on its disk, and did not grow`,
      namespace: 'AWS/RDS',
      metricName: 'FreeStorageSpace',
      dimensions: { DBInstanceIdentifier: instance },
      statistic: 'Minimum',
      comparisonOperator: 'LessThanThreshold',
      threshold: LEAST_GIBIBYTES * GIBIBYTE,
      period: MINUTES * 60,
      evaluationPeriods: 3,
      treatMissingData: 'missing',
      alarmActions: actions,
      okActions: actions,
    },
  });
}

function reachesNobody(name: string): Problem {
  const what = `the alarm ${name}-disk reaches nobody: no topic is set for the alarms of AWS.`;
  const fix = 'pulumi config set eks:alarmTopic arn:aws:sns:<region>:<account>:<topic>';
  return { code: 'SW-RDS-002', severity: 'warning', what, fix };
}
