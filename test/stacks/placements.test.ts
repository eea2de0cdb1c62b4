import { soundness } from '../../graph/soundness';
import { ENVIRONMENTS, type SystemName, systemGraph } from '../support/systems';

/** Where a store may run, as docs/systems/*.md says. */
const DATABASES = [
  { placement: 'platform' },
  { placement: 'in-cluster', inCluster: 'operator' },
  { placement: 'in-cluster', inCluster: 'statefulset' },
];
const WITH_DATABASE: readonly SystemName[] = ['talos', 'ticolops', 'todo', 'alcs'];
const WITH_CACHE: readonly SystemName[] = ['talos', 'alcs'];
const cases = ENVIRONMENTS.flatMap((stack) => [
  ...WITH_DATABASE.flatMap((system) =>
    DATABASES.map((database): [string, SystemName, (typeof ENVIRONMENTS)[number], Record<string, string>] => {
      const key = `${system}:database`;
      return [
        `${stack}, ${key} ${Object.values(database).join(', ')}`,
        system,
        stack,
        Object.fromEntries(Object.entries(database).map(([field, value]) => [`${key}.${field}`, value])),
      ];
    }),
  ),
  ...WITH_CACHE.flatMap((system) =>
    ['platform', 'in-cluster'].map(
      (placement): [string, SystemName, (typeof ENVIRONMENTS)[number], Record<string, string>] => {
        const key = `${system}:cache.placement`;
        return [`${stack}, ${key} ${placement}`, system, stack, { [key]: placement }];
      },
    ),
  ),
]);

test.each(cases)('%s is rendered without an error', (_case, system, stack, changes) => {
  const graph = systemGraph(system, stack, changes);
  const found = soundness(graph, { kubernetesVersion: '1.35', environment: stack });
  expect(found.filter((p) => p.severity === 'error').map((p) => `${p.code} ${p.what}`)).toEqual([]);
});
