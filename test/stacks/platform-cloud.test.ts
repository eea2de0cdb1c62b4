import { App } from 'cdk8s';
import { AddOn } from '../../constructs/add-ons/add-on';
import { System } from '../../constructs/core/system';
import { buildGraph } from '../../graph/build';
import { at, isRecord, list, text } from '../../graph/json-value';
import { RELOAD_ANNOTATION } from '../../graph/roll';
import { soundness } from '../../graph/soundness';
import { documentedGraph } from '../support/documented';
import { filled } from '../support/filled';
import { Look } from '../support/look';
import { FIVE, platformGraph, systemGraph } from '../support/systems';

const platform = new Look(platformGraph());
const release = (look: Look, name: string) => {
  const found = look.graph.nodes.find((n) => n.type === 'kubernetes:helm.sh/v3:Release' && n.inputs.name === name);
  return at(found?.inputs, 'values');
};
const codes = (app: App) =>
  soundness(buildGraph(app), { kubernetesVersion: '1.35', environment: 'dev' }).map((p) => p.code);

/** Statements of the policy of an add-on's role. */
function mayDo(addOn: string): readonly unknown[] {
  const policy = platform.graph.nodes.find((n) => n.path === `platform/${addOn}/role-policy`)?.inputs.policy;
  const read: unknown = JSON.parse(String(filled(policy)));
  return list(at(read, 'Statement'));
}

test('the store that systems name is there, and only for the namespaces that are named', () => {
  const { inputs, path } = platform.object('ClusterSecretStore', 'aws-secrets-manager');
  expect(inputs.spec).toEqual({
    provider: { aws: { service: 'SecretsManager', region: 'us-east-1' } },
    conditions: [{ namespaces: ['talos-system', 'tallow', 'ticolops', 'todo-chatbot', 'alcs'] }],
  });
  expect(platform.graph.edges).toContainEqual(
    expect.objectContaining({ from: path, to: 'platform/external-secrets/external-secrets' }),
  );
});

test('who reads the store may read the secrets of one stack, the one that a brief names, and those that RDS makes', () => {
  expect(mayDo('external-secrets')).toEqual([
    {
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      Resource: [
        'arn:aws:secretsmanager:us-east-1:*:secret:seaworthy/prod/*',
        'arn:aws:secretsmanager:us-east-1:*:secret:alcs/production-??????',
        'arn:aws:secretsmanager:us-east-1:*:secret:rds!*',
      ],
    },
  ]);
});

