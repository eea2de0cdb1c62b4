import type * as container from '@pulumi/gcp/container';
import type * as projects from '@pulumi/gcp/projects';
import type * as serviceaccount from '@pulumi/gcp/serviceaccount';
import { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { text } from '../../../constructs/core/compose';
import { part } from '../../../constructs/core/part';
import { shortened } from '../unique-name';
import type { GkeSpec, NodePool } from './gke-spec';

/** https://cloud.google.com/iam/docs/service-accounts-create: 6 to 30 letters, digits and dashes. */
const LONGEST_ACCOUNT = 30;
/** What a node does: logs, metrics, images. https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa */
const ROLES = ['roles/container.defaultNodeServiceAccount', 'roles/artifactregistry.reader'];

/** The account of nodes, in place of Compute Engine's own, which may edit everything in its project. Pods have identities of their own. */
export class NodeAccount extends Construct {
  readonly email: string;

  constructor(scope: Construct, id: string, { cluster, project }: GkeSpec) {
    super(scope, id);
    const account = new CloudResource<serviceaccount.AccountArgs, serviceaccount.Account>(this, 'account', {
      type: 'gcp:serviceaccount/account:Account',
      inputs: { accountId: shortened(`${cluster}-nodes`, LONGEST_ACCOUNT), displayName: `Nodes of ${cluster}` },
    });
    this.email = account.output('email');
    ROLES.forEach((role, i) => {
      new CloudResource<projects.IAMMemberArgs>(this, `role-${i}`, {
        type: 'gcp:projects/iAMMember:IAMMember',
        inputs: { project, role, member: text`serviceAccount:${this.email}` },
      });
    });
  }
}

/**
 * A pool of nodes, in all zones together as many as its pods need. Spot nodes cost a third, and may go within half a minute: pods come to them only
 * where others are full.
 * Cost: by machine and hour, https://cloud.google.com/compute/vm-instance-pricing
 */
export class GkeNodes extends Construct {
  constructor(scope: Construct, id: 'nodes' | 'spot', spec: GkeSpec, cluster: string, account: NodeAccount) {
    super(scope, id);
    const pool = spec[id];
    const isSpot = id === 'spot';
    new CloudResource<container.NodePoolArgs, container.NodePool>(this, 'pool', {
      type: 'gcp:container/nodePool:NodePool',
      // The autoscaler's from then on; the minor version is the channel's.
      ignoreChanges: ['initialNodeCount', 'version'],
      inputs: {
        // Another machine is another pool: it comes before the old one goes.
        namePrefix: `${id}-`,
        cluster,
        location: spec.region,
        initialNodeCount: isSpot ? 0 : Math.ceil(pool.least / ZONES),
        autoscaling: {
          totalMinNodeCount: pool.least,
          totalMaxNodeCount: pool.most,
          locationPolicy: isSpot ? 'ANY' : 'BALANCED',
        },
        management: { autoRepair: true, autoUpgrade: true },
        upgradeSettings: { strategy: 'SURGE', maxSurge: 1, maxUnavailable: 0 },
        nodeConfig: nodeConfig(pool, isSpot, account.email),
      },
    });
    part(this, 'seaworthy:gke:Nodes', () => [
      `${pool.least}–${pool.most} ${isSpot ? 'spot nodes' : 'nodes'}`,
      pool.type,
      `${pool.diskGibibytes} GiB encrypted`,
    ]);
  }
}

/** Of a region, where nobody says which. https://cloud.google.com/kubernetes-engine/docs/concepts/regional-clusters */
const ZONES = 3;

function nodeConfig({ type, diskGibibytes }: NodePool, isSpot: boolean, serviceAccount: string) {
  return {
    machineType: type,
    imageType: 'COS_CONTAINERD',
    diskType: 'pd-balanced',
    diskSizeGb: diskGibibytes,
    spot: isSpot,
    serviceAccount,
    // What a node may do is said by the roles of its account.
    oauthScopes: ['https://www.googleapis.com/auth/cloud-platform'],
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    workloadMetadataConfig: { mode: 'GKE_METADATA' },
    metadata: { 'disable-legacy-endpoints': 'true' },
    labels: { 'seaworthy/capacity': isSpot ? 'spot' : 'on-demand' },
    ...(isSpot ? { taints: [{ key: 'seaworthy/capacity', value: 'spot', effect: 'PREFER_NO_SCHEDULE' }] } : {}),
  };
}
