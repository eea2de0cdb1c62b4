import { optional, type Settings, text } from './setting';
import { certificateAuthority, names, ranges, region } from './typed-texts';

/** What a stack says of its EKS cluster wherever the facts come from: it decides what is made, and what the cluster is to Pulumi. */
export const EKS_NAMED_SETTINGS = {
  region: region('AWS region'),
  cluster: text('name of the EKS cluster', 'acme-prod', /^[A-Za-z0-9][\w-]{0,99}$/, 'it must be the name of a cluster'),
  alarmTopic: optional(
    text(
      'SNS topic that alarms of AWS go to',
      'arn:aws:sns:eu-central-1:123456789012:on-call',
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:(\d{12}|placeholder):[\w-]{1,256}(\.fifo)?$/,
      'it must be the ARN of a topic',
    ),
  ),
  siteCertificate: optional(
    text(
      'ACM certificate of sites, in us-east-1',
      'arn:aws:acm:us-east-1:123456789012:certificate/…',
      /^(arn:aws[a-z-]*:acm:us-east-1:[\w-]+:certificate\/[\w-]+|placeholder.*)$/,
      'it must be the ARN of a certificate in us-east-1',
    ),
  ),
} satisfies Settings;

export const ZONES = names(
  'availability zones of the cluster, two at least',
  '[eu-central-1a, eu-central-1b, eu-central-1c]',
  /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/,
  'each must be like "eu-central-1a"',
);

/** Facts of the cloud: nothing is looked up. */
const FACTS = {
  endpoint: text(
    'API server',
    'https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com',
    /^https:\/\/[a-zA-Z0-9.-]+(:\d{1,5})?\/?$/,
    'it must be https:// and a host, without user and path',
  ),
  certificateAuthority: certificateAuthority("the cluster's certificate authority, base64", 'LS0tLS1CRUdJTi…'),
  vpc: text(
    'VPC of the cluster',
    'vpc-0a1b2c3d4e5f67890',
    /^vpc-[a-z0-9-]+$/,
    'it must be like "vpc-0a1b2c3d4e5f67890"',
  ),
  subnets: names(
    'private subnets of at least two zones',
    '[subnet-0a1b2c3d, subnet-4e5f6789]',
    /^subnet-[a-z0-9-]+$/,
    'each must be like "subnet-0a1b2c3d"',
  ),
  subnetCidrs: ranges('address ranges of these subnets', '[10.0.1.0/24, 10.0.2.0/24]'),
  nodeSecurityGroup: text(
    'security group of the nodes',
    'sg-0a1b2c3d4e5f67890',
    /^sg-[a-z0-9-]+$/,
    'it must be like "sg-0a1b2c3d4e5f67890"',
  ),
} satisfies Settings;

/** For workload identities, where a system has any. */
const IDENTITY = {
  account: optional(
    text('AWS account of the cluster', '123456789012', /^(\d{12}|placeholder.*)$/, 'it must be 12 digits'),
  ),
  oidcIssuer: optional(
    text(
      'OIDC issuer of the cluster, without https://',
      'oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF',
      /^[a-z0-9.-]+(\/[\w.-]+)*$/i,
      'it must be a host and a path, without https://',
    ),
  ),
} satisfies Settings;

/** Keys of the namespace `eks`, for a cluster that exists and no stack of ours tells of. */
export const EKS_SETTINGS = { ...EKS_NAMED_SETTINGS, ...FACTS, ...IDENTITY } satisfies Settings;

/** The same, where another stack tells the facts: what is given here nevertheless wins. */
export const EKS_OF_STACK_SETTINGS = {
  ...EKS_NAMED_SETTINGS,
  ...IDENTITY,
  endpoint: optional(FACTS.endpoint),
  certificateAuthority: optional(FACTS.certificateAuthority),
  vpc: optional(FACTS.vpc),
  subnets: optional(FACTS.subnets),
  subnetCidrs: optional(FACTS.subnetCidrs),
  nodeSecurityGroup: optional(FACTS.nodeSecurityGroup),
  zones: optional(ZONES),
} satisfies Settings;
