import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { buildGraph } from '../../graph/build';
import { graphOf } from '../support/offline';

function configMap(scope: Construct, id: string): k8s.KubeConfigMap {
  return new k8s.KubeConfigMap(scope, id, { metadata: { name: `${scope.node.id}-${id}` } });
}

function position(paths: readonly string[], path: string): number {
  const found = paths.indexOf(path);
  if (found < 0) throw new Error(`${path} is not there`);
  return found;
}

test('what is declared comes later than what it waits for', () => {
  const graph = graphOf((app) => {
    const chart = new Chart(app, 'shop');
    const first = configMap(chart, 'a');
    first.addDependency(configMap(chart, 'b'));
  });
  const paths = graph.nodes.map((n) => n.path);
  expect(position(paths, 'shop/b')).toBeLessThan(position(paths, 'shop/a'));
});

test('group to group needs no more edges than both have members', () => {
  const graph = graphOf((app) => {
    const [front, back] = [new Chart(app, 'front'), new Chart(app, 'back')];
    const chain = Array.from({ length: 50 }, (_, i) => configMap(back, `c${i}`));
    chain.forEach((map, i) => {
      const next = chain[i + 1];
      if (next !== undefined) next.addDependency(map);
    });
    for (let i = 0; i < 50; i++) configMap(front, `f${i}`);
    front.addDependency(back);
  });
  const declared = graph.edges.filter((e) => e.from.startsWith('front/'));
  expect(declared).toHaveLength(50);
  expect(new Set(declared.map((e) => e.to))).toEqual(new Set(['back/c49']));
});

test('a circle is told with its whole way and the reason of each step', () => {
  const graph = graphOf((app) => {
    const chart = new Chart(app, 'shop');
    const [a, b, c] = [configMap(chart, 'a'), configMap(chart, 'b'), configMap(chart, 'c')];
    a.addDependency(b);
    b.addDependency(c);
    c.addDependency(a);
  });
  const [problem] = graph.problems;
  expect(problem?.code).toBe('SW-GRAPH-001');
  for (const step of ['shop/a needs shop/b', 'shop/b needs shop/c', 'shop/c needs shop/a'])
    expect(problem?.what).toContain(step);
});

test('a diamond of forty layers takes no time', () => {
  const app = new App();
  const chart = new Chart(app, 'shop');
  let layer = [configMap(chart, 'a0'), configMap(chart, 'b0')];
  for (let i = 1; i < 40; i++) {
    const next = [configMap(chart, `a${i}`), configMap(chart, `b${i}`)];
    for (const map of next) map.addDependency(...layer);
    layer = next;
  }
  const graph = buildGraph(app);
  expect(graph.problems).toEqual([]);
  expect(graph.edges).toHaveLength(4 * 39);
});

test.each<[string, (chart: Chart) => void, string, string]>([
  [
    'a workload reads its Secret',
    (chart) => {
      deployment(chart, { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } }] });
      new k8s.KubeSecret(chart, 'keys', { metadata: { name: 'keys' } });
    },
    'shop/deployment',
    'shop/keys',
  ],
  [
    'a workload mounts its ConfigMap',
    (chart) => {
      deployment(chart, {}, [{ name: 'v', configMap: { name: 'files' } }]);
      new k8s.KubeConfigMap(chart, 'files', { metadata: { name: 'files' } });
    },
    'shop/deployment',
    'shop/files',
  ],
  [
    'an object stands in its Namespace',
    (chart) => {
      configMap(chart, 'a');
      new k8s.KubeNamespace(chart, 'namespace', { metadata: { name: 'shop' } });
    },
    'shop/a',
    'shop/namespace',
  ],
  [
    'an autoscaler has its target',
    (chart) => {
      new k8s.KubeHorizontalPodAutoscalerV2(chart, 'scaler', {
        metadata: { name: 'x' },
        spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
      });
      deployment(chart, {});
    },
    'shop/scaler',
    'shop/deployment',
  ],
])('%s: implied, whatever the order in the program', (_name, build, from, to) => {
  const graph = graphOf((app) => build(new Chart(app, 'shop', { namespace: 'shop' })));
  expect(graph.edges).toContainEqual(expect.objectContaining({ from, to }));
});

function deployment(chart: Chart, container: Partial<k8s.Container>, volumes: k8s.Volume[] = []): void {
  const labels = { app: 'web' };
  new k8s.KubeDeployment(chart, 'deployment', {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { volumes, containers: [{ name: 'web', image: 'web:1', ...container }] },
      },
    },
  });
}
