import type { RoleAssignmentArgs } from '@pulumi/azure-native/authorization';
import type {
  FederatedIdentityCredentialArgs,
  UserAssignedIdentity,
  UserAssignedIdentityArgs,
} from '@pulumi/azure-native/managedidentity';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { nameOf } from '../../constructs/core/labels';
import type { CloudIdentity, IdentityRequest } from '../../constructs/core/platform';
import { type Problem, report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import type { Azure } from './aks-cluster';

/** Markers of what an identity is called by those who let it in, and by its pods. */
interface Identity {
  readonly principalId: string;
  readonly clientId: string;
  readonly tenantId: string;
}

/**
 * An identity that one ServiceAccount of one namespace has: Entra ID believes the cluster who the pod is. The webhook of AKS finds it by the annotation,
 * and gives its token to pods with the label only. https://learn.microsoft.com/azure/aks/workload-identity-overview
 */
export function identityOf(part: Construct, account: string, azure: Azure, name = nameOf(part)): Identity {
  return identityIn(part, { name, account, namespace: systemOf(part).namespaceName }, azure);
}

interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly account: string;
}

export function identityIn(part: Construct, { name, namespace, account }: Pod, azure: Azure): Identity {
  const found = part.node.tryFindChild('azure');
  if (CloudResource.isCloudResource(found)) return told(found);
  const { cluster, tags, environment } = azure;
  const group = { resourceGroupName: cluster.resourceGroup };
  const identity = new CloudResource<UserAssignedIdentityArgs, UserAssignedIdentity>(part, 'azure', {
    type: 'azure-native:managedidentity:UserAssignedIdentity',
    inputs: { ...group, resourceName: `${name}-${environment}`.slice(0, 128), location: cluster.location, tags },
  });
  new CloudResource<FederatedIdentityCredentialArgs>(part, 'azure-federation', {
    type: 'azure-native:managedidentity:FederatedIdentityCredential',
    inputs: {
      ...group,
      resourceName: identity.output('name'),
      federatedIdentityCredentialResourceName: 'kubernetes',
      issuer: cluster.oidcIssuer,
      subject: `system:serviceaccount:${namespace}:${account}`,
      audiences: ['api://AzureADTokenExchange'],
    },
  });
  return told(identity);
}

function told(identity: Pick<CloudResource, 'output'>): Identity {
  const [principalId, clientId] = [identity.output('principalId'), identity.output('clientId')];
  return { principalId, clientId, tenantId: identity.output('tenantId') };
}

/** What the ServiceAccount and its pods carry. */
export function carried(identity: Identity): CloudIdentity {
  return {
    annotations: { 'azure.workload.identity/client-id': identity.clientId },
    podLabels: { 'azure.workload.identity/use': 'true' },
  };
}

/** An identity for a part, with roles: each `<scope>/providers/Microsoft.Authorization/roleDefinitions/<id>`. */
export function workloadIdentity(
  scope: Construct,
  { role: name, account, policies }: IdentityRequest,
  azure: Azure,
): CloudIdentity & { readonly facts: readonly string[] } {
  const identity = identityOf(scope, account, azure, name);
  const roles = policies.map((policy) => ROLE.exec(policy));
  roles.forEach((match, i) => {
    const [, on = '', id = ''] = match ?? [];
    if (match !== null) assign(scope, `role-${i}`, { to: identity, role: id, on }, azure);
  });
  report(scope, () => policies.flatMap((policy, i) => (roles[i] === null ? [noRole(policy)] : [])));
  return {
    ...carried(identity),
    facts: [`identity ${name}`, `for ServiceAccount ${account} only`, `${policies.length} roles`],
  };
}

/** A role on a resource group, or on what is in it. */
const ROLE =
  /^(\/subscriptions\/[^/\s]+\/resourceGroups\/.+)\/providers\/Microsoft\.Authorization\/roleDefinitions\/([0-9a-f-]{36})$/i;

export interface Assignment {
  readonly to: Identity;
  /** Id of a role: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
  readonly role: string;
  /** What it is for: id of a resource; may be a marker. */
  readonly on: string;
  /** https://learn.microsoft.com/azure/role-based-access-control/conditions-format */
  readonly condition?: string;
}

/** A role for one resource and what is below it. */
export function assign(
  scope: Construct,
  id: string,
  { to, role, on, condition }: Assignment,
  { cluster }: Azure,
): void {
  const assignment = { principalId: to.principalId, role, on, ...(condition === undefined ? {} : { condition }) };
  assignTo(scope, id, assignment, cluster.subscription);
}

interface To extends Omit<Assignment, 'to'> {
  readonly principalId: string;
}

/** As {@link assign}, for an identity that no pod has. */
export function assignTo(
  scope: Construct,
  id: string,
  { principalId, role, on, condition }: To,
  subscription: string,
): CloudResource<RoleAssignmentArgs> {
  return new CloudResource<RoleAssignmentArgs>(scope, id, {
    type: 'azure-native:authorization:RoleAssignment',
    inputs: {
      scope: on,
      principalId,
      // It is new, and may not be known everywhere yet.
      principalType: 'ServicePrincipal',
      roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      ...(condition === undefined ? {} : { condition, conditionVersion: '2.0' }),
    },
  });
}

function noRole(policy: string): Problem {
  const what = `policies has "${policy}", which is no role on a resource group or on something in it.`;
  const fix = '/subscriptions/…/resourceGroups/…/providers/Microsoft.Authorization/roleDefinitions/<id of the role>';
  return { code: 'SW-AKS-008', severity: 'error', what, fix };
}
