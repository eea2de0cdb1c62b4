import { App } from 'cdk8s';
import { isMarker, valueBehind } from '../../constructs/core/marker';
import { ProblemsError } from '../../constructs/core/problem';
import { leavesIn, sourceOf } from '../../constructs/core/value';
import { buildGraph } from '../../graph/build';
import { SYSTEMS } from '../../stacks';
import { readEnvironment } from '../../stacks/environment';
import { platformOn } from '../../targets';
import { Look } from '../support/look';

const STACK = { 'seaworthy:clusterStack': 'acme/seaworthy/cluster' };
const EKS = {
  'seaworthy:target': 'eks',
  'seaworthy:profile': 'prod',
  'eks:region': 'eu-central-1',
  'eks:cluster': 'acme-prod',
  'eks:alarmTopic': 'arn:aws:sns:eu-central-1:123456789012:on-call',
  'eks:siteCertificate': 'arn:aws:acm:us-east-1:123456789012:certificate/1',
};

/** A configuration of these keys alone, with what the system asks for. */
function stackOf(keys: Readonly<Record<string, string>>): Look {
  const entries = Object.entries(keys).map(([key, value]) => ({ key, value, secret: value === '[secret]' }));
  const source = { project: 'seaworthy', stack: 'prod', file: 'Pulumi.prod.yaml', entries };
  const environment = readEnvironment(source, SYSTEMS);
  const app = new App();
  const platform = platformOn(app, { ...environment, project: 'seaworthy', environment: 'prod' });
  for (const { build } of environment.systems) build(app, { platform, environment: 'prod' });
  return new Look(buildGraph(app));
}

function inputsOf(look: Look, path: string): Readonly<Record<string, unknown>> {
  return look.graph.nodes.find((node) => node.path === path)?.inputs ?? {};
}

const TODO = {
  'seaworthy:systems': '["todo"]',
  'todo:host': 'api.acme.org',
  'todo:frontend.host': 'todo.acme.org',
  'todo:registry': 'registry.acme.org',
  'todo:tag': '1.2.0',
  'todo:monitoring.runbooks': 'https://docs.acme.org/runbooks',
};

/** Every value that is another stack's, as `vpc`. */
function toldByStack(look: Look): string[] {
  const leaves = look.graph.nodes.flatMap((node) => leavesIn(node.inputs)).map(sourceOf);
  const told = leaves.flatMap((source) => /^cluster-stack\.(.*)$/.exec(source)?.[1] ?? []);
  return [...new Set(told)].sort();
}

describe('a stack that joins the stack of its cluster', () => {
  const look = stackOf({ ...EKS, ...STACK, ...TODO });

  test('has no problem, and nobody copied a fact', () => {
    expect(look.graph.problems).toEqual([]);
    expect(toldByStack(look)).toEqual([
      'apiService',
      'certificateAuthority',
      'endpoint',
      'nodeSecurityGroup',
      'oidcIssuer',
      'oidcProvider',
      'resolver',
      'subnetCidrs[0]',
      'subnetCidrs[1]',
      'subnetCidrs[2]',
      'subnets[0]',
      'subnets[1]',
      'subnets[2]',
      'vpc',
    ]);
  });

  test('keeps the identity of its cluster in the configuration: a new address replaces nothing', () => {
    const inputs = inputsOf(look, 'cluster');
    expect(inputs.clusterIdentifier).toBe('eks/eu-central-1/acme-prod');
    expect(isMarker(String(inputs.kubeconfig))).toBe(true);
  });

  test('opens its policies to what the stack says', () => {
    const cidrs = look
      .kinds('NetworkPolicy')
      .flatMap(({ inputs }) => leavesIn(inputs).map(sourceOf))
      .filter((source) => source.startsWith('cluster-stack.'));
    expect(new Set(cidrs)).toEqual(
      new Set(
        ['apiService', 'resolver', 'subnetCidrs[0]', 'subnetCidrs[1]', 'subnetCidrs[2]'].map(
          (n) => `cluster-stack.${n}`,
        ),
      ),
    );
  });

  test('TDO-35 lets a ServiceAccount take its role by the issuer that the stack tells', () => {
    const [role] = look.cloud('aws:iam/role:Role').filter(({ inputs }) => inputs.name === 'todo-backend-role');
    const policy = String(role?.inputs.assumeRolePolicy);
    expect(isMarker(policy) && sourceOf(valueBehind(policy))).toBe(
      'cluster-stack.oidcProvider, cluster-stack.oidcIssuer',
    );
  });
});

test('a fact that the configuration gives wins over the stack’s', () => {
  const look = stackOf({ ...EKS, ...STACK, ...TODO, 'eks:subnetCidrs': '["10.0.1.0/24","10.0.2.0/24"]' });
  expect(toldByStack(look).filter((name) => name.startsWith('subnetCidrs'))).toEqual([]);
});

test('a cluster of other zones has as many subnets', () => {
  const look = stackOf({ ...EKS, ...STACK, ...TODO, 'eks:zones': '["eu-central-1a","eu-central-1b"]' });
  expect(toldByStack(look).filter((name) => name.startsWith('subnets'))).toEqual(['subnets[0]', 'subnets[1]']);
});

