import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { CloudResource, fromOutput, System } from '../../constructs';
import { json } from '../../constructs/core/compose';
import { cloudRightsProblems } from '../../graph/cloud-rights';
import { graphOf } from '../support/offline';

const ARN = 'arn:aws:s3:::acme-files/*';
const statement = (more: object) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: ARN, ...more });
const cloud = (type: string, inputs: object) => (scope: Construct) =>
  void new CloudResource(scope, 'p', { type, inputs: { ...inputs } });
const policy = (...statements: object[]) =>
  cloud('aws:iam/policy:Policy', { policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) });
const ROLE = 'aws:iam/role:Role';

const told = (build: (scope: Construct) => void) =>
  cloudRightsProblems(graphOf((app) => build(new Chart(app, 'theirs'))).nodes).map((p) => p.what);

test.each<[string, (scope: Construct) => void, string]>([
  ['every action', policy(statement({ Action: '*' })), 'policy, statement 1, allows every action (*).'],
  [
    'the second of two',
    policy(statement({}), statement({ Action: ['s3:GetObject', '*:*'] })),
    'policy, statement 2, allows every action (*).',
  ],
  [
    'a service on everything',
    policy(statement({ Action: 'ec2:*', Resource: '*' })),
    'policy, statement 1, allows ec2:* on every resource (*).',
  ],
  [
    'every bucket',
    policy(statement({ Resource: ['*'] })),
    'policy, statement 1, allows s3:GetObject on every resource (*).',
  ],
  [
    'all but some',
    policy(statement({ Action: undefined, NotAction: 'iam:*' })),
    'policy, statement 1, allows every action but some (NotAction), those that come later too.',
  ],
  [
    'anybody',
    cloud('aws:s3/bucketPolicy:BucketPolicy', {
      policy: JSON.stringify({ Statement: statement({ Principal: { AWS: '*' } }) }),
    }),
    'policy, statement 1, allows anybody (Principal *).',
  ],
  [
    'a policy around an output',
    (scope) =>
      cloud('aws:iam/rolePolicy:RolePolicy', {
        policy: json({ Statement: [statement({ Action: '*', Resource: fromOutput({ __pulumiOutput: true }) })] }),
      })(scope),
    'policy, statement 1, allows every action (*).',
  ],
  [
    'an inline policy',
    cloud(ROLE, {
      inlinePolicies: [{ name: 'a', policy: JSON.stringify({ Statement: [statement({ Action: '*' })] }) }],
    }),
    'inlinePolicies[0], statement 1, allows every action (*).',
  ],
  [
    "the administrator's policy",
    cloud('aws:iam/rolePolicyAttachment:RolePolicyAttachment', {
      policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    }),
    'policyArn is AdministratorAccess, which is nearly everything.',
  ],
  [
    "Azure's owner",
    cloud('azure-native:authorization:RoleAssignment', {
      roleDefinitionId:
        '/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
    }),
    'roleDefinitionId is Owner, which is nearly everything.',
  ],
  [
    "Google's editor",
    cloud('gcp:projects/iAMMember:IAMMember', { role: 'roles/editor' }),
    'role is roles/editor, which is nearly everything.',
  ],
])('%s is named', (_name, build, what) => expect(told(build)).toEqual([what]));

test.each<[string, (scope: Construct) => void]>([
  ['one bucket', policy(statement({ Action: ['s3:*'] }))],
  ['a refusal of everything', policy(statement({ Effect: 'Deny', Action: '*', Resource: '*', Principal: '*' }))],
  [
    'what knows no resource',
    policy(statement({ Action: ['ec2:DescribeInstances', 's3:ListAllMyBuckets'], Resource: '*' })),
  ],
  [
    'whom a cluster vouches for',
    cloud(ROLE, {
      assumeRolePolicy: JSON.stringify({
        Statement: [statement({ Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: 'arn' } })],
      }),
    }),
  ],
  ['what is no policy', cloud(ROLE, { assumeRolePolicy: 'not JSON' })],
])('%s is not', (_name, build) => expect(told(build)).toEqual([]));

test('in a System it is refused', () => {
  const graph = graphOf((app) => policy(statement({ Action: '*' }))(new System(app, 'shop', { namespace: 'shop' })));
  expect(cloudRightsProblems(graph.nodes)).toMatchObject([{ code: 'SW-ACCESS-005', severity: 'error' }]);
});
