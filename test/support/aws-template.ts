import { isMarker, valueBehind } from '../../constructs/core/marker';
import { sourceOf, type Value } from '../../constructs/core/value';
import type { Graph, GraphNode } from '../../graph/graph';
import { at, isRecord, list } from '../../graph/json-value';

/*
 * A DOUBLE of AWS, as far as form goes: resources of a graph as a template of CloudFormation, so that cfn-lint judges them by AWS' own schemas:
 * words, required fields, numbers, lengths, types of instances by region. Names of fields are those of the API but for what stands here.
 */
interface Form {
  readonly type: string;
  /** Fields that are called otherwise; an empty name is what CloudFormation has in another place. */
  readonly names?: Readonly<Record<string, string>>;
  /** What does not follow from names. */
  readonly also?: (inputs: Readonly<Record<string, unknown>>, written: Written) => object;
}

/** Writes a value of ours as one of a template. */
type Written = (value: unknown) => unknown;

const pairs = (map: unknown, [key, value]: readonly [string, string]) =>
  Object.entries(isRecord(map) ? map : {}).map(([k, v]) => ({ [key]: k, [value]: v }));

const FORMS: Readonly<Record<string, Form>> = {
  'aws:ec2/vpc:Vpc': { type: 'AWS::EC2::VPC' },
  'aws:ec2/subnet:Subnet': { type: 'AWS::EC2::Subnet' },
  'aws:ec2/internetGateway:InternetGateway': { type: 'AWS::EC2::InternetGateway', names: { vpcId: '' } },
  'aws:ec2/eip:Eip': { type: 'AWS::EC2::EIP' },
  'aws:ec2/natGateway:NatGateway': { type: 'AWS::EC2::NatGateway' },
  'aws:ec2/routeTable:RouteTable': { type: 'AWS::EC2::RouteTable' },
  'aws:ec2/route:Route': { type: 'AWS::EC2::Route' },
  'aws:ec2/routeTableAssociation:RouteTableAssociation': { type: 'AWS::EC2::SubnetRouteTableAssociation' },
  'aws:ec2/vpcEndpoint:VpcEndpoint': { type: 'AWS::EC2::VPCEndpoint' },
  'aws:ec2/launchTemplate:LaunchTemplate': {
    type: 'AWS::EC2::LaunchTemplate',
    names: {
      namePrefix: '',
      updateDefaultVersion: '',
      metadataOptions: '',
      blockDeviceMappings: '',
      tagSpecifications: '',
    },
    also: ({ metadataOptions, blockDeviceMappings, tagSpecifications }, written) => ({
      LaunchTemplateData: written({ metadataOptions, blockDeviceMappings, tagSpecifications }),
    }),
  },
  'aws:ec2/securityGroup:SecurityGroup': {
    type: 'AWS::EC2::SecurityGroup',
    names: { name: 'GroupName', description: 'GroupDescription' },
  },
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': {
    type: 'AWS::EC2::SecurityGroupIngress',
    names: { securityGroupId: 'GroupId', referencedSecurityGroupId: 'SourceSecurityGroupId' },
  },
  'aws:kms/key:Key': { type: 'AWS::KMS::Key', names: { deletionWindowInDays: 'PendingWindowInDays' } },
  'aws:kms/alias:Alias': { type: 'AWS::KMS::Alias', names: { name: 'AliasName' } },
  'aws:cloudwatch/logGroup:LogGroup': { type: 'AWS::Logs::LogGroup', names: { name: 'LogGroupName' } },
  'aws:cloudwatch/metricAlarm:MetricAlarm': {
    type: 'AWS::CloudWatch::Alarm',
    names: { name: 'AlarmName', okActions: 'OKActions', dimensions: '' },
    also: ({ dimensions }, written) => ({ Dimensions: written(pairs(dimensions, ['name', 'value'])) }),
  },
  'aws:iam/role:Role': {
    type: 'AWS::IAM::Role',
    names: { name: 'RoleName', namePrefix: '', assumeRolePolicy: '' },
    also: ({ assumeRolePolicy }) => ({ AssumeRolePolicyDocument: policyOf(assumeRolePolicy) }),
  },
  'aws:iam/rolePolicy:RolePolicy': {
    type: 'AWS::IAM::RolePolicy',
    names: { role: 'RoleName', policy: '' },
    also: ({ policy }) => ({ PolicyName: 'own', PolicyDocument: policyOf(policy) }),
  },
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': {
    type: 'AWS::IAM::OIDCProvider',
    names: { clientIdLists: 'ClientIdList' },
  },
  'aws:eks/cluster:Cluster': {
    type: 'AWS::EKS::Cluster',
    names: { vpcConfig: 'ResourcesVpcConfig', enabledClusterLogTypes: '', encryptionConfig: '' },
    also: ({ enabledClusterLogTypes, encryptionConfig }, written) => ({
      Logging: { ClusterLogging: { EnabledTypes: list(enabledClusterLogTypes).map((Type) => ({ Type })) } },
      EncryptionConfig: [written(encryptionConfig)],
    }),
  },
  'aws:eks/nodeGroup:NodeGroup': {
    type: 'AWS::EKS::Nodegroup',
    names: { nodeGroupNamePrefix: '', nodeRoleArn: 'NodeRole', subnetIds: 'Subnets', labels: '' },
    also: ({ labels }) => ({ Labels: labels }),
  },
  'aws:eks/addon:Addon': {
    type: 'AWS::EKS::Addon',
    names: { resolveConflictsOnCreate: 'ResolveConflicts', resolveConflictsOnUpdate: '' },
  },
  'aws:eks/accessEntry:AccessEntry': { type: 'AWS::EKS::AccessEntry' },
  'aws:eks/podIdentityAssociation:PodIdentityAssociation': { type: 'AWS::EKS::PodIdentityAssociation' },
  'aws:rds/subnetGroup:SubnetGroup': {
    type: 'AWS::RDS::DBSubnetGroup',
    names: { name: 'DBSubnetGroupName', description: 'DBSubnetGroupDescription' },
  },
  'aws:rds/instance:Instance': {
    type: 'AWS::RDS::DBInstance',
    names: {
      identifier: 'DBInstanceIdentifier',
      instanceClass: 'DBInstanceClass',
      dbName: 'DBName',
      username: 'MasterUsername',
      password: 'MasterUserPassword',
      multiAz: 'MultiAZ',
      enabledCloudwatchLogsExports: 'EnableCloudwatchLogsExports',
      dbSubnetGroupName: 'DBSubnetGroupName',
      vpcSecurityGroupIds: 'VPCSecurityGroups',
      skipFinalSnapshot: '',
      finalSnapshotIdentifier: '',
    },
    also: ({ allocatedStorage, port }) => ({ AllocatedStorage: `${allocatedStorage}`, Port: `${port}` }),
  },
  'aws:elasticache/subnetGroup:SubnetGroup': {
    type: 'AWS::ElastiCache::SubnetGroup',
    names: { name: 'CacheSubnetGroupName' },
  },
  'aws:elasticache/parameterGroup:ParameterGroup': {
    type: 'AWS::ElastiCache::ParameterGroup',
    names: { name: '', family: 'CacheParameterGroupFamily', parameters: '' },
    also: ({ parameters }) => ({
      Description: 'ours',
      Properties: Object.fromEntries(list(parameters).map((one) => [at(one, 'name'), at(one, 'value')])),
    }),
  },
  'aws:elasticache/replicationGroup:ReplicationGroup': {
    type: 'AWS::ElastiCache::ReplicationGroup',
    names: {
      description: 'ReplicationGroupDescription',
      nodeType: 'CacheNodeType',
      multiAzEnabled: 'MultiAZEnabled',
      authTokenUpdateStrategy: '',
      finalSnapshotIdentifier: '',
      parameterGroupName: 'CacheParameterGroupName',
      subnetGroupName: 'CacheSubnetGroupName',
    },
  },
  'aws:s3/bucket:Bucket': { type: 'AWS::S3::Bucket', names: { bucketPrefix: '', forceDestroy: '' } },
  'aws:secretsmanager/secret:Secret': { type: 'AWS::SecretsManager::Secret', names: { recoveryWindowInDays: '' } },
};

