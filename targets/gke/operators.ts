import type * as projects from '@pulumi/gcp/projects';
import type * as serviceaccount from '@pulumi/gcp/serviceaccount';
import type * as storage from '@pulumi/gcp/storage';
import type { Construct } from 'constructs';
import { veleroSnapshots, veleroValues } from '../../constructs/add-ons/velero';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { text } from '../../constructs/core/compose';
import type { OperatorAnswer, OperatorRequest } from '../../constructs/core/operator';
import type { Profile } from '../../constructs/core/platform';
import { keyInStore } from '../../constructs/secrets/sources';
import { privateBucket, recoverableFor } from './cloud-storage';
import type { GkeCluster } from './gke-cluster';
import { principalIn } from './principal';
import { digestOf, uniqueName } from './unique-name';

interface Around {
  readonly cluster: GkeCluster;
  readonly environment: string;
  readonly project: string;
  readonly profile: Profile;
}

/** Operators of the platform on GKE, by workload identity federation. Nodes are scaled, and load balancers made, by GKE itself. */
export function operator(scope: Construct, request: OperatorRequest, around: Around): OperatorAnswer | undefined {
  switch (request.name) {
    case 'external-secrets':
      return externalSecrets(scope, request, around);
    case 'velero':
      return velero(scope, request, around);
    case 'cluster-autoscaler':
    case 'aws-load-balancer-controller':
      return undefined;
    default:
      return request.name satisfies never;
  }
}

/**
 * Reads the secrets whose names begin with the project and a stack that is named: https://cloud.google.com/secret-manager/docs/access-control
 * The operator asks as its own pod: https://external-secrets.io/latest/provider/google-secrets-manager/
 */
function externalSecrets(scope: Construct, request: OperatorRequest, { cluster, project }: Around): OperatorAnswer {
  const { stacks = [], keys = [] } = request;
  const named = (path: string) => keyInStore({ keys: 'dashes' }, path);
  const names = [...stacks.map((stack) => named(`${project}/${stack}/`)), ...keys.map((key) => `${named(key)}/`)];
  const [first = '', ...others] = names.map(
    (name) => text`resource.name.startsWith("projects/${cluster.projectNumber}/secrets/${name}")`,
  );
  new CloudResource<projects.IAMMemberArgs>(scope, 'role', {
    type: 'gcp:projects/iAMMember:IAMMember',
    inputs: {
      project: cluster.project,
      role: 'roles/secretmanager.secretAccessor',
      member: principalIn(request.namespace, request.account, cluster),
      condition: {
        title: 'secrets of the stacks that use this cluster',
        expression: others.reduce((all, one) => text`${all} || ${one}`, first),
      },
    },
  });
  return {
    values: { serviceAccount: { name: request.account } },
    provider: { gcpsm: { projectID: cluster.project } },
    facts: [`reads the secrets of ${stacks.join(', ')} in Secret Manager, as its own pod`],
  };
}

/**
 * Copies of objects in a bucket, of volumes as snapshots that GKE's own driver makes. A service account signs the addresses that Velero's command
 * fetches logs from, and may read the bucket for that. https://github.com/velero-io/velero-plugin-for-gcp
 */
function velero(scope: Construct, request: OperatorRequest, around: Around): OperatorAnswer {
  const { cluster } = around;
  const bucket = request.bucket ?? ownBucket(scope, around);
  const member = principalIn(request.namespace, request.account, cluster);
  const signer = new CloudResource<serviceaccount.AccountArgs, serviceaccount.Account>(scope, 'signer', {
    type: 'gcp:serviceaccount/account:Account',
    inputs: {
      accountId: `velero-${digestOf(`${cluster.cluster}/${around.environment}`)}`,
      displayName: 'signs addresses for Velero',
    },
  });
  const email = signer.output('email');
  new CloudResource<serviceaccount.IAMMemberArgs>(scope, 'signs', {
    type: 'gcp:serviceaccount/iAMMember:IAMMember',
    inputs: { serviceAccountId: signer.output('name'), role: 'roles/iam.serviceAccountTokenCreator', member },
  });
  may(scope, 'reads', bucket, 'roles/storage.objectViewer', text`serviceAccount:${email}`);
  may(scope, 'writes', bucket, 'roles/storage.objectUser', member);
  veleroSnapshots(scope, 'pd.csi.storage.gke.io');
  return {
    values: veleroValues({
      provider: 'gcp',
      bucket,
      config: { serviceAccount: email },
      snapshots: 'by the driver',
      account: { name: request.account },
    }),
    facts: ['copies in Cloud Storage and as snapshots of disks, as its own pod'],
  };
}

function ownBucket(scope: Construct, { cluster, environment, profile }: Around): string {
  const bucket = new CloudResource<storage.BucketArgs, storage.Bucket>(scope, 'bucket', {
    type: 'gcp:storage/bucket:Bucket',
    protect: profile.protectData,
    inputs: {
      ...privateBucket(cluster),
      name: uniqueName(scope, `velero-${environment}`, 63),
      forceDestroy: !profile.protectData,
      labels: { 'seaworthy-data': 'backup' },
      ...recoverableFor(profile.keepBackupsDays),
    },
  });
  return bucket.output('name');
}

function may(scope: Construct, id: string, bucket: string, role: string, member: string): void {
  new CloudResource<storage.BucketIAMMemberArgs>(scope, id, {
    type: 'gcp:storage/bucketIAMMember:BucketIAMMember',
    inputs: { bucket, role, member },
  });
}
