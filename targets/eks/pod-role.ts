import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { json } from '../../constructs/core/compose';
import type { EksCluster } from './eks-cluster';

/** IAM allows 38 characters before those that make the name of a role unique: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const LONGEST_PREFIX = 37;

/** Who has a role: the pods of a ServiceAccount. */
interface Pod {
  /** First part of the name of the role. */
  readonly name: string;
  readonly namespace: string;
  readonly account: string;
}

/** What a policy of IAM says, word by word. */
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A role that pods have by EKS Pod Identity, and nobody else: https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html */
export function podRole(
  scope: Construct,
  id: string,
  { name, namespace, account }: Pod,
  { cluster }: Pick<EksCluster, 'cluster'>,
  statements: readonly Statement[],
): void {
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  };
  const role = new CloudResource<aws.iam.RoleArgs, aws.iam.Role>(scope, id, {
    type: 'aws:iam/role:Role',
    inputs: {
      namePrefix: `${name}-`.slice(0, LONGEST_PREFIX),
      assumeRolePolicy: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    },
  });
  new CloudResource<aws.iam.RolePolicyArgs>(scope, `${id}-policy`, {
    type: 'aws:iam/rolePolicy:RolePolicy',
    inputs: { role: role.output('name'), policy: json({ Version: '2012-10-17', Statement: statements }) },
  });
  new CloudResource<aws.eks.PodIdentityAssociationArgs>(scope, `${id}-association`, {
    type: 'aws:eks/podIdentityAssociation:PodIdentityAssociation',
    inputs: { clusterName: cluster, namespace, serviceAccount: account, roleArn: role.output('arn') },
  });
}
