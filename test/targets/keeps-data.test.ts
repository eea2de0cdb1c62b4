import { isMarker } from '../../constructs/core/marker';
import type { Graph, GraphNode } from '../../graph/graph';
import { at, isRecord } from '../../graph/json-value';
import { documentedGraph } from '../support/documented';
import { FIVE, platformGraph, stackGraph, systemGraph } from '../support/systems';

/**
 * What holds data or the only copy of a key, by its type: beside Pulumi's protection what its cloud has of its own against deletion.
 * Where a cloud has nothing (a bucket of S3 that is not empty is refused by itself, unless it may be emptied), that stands here too.
 */
const STATEFUL: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'aws:rds/instance:Instance': { deletionProtection: true, skipFinalSnapshot: false, deleteAutomatedBackups: false },
  'aws:elasticache/replicationGroup:ReplicationGroup': { finalSnapshotIdentifier: expect.stringMatching(/-final$/) },
  'aws:s3/bucket:Bucket': { forceDestroy: false },
  'aws:secretsmanager/secret:Secret': { recoveryWindowInDays: 30 },
  'aws:kms/key:Key': { deletionWindowInDays: 30 },
  'aws:cloudwatch/logGroup:LogGroup': {},
  'aws:eks/cluster:Cluster': { deletionProtection: true },
  'gcp:sql/databaseInstance:DatabaseInstance': {
    deletionProtection: true,
    settings: expect.objectContaining({ deletionProtectionEnabled: true, retainBackupsOnDelete: true }),
  },
  'gcp:sql/database:Database': { deletionPolicy: 'ABANDON' },
  'gcp:redis/instance:Instance': { deletionProtection: true },
  'gcp:storage/bucket:Bucket': { forceDestroy: false },
  'gcp:secretmanager/secret:Secret': { deletionProtection: true },
  'gcp:kms/cryptoKey:CryptoKey': {},
  'gcp:container/cluster:Cluster': { deletionProtection: true },
  'azure-native:dbforpostgresql:Server': {},
  'azure-native:dbforpostgresql:Database': {},
  'azure-native:redisenterprise:RedisEnterprise': {},
  'azure-native:redisenterprise:Database': {},
  'azure-native:storage:StorageAccount': {},
  'azure-native:storage:BlobContainer': {},
  'azure-native:keyvault:Secret': {},
  'azure-native:containerservice:ManagedCluster': {},
  'azure-native:operationalinsights:Workspace': {},
  'kubernetes:apps/v1:StatefulSet': {
    spec: expect.objectContaining({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    }),
  },
  'kubernetes:core/v1:PersistentVolumeClaim': {},
  'kubernetes:core/v1:Namespace': {},
  'kubernetes:postgresql.cnpg.io/v1:Cluster': {},
  'kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch': {
    spec: expect.objectContaining({ volumeClaimDeletePolicy: 'DeleteOnScaledownOnly' }),
  },
  'kubernetes:helm.sh/v3:Release': {},
};

/** Of clouds: what can be made again from the program, and loses nothing. What belongs to it, and goes with it, is in the list above. */
const MADE_AGAIN = [
  /^(pulumi|seaworthy|random):/,
  /^aws:(cloudfront|cloudwatch\/metricAlarm|ec2|iam|vpc|kms\/alias)/,
  /^aws:eks\/(accessEntry|accessPolicyAssociation|addon|nodeGroup|podIdentityAssociation):/,
  /^aws:elasticache\/(parameterGroup|subnetGroup):/,
  /^aws:rds\/subnetGroup:/,
  /^aws:s3\/bucket(LifecycleConfiguration|ObjectLockConfiguration|Policy|PublicAccessBlock|ServerSideEncryptionConfiguration|Versioning):/,
  // A version is drawn by Pulumi; what a person wrote in its place is another version, which this one does not know.
  /^(aws:secretsmanager|gcp:secretmanager)\/secretVersion:/,
  /^gcp:(compute|monitoring|projects|serviceaccount|servicenetworking|artifactregistry)\//,
  /^gcp:(container\/nodePool|kms\/(cryptoKeyIAMMember|keyRing)|sql\/user|storage\/bucketIAMMember|secretmanager\/secretIamMember):/,
  /^azure-native:(authorization|cdn|managedidentity|monitor|network|privatedns|resources):/,
  /^azure-native:containerservice:AgentPool$/,
  /^azure-native:(dbforpostgresql:Configuration|storage:(BlobServiceProperties|ManagementPolicy|StorageAccountStaticWebsite))$/,
];