/** Types of AWS that CloudFormation has as a part of others; what is neither here nor above fails the test that uses this. */
const ELSEWHERE = new Set([
  ...['aws:ec2/defaultSecurityGroup:DefaultSecurityGroup', 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'],
  ...['aws:eks/accessPolicyAssociation:AccessPolicyAssociation', 'aws:secretsmanager/secretVersion:SecretVersion'],
  ...['aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', 'aws:s3/bucketVersioning:BucketVersioning'],
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  ...['aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration', 'aws:s3/bucketPolicy:BucketPolicy'],
  'aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration',
  // Judged by types alone: their form in CloudFormation is another one throughout.
  ...['aws:cloudfront/distribution:Distribution', 'aws:cloudfront/originAccessControl:OriginAccessControl'],
  'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy',
]);

/** A template of CloudFormation with every resource of AWS in a graph, and the types that have no form here. */
export function templateOf(graph: Graph): { readonly template: object; readonly unknown: readonly string[] } {
  const nodes = graph.nodes.filter(({ type, form }) => form === 'cloud' && type.startsWith('aws:'));
  const resources = nodes.flatMap((node) => {
    const form = FORMS[node.type];
    return form === undefined ? [] : [[idOf(node.path), { Type: form.type, Properties: propertiesOf(node, form) }]];
  });
  const unknown = nodes.flatMap(({ type }) => (type in FORMS || ELSEWHERE.has(type) ? [] : [type]));
  return { template: { Resources: Object.fromEntries(resources) }, unknown: [...new Set(unknown)] };
}

function propertiesOf({ inputs }: GraphNode, { names = {}, also }: Form): object {
  const plain = Object.entries(inputs).flatMap(([key, value]): [string, unknown][] => {
    const name = names[key] ?? upper(key);
    if (name === '') return [];
    if (key === 'tags') return [[name, pairs(value, ['Key', 'Value'])]];
    return [[name, written(value)]];
  });
  return { ...Object.fromEntries(plain), ...also?.(inputs, written) };
}

function written(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'number')
    return isMarker(value) ? reference(valueBehind(value)) : plainOf(value);
  if (Array.isArray(value)) return value.map(written);
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).map(([key, inner]): [string, unknown] =>
    key === 'tags' ? ['Tags', pairs(inner, ['Key', 'Value'])] : [upper(key), written(inner)],
  );
  return Object.fromEntries(fields);
}

