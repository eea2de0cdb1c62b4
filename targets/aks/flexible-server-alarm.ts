import type { MetricAlert, MetricAlertArgs } from '@pulumi/azure-native/monitor';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { type Problem, report } from '../../constructs/core/problem';
import type { Azure } from './aks-cluster';
import { nameInGroup } from './azure-name';

/** A disk grows when a fifth of it is left at most, where it is small, and a tenth, where it is large: what is fuller than this did not. */
const FULL_PERCENT = 92;

/** An alarm when the disk of a server is nearly full: no metric of the cluster sees it. It reaches whom the action group reaches. */
export function diskAlarm(scope: Construct, server: string, { cluster, environment, tags }: Azure): void {
  const { actionGroup: actionGroupId, resourceGroup } = cluster;
  const ruleName = `${nameInGroup(scope, environment)}-disk`;
  report(scope, () => (actionGroupId === undefined ? [reachesNobody(ruleName)] : []));
  new CloudResource<MetricAlertArgs, MetricAlert>(scope, 'disk-alarm', {
    type: 'azure-native:monitor:MetricAlert',
    inputs: {
      ruleName,
      resourceGroupName: resourceGroup,
      location: 'global',
      description: `The disk is ${FULL_PERCENT} % full, and did not grow`,
      enabled: true,
      severity: 1,
      scopes: [server],
      evaluationFrequency: 'PT5M',
      windowSize: 'PT15M',
      criteria: {
        odataType: 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
        // https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-dbforpostgresql-flexibleservers-metrics
        allOf: [
          {
            name: 'disk',
            criterionType: 'StaticThresholdCriterion',
            metricNamespace: 'Microsoft.DBforPostgreSQL/flexibleServers',
            metricName: 'storage_percent',
            operator: 'GreaterThan',
            threshold: FULL_PERCENT,
            timeAggregation: 'Maximum',
          },
        ],
      },
      ...(actionGroupId === undefined ? {} : { actions: [{ actionGroupId }] }),
      tags,
    },
  });
}

function reachesNobody(name: string): Problem {
  const what = `the alarm ${name} reaches nobody: no action group is set for the alarms of Azure.`;
  const fix =
    'pulumi config set aks:actionGroup /subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Insights/actionGroups/<name>';
  return { code: 'SW-AKS-003', severity: 'warning', what, fix };
}
