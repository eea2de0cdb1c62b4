import { soundness } from '../../graph/soundness';
import { documentedGraph } from '../support/documented';

test('the page of an existing cluster shows an environment without a problem but placeholders', () => {
  const graph = documentedGraph('existing', 'prod', ['alcs']);
  const found = soundness(graph, { kubernetesVersion: '1.35', environment: 'prod' });
  expect([...graph.told, ...found].filter((p) => p.severity === 'error').map((p) => `${p.code} ${p.what}`)).toEqual([]);
});
