import { ApiObject, Chart } from 'cdk8s';
import type { GraphNode } from '../../graph/graph';
import { graphOf } from '../support/offline';

/** A workload, and what scales it. */
function workload(kind: string, scaler: string, target: object): GraphNode | undefined {
  const { nodes } = graphOf((app) => {
    const chart = new Chart(app, 'shop', { namespace: 'shop' });
    new ApiObject(chart, 'api', { apiVersion: 'apps/v1', kind, metadata: { name: 'api' } });
    new ApiObject(chart, 'scaler', {
      ...{ apiVersion: scaler === 'ScaledObject' ? 'keda.sh/v1alpha1' : 'autoscaling/v2', kind: scaler },
      ...{ metadata: { name: 'scaler' }, spec: { scaleTargetRef: target } },
    });
  });
  return nodes.find((node) => node.object?.name === 'api');
}

test.each([
  ['Deployment', 'ScaledObject', { name: 'api' }],
  ['StatefulSet', 'ScaledObject', { kind: 'StatefulSet', name: 'api' }],
  ['Deployment', 'HorizontalPodAutoscaler', { kind: 'Deployment', name: 'api' }],
])('the copies of a %s belong to the %s that scales it', (kind, scaler, target) => {
  expect(workload(kind, scaler, target)?.options.ignoreChanges).toEqual(['spec.replicas']);
});

test('the copies of what KEDA does not scale stay as they are declared', () => {
  expect(workload('Deployment', 'ScaledObject', { name: 'other' })?.options.ignoreChanges).toBeUndefined();
});
