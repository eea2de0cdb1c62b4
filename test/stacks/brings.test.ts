import { App } from 'cdk8s';
import { buildGraph } from '../../graph/build';
import { nameProblems } from '../../graph/names/close';
import { systemsIn } from '../support/systems';

/** Names that nobody is known to make, of one system in production without a platform's stack. */
function told(brings?: readonly string[]): string[] {
  const app = new App();
  const changes = brings === undefined ? {} : { 'seaworthy:brings': JSON.stringify(brings) };
  const platform = systemsIn(app, 'prod', ['todo'], changes);
  return nameProblems(buildGraph(app), { brings: platform.brings }).map(({ what }) => what);
}

test.each(['StorageClass gp3', 'IngressClass nginx', 'ClusterIssuer letsencrypt-prod', 'API metrics.k8s.io'])(
  'seaworthy:brings %s is believed',
  (name) => {
    const without = told().filter((what) => what.includes(name.split(' ')[1] ?? name));
    expect(without).toHaveLength(1);
    expect(told([name])).not.toContain(without[0]);
  },
);

test('a name of a namespace is believed there only', () => {
  const isTold = (names: string[]) => names.some((what) => what.includes('BackupStorageLocation default'));
  expect([told(), told(['BackupStorageLocation elsewhere/default'])].map(isTold)).toEqual([true, true]);
  expect(isTold(told(['BackupStorageLocation velero/default']))).toBe(false);
});

test.each(['gp3', 'storageclass gp3', 'StorageClass', 'StorageClass a b'])('%s is no name', (name) => {
  expect(() => told([name])).toThrow(/SW-CONFIG-004/);
});
