import type * as projects from '@pulumi/gcp/projects';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { text } from '../../constructs/core/compose';
import { shown } from '../../constructs/core/forms';
import type { IdentityRequest } from '../../constructs/core/platform';
import { type Problem, report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import type { GkeCluster } from './gke-cluster';

/** A role of Google's, of a project or of an organization. https://cloud.google.com/iam/docs/roles-overview */
const ROLE = /^((projects|organizations)\/[a-z0-9.:-]+\/)?roles\/[A-Za-z0-9_.]+$/;

/**
 * Who a pod is in Google Cloud: its ServiceAccount, and nobody between them, so that there is no key and no account to impersonate.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
 */
export function principalOf(inside: Construct, account: string, cluster: GkeCluster): string {
  return principalIn(systemOf(inside).namespaceName, account, cluster);
}

export function principalIn(namespace: string, account: string, { project, projectNumber }: GkeCluster): string {
  const pool = text`projects/${projectNumber}/locations/global/workloadIdentityPools/${project}.svc.id.goog`;
  return text`principal://iam.googleapis.com/${pool}/subject/ns/${namespace}/sa/${account}`;
}

/** A ServiceAccount with the roles that were asked for, in the whole project. */
export function workloadIdentity(
  scope: Construct,
  { account, policies }: IdentityRequest,
  cluster: GkeCluster,
): { readonly annotations: Readonly<Record<string, string>>; readonly facts: readonly string[] } {
  const member = principalOf(scope, account, cluster);
  report(scope, () => policies.flatMap(roleProblem));
  policies.forEach((role, i) => {
    new CloudResource<projects.IAMMemberArgs>(scope, `role-${i}`, {
      type: 'gcp:projects/iAMMember:IAMMember',
      inputs: { project: cluster.project, role, member },
    });
  });
  const roles = policies.length === 0 ? 'no role yet' : policies.join(', ');
  return { annotations: {}, facts: [`ServiceAccount ${account} by workload identity federation`, roles] };
}

function roleProblem(role: string): Problem[] {
  const problem = (what: string): Problem[] => [
    { code: 'SW-GKE-002', severity: 'error', what, fix: "policies: ['roles/pubsub.publisher']" },
  ];
  if (!ROLE.test(role)) return problem(`"${shown(role)}" is no role of Google Cloud.`);
  const isBasic = ['roles/owner', 'roles/editor', 'roles/viewer'].includes(role);
  return isBasic ? problem(`${role} is a role over everything in the project; no pod needs that.`) : [];
}