/** Pulumi writes some booleans as texts. */
const plainOf = (value: string | number) => (value === 'true' ? true : value === 'false' ? false : value);

/** Fields by which one resource names another, as CloudFormation has them. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  arn: 'Arn',
  latestVersion: 'LatestVersionNumber',
  endpoint: 'Endpoint',
};

/** What the stack of a cluster tells, as it might be. */
const TOLD: Readonly<Record<string, string>> = {
  vpc: 'vpc-0123456789abcdef0',
  subnets: 'subnet-0123456789abcdef0',
  nodeSecurityGroup: 'sg-0123456789abcdef0',
};

function reference(value: Value): unknown {
  if (value.kind !== 'attribute') return 'known-later';
  if (value.of.node.id === 'cluster-stack') return TOLD[value.path.replace(/\[.*/, '')] ?? 'known-later';
  const type: unknown = Reflect.get(value.of, 'type');
  if (typeof type !== 'string' || !(type in FORMS)) return 'known-later';
  if (type === 'aws:ec2/eip:Eip') return { 'Fn::GetAtt': [idOf(value.of.node.path), 'AllocationId'] };
  const attribute = ATTRIBUTES[value.path];
  if (attribute !== undefined) return { 'Fn::GetAtt': [idOf(value.of.node.path), attribute] };
  if (value.path === 'identities[0].oidcs[0].issuer')
    return { 'Fn::GetAtt': [idOf(value.of.node.path), 'OpenIdConnectIssuerUrl'] };
  return type === 'aws:ec2/securityGroup:SecurityGroup' && value.path === 'id'
    ? { 'Fn::GetAtt': [idOf(value.of.node.path), 'GroupId'] }
    : { Ref: idOf(value.of.node.path) };
}

/** A policy as JSON; what is known only after apply stands as an ARN or a name that might be there. */
export function policyOf(policy: unknown): unknown {
  const text = typeof policy === 'string' && isMarker(policy) ? inText(valueBehind(policy)) : String(policy);
  return JSON.parse(text);
}

function inText(value: Value): string {
  if (value.kind === 'composed')
    return value.pieces.map((piece) => (typeof piece === 'string' ? piece : inText(piece.value))).join('');
  const source = sourceOf(value);
  if (source.endsWith('oidcIssuer') || source.endsWith('.issuer'))
    return 'oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF';
  if (source.endsWith('oidcProvider'))
    return 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF';
  return ARNS.find(([part]) => source.includes(part))?.[1] ?? 'known-later';
}

const ARNS: readonly (readonly [string, string])[] = [
  ['/key.arn', 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef'],
  ['bucket.arn', 'arn:aws:s3:::acme'],
  ['distribution.arn', 'arn:aws:cloudfront::123456789012:distribution/E0123456789ABC'],
];

const idOf = (path: string): string =>
  path.replace(/[^A-Za-z0-9]+(.)?/g, (_all, next: string = '') => next.toUpperCase());
const upper = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);