const ADD_ONS = JSON.stringify(['external-secrets', 'velero', 'reloader', 'prometheus', 'elastic', 'cloudnative-pg']);
const platform = (target: 'gke' | 'aks') =>
  documentedGraph(target, 'prod', ['platform'], {
    'platform:addOns': ADD_ONS,
    'platform:secretStore.namespaces': '["tallow"]',
    'platform:secretStore.stacks': '["prod"]',
  });
const placed = (placement: string, inCluster = 'statefulset') =>
  Object.fromEntries(
    ['talos', 'ticolops', 'todo', 'alcs'].flatMap((system) => [
      [`${system}:database.placement`, placement],
      ...(placement === 'platform' ? [] : [[`${system}:database.inCluster`, inCluster]]),
    ]),
  );

const PROD: readonly [string, () => readonly Graph[]][] = [
  ['the systems on eks', () => FIVE.map((system) => systemGraph(system, 'prod'))],
  ['the systems on eks, databases in the cluster', () => FIVE.map((s) => systemGraph(s, 'prod', placed('in-cluster')))],
  [
    'the systems on eks, databases by the operator',
    () => FIVE.map((s) => systemGraph(s, 'prod', placed('in-cluster', 'operator'))),
  ],
  ['the systems on eks, databases by RDS', () => FIVE.map((system) => systemGraph(system, 'prod', placed('platform')))],
  ['the systems on gke', () => [documentedGraph('gke', 'prod', FIVE)]],
  ['the systems on aks', () => [documentedGraph('aks', 'prod', FIVE)]],
  ['a system on a cluster that exists', () => [documentedGraph('existing', 'prod', ['alcs'])]],
  ['the platform on eks', () => [platformGraph()]],
  ['the platform on gke', () => [platform('gke')]],
  ['the platform on aks', () => [platform('aks')]],
  ['the cluster of eks', () => [stackGraph('cluster')]],
  ['the cluster of gke', () => [documentedGraph('gke', 'cluster', [])]],
  ['the cluster of aks', () => [documentedGraph('aks', 'cluster', [])]],
];

describe.each(PROD)('in prod, %s', (_name, graphs) => {
  const nodes = graphs().flatMap((graph) => graph.nodes);
  const stateful = nodes.filter(({ type }) => STATEFUL[type] !== undefined);

  test('protect all that holds data, and what their cloud has against deletion is on', () => {
    expect(stateful.length).toBeGreaterThan(0);
    const open = stateful.filter((node) => node.options.protect !== true);
    expect(open.map(({ path, type }) => `${type} ${path}`)).toEqual([]);
    for (const node of stateful) expect(node).toMatchObject({ inputs: STATEFUL[node.type] });
  });

  test('make nothing of which nobody wrote down whether it holds data', () => {
    const isOfKubernetes = ({ type }: GraphNode) => type.startsWith('kubernetes:');
    const unknown = nodes.filter(
      (n) => STATEFUL[n.type] === undefined && !MADE_AGAIN.some((again) => again.test(n.type)),
    );
    expect(unknown.filter((n) => !isOfKubernetes(n)).map(({ path, type }) => `${type} ${path}`)).toEqual([]);
    const claiming = unknown.filter(({ inputs }) => asksForDisk(inputs));
    expect(claiming.map(({ path, type }) => `${type} ${path}`)).toEqual([]);
  });
});

/** Somewhere below: claim templates that outlive pods. Rooms of jobs are `ephemeral`, and go with them. */
function asksForDisk(thing: unknown): boolean {
  if (Array.isArray(thing)) return thing.some(asksForDisk);
  if (!isRecord(thing)) return false;
  return Object.entries(thing).some(([key, inner]) => key === 'volumeClaimTemplates' || asksForDisk(inner));
}

test('nothing stands on the list that no stack of prod makes', () => {
  const made = new Set(PROD.flatMap(([, graphs]) => graphs().flatMap(({ nodes }) => nodes.map(({ type }) => type))));
  expect(Object.keys(STATEFUL).filter((type) => !made.has(type))).toEqual([]);
});

describe('on AKS, where the protection of Pulumi is not all', () => {
  test('a database and a cache have a lock of their own, which no role passes by mistake', () => {
    const { nodes } = documentedGraph('aks', 'prod', FIVE);
    const locks = nodes.filter(({ type }) => type === 'azure-native:authorization:ManagementLockByScope');
    const servers = nodes.filter(({ type }) => /dbforpostgresql:Server|redisenterprise:RedisEnterprise/.test(type));
    expect(locks.length).toBe(servers.length);
    for (const { inputs } of locks) expect(isMarker(String(at(inputs, 'scope')))).toBe(true);
  });
});
