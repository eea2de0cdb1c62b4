import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { text } from '../../constructs/core/compose';
import { nameOf, shortNameOf } from '../../constructs/core/labels';
import type { Profile, Store, StoreAccess, StoreRequest } from '../../constructs/core/platform';
import { report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import { daysInWords } from '../../constructs/data/object-store';
import type { EksCluster } from './eks-cluster';
import { bucketArn } from './iam';
import { podRole } from './pod-role';

type Bucket = CloudResource<aws.s3.BucketArgs, aws.s3.Bucket>;

/** S3 allows 37 characters before those that make the name unique. */
export const LONGEST_PREFIX = 37;
const LEAST_DAYS_TO_RECOVER = 7;
/** Where the EKS Pod Identity Agent listens on each node: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
const IDENTITY_AGENT = { reach: { by: 'cidrs', cidrs: ['169.254.170.23/32'] }, port: 80 } as const;
const S3 = { reach: { by: 'public' }, port: 443 } as const;

/**
 * A private, encrypted, versioned S3 bucket. With a lock, an object goes when its time is over, and before that nobody (mode COMPLIANCE: nor
 * the root user) can change or delete it. Pods get there by EKS Pod Identity, each with a role of its own.
 * Cost: by GiB and request, https://aws.amazon.com/s3/pricing/
 */
export function s3(scope: Construct, request: StoreRequest, cluster: EksCluster, environment: string): Store {
  const { profile } = systemOf(scope).platform;
  const { existing } = request;
  if (existing !== undefined) {
    const { arn, problems } = bucketArn(cluster.region, existing, 'existing');
    report(scope, () => problems);
    const place = { id: existing, arn, name: shortNameOf(scope) };
    return storeIn(place, cluster, true, ['S3 bucket of somebody else, read where its policy lets us']);
  }
  return ownBucket(scope, request, cluster, environment, profile);
}

function ownBucket(
  scope: Construct,
  request: StoreRequest,
  cluster: EksCluster,
  environment: string,
  profile: Profile,
): Store {
  const { keepDays, locked } = request;
  const bucket: Bucket = new CloudResource(scope, 'bucket', {
    type: 'aws:s3/bucket:Bucket',
    protect: profile.protectData,
    inputs: {
      bucketPrefix: `${request.name}-${environment}-`.slice(0, LONGEST_PREFIX),
      objectLockEnabled: locked,
      forceDestroy: !profile.protectData,
      tags: { 'seaworthy:data': locked ? 'archive' : 'backup' },
    },
  });
  const id = bucket.output('bucket');
  privacy(scope, id);
  lifecycle(scope, id, keepDays, locked);
  if (locked) lock(scope, id, keepDays);
  return storeIn({ id, arn: bucket.output('arn'), name: shortNameOf(scope) }, cluster, locked, [
    'S3 bucket, private, encrypted, versioned',
    `kept ${daysInWords(keepDays)}`,
    ...(locked ? ['locked until then'] : []),
    ...(profile.protectData ? ['protected'] : []),
  ]);
}

interface Place {
  readonly id: string;
  readonly arn: string;
  /** Of the part: the first part of the ids of grants. */
  readonly name: string;
}

function storeIn(place: Place, cluster: EksCluster, expires: boolean, facts: readonly string[]): Store {
  return {
    remote: {
      RCLONE_CONFIG_STORE_TYPE: 's3',
      RCLONE_CONFIG_STORE_PROVIDER: 'AWS',
      RCLONE_CONFIG_STORE_ENV_AUTH: 'true',
      RCLONE_CONFIG_STORE_REGION: cluster.region,
      RCLONE_S3_NO_CHECK_BUCKET: 'true',
      RCLONE_S3_NO_HEAD: 'true',
      RCLONE_S3_NO_HEAD_OBJECT: 'true',
    },
    folder: place.id,
    barman: { path: text`s3://${place.id}`, credentials: { s3Credentials: { inheritFromIAMRole: true } } },
    reach: [S3, IDENTITY_AGENT],
    expires,
    grant: (part, account, access) => {
      grant(part, account, access, place, cluster);
      // EKS knows the account by its name.
      return undefined;
    },
    facts,
  };
}

export function privacy(scope: Construct, bucket: string): void {
  new CloudResource<aws.s3.BucketPublicAccessBlockArgs>(scope, 'privacy', {
    type: 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
    inputs: {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
  });
  new CloudResource<aws.s3.BucketServerSideEncryptionConfigurationArgs>(scope, 'encryption', {
    type: 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
    inputs: { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
  });
  new CloudResource<aws.s3.BucketVersioningArgs>(scope, 'versioning', {
    type: 'aws:s3/bucketVersioning:BucketVersioning',
    inputs: { bucket, versioningConfiguration: { status: 'Enabled' } },
  });
}

/**
 * A lifecycle knows ages, and not whether a newer backup is good: what is locked ends with its lock; else it ends only what a job deleted, or
 * somebody wrote over, and not before `days` are over again, a week at least: who steals a job's role can hide backups, and destroy none.
 */
export function lifecycle(scope: Construct, bucket: string, days: number, locked: boolean): void {
  const rule = {
    id: 'end-of-life',
    status: 'Enabled',
    filter: { prefix: '' },
    expiration: locked ? { days } : { expiredObjectDeleteMarker: true },
    noncurrentVersionExpiration: { noncurrentDays: locked ? 1 : Math.max(days, LEAST_DAYS_TO_RECOVER) },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  };
  new CloudResource<aws.s3.BucketLifecycleConfigurationArgs>(scope, 'lifecycle', {
    type: 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
    inputs: { bucket, rules: [rule] },
  });
}

function lock(scope: Construct, bucket: string, days: number): void {
  new CloudResource<aws.s3.BucketObjectLockConfigurationArgs>(scope, 'lock', {
    type: 'aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration',
    inputs: { bucket, rule: { defaultRetention: { mode: 'COMPLIANCE', days } } },
  });
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const ACTIONS: Readonly<Record<StoreAccess, readonly string[]>> = {
  read: ['s3:GetObject'],
  write: ['s3:PutObject'],
  // Puts a marker; the version stays until the lifecycle ends it. No action of ours deletes versions.
  delete: ['s3:DeleteObject'],
};

/** A role of the pod's own, that lists this bucket and reads or writes its objects. */
function grant(
  part: Construct,
  account: string,
  access: readonly StoreAccess[],
  { arn, name }: Place,
  cluster: EksCluster,
): void {
  const pod = { name: nameOf(part), namespace: systemOf(part).namespaceName, account };
  podRole(part, `role-${name}`, pod, cluster, [
    { Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: arn },
    { Effect: 'Allow', Action: access.flatMap((kind) => ACTIONS[kind]), Resource: text`${arn}/*` },
  ]);
}
