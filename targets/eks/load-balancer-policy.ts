import type { Statement } from './pod-role';

const ALB = 'elasticloadbalancing';
const OURS = 'elbv2.k8s.aws/cluster';

/**
 * What AWS Load Balancer Controller needs, without firewalls, Cognito and certificates of IAM, which it does not use here.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy.json
 * What describes, and what makes something new, has no resource to name at AWS; what changes something changes what carries the controller's tag.
 */
export function loadBalancerStatements(partition: string): Statement[] {
  return [...looks(partition), ...groups(partition), ...balancers(partition)];
}

function looks(partition: string): Statement[] {
  const ec2 = [
    'AccountAttributes',
    'Addresses',
    'AvailabilityZones',
    'InternetGateways',
    'Vpcs',
    'VpcPeeringConnections',
  ];
  const more = ['Subnets', 'SecurityGroups', 'Instances', 'NetworkInterfaces', 'Tags', 'CoipPools', 'RouteTables'];
  const alb = ['LoadBalancers', 'LoadBalancerAttributes', 'Listeners', 'ListenerAttributes', 'ListenerCertificates'];
  const rest = ['SSLPolicies', 'Rules', 'TargetGroups', 'TargetGroupAttributes', 'TargetHealth', 'Tags', 'TrustStores'];
  return [
    {
      Effect: 'Allow',
      Action: [
        ...[...ec2, ...more].map((what) => `ec2:Describe${what}`),
        'ec2:GetCoipPoolUsage',
        'ec2:GetSecurityGroupsForVpc',
        ...[...alb, ...rest, 'CapacityReservation'].map((what) => `${ALB}:Describe${what}`),
      ],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['iam:CreateServiceLinkedRole'],
      Resource: `arn:${partition}:iam::*:role/aws-service-role/${ALB}.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
      Condition: { StringEquals: { 'iam:AWSServiceName': `${ALB}.amazonaws.com` } },
    },
  ];
}

/** Security groups: it opens those of the nodes too, which carry no tag of its own. */
function groups(partition: string): Statement[] {
  const group = `arn:${partition}:ec2:*:*:security-group/*`;
  const ingress = ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'];
  return [
    { Effect: 'Allow', Action: [...ingress, 'ec2:CreateSecurityGroup'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['ec2:CreateTags'],
      Resource: group,
      Condition: {
        StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup' },
        Null: { [`aws:RequestTag/${OURS}`]: 'false' },
      },
    },
    {
      Effect: 'Allow',
      Action: ['ec2:CreateTags', 'ec2:DeleteTags'],
      Resource: group,
      Condition: { Null: { [`aws:RequestTag/${OURS}`]: 'true', [`aws:ResourceTag/${OURS}`]: 'false' } },
    },
    { Effect: 'Allow', Action: ['ec2:DeleteSecurityGroup'], Resource: '*', Condition: isOurs() },
  ];
}

function balancers(partition: string): Statement[] {
  const made = [`arn:${partition}:${ALB}:*:*:targetgroup/*/*`, `arn:${partition}:${ALB}:*:*:loadbalancer/net/*/*`];
  const listener = [
    `arn:${partition}:${ALB}:*:*:listener/net/*/*/*`,
    `arn:${partition}:${ALB}:*:*:listener-rule/net/*/*/*`,
  ];
  const all = (...actions: string[]) => actions.map((action) => `${ALB}:${action}`);
  return [
    {
      Effect: 'Allow',
      Action: all('CreateLoadBalancer', 'CreateTargetGroup'),
      Resource: '*',
      Condition: { Null: { [`aws:RequestTag/${OURS}`]: 'false' } },
    },
    {
      Effect: 'Allow',
      Action: all('CreateListener', 'DeleteListener', 'CreateRule', 'DeleteRule', 'ModifyListener', 'ModifyRule'),
      Resource: '*',
    },
    { Effect: 'Allow', Action: all('ModifyListenerAttributes', 'AddListenerCertificates'), Resource: '*' },
    { Effect: 'Allow', Action: all('RemoveListenerCertificates'), Resource: '*' },
    {
      Effect: 'Allow',
      Action: all('AddTags', 'RemoveTags'),
      Resource: made,
      Condition: { Null: { [`aws:RequestTag/${OURS}`]: 'true', [`aws:ResourceTag/${OURS}`]: 'false' } },
    },
    { Effect: 'Allow', Action: all('AddTags', 'RemoveTags'), Resource: listener },
    {
      Effect: 'Allow',
      Action: all('AddTags'),
      Resource: made,
      Condition: {
        StringEquals: { [`${ALB}:CreateAction`]: ['CreateTargetGroup', 'CreateLoadBalancer'] },
        Null: { [`aws:RequestTag/${OURS}`]: 'false' },
      },
    },
    {
      Effect: 'Allow',
      Action: all(
        ...[
          'ModifyLoadBalancerAttributes',
          'SetIpAddressType',
          'SetSecurityGroups',
          'SetSubnets',
          'DeleteLoadBalancer',
        ],
        ...['ModifyTargetGroup', 'ModifyTargetGroupAttributes', 'DeleteTargetGroup', 'ModifyCapacityReservation'],
      ),
      Resource: '*',
      Condition: isOurs(),
    },
    { Effect: 'Allow', Action: all('RegisterTargets', 'DeregisterTargets'), Resource: made },
  ];
}

function isOurs(): NonNullable<Statement['Condition']> {
  return { Null: { [`aws:ResourceTag/${OURS}`]: 'false' } };
}
