import { join } from 'node:path';
import { App } from 'cdk8s';
import { readStackFile } from '../../bridge/stack-file';
import { isMarker, valueBehind } from '../../constructs/core/marker';
import { ProblemsError } from '../../constructs/core/problem';
import { leavesIn, sourceOf } from '../../constructs/core/value';
import { buildGraph } from '../../graph/build';
import type { Graph, GraphNode } from '../../graph/graph';
import { at, list } from '../../graph/json-value';
import { SYSTEMS } from '../../stacks';
import { readEnvironment } from '../../stacks/environment';
import { platformOn } from '../../targets';
import { addressIn, addressPlan } from '../../targets/eks/cluster/address-plan';

const ROOT = join(__dirname, '..', '..');
type Changes = Readonly<Record<string, string>>;

function madeWith(changes: Changes = {}): { readonly graph: Graph; readonly facts: object } {
  const committed = (readStackFile(ROOT, 'cluster')?.entries ?? []).filter(({ key }) => !(key in changes));
  const changed = Object.entries(changes).map(([key, value]) => ({ key, value, secret: false }));
  const source = {
    project: 'seaworthy',
    stack: 'cluster',
    file: 'Pulumi.cluster.yaml',
    entries: [...committed, ...changed],
  };
  const environment = readEnvironment(source, SYSTEMS);
  const app = new App();
  const platform = platformOn(app, { ...environment, project: 'seaworthy', environment: 'cluster' });
  for (const { build } of environment.systems) build(app, { platform, environment: 'cluster' });
  const graph = buildGraph(app);
  return {
    graph: { ...graph, problems: [...environment.problems, ...graph.problems] },
    facts: platform.clusterFacts ?? {},
  };
}

