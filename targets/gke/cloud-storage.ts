import type * as storage from '@pulumi/gcp/storage';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { text } from '../../constructs/core/compose';
import { shortNameOf } from '../../constructs/core/labels';
import type { Store, StoreAccess, StoreRequest } from '../../constructs/core/platform';
import { report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import { daysInWords } from '../../constructs/data/object-store';
import { keptTooLong } from './bucket-problems';
import type { GkeCluster } from './gke-cluster';
import { principalOf } from './principal';
import { uniqueName } from './unique-name';

/** https://cloud.google.com/storage/docs/buckets#naming */
export const LONGEST_BUCKET = 63;
const DAY = 86_400;
/** https://cloud.google.com/storage/docs/soft-delete#retention-duration */
const [LEAST_DAYS_TO_RECOVER, MOST_DAYS_TO_RECOVER] = [7, 90];
const GOOGLE = { reach: { by: 'public' }, port: 443 } as const;
const at = (port: number, cidr: string) => ({ reach: { by: 'cidrs', cidrs: [cidr] }, port }) as const;
/** The metadata server, which tells a pod who it is: https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity */
const IDENTITY = [at(988, '169.254.169.252/32'), at(80, '169.254.169.254/32')];

/**
 * A private, encrypted bucket, whose objects go by their policies alone. What is deleted or written over stays for `keepDays` (7 at least, 90 at most),
 * and nobody ends that sooner: who steals a job's identity can hide backups, and destroy none. With a lock an object goes when its time is over, and
 * before that nobody, nor the owner of the project, can change or delete it, or take the lock away.
 * Cost: by GiB and request, https://cloud.google.com/storage/pricing
 */
export function cloudStorage(scope: Construct, request: StoreRequest, cluster: GkeCluster, environment: string): Store {
  const { profile } = systemOf(scope).platform;
  const { existing, keepDays, locked } = request;
  if (existing !== undefined) {
    // Who may read a bucket stands at the bucket: that is its owner's to say.
    return storeIn(existing, true, ['bucket of somebody else, who lets these pods read it'], undefined);
  }
  const bucket = new CloudResource<storage.BucketArgs, storage.Bucket>(scope, 'bucket', {
    type: 'gcp:storage/bucket:Bucket',
    protect: profile.protectData,
    inputs: {
      ...privateBucket(cluster),
      name: uniqueName(scope, `${request.name}-${environment}`, LONGEST_BUCKET),
      forceDestroy: !profile.protectData,
      labels: { 'seaworthy-data': locked ? 'archive' : 'backup' },
      ...(locked ? lockedFor(keepDays) : recoverableFor(keepDays)),
    },
  });
  report(scope, () => keptTooLong(request));
  const facts = [
    `bucket in ${cluster.region}, private, encrypted${locked ? '' : ', versioned'}`,
    `kept ${daysInWords(keepDays)}`,
    ...(locked ? ['locked until then'] : []),
    ...(profile.protectData ? ['protected'] : []),
  ];
  const id = bucket.output('name');
  const name = shortNameOf(scope);
  return storeIn(id, locked, facts, (part, account, access) => {
    grant(part, account, access, { id, name }, cluster);
    // GKE knows the account by its name.
    return undefined;
  });
}

function storeIn(id: string, expires: boolean, facts: readonly string[], grants: Store['grant']): Store {
  return {
    // https://rclone.org/googlecloudstorage/
    remote: {
      RCLONE_CONFIG_STORE_TYPE: 'google cloud storage',
      RCLONE_CONFIG_STORE_ENV_AUTH: 'true',
      RCLONE_CONFIG_STORE_BUCKET_POLICY_ONLY: 'true',
      RCLONE_CONFIG_STORE_NO_CHECK_BUCKET: 'true',
    },
    folder: id,
    // https://cloudnative-pg.io/plugin-barman-cloud/docs/object_stores/#google-cloud-storage
    barman: { path: text`gs://${id}`, credentials: { googleCredentials: { gkeEnvironment: true } } },
    reach: [GOOGLE, ...IDENTITY],
    expires,
    ...(grants === undefined ? {} : { grant: grants }),
    facts,
  };
}

/** Who may do what is said by IAM alone, and never to everybody. */
export function privateBucket({ region }: GkeCluster): Pick<
  storage.BucketArgs,
  'location' | 'uniformBucketLevelAccess' | 'publicAccessPrevention'
> & {
  readonly location: string;
} {
  return { location: region, uniformBucketLevelAccess: true, publicAccessPrevention: 'enforced' };
}

/** What is gone from sight is there for so long again, and then for nobody. */
export function recoverableFor(
  days: number,
): Pick<storage.BucketArgs, 'versioning' | 'softDeletePolicy' | 'lifecycleRules'> {
  const kept = Math.min(Math.max(days, LEAST_DAYS_TO_RECOVER), MOST_DAYS_TO_RECOVER);
  return {
    versioning: { enabled: true },
    softDeletePolicy: { retentionDurationSeconds: kept * DAY },
    lifecycleRules: [
      { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 1, withState: 'ARCHIVED' } },
      { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
    ],
  };
}

/** Nothing is written over while it is retained, so that there are no versions of it; it goes for good with its time. https://cloud.google.com/storage/docs/bucket-lock */
function lockedFor(days: number): Pick<storage.BucketArgs, 'retentionPolicy' | 'softDeletePolicy' | 'lifecycleRules'> {
  return {
    retentionPolicy: { isLocked: true, retentionPeriod: `${days * DAY}` },
    softDeletePolicy: { retentionDurationSeconds: 0 },
    lifecycleRules: [
      { action: { type: 'Delete' }, condition: { age: days } },
      { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
    ],
  };
}

/** https://cloud.google.com/storage/docs/access-control/iam-roles: to create is not to write over, and to use is all three. */
const ROLES: Readonly<Record<StoreAccess, string>> = {
  read: 'roles/storage.objectViewer',
  write: 'roles/storage.objectCreator',
  delete: 'roles/storage.objectUser',
};

/** The pod's own roles, in this bucket and no other. */
function grant(
  part: Construct,
  account: string,
  access: readonly StoreAccess[],
  bucket: { readonly id: string; readonly name: string },
  cluster: GkeCluster,
): void {
  const asked: readonly StoreAccess[] = access.includes('delete') ? ['delete'] : access;
  for (const kind of asked) {
    new CloudResource<storage.BucketIAMMemberArgs>(part, `${bucket.name}-${kind}`, {
      type: 'gcp:storage/bucketIAMMember:BucketIAMMember',
      inputs: { bucket: bucket.id, role: ROLES[kind], member: principalOf(part, account, cluster) },
    });
  }
}
