import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { json } from '../../../constructs/core/compose';
import { partitionOf } from '../iam';

export type Role = CloudResource<aws.iam.RoleArgs, aws.iam.Role>;

interface RoleProps {
  readonly region: string;
  /** Begins its name; the rest makes it unique. */
  readonly name: string;
  /** `eks.amazonaws.com` */
  readonly service: string;
  /** AWS' own policies, by what follows `policy/` in their ARN. */
  readonly managed?: readonly string[];
  /** What it may beside them. */
  readonly allows?: readonly Statement[];
}

/** A statement of a policy that allows. */
export interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** IAM allows 38 characters before those that make a name unique. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const LONGEST_PREFIX = 37;
/** EKS Pod Identity tags its sessions: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'pods.eks.amazonaws.com': ['sts:AssumeRole', 'sts:TagSession'],
};

/** A role that a service of AWS takes. What depends on the role depends on what it may, too: wait for the construct's `id` and its policies. */
export function serviceRole(scope: Construct, id: string, props: RoleProps): Role {
  const { name, service, managed = [], allows = [] } = props;
  const role: Role = new CloudResource(scope, id, {
    type: 'aws:iam/role:Role',
    inputs: {
      namePrefix: `${name}-`.slice(0, LONGEST_PREFIX),
      assumeRolePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: service }, Action: ACTIONS[service] ?? ['sts:AssumeRole'] },
        ],
      }),
    },
  });
  managed.forEach((policy) => {
    new CloudResource<aws.iam.RolePolicyAttachmentArgs>(scope, `${id}-${policyId(policy)}`, {
      type: 'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
      inputs: { role: role.output('name'), policyArn: `arn:${partitionOf(props.region)}:iam::aws:policy/${policy}` },
    });
  });
  if (allows.length > 0) {
    new CloudResource<aws.iam.RolePolicyArgs>(scope, `${id}-policy`, {
      type: 'aws:iam/rolePolicy:RolePolicy',
      inputs: {
        role: role.output('name'),
        policy: json({
          Version: '2012-10-17',
          Statement: allows.map(({ Sid, ...rest }) => ({ Sid, Effect: 'Allow', ...rest })),
        }),
      },
    });
  }
  return role;
}

/** The constructs of a role: the role, and what it may. */
export function wholeRole(scope: Construct, id: string): Construct[] {
  return scope.node.children.flatMap((child) =>
    CloudResource.isCloudResource(child) && (child.node.id === id || child.node.id.startsWith(`${id}-`)) ? [child] : [],
  );
}

/** `amazon-eks-cluster-policy` would cut words that AWS writes in capitals: lower case is enough. */
function policyId(policy: string): string {
  return (policy.split('/').at(-1) ?? policy).toLowerCase();
}
