import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../../graph/graph';
import { type IdentityLock, identityProblems, isAcceptable, lockOf } from '../../graph/identity';
import { ROOT } from '../support/command';
import { documentedGraph } from '../support/documented';
import { FIVE, type SystemName, systemGraph } from '../support/systems';

/** What prod is, as it was accepted. */
const PROD: IdentityLock = JSON.parse(readFileSync(join(ROOT, 'identity.prod.lock.json'), 'utf8'));
const told = (graph: Graph, system: string) => identityProblems(graph, PROD, 'prod', system);
const placed = (system: SystemName, changes: Readonly<Record<string, string>>) =>
  told(systemGraph(system, 'prod', changes), system);

describe('data that would be in another place', () => {
  test.each<[string, SystemName, Readonly<Record<string, string>>, string, RegExp]>([
    [
      'a managed database that goes into the cluster',
      'talos',
      { 'talos:database.placement': 'in-cluster', 'talos:database.inCluster': 'statefulset' },
      'talos/postgres',
      /^its Postgres was aws:rds\/instance:Instance talos-postgres-prod, and would be apps\/StatefulSet talos-system\/talos-postgres, which begins empty: this does not move data\..*its data with it/,
    ],
    [
      'a managed database that an operator is to run',
      'talos',
      { 'talos:database.placement': 'in-cluster', 'talos:database.inCluster': 'operator' },
      'talos/postgres',
      /and would be postgresql\.cnpg\.io\/Cluster talos-system\/talos-postgres, which begins empty/,
    ],
    [
      'a database of the cluster that becomes managed',
      'alcs',
      { 'alcs:database.placement': 'platform' },
      'alcs/postgres',
      /was apps\/StatefulSet alcs\/postgres, and would be aws:rds\/instance:Instance .*this does not move data\..*its claims would stay, used by nobody/,
    ],
    [
      'a StatefulSet that an operator takes over',
      'alcs',
      { 'alcs:database.inCluster': 'operator' },
      'alcs/postgres',
      /was apps\/StatefulSet alcs\/postgres, and would be postgresql\.cnpg\.io\/Cluster alcs\/postgres/,
    ],
    [
      'a managed cache that goes into the cluster',
      'talos',
      { 'talos:cache.placement': 'in-cluster' },
      'talos/redis',
      /^its Redis was aws:elasticache\/replicationGroup:ReplicationGroup talos-redis-prod, and would be apps\/Deployment/,
    ],
  ])('%s: told once, where it is, and a lock accepts it', (_case, system, changes, where, what) => {
    const swaps = placed(system, changes).filter(({ code }) => code !== 'SW-IDENTITY-003');
    expect(swaps).toEqual([
      expect.objectContaining({ code: 'SW-IDENTITY-011', severity: 'error', where, what: expect.stringMatching(what) }),
    ]);
    expect(swaps.filter(isAcceptable)).toEqual(swaps);
  });

  test.each([
    ['gke', 'talos', ['talos/backups', 'talos/cold', 'talos/postgres', 'talos/redis']],
    ['aks', 'talos', ['talos/backups', 'talos/cold', 'talos/postgres', 'talos/redis']],
    ['aks', 'alcs', ['alcs/backups', 'alcs/postgres']],
    ['existing', 'alcs', ['alcs/backups', 'alcs/postgres']],
  ])('on another target, %s: each part of %s that keeps something', (target, system, parts) => {
    const problems = told(documentedGraph(target, 'prod', [system]), system);
    expect(problems.filter((p) => p.code === 'SW-IDENTITY-011').map((p) => p.where)).toEqual(parts);
    const words = problems.filter((p) => /^SW-IDENTITY-00[148]$/.test(p.code));
    expect(words.filter(({ where = '' }) => parts.some((part) => where.startsWith(part)))).toEqual([]);
  });

  test('as it is accepted, nothing is told', () => {
    for (const system of FIVE)
      expect(
        placed(system, {})
          .filter((p) => p.code === 'SW-IDENTITY-011')
          .map((p) => p.where),
      ).toEqual([]);
  });
});

describe('the way to move them', () => {
  const [swap] = placed('alcs', { 'alcs:database.placement': 'platform' });

  test('is a run of the backup that prod has, before anything changes', () => {
    expect(swap?.fix).toMatch(
      /^keep apps\/StatefulSet; or move the data: stop what writes, kubectl --namespace alcs create job --from=cronjob\/alcs-backup alcs-backup-move, fetch the dump, npx seaworthy lock --env prod, up beside the old one, restore, compare with the manifest/,
    );
    expect(PROD.resources['alcs/backup/job']?.is).toBe('batch/CronJob alcs/alcs-backup');
  });

  test('stands on a page that is there', () => {
    const [, page = '', title = ''] = /\((docs\/\S+), "([^"]+)"\)/.exec(swap?.fix ?? '') ?? [];
    expect(readFileSync(join(ROOT, page), 'utf8')).toContain(`## ${title}\n`);
  });

  test('is by hand where nothing can be dumped', () => {
    expect(placed('talos', { 'talos:cache.placement': 'in-cluster' })[0]?.fix).toMatch(/dump it by hand/);
  });
});

describe('what is locked', () => {
  test('a bucket whose name the cloud draws is missed when it is in the program no more', () => {
    const without = systemGraph('alcs', 'prod');
    const nodes = without.nodes.filter(({ path }) => !path.startsWith('alcs/backups'));
    expect(told({ ...without, nodes }, 'alcs')).toMatchObject([
      { code: 'SW-IDENTITY-008', where: 'alcs/backups/bucket' },
    ]);
  });

  test('subnets and parameters of a database hold no data', () => {
    const without = systemGraph('talos', 'prod');
    const nodes = without.nodes.filter(({ path }) => !/^talos\/(postgres|redis)\//.test(path));
    expect(told({ ...without, nodes }, 'talos').map((p) => p.where)).toEqual([
      'talos/postgres/instance',
      'talos/redis/replication',
    ]);
  });

  test.each(['gke', 'aks'])('on %s the same program is told nothing, of all systems or of one', (target) => {
    const all = documentedGraph(target, 'prod', FIVE);
    const lock = lockOf('seaworthy', [all]);
    expect(identityProblems(all, lock, 'prod')).toEqual([]);
    const one = documentedGraph(target, 'prod', ['talos']);
    expect(identityProblems(one, lock, 'prod', 'talos')).toEqual([]);
    const first = lockOf('seaworthy', [one]);
    expect(identityProblems(all, first, 'prod')).toEqual([]);
  });
});