test('an existing cluster of another stack is reached by the kubeconfig that it tells, which is a secret', () => {
  const look = stackOf({
    ...STACK,
    ...TODO,
    'seaworthy:target': 'existing',
    'seaworthy:profile': 'dev',
    'todo:velero.enabled': 'false',
  });
  const kubeconfig = String(inputsOf(look, 'cluster').kubeconfig);
  expect(valueBehind(kubeconfig)).toMatchObject({ path: 'kubeconfig', secret: true });
});

describe('TDO-08 a cluster of one’s own', () => {
  const keys = { ...TODO, 'seaworthy:target': 'existing', 'seaworthy:profile': 'dev', 'todo:velero.enabled': 'false' };

  test('is reached by a context of the kubeconfig that is there', () =>
    expect(inputsOf(stackOf({ ...keys, 'seaworthy:context': 'harbour' }), 'cluster')).toMatchObject({
      context: 'harbour',
    }));

  test('has a registry of its own', () => {
    const look = stackOf({ ...keys, 'todo:registry': 'harbor.acme.org/todo' });
    expect(JSON.stringify(look.container('Deployment', 'todo-backend'))).toContain('harbor.acme.org/todo');
  });

  test('has classes of its own: of volumes, and of the front door', () => {
    const look = stackOf({
      ...keys,
      'seaworthy:storageClass': 'ceph-block',
      'seaworthy:ingressClass': 'nginx-internal',
    });
    expect(look.kinds('Ingress').length).toBeGreaterThan(0);
    for (const { inputs } of look.kinds('Ingress'))
      expect(inputs.spec).toMatchObject({ ingressClassName: 'nginx-internal' });
  });

  test('has fast disks by its own driver', () => {
    const look = stackOf({ ...keys, 'seaworthy:disksBy': 'rbd.csi.ceph.com', 'seaworthy:fastDisks': '["pool=fast"]' });
    expect(look.object('StorageClass', 'fast-ssd').inputs).toMatchObject({
      provisioner: 'rbd.csi.ceph.com',
      parameters: { pool: 'fast' },
    });
  });

  test('has load balancers of its own', () => {
    const turn = { 'tallow:turn.placement': 'in-cluster-public', 'tallow:turn.externalAddress': '203.0.113.7' };
    const tallow = {
      ...turn,
      'tallow:host': 'acme.org',
      'tallow:registry': 'registry.acme.org',
      'tallow:tag': '1.0.0',
      'tallow:monitoring.runbooks': 'https://docs.acme.org/runbooks',
      'tallow:resend.apiKey': '[secret]',
    };
    const look = stackOf({
      ...keys,
      ...tallow,
      'seaworthy:systems': '["tallow"]',
      'seaworthy:loadBalancer': '["metallb.io/address-pool=public"]',
    });
    const balanced = look.kinds('Service').filter(({ inputs }) => JSON.stringify(inputs).includes('LoadBalancer'));
    expect(balanced.map(({ inputs }) => JSON.stringify(inputs.metadata)).join()).toContain(
      '"metallb.io/address-pool":"public"',
    );
    expect(JSON.stringify(balanced.map(({ inputs }) => inputs.metadata))).not.toContain('aws-load-balancer');
  });

  test.each(['["pool"]', '["=fast"]'])('parameters are names with values, not %s', (parameters) =>
    expect(codes(() => stackOf({ ...keys, 'seaworthy:fastDisks': parameters }))).toContain('SW-CONFIG-004'),
  );
});

test.each([
  { ...EKS, ...STACK, 'seaworthy:disksBy': 'rbd.csi.ceph.com' },
  { 'seaworthy:target': 'existing', 'seaworthy:profile': 'dev', 'seaworthy:fastDisks': '["pool=fast"]' },
])('disks that nobody would make are told: %j', (keys) => {
  expect(codes(() => stackOf({ ...keys, ...TODO }))).toContain('SW-LAYER-006');
});

test('EKS by a context of the kubeconfig that is there', () => {
  const look = stackOf({ ...EKS, ...STACK, ...TODO, 'seaworthy:context': 'acme' });
  expect(inputsOf(look, 'cluster')).toMatchObject({ context: 'acme' });
  expect(inputsOf(look, 'cluster').kubeconfig).toBeUndefined();
});

test.each([
  ['1.34', 'prod', ['SW-EKS-005 error']],
  ['1.34', 'staging', ['SW-EKS-005 error']],
  ['1.34', 'dev', ['SW-EKS-005 warning']],
  ['1.35', 'prod', []],
  ['1.36', 'prod', []],
  ['1.37', 'prod', ['SW-EKS-005 warning']],
])('Kubernetes %s on EKS, in %s: %j', (version, profile, told) => {
  const secrets = { 'seaworthy:secrets': 'external' };
  const look = stackOf({
    ...EKS,
    ...STACK,
    ...TODO,
    ...secrets,
    'seaworthy:kubernetesVersion': version,
    'seaworthy:profile': profile,
  });
  const found = look.graph.problems.filter(({ code }) => code === 'SW-EKS-005');
  expect(found.map(({ code, severity }) => `${code} ${severity}`)).toEqual(told);
});

test('a target that takes nothing from another stack says so', () => {
  const keys = { ...STACK, ...TODO, 'seaworthy:target': 'minikube', 'seaworthy:profile': 'dev' };
  expect(codes(() => stackOf(keys))).toContain('SW-LAYER-001');
});

function codes(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(({ code }) => code);
    throw error;
  }
  return [];
}
