import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { jsonString, text } from '../../constructs/core/compose';
import type { IdentityRequest } from '../../constructs/core/platform';
import { type Problem, report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import type { EksCluster } from './eks-cluster';
import { oidcProviderArn } from './iam';

/** An IAM role for a ServiceAccount: https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html */
export function workloadRole(
  scope: Construct,
  { role: name, account, policies }: IdentityRequest,
  { region, account: owner, oidcIssuer, oidcProvider }: EksCluster,
): { readonly annotations: Readonly<Record<string, string>>; readonly facts: readonly string[] } {
  const { arn, problems } =
    oidcProvider === undefined ? oidcProviderArn(region, owner, oidcIssuer) : { arn: oidcProvider, problems: [] };
  const needed = { ...(oidcProvider === undefined ? { 'eks:account': owner } : {}), 'eks:oidcIssuer': oidcIssuer };
  report(scope, () => [...missing(needed), ...problems]);
  const subject = `system:serviceaccount:${systemOf(scope).namespaceName}:${account}`;
  const role = new CloudResource<aws.iam.RoleArgs, aws.iam.Role>(scope, 'role', {
    type: 'aws:iam/role:Role',
    inputs: {
      name,
      assumeRolePolicy: trust(arn, oidcIssuer ?? '', subject),
    },
  });
  policies.forEach((policyArn, i) => {
    new CloudResource<aws.iam.RolePolicyAttachmentArgs>(scope, `policy-${i}`, {
      type: 'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
      inputs: { role: role.output('name'), policyArn },
    });
  });
  return {
    annotations: { 'eks.amazonaws.com/role-arn': role.output('arn') },
    facts: [`IAM role ${name}`, `for ServiceAccount ${account} only`, `${policies.length} policies`],
  };
}

/** The issuer stands in keys, and may be known only after apply: the text is composed. */
function trust(provider: string, issuer: string, subject: string): string {
  const principal = text`{"Federated":"${jsonString(provider)}"}`;
  const equals = text`{"${jsonString(issuer)}:aud":"sts.amazonaws.com","${jsonString(issuer)}:sub":"${jsonString(subject)}"}`;
  const statement = text`{"Effect":"Allow","Principal":${principal},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":${equals}}}`;
  return text`{"Version":"2012-10-17","Statement":[${statement}]}`;
}

function missing(keys: Readonly<Record<string, string | undefined>>): Problem[] {
  return Object.entries(keys)
    .filter(([, value]) => value === undefined)
    .map(([key]): Problem => {
      const what = `${key} is not set, and a workload's identity needs it.`;
      return { code: 'SW-EKS-001', severity: 'error', what, fix: `pulumi config set ${key} …` };
    });
}
