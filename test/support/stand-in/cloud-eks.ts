import { arn, type TypeRules } from './type-rules';

const NOTHING = () => ({});
const rules = (required: string, optional = '', outputs: TypeRules['outputs'] = NOTHING, fixed = ''): TypeRules => ({
  required: required.split(' '),
  optional: optional.split(' '),
  fixed: fixed.split(' '),
  outputs,
});

/** STAND-IN for the types that a cluster of EKS is made of. See cloud.ts. */
export const EKS_TYPES: Readonly<Record<string, TypeRules>> = {
  'aws:ec2/vpc:Vpc': rules('cidrBlock', 'enableDnsHostnames enableDnsSupport tags', NOTHING, 'cidrBlock'),
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': rules('vpcId', 'ingress egress'),
  'aws:ec2/subnet:Subnet': rules(
    'vpcId cidrBlock availabilityZone',
    'tags',
    NOTHING,
    'vpcId cidrBlock availabilityZone',
  ),
  'aws:ec2/internetGateway:InternetGateway': rules('vpcId', 'tags'),
  'aws:ec2/eip:Eip': rules('domain', 'tags'),
  'aws:ec2/natGateway:NatGateway': rules('subnetId allocationId', 'connectivityType tags', NOTHING, 'subnetId'),
  'aws:ec2/routeTable:RouteTable': rules('vpcId', 'tags', NOTHING, 'vpcId'),
  'aws:ec2/route:Route': rules('routeTableId destinationCidrBlock', 'gatewayId natGatewayId', NOTHING, 'routeTableId'),
  'aws:ec2/routeTableAssociation:RouteTableAssociation': rules('routeTableId subnetId'),
  'aws:ec2/vpcEndpoint:VpcEndpoint': rules('vpcId serviceName', 'vpcEndpointType routeTableIds tags'),
  'aws:kms/key:Key': rules('description', 'enableKeyRotation deletionWindowInDays', (_inputs, id) => ({
    arn: arn('kms', `key/${id}`),
    keyId: id,
  })),
  'aws:kms/alias:Alias': rules('name targetKeyId'),
  'aws:cloudwatch/logGroup:LogGroup': rules('name retentionInDays'),
  'aws:eks/cluster:Cluster': rules(
    'roleArn vpcConfig',
    'name version accessConfig bootstrapSelfManagedAddons deletionProtection enabledClusterLogTypes encryptionConfig kubernetesNetworkConfig upgradePolicy',
    ({ name, vpcConfig }) => ({
      vpcConfig: { ...Object(vpcConfig), clusterSecurityGroupId: 'sg-0123456789abcdef0' },
      endpoint: 'https://0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com',
      certificateAuthority: { data: Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64') },
      identities: [{ oidcs: [{ issuer: 'https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF' }] }],
      arn: arn('eks', `cluster/${String(name)}`),
    }),
    'name roleArn',
  ),
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': rules('url clientIdLists', '', ({ url }) => ({
    arn: `arn:aws:iam::123456789012:oidc-provider/${String(url).replace('https://', '')}`,
  })),
  'aws:eks/accessEntry:AccessEntry': rules('clusterName principalArn', 'type'),
  'aws:eks/accessPolicyAssociation:AccessPolicyAssociation': rules('clusterName principalArn policyArn accessScope'),
  'aws:eks/addon:Addon': rules(
    'clusterName addonName',
    'resolveConflictsOnCreate resolveConflictsOnUpdate configurationValues podIdentityAssociations',
  ),
  'aws:ec2/launchTemplate:LaunchTemplate': rules(
    'namePrefix',
    'updateDefaultVersion metadataOptions blockDeviceMappings tagSpecifications',
    () => ({ latestVersion: 1 }),
  ),
  'aws:eks/nodeGroup:NodeGroup': rules(
    'clusterName nodeRoleArn subnetIds scalingConfig',
    'nodeGroupNamePrefix version amiType capacityType instanceTypes launchTemplate updateConfig nodeRepairConfig labels taints',
    NOTHING,
    'clusterName nodeRoleArn subnetIds instanceTypes capacityType amiType',
  ),
};
