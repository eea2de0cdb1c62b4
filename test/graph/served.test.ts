import { servedBy, unserved } from '../../graph/served';
import { platformGraph, systemGraph } from '../support/systems';

const STACK = 'acme/seaworthy/platform';

test('a platform serves what its releases bring', () => {
  expect(servedBy(platformGraph())).toEqual(
    expect.arrayContaining(['cert-manager.io', 'monitoring.coreos.com', 'velero.io']),
  );
});

test('the committed platform serves what the five systems of production need', () => {
  const serves = servedBy(platformGraph());
  for (const system of ['talos', 'tallow', 'ticolops', 'todo', 'alcs'] as const) {
    expect(unserved(systemGraph(system, 'prod'), serves, STACK)).toEqual([]);
  }
});

test('what nobody serves is told once, by the first object that needs it', () => {
  const problems = unserved(systemGraph('todo', 'prod'), ['external-secrets.io'], STACK);
  expect(problems.map((p) => [p.code, p.where])).toEqual([
    ['SW-PLATFORM-004', 'todo/cluster-backup/schedule'],
    ['SW-PLATFORM-004', 'todo/monitoring/todo-backend/monitor'],
  ]);
  expect(problems[0]?.what).toContain('velero.io');
});
