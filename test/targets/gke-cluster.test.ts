import { Postgres, System } from '../../constructs';
import { PROFILES } from '../../constructs/core/profile';
import { at, list } from '../../graph/json-value';
import { GKE_CREATE_SETTINGS, gkeSpec } from '../../stacks/gke-settings';
import { SettingsReader } from '../../stacks/read-settings';
import { gke } from '../../targets/gke/gke';
import type { GkeSource } from '../../targets/gke/gke-cluster';
import { filled } from '../support/filled';
import { Look } from '../support/look';
import { graphOf } from '../support/offline';

/** What a brief says of its cluster: docs/requirements.md TDO-05. */
const BRIEF = {
  'gke:project': 'acme-prod',
  'gke:projectNumber': '123456789012',
  'gke:region': 'us-central1',
  'gke:cluster': 'todo-chatbot-prod',
  'gke:nodes.type': 'n1-standard-2',
  'gke:nodes.count': '3',
};
type Changes = Readonly<Record<string, string>>;

function asked(changes: Changes = {}): GkeSource {
  const entries = Object.entries({ ...BRIEF, ...changes }).map(([key, value]) => ({ key, value, secret: false }));
  const reader = new SettingsReader({ project: 'seaworthy', stack: 'cluster', file: 'Pulumi.cluster.yaml', entries });
  const settings = reader.read('gke', GKE_CREATE_SETTINGS);
  if (settings === undefined) throw new Error(JSON.stringify(reader.problems));
  return { from: 'create', spec: gkeSpec(settings, { profile: PROFILES.prod, kubernetesVersion: '1.35' }) };
}

function on(source: GkeSource, write: (shop: System) => void = () => undefined): Look {
  return new Look(
    graphOf((app) => {
      const facts = {
        project: 'shop',
        environment: 'prod',
        profile: PROFILES.prod,
        target: 'gke' as const,
        kubernetesVersion: '1.35',
        context: undefined,
        kubeconfig: undefined,
        secrets: { kind: 'pulumi' as const },
        storageClass: undefined,
        issuer: undefined,
        eks: undefined,
        gke: source,
      };
      write(new System(app, 'shop', { namespace: 'shop', platform: gke(app, facts, source) }));
    }),
  );
}

const database = (shop: System) => {
  new Postgres(shop, 'db', { database: 'shop', version: 15 });
};
const inputs = (look: Look, type: string) => look.cloud(type).map((n) => n.inputs);
const CLUSTER = 'gcp:container/cluster:Cluster';
const POOL = 'gcp:container/nodePool:NodePool';

describe('TDO-05 a cluster that this stack makes, with the values of the brief', () => {
  const look = on(asked(), database);
  const [cluster] = inputs(look, CLUSTER);

  test('has its name, its region, and three nodes of its machine', () => {
    expect(cluster).toMatchObject({ name: 'todo-chatbot-prod', location: 'us-central1' });
    const [nodes] = inputs(look, POOL);
    expect(nodes).toMatchObject({
      initialNodeCount: 1,
      autoscaling: { totalMinNodeCount: 3, totalMaxNodeCount: 9 },
      nodeConfig: { machineType: 'n1-standard-2', spot: false },
    });
  });

  test('is in a release channel, and is not deleted by mistake', () => {
    expect(cluster).toMatchObject({
      releaseChannel: { channel: 'REGULAR' },
      minMasterVersion: '1.35',
      deletionProtection: true,
    });
    expect(look.cloud(CLUSTER)[0]?.options.protect).toBe(true);
  });

  test('has private nodes, which go out by Cloud NAT', () => {
    expect(cluster).toMatchObject({ privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: true } });
    expect(inputs(look, 'gcp:compute/routerNat:RouterNat')).toHaveLength(1);
  });

  test('holds policies, knows pods by workload identity, and encrypts Secrets with a key that turns', () => {
    expect(cluster).toMatchObject({
      datapathProvider: 'ADVANCED_DATAPATH',
      workloadIdentityConfig: { workloadPool: 'acme-prod.svc.id.goog' },
      databaseEncryption: { state: 'ENCRYPTED' },
      enableShieldedNodes: true,
    });
    expect(inputs(look, 'gcp:kms/cryptoKey:CryptoKey')).toMatchObject([{ rotationPeriod: '7776000s' }]);
    expect(inputs(look, 'gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember')).toMatchObject([
      { member: 'serviceAccount:service-123456789012@container-engine-robot.iam.gserviceaccount.com' },
    ]);
  });

  test('has nodes that may log, and pull images, and no more', () => {
    const roles = inputs(look, 'gcp:projects/iAMMember:IAMMember').map((i) => i.role);
    expect(roles).toEqual(['roles/container.defaultNodeServiceAccount', 'roles/artifactregistry.reader']);
    for (const pool of inputs(look, POOL)) {
      expect(at(pool, 'nodeConfig', 'workloadMetadataConfig')).toEqual({ mode: 'GKE_METADATA' });
      expect(at(pool, 'nodeConfig', 'shieldedInstanceConfig', 'enableSecureBoot')).toBe(true);
      expect(filled(at(pool, 'nodeConfig', 'serviceAccount'))).toBe('known-after-apply');
    }
  });

  test('has spot nodes where they are asked for, that pods do not need', () => {
    const spot = inputs(look, POOL).filter((pool) => at(pool, 'nodeConfig', 'spot') === true);
    expect(spot.map((pool) => at(pool, 'nodeConfig', 'taints', 0, 'effect'))).toEqual(['PREFER_NO_SCHEDULE']);
    const none = on(asked({ 'gke:spot.most': '0' }));
    expect(none.cloud(POOL)).toHaveLength(1);
  });

  test('answers outside to the ranges that are said, and to nobody else', () => {
    expect(cluster).toMatchObject({ masterAuthorizedNetworksConfig: { cidrBlocks: [] } });
    const [open] = inputs(on(asked({ 'gke:apiAccess': '198.51.100.7/32' })), CLUSTER);
    expect(open).toMatchObject({
      privateClusterConfig: { enablePrivateEndpoint: false },
      masterAuthorizedNetworksConfig: {
        gcpPublicCidrsAccessEnabled: false,
        cidrBlocks: [{ cidrBlock: '198.51.100.7/32' }],
      },
    });
  });

  test('has no problem, and nothing runs on it before its nodes are there', () => {
    expect(look.graph.problems.map((p) => p.code)).toEqual(['SW-CLOUDSQL-002']);
    const before = new Set(['shop/namespace']);
    for (const path of before) for (const { from, to } of look.graph.edges) if (from === path) before.add(to);
    expect([...before]).toEqual(expect.arrayContaining(look.cloud(POOL).map((n) => n.path)));
  });

  test('a database waits until Google’s services have their range', () => {
    const [sql] = look.cloud('gcp:sql/databaseInstance:DatabaseInstance');
    const before = new Set([sql?.path ?? '']);
    for (const path of before) for (const { from, to } of look.graph.edges) if (from === path) before.add(to);
    expect([...before]).toEqual(
      expect.arrayContaining(look.cloud('gcp:servicenetworking/connection:Connection').map((n) => n.path)),
    );
  });

  test('names are asked at the tenth address of its own range', () => {
    expect(JSON.stringify(look.spec('NetworkPolicy', 'allow-dns', 'egress'))).toContain('10.8.0.10/32');
  });
});

