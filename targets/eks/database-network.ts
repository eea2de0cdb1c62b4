import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import type { EksCluster } from './eks-cluster';

type Group = aws.ec2.SecurityGroup;
type Rule = aws.vpc.SecurityGroupIngressRule;

/** A security group that lets the cluster's nodes in on one port, and nobody out. Gives the marker of its id. */
export function databaseSecurityGroup(scope: Construct, name: string, port: number, cluster: EksCluster): string {
  const group = new CloudResource<aws.ec2.SecurityGroupArgs, Group>(scope, 'security-group', {
    type: 'aws:ec2/securityGroup:SecurityGroup',
    inputs: {
      name,
      description: `${name}: from the nodes of ${cluster.cluster}`,
      vpcId: cluster.vpc,
      tags: { Name: name },
    },
  });
  const id = group.output('id');
  new CloudResource<aws.vpc.SecurityGroupIngressRuleArgs, Rule>(scope, 'from-nodes', {
    type: 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
    inputs: {
      securityGroupId: id,
      referencedSecurityGroupId: cluster.nodeSecurityGroup,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      description: 'pods of the cluster',
    },
  });
  return id;
}