test.each([
  ['prod', 'platform'],
  ['staging', 'platform-staging'],
] as const)('who reads the store may read every secret that the systems of %s name', (stack, of) => {
  const look = new Look(platformGraph({}, of));
  const policy = look.graph.nodes.find((n) => n.path === 'platform/external-secrets/role-policy')?.inputs.policy;
  const resources = [...String(filled(policy)).matchAll(/:secret:([^"*?]+)/g)].map(([, name = '']) => name);
  const keys = FIVE.flatMap((system) =>
    new Look(systemGraph(system, stack))
      .kinds('ExternalSecret')
      .flatMap(({ inputs }) => list(at(inputs, 'spec', 'data')).map((d) => String(filled(at(d, 'remoteRef', 'key'))))),
  ).filter((key) => key !== 'known-after-apply');
  expect(keys.filter((key) => !resources.some((name) => `${key}-`.startsWith(name)))).toEqual([]);
  expect(keys.length).toBeGreaterThan(5);
});

test('a store that nobody may use is no store', () => {
  const app = new App();
  const operator = () => ({ values: {}, provider: { fake: {} }, facts: [] });
  new AddOn(new System(app, 'shop', { namespace: 'shop' }), 'external-secrets', { operator });
  expect(codes(app)).toContain('SW-PLATFORM-008');
});

test.each([
  ['external-secrets', 'external-secrets', ['serviceAccount', 'name']],
  ['velero', 'velero', ['serviceAccount', 'server', 'name']],
  ['cluster-autoscaler', 'kube-system', ['rbac', 'serviceAccount', 'name']],
  ['aws-load-balancer-controller', 'kube-system', ['serviceAccount', 'name']],
])('%s has its role by the account that its chart makes', (name, namespace, where) => {
  const association = platform.graph.nodes.find((n) => n.path === `platform/${name}/role-association`)?.inputs;
  expect(association).toMatchObject({ clusterName: 'todo-chatbot-prod', namespace, serviceAccount: name });
  expect(at(release(platform, name), ...where)).toBe(name);
});

test('Velero writes into a bucket that is made, private and versioned; or into one that is named', () => {
  const location = (look: Look) => at(release(look, 'velero'), 'configuration', 'backupStorageLocation', 0);
  expect(platform.cloud('aws:s3/bucketVersioning:BucketVersioning')).toHaveLength(1);
  expect(platform.cloud('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock')).toHaveLength(1);
  expect(at(location(platform), 'provider')).toBe('aws');
  const named = new Look(platformGraph({ 'platform:velero.bucket': 'acme-velero' }));
  expect(named.cloud('aws:s3/bucket:Bucket')).toEqual([]);
  expect(location(named)).toMatchObject({ bucket: 'acme-velero' });
});

test('nodes are scaled by their group’s tags, with the image of the cluster’s own minor', () => {
  expect(release(platform, 'cluster-autoscaler')).toMatchObject({
    autoDiscovery: { clusterName: 'todo-chatbot-prod' },
    awsRegion: 'us-east-1',
    image: { tag: 'v1.35.2' },
  });
  expect(mayDo('cluster-autoscaler')).toContainEqual({
    Effect: 'Allow',
    Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
    Resource: 'arn:aws:autoscaling:us-east-1:*:autoScalingGroup:*:autoScalingGroupName/*',
    Condition: { StringEquals: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/todo-chatbot-prod': 'owned' } },
  });
});

/** https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html: what has no resource to name */
const WITHOUT_RESOURCES =
  /^(ec2:(Describe|Get)|elasticloadbalancing:Describe|autoscaling:Describe|eks:DescribeNodegroup$)|^ec2:(CreateSnapshot|DeleteSnapshot|CreateVolume|CreateTags|CreateSecurityGroup|AuthorizeSecurityGroupIngress|RevokeSecurityGroupIngress)$|^elasticloadbalancing:(Create|Delete|Modify|Remove|Add)\w*(Listener|Rule|ListenerAttributes|ListenerCertificates)$/;

test.each(['external-secrets', 'velero', 'cluster-autoscaler', 'aws-load-balancer-controller'])(
  '%s: whatever it may do to everything has no resource at AWS, or a condition',
  (name) => {
    const wide = mayDo(name).filter((s) => at(s, 'Resource') === '*' && !isRecord(at(s, 'Condition')));
    const actions = wide.flatMap((s) => list(at(s, 'Action')).map(String));
    expect(actions.filter((action) => !WITHOUT_RESOURCES.test(action))).toEqual([]);
    expect(mayDo(name).flatMap((s) => list(at(s, 'Action')).filter((a) => String(a).endsWith('*')))).toEqual([]);
  },
);

test('the class of the platform is the default one, where the target has none; of any size', () => {
  expect(platform.object('StorageClass', 'gp3').inputs).toMatchObject({
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    parameters: { type: 'gp3', encrypted: 'true' },
  });
  const other = new Look(platformGraph({ 'platform:storageClass.isDefault': 'false' }));
  expect(at(other.object('StorageClass', 'gp3').inputs, 'metadata', 'annotations')).toBeUndefined();
});

test('what only a cloud can do is refused without one', () => {
  const app = new App();
  new AddOn(new System(app, 'shop', { namespace: 'shop' }), 'cluster-autoscaler');
  expect(codes(app)).toContain('SW-PLATFORM-007');
});

test('what reads a Secret of the store names it for Reloader, and nothing else does', () => {
  const talos = new Look(systemGraph('talos', 'prod'));
  const annotation = (kind: string, name: string) =>
    text(at(talos.object(kind, name).inputs, 'metadata', 'annotations', RELOAD_ANNOTATION));
  expect(annotation('Deployment', 'talos-gateway')?.split(',').sort()).toEqual(['talos-redis', 'talos-secrets']);
  expect(annotation('Deployment', 'talos-dashboard')).toBeUndefined();
  expect(JSON.stringify(systemGraph('talos', 'dev').nodes.map((n) => n.inputs))).not.toContain(RELOAD_ANNOTATION);
});

test('staging has a platform of its own, for its own secrets', () => {
  const staging = new Look(platformGraph({}, 'platform-staging'));
  expect(JSON.stringify(staging.graph.nodes.map((n) => n.inputs))).not.toContain('seaworthy/prod');
  expect(staging.names('ClusterSecretStore')).toEqual(['aws-secrets-manager']);
});

const CHOSEN = {
  'platform:addOns': '["external-secrets","velero","reloader"]',
  'platform:secretStore.namespaces': '["tallow"]',
  'platform:secretStore.stacks': '["prod"]',
};
const on = (target: 'gke' | 'aks', changes: Record<string, string> = {}) =>
  new Look(documentedGraph(target, 'prod', ['platform'], { ...CHOSEN, ...changes }));

describe.each(['gke', 'aks'] as const)('the platform on %s', (target) => {
  test('has no problem but placeholders', () => {
    const found = soundness(on(target).graph, { kubernetesVersion: '1.35', environment: 'prod' });
    expect(found.filter((p) => p.severity === 'error').map((p) => `${p.code} ${p.what}`)).toEqual([]);
  });

  test('has snapshots of volumes that Velero takes, and keeps', () => {
    expect(on(target).object('VolumeSnapshotClass', 'velero').inputs).toMatchObject({
      metadata: { labels: { 'velero.io/csi-volumesnapshot-class': 'true' } },
      deletionPolicy: 'Retain',
    });
    expect(release(on(target), 'velero')).toMatchObject({
      configuration: { features: 'EnableCSI' },
      credentials: { useSecret: false },
    });
  });

  test('scales nodes itself', () => {
    const graph = on(target, { 'platform:addOns': '["cluster-autoscaler"]' }).graph;
    const found = soundness(graph, { kubernetesVersion: '1.35', environment: 'prod' });
    expect(found.map((p) => p.code)).toContain('SW-PLATFORM-007');
  });
});

test('on GKE the store is Secret Manager, read by the operator’s own pod, and only what begins with a stack that is named', () => {
  const gke = on('gke');
  expect(gke.object('ClusterSecretStore', 'google-secret-manager').inputs.spec).toMatchObject({
    provider: { gcpsm: { projectID: expect.any(String) } },
    conditions: [{ namespaces: ['tallow'] }],
  });
  const [role] = gke.cloud('gcp:projects/iAMMember:IAMMember');
  expect(role?.inputs.role).toBe('roles/secretmanager.secretAccessor');
  expect(filled(at(role?.inputs, 'condition', 'expression'))).toMatch(
    /^resource\.name\.startsWith\("projects\/.*\/secrets\/seaworthy-prod-"\)$/,
  );
});

test('on AKS the store is Key Vault, read by an identity that only the operator’s account has', () => {
  const aks = on('aks');
  expect(aks.object('ClusterSecretStore', 'azure-key-vault').inputs.spec).toMatchObject({
    provider: {
      azurekv: {
        authType: 'WorkloadIdentity',
        serviceAccountRef: { name: 'external-secrets', namespace: 'external-secrets' },
      },
    },
  });
  const federations = aks.cloud('azure-native:managedidentity:FederatedIdentityCredential');
  expect(federations.map((n) => n.inputs.subject)).toEqual([
    'system:serviceaccount:external-secrets:external-secrets',
    'system:serviceaccount:velero:velero',
  ]);
  const [reader] = aks.cloud('azure-native:authorization:RoleAssignment');
  expect(String(reader?.inputs.scope)).toMatch(/\/providers\/Microsoft\.KeyVault\/vaults\/[\w-]+$/);
});
