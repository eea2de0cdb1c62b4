import type { Graph } from '../../graph/graph';
import { identityProblems, lockOf } from '../../graph/identity';
import { at, list } from '../../graph/json-value';
import { nameProblems } from '../../graph/names/close';
import { makesForOthers } from '../../graph/names/known';
import { soundness } from '../../graph/soundness';
import { GKE_CREATE_SETTINGS } from '../../stacks/gke-settings';
import type { Settings } from '../../stacks/setting';
import { GKE_BRINGS } from '../../targets/gke/gke-brings';
import { documentedGraph } from '../support/documented';
import { filled } from '../support/filled';
import { refusedByGoogle, unruled } from '../support/google-rules';
import { FIVE } from '../support/systems';

const PROFILES = ['dev', 'staging', 'prod'] as const;
const BACKENDS = ['pulumi', 'external'] as const;
const CASES = FIVE.flatMap((system) =>
  PROFILES.flatMap((profile) => BACKENDS.map((secrets) => [system, profile, secrets] as const)),
);

test.each(CASES)('Google takes what %s asks for in %s, with Secrets of %s', (system, profile, secrets) => {
  const graph = documentedGraph('gke', 'prod', [system], {
    'seaworthy:profile': profile,
    'seaworthy:secrets': secrets,
    'tallow:cache.placement': 'platform',
    'alcs:cache.placement': 'platform',
    'alcs:database.placement': 'platform',
  });
  expect(refusedByGoogle(graph)).toEqual([]);
  expect(unruled(graph)).toEqual([]);
});

test('Google takes the cluster that is asked for', () => {
  const graph = documentedGraph('gke', 'cluster', []);
  expect(refusedByGoogle(graph)).toEqual([]);
  expect(unruled(graph)).toEqual([]);
  expect(graph.problems.filter((p) => p.severity === 'error')).toEqual([]);
});

test('Google takes what the platform asks for, and nothing of it is wrong', () => {
  const graph = documentedGraph('gke', 'platform', ['platform']);
  expect(refusedByGoogle(graph)).toEqual([]);
  expect(unruled(graph)).toEqual([]);
  const found = soundness(graph, { kubernetesVersion: '1.35', environment: 'platform' });
  // ingress-nginx is out of maintenance.
  expect(found.filter((p) => p.severity !== 'placeholder').map((p) => p.code)).toEqual(['SW-ADDON-001']);
});

test('External Secrets reads the secrets of the stacks that it is named, by the names that they have in Secret Manager', () => {
  const graph = documentedGraph('gke', 'platform', ['platform']);
  const [role] = graph.nodes.filter((n) => n.type === 'gcp:projects/iAMMember:IAMMember');
  const expression = String(at(role?.inputs, 'condition', 'expression'));
  const read = [...expression.matchAll(/startsWith\("projects\/placeholder\/secrets\/([^"]+)"\)/g)].map(
    ([, name]) => name,
  );
  expect(read).toEqual(['seaworthy-prod-', 'alcs-production/']);
  const keys = FIVE.flatMap((system) =>
    documentedGraph('gke', 'prod', [system])
      .nodes.filter((n) => n.object?.kind === 'ExternalSecret')
      .flatMap((n) => list(at(n.inputs, 'spec', 'data')).map((d) => String(filled(at(d, 'remoteRef', 'key'))))),
  ).filter((key) => key !== 'known-after-apply');
  expect(keys.filter((key) => !read.some((name) => `${key}/`.startsWith(name ?? '-')))).toEqual([]);
  expect(keys.length).toBeGreaterThan(5);
});

/** Keys whose value is only right beside that of another. */
const WITH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'gke:nodes.most': { 'gke:nodes.count': '1' },
};

test.each(Object.entries<Settings[string]>(GKE_CREATE_SETTINGS))('gke:%s can be its example', (name, { example }) => {
  const graph = documentedGraph('gke', 'cluster', [], {
    ...WITH[`gke:${name}`],
    [`gke:${name}`]: example.replace(/^\[(.*)\]$/, '$1'),
  });
  expect(graph.problems.filter((p) => p.severity === 'error')).toEqual([]);
  expect(refusedByGoogle(graph)).toEqual([]);
});

describe('what Google refuses is seen', () => {
  const talos = documentedGraph('gke', 'prod', ['talos']);
  const seeded = (type: string, change: Readonly<Record<string, unknown>>): Graph => ({
    ...talos,
    nodes: talos.nodes.map((node) => (node.type === type ? { ...node, inputs: { ...node.inputs, ...change } } : node)),
  });
  test.each([
    ['gcp:sql/databaseInstance:DatabaseInstance', { databaseVersion: 'POSTGRES_12' }],
    ['gcp:sql/database:Database', { instance: 'somebody-elses' }],
    ['gcp:redis/instance:Instance', { authEnabled: false }],
    ['gcp:storage/bucket:Bucket', { name: 'Talos_Backups' }],
    ['gcp:storage/bucketIAMMember:BucketIAMMember', { role: 'roles/storage.admin' }],
    ['gcp:storage/bucketIAMMember:BucketIAMMember', { member: 'allAuthenticatedUsers' }],
    ['gcp:secretmanager/secret:Secret', { secretId: 'seaworthy/prod/talos' }],
  ])('%s with %j', (type, change) => expect(refusedByGoogle(seeded(type, change)).length).toBeGreaterThan(0));
});

test('what holds data and goes is told, and so is another major of Postgres', () => {
  const lock = lockOf('seaworthy', [documentedGraph('gke', 'prod', ['talos'])]);
  const gone = identityProblems(documentedGraph('gke', 'prod', ['todo']), lock, 'prod');
  const lost = gone.filter((p) => p.code === 'SW-IDENTITY-008').map((p) => p.where);
  expect(lost).toEqual(
    expect.arrayContaining(['talos/postgres/instance', 'talos/redis/instance', 'talos/cold/bucket']),
  );
  const version = { 'talos:database.version': '17' };
  const newer = identityProblems(documentedGraph('gke', 'prod', ['talos'], version), lock, 'prod');
  expect(newer.map((p) => `${p.code} ${p.where}`)).toContain('SW-IDENTITY-007 talos/postgres/instance');
});

test('every name has a maker: the stack, its platform, or GKE', () => {
  const platform = documentedGraph('gke', 'platform', ['platform']);
  const beside = { stack: 'platform', makes: makesForOthers(platform) };
  const prod = documentedGraph('gke', 'prod', FIVE);
  const told = [
    ...nameProblems(platform, { brings: GKE_BRINGS }),
    ...nameProblems(prod, { brings: GKE_BRINGS, beside }),
  ];
  expect(told.map(({ what }) => what)).toEqual([]);
});