describe('what Google would refuse when half of it is made', () => {
  test.each([
    ['SW-GKE-005', { 'gke:serviceCidr': '10.4.0.0/20' }],
    ['SW-GKE-005', { 'gke:controlPlaneCidr': '10.0.0.0/28' }],
    ['SW-GKE-006', { 'gke:podCidr': '10.4.0.0/21' }],
    ['SW-GKE-006', { 'gke:nodes.most': '2' }],
  ] as const)('%s %j', (code, changes) => {
    expect(on(asked(changes)).graph.problems.map((p) => p.code)).toContain(code);
  });

  test.each([
    ['gke:nodeCidr', '8.8.8.0/20'],
    ['gke:nodeCidr', '10.0.0.1/20'],
    ['gke:podCidr', '10.4.0.0/24'],
    ['gke:controlPlaneCidr', '10.0.16.0/24'],
    ['gke:nodes.type', 't3.large'],
  ])('%s is not %s', (key, value) => expect(() => asked({ [key]: value })).toThrow(/SW-CONFIG-004/));
});

describe('a cluster of another stack', () => {
  const known = { project: 'acme-prod', projectNumber: '1', region: 'us-central1', cluster: 'acme' };
  const look = on({ from: 'stack', stack: 'acme/seaworthy/cluster', known }, database);

  test('tells its facts: nobody copies them', () => {
    expect(look.cloud('pulumi:pulumi:StackReference').map((n) => n.inputs.name)).toEqual(['acme/seaworthy/cluster']);
    const [sql] = inputs(look, 'gcp:sql/databaseInstance:DatabaseInstance');
    expect(filled(at(sql, 'settings', 'ipConfiguration', 'privateNetwork'))).toBe('known-after-apply');
    expect(look.graph.problems.filter((p) => p.severity === 'error')).toEqual([]);
  });

  test('has its ranges open where another stack tells them, and no other', () => {
    const to = list(look.spec('NetworkPolicy', 'shop-db-users-to-server', 'egress', 0, 'to'));
    expect(to.map((peer) => filled(at(peer, 'ipBlock', 'cidr')))).toEqual(['known-after-apply']);
  });

  test('what is given here wins', () => {
    const network = 'projects/acme-prod/global/networks/own';
    const own = on({ from: 'stack', stack: 'acme/seaworthy/cluster', known: { ...known, network } }, database);
    const [sql] = inputs(own, 'gcp:sql/databaseInstance:DatabaseInstance');
    expect(at(sql, 'settings', 'ipConfiguration', 'privateNetwork')).toBe(network);
  });
});
