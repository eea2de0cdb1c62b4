import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { veleroValues } from '../../constructs/add-ons/velero';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { text } from '../../constructs/core/compose';
import type { OperatorAnswer, OperatorRequest } from '../../constructs/core/operator';
import type { Profile } from '../../constructs/core/platform';
import { report } from '../../constructs/core/problem';
import type { EksCluster } from './eks-cluster';
import { bucketArn, partitionOf } from './iam';
import { loadBalancerStatements } from './load-balancer-policy';
import { podRole, type Statement } from './pod-role';
import { LONGEST_PREFIX, lifecycle, privacy } from './s3';

interface Around {
  readonly cluster: EksCluster;
  readonly project: string;
  readonly profile: Profile;
}

/** Operators of the platform on EKS: each has a role of its own by EKS Pod Identity, and may do what its project says it needs, and no more. */
export function operator(scope: Construct, request: OperatorRequest, around: Around): OperatorAnswer {
  switch (request.name) {
    case 'external-secrets':
      return externalSecrets(scope, request, around);
    case 'velero':
      return velero(scope, request, around);
    case 'cluster-autoscaler':
      return autoscaler(scope, request, around);
    case 'aws-load-balancer-controller':
      return loadBalancers(scope, request, around);
    default:
      return request.name satisfies never;
  }
}

function roleOf(
  scope: Construct,
  { name, namespace, account }: OperatorRequest,
  { cluster }: Around,
  may: Statement[],
) {
  podRole(scope, 'role', { name: `${cluster.cluster}-${name}`, namespace, account }, cluster, may);
}

/**
 * Reads the secrets of the stacks that it is named, and those that RDS makes for a master: https://external-secrets.io/latest/provider/aws-secrets-manager/
 * In the ARN of a secret the account stands as `*`: whoever has none configured reads the cluster's own account only all the same.
 */
function externalSecrets(scope: Construct, request: OperatorRequest, around: Around): OperatorAnswer {
  const { region, account } = around.cluster;
  const { stacks = [], keys = [] } = request;
  const arn = (name: string) => `arn:${partitionOf(region)}:secretsmanager:${region}:${account ?? '*'}:secret:${name}`;
  roleOf(scope, request, around, [
    {
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      // Secrets Manager puts a dash and six letters behind a name: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html
      Resource: [
        ...stacks.map((stack) => arn(`${around.project}/${stack}/*`)),
        ...keys.map((key) => arn(`${key}-??????`)),
        arn('rds!*'),
      ],
    },
  ]);
  return {
    values: { serviceAccount: { name: request.account } },
    provider: { aws: { service: 'SecretsManager', region } },
    facts: [`reads the secrets of ${stacks.join(', ')} in Secrets Manager, by a role of its own`],
  };
}

/** https://github.com/velero-io/velero-plugin-for-aws#set-permissions-for-velero EC2 knows no resources in what describes. */
function velero(scope: Construct, request: OperatorRequest, around: Around): OperatorAnswer {
  const { region } = around.cluster;
  const bucket = request.bucket === undefined ? ownBucket(scope, around) : othersBucket(scope, region, request.bucket);
  roleOf(scope, request, around, [
    {
      Effect: 'Allow',
      Action: ['ec2:DescribeVolumes', 'ec2:DescribeSnapshots'],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['ec2:CreateTags', 'ec2:CreateVolume', 'ec2:CreateSnapshot', 'ec2:DeleteSnapshot'],
      // Snapshots have no account in their ARN.
      Resource: ['volume', 'snapshot'].map((kind) => `arn:${partitionOf(region)}:ec2:${region}:*:${kind}/*`),
    },
    {
      Effect: 'Allow',
      Action: [
        's3:GetObject',
        's3:DeleteObject',
        's3:PutObject',
        's3:PutObjectTagging',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      Resource: text`${bucket.arn}/*`,
    },
    { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: bucket.arn },
  ]);
  return {
    values: veleroValues({
      provider: 'aws',
      bucket: bucket.id,
      config: { region },
      snapshots: { config: { region } },
      account: { name: request.account },
    }),
    facts: ['copies in S3 and as snapshots of EBS, by a role of its own'],
  };
}

interface Bucket {
  readonly id: string;
  readonly arn: string;
}

/** Velero ends its own backups: what it deletes is there for some days more. */
function ownBucket(scope: Construct, { cluster, profile }: Around): Bucket {
  const bucket = new CloudResource<aws.s3.BucketArgs, aws.s3.Bucket>(scope, 'bucket', {
    type: 'aws:s3/bucket:Bucket',
    protect: profile.protectData,
    inputs: {
      bucketPrefix: `${cluster.cluster}-velero-`.toLowerCase().replaceAll('_', '-').slice(-LONGEST_PREFIX),
      forceDestroy: !profile.protectData,
      tags: { 'seaworthy:data': 'backup' },
    },
  });
  const id = bucket.output('bucket');
  privacy(scope, id);
  lifecycle(scope, id, profile.keepBackupsDays, false);
  return { id, arn: bucket.output('arn') };
}

function othersBucket(scope: Construct, region: string, name: string): Bucket {
  const { arn, problems } = bucketArn(region, name, 'velero.bucket');
  report(scope, () => problems);
  return { id: name, arn };
}

/**
 * Node groups that carry its tags: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
 * What describes has no resources at AWS.
 */
function autoscaler(scope: Construct, request: OperatorRequest, around: Around): OperatorAnswer {
  const { cluster, region } = around.cluster;
  roleOf(scope, request, around, [
    {
      Effect: 'Allow',
      Action: [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeAutoScalingInstances',
        'autoscaling:DescribeLaunchConfigurations',
        'autoscaling:DescribeScalingActivities',
        'autoscaling:DescribeTags',
        'ec2:DescribeImages',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplateVersions',
        'ec2:GetInstanceTypesFromInstanceRequirements',
      ],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['eks:DescribeNodegroup'],
      Resource: `arn:${partitionOf(region)}:eks:${region}:*:nodegroup/${cluster}/*/*`,
    },
    {
      Effect: 'Allow',
      Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
      Resource: `arn:${partitionOf(region)}:autoscaling:${region}:*:autoScalingGroup:*:autoScalingGroupName/*`,
      Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: 'owned' } },
    },
  ]);
  return {
    values: {
      cloudProvider: 'aws',
      awsRegion: region,
      autoDiscovery: { clusterName: cluster },
      rbac: { serviceAccount: { name: request.account } },
    },
    facts: ['changes the size of the node groups that carry its tags, by a role of its own'],
  };
}

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/ */
function loadBalancers(scope: Construct, request: OperatorRequest, around: Around): OperatorAnswer {
  const { cluster, region, vpc } = around.cluster;
  roleOf(scope, request, around, loadBalancerStatements(partitionOf(region)));
  return {
    values: {
      clusterName: cluster,
      region,
      vpcId: vpc,
      serviceAccount: { name: request.account },
      // Firewalls are whose they are: it has no rights there.
      enableShield: false,
      enableWaf: false,
      enableWafv2: false,
      // The Gateway API has one controller here, and this is not it.
      controllerConfig: { featureGates: { ALBGatewayAPI: false, NLBGatewayAPI: false } },
    },
    facts: ['network load balancers before pods, by a role of its own'],
  };
}