const { graph, facts } = madeWith();
const all = (type: string, of: Graph = graph) => of.nodes.filter((node) => node.type === type);
const one = (path: string, of: Graph = graph): GraphNode => {
  const found = of.nodes.find((node) => node.path === path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found;
};
const cluster = () => one('eks/control-plane/cluster').inputs;
const source = (marker: unknown) =>
  typeof marker === 'string' && isMarker(marker) ? sourceOf(valueBehind(marker)) : marker;

test('TDO-04 the cluster todo-chatbot-prod in us-east-1, with Services in 10.100.0.0/16', () => {
  expect(cluster()).toMatchObject({
    name: 'todo-chatbot-prod',
    kubernetesNetworkConfig: { serviceIpv4Cidr: '10.100.0.0/16' },
  });
  expect(one('aws').inputs.region).toBe('us-east-1');
});

test('TDO-61 three nodes at least, in private subnets of three zones', () => {
  const { scalingConfig, subnetIds } = one('eks/nodes/group').inputs;
  expect(scalingConfig).toEqual({ minSize: 3, desiredSize: 3, maxSize: 9 });
  expect(list(subnetIds).map(source)).toEqual(['a', 'b', 'c'].map((zone) => `eks/network/private-${zone}.id`));
});

test('TDO-58 the number of nodes is the autoscaler’s, whom no later up contradicts', () => {
  expect(one('eks/nodes/group').options.ignoreChanges).toEqual(['scalingConfig.desiredSize']);
});

test('spot nodes are asked for where others are full', () => {
  expect(one('eks/spot/group').inputs).toMatchObject({
    capacityType: 'SPOT',
    scalingConfig: { minSize: 0 },
    taints: [{ effect: 'PREFER_NO_SCHEDULE' }],
  });
  expect(madeWith({ 'eks:spot.most': '0' }).graph.nodes.filter(({ path }) => path.startsWith('eks/spot'))).toEqual([]);
});

test('has no problem but placeholders', () => {
  expect(graph.problems.filter(({ severity }) => severity !== 'placeholder')).toEqual([]);
  expect(graph.problems.map(({ what }) => what.split(' ')[0])).toEqual(['eks:apiAccess', 'eks:admins']);
});

test('the API server answers in the VPC, and to ranges that are said; to nobody else where none is', () => {
  expect(at(cluster(), 'vpcConfig')).toMatchObject({
    endpointPublicAccess: true,
    publicAccessCidrs: ['203.0.113.0/24'],
  });
  const committed = (readStackFile(ROOT, 'cluster')?.entries ?? []).map(({ key }) => key);
  expect(committed).toContain('eks:apiAccess');
});

test('Secrets are encrypted with a key of its own that turns, the log is kept, and support is the standard one', () => {
  expect(source(at(cluster(), 'encryptionConfig', 'provider', 'keyArn'))).toBe('eks/control-plane/key.arn');
  expect(one('eks/control-plane/key').inputs.enableKeyRotation).toBe(true);
  expect(one('eks/control-plane/log').inputs).toEqual({
    name: '/aws/eks/todo-chatbot-prod/cluster',
    retentionInDays: 90,
  });
  expect(list(cluster().enabledClusterLogTypes)).toContain('audit');
  expect(cluster().upgradePolicy).toEqual({ supportType: 'STANDARD' });
});

test('nobody is an administrator for having made it; those who are said are', () => {
  expect(cluster().accessConfig).toEqual({ authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false });
  expect(all('aws:eks/accessEntry:AccessEntry').map(({ inputs }) => inputs.principalArn)).toEqual([
    'arn:aws:iam::placeholder:role/deployer',
  ]);
});

test('nodes are asked by token, from their own network only, and their disks are encrypted', () => {
  for (const { inputs } of all('aws:ec2/launchTemplate:LaunchTemplate')) {
    expect(inputs.metadataOptions).toMatchObject({ httpTokens: 'required', httpPutResponseHopLimit: 1 });
    expect(at(inputs.blockDeviceMappings, 0, 'ebs')).toMatchObject({ encrypted: 'true', volumeType: 'gp3' });
  }
});

test('policies of the network hold: the CNI reads them', () => {
  expect(JSON.parse(String(one('eks/first-add-ons/vpc-cni').inputs.configurationValues))).toEqual({
    enableNetworkPolicy: 'true',
  });
});

test('each add-on has a role of its own or none; nodes may pull images and join', () => {
  const attached = all('aws:iam/rolePolicyAttachment:RolePolicyAttachment').map(({ path, inputs }) => [
    path
      .split('/')
      .slice(1, -1)
      .concat(String(source(inputs.role)).split('/').at(-1) ?? '')
      .join('/'),
    String(inputs.policyArn).split('/').at(-1),
  ]);
  expect(attached.sort()).toEqual([
    ['add-ons/aws-ebs-csi-driver-role.name', 'AmazonEBSCSIDriverPolicyV2'],
    ['control-plane/role.name', 'AmazonEKSClusterPolicy'],
    ['first-add-ons/vpc-cni-role.name', 'AmazonEKS_CNI_Policy'],
    ['node-role.name', 'AmazonEC2ContainerRegistryPullOnly'],
    ['node-role.name', 'AmazonEKSWorkerNodePolicy'],
  ]);
});

describe('in order', () => {
  const position = new Map(graph.nodes.map(({ path }, i) => [path, i]));
  const of = (path: string) => position.get(path) ?? Number.NaN;

  test.each([
    ['eks/control-plane/cluster', 'eks/control-plane/log'],
    ['eks/control-plane/cluster', 'eks/control-plane/role-amazoneksclusterpolicy'],
    ['eks/nodes/group', 'eks/first-add-ons/vpc-cni'],
    ['eks/nodes/group', 'eks/first-add-ons/eks-pod-identity-agent'],
    ['eks/nodes/group', 'eks/node-role-amazoneksworkernodepolicy'],
    ['eks/nodes/group', 'eks/network/route-private-0'],
    ['eks/network/nat-0', 'eks/network/route-public'],
    ['eks/add-ons/coredns', 'eks/nodes/group'],
  ])('%s comes after %s', (later, earlier) => {
    expect(of(later)).toBeGreaterThan(of(earlier));
    expect(reaches(graph, later, earlier)).toBe(true);
  });
});

test('what a cluster’s loss would lose is protected in production, and nothing in dev', () => {
  const kept = (made: Graph) => made.nodes.filter(({ options }) => options.protect === true).map(({ path }) => path);
  expect(kept(graph)).toEqual(
    expect.arrayContaining(['eks/control-plane/cluster', 'eks/control-plane/key', 'eks/network/vpc']),
  );
  expect(cluster().deletionProtection).toBe(true);
  expect(kept(madeWith({ 'seaworthy:profile': 'dev' }).graph)).toEqual([]);
});

test('dev has one NAT, production one in each zone', () => {
  expect(all('aws:ec2/natGateway:NatGateway')).toHaveLength(3);
  expect(all('aws:ec2/natGateway:NatGateway', madeWith({ 'seaworthy:profile': 'dev' }).graph)).toHaveLength(1);
});

test('tells every fact that a stack which joins takes, by the same name', () => {
  expect(Object.keys(facts).sort()).toEqual([
    'apiService',
    'certificateAuthority',
    'endpoint',
    'nodeSecurityGroup',
    'oidcIssuer',
    'oidcProvider',
    'resolver',
    'subnetCidrs',
    'subnets',
    'vpc',
  ]);
  expect(facts).toMatchObject({ resolver: '10.100.0.10/32', apiService: '10.100.0.1/32' });
});

test('systems on a cluster of the same stack wait for nodes, and take its facts from its resources', () => {
  const todo = {
    'seaworthy:systems': '["todo"]',
    'seaworthy:profile': 'staging',
    'todo:host': 'api.acme.org',
    'todo:frontend.host': 'todo.acme.org',
    'todo:registry': 'registry.acme.org',
    'todo:tag': '1.2.0',
    'todo:monitoring.runbooks': 'https://docs.acme.org/runbooks',
    'eks:siteCertificate': 'arn:aws:acm:us-east-1:123456789012:certificate/1',
  };
  const both = madeWith(todo).graph;
  expect(both.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(reaches(both, 'todo/namespace', 'eks/nodes/group')).toBe(true);
  const taken = leavesIn(one('todo/postgres/security-group', both).inputs).map(sourceOf);
  expect(taken).toEqual(['eks/network/vpc.id']);
  expect(madeWith({ ...todo, 'seaworthy:profile': 'prod' }).graph.problems.map(({ code }) => code)).toContain(
    'SW-LAYER-005',
  );
});

test.each<[Changes, string]>([
  [{ 'eks:zones': '["us-east-1a"]' }, 'SW-EKS-002'],
  [{ 'eks:zones': '["us-east-1a","us-east-1a"]' }, 'SW-EKS-002'],
  [{ 'eks:zones': '["eu-west-1a","eu-west-1b"]' }, 'SW-EKS-002'],
  [{ 'eks:cidr': '10.100.0.0/16' }, 'SW-EKS-003'],
  [{ 'eks:nodes.types': '["m7i.large","m7g.large"]' }, 'SW-EKS-004'],
  [{ 'eks:nodes.most': '2' }, 'SW-EKS-004'],
  [{ 'seaworthy:profile': 'dev', 'seaworthy:kubernetesVersion': '1.34' }, 'SW-EKS-005'],
  [{ 'eks:cidr': '10.0.0.0/24' }, 'SW-CONFIG-004'],
  [{ 'eks:cidr': '11.0.0.0/16' }, 'SW-CONFIG-004'],
  [{ 'eks:serviceCidr': '10.100.0.1/16' }, 'SW-CONFIG-004'],
  [{ 'eks:logs.days': '10' }, 'SW-CONFIG-004'],
  [{ 'eks:apiAccess': '["0.0.0.0/0"]' }, 'SW-CONFIG-004'],
  [{ 'eks:admins': '["deployer"]' }, 'SW-CONFIG-004'],
  [{ 'seaworthy:clusterStack': 'acme/seaworthy/cluster' }, 'SW-LAYER-002'],
  [{ 'seaworthy:target': 'existing' }, 'SW-LAYER-003'],
  [{ 'seaworthy:cluster': 'existing' }, 'SW-LAYER-004'],
])('%j is refused: %s', (changes, code) => {
  expect(codes(() => madeWith(changes).graph.problems)).toContain(code);
});

test.each([
  ['m7i.large', 'AL2023_x86_64_STANDARD'],
  ['m7g.large', 'AL2023_ARM_64_STANDARD'],
  ['g5.xlarge', 'AL2023_x86_64_STANDARD'],
  ['c7gn.large', 'AL2023_ARM_64_STANDARD'],
])('%s starts from %s', (type, image) => {
  expect(one('eks/nodes/group', madeWith({ 'eks:nodes.types': `["${type}"]` }).graph).inputs.amiType).toBe(image);
});

test('subnets of a VPC do not overlap, and stand in it', () => {
  expect(addressPlan('10.3.0.0/16', 3)).toEqual({
    private: ['10.3.0.0/19', '10.3.32.0/19', '10.3.64.0/19'],
    public: ['10.3.128.0/22', '10.3.132.0/22', '10.3.136.0/22'],
  });
  expect(addressPlan('10.0.16.0/20', 2)).toEqual({
    private: ['10.0.16.0/23', '10.0.18.0/23'],
    public: ['10.0.24.0/26', '10.0.24.64/26'],
  });
  expect(addressIn('172.20.0.0/16', 10)).toBe('172.20.0.10/32');
});

/** Whether there is a way of edges from one node to another. */
function reaches({ edges }: Graph, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    if (here === to) return true;
    if (seen.has(here)) continue;
    seen.add(here);
    open.push(...edges.filter((edge) => edge.from === here).map((edge) => edge.to));
  }
  return false;
}

function codes(work: () => readonly { readonly code: string }[]): string[] {
  try {
    return work().map(({ code }) => code);
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(({ code }) => code);
    throw error;
  }
}
