import type * as aws from '@pulumi/aws';
import { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { part } from '../../../constructs/core/part';
import type { EksSpec, NodePool } from './eks-spec';
import { type Role, serviceRole } from './roles';

type Template = CloudResource<aws.ec2.LaunchTemplateArgs, aws.ec2.LaunchTemplate>;

/** What a pool of nodes is made in. */
export interface Ground {
  readonly clusterName: string;
  readonly subnets: readonly string[];
  readonly role: Role;
}

/** The role of nodes: they pull images, and join; pods have roles of their own. https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html */
export function nodeRole(scope: Construct, { region, cluster }: EksSpec): Role {
  return serviceRole(scope, 'node-role', {
    region,
    name: `${cluster}-node`,
    service: 'ec2.amazonaws.com',
    managed: ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'],
  });
}

/**
 * A pool of nodes, in private subnets, that the cluster autoscaler finds by its tags. Spot nodes cost a third, and may go with two minutes' notice:
 * pods come to them only where others are full.
 * Cost: by instance and hour, https://aws.amazon.com/ec2/pricing/
 */
export class EksNodes extends Construct {
  constructor(scope: Construct, id: 'nodes' | 'spot', spec: EksSpec, ground: Ground) {
    super(scope, id);
    const pool = spec[id];
    const isSpot = id === 'spot';
    const template = templateOf(this, `${spec.cluster}-${id}`, pool);
    new CloudResource<aws.eks.NodeGroupArgs, aws.eks.NodeGroup>(this, 'group', {
      type: 'aws:eks/nodeGroup:NodeGroup',
      // The autoscaler's from then on.
      ignoreChanges: ['scalingConfig.desiredSize'],
      inputs: {
        clusterName: ground.clusterName,
        // Another instance type is another group: it comes before the old one goes.
        nodeGroupNamePrefix: `${id}-`,
        nodeRoleArn: ground.role.output('arn'),
        subnetIds: [...ground.subnets],
        version: spec.kubernetesVersion,
        amiType: isArm(pool) ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD',
        capacityType: isSpot ? 'SPOT' : 'ON_DEMAND',
        instanceTypes: [...pool.types],
        launchTemplate: { id: template.output('id'), version: template.output('latestVersion') },
        scalingConfig: { minSize: pool.least, desiredSize: pool.least, maxSize: pool.most },
        updateConfig: { maxUnavailable: 1 },
        nodeRepairConfig: { enabled: true },
        labels: { 'seaworthy/capacity': isSpot ? 'spot' : 'on-demand' },
        ...(isSpot ? { taints: [{ key: 'seaworthy/capacity', value: 'spot', effect: 'PREFER_NO_SCHEDULE' }] } : {}),
      },
    });
    part(this, 'seaworthy:eks:Nodes', () => [
      `${pool.least}–${pool.most} ${isSpot ? 'spot nodes' : 'nodes'}`,
      pool.types.join(', '),
      `${pool.diskGibibytes} GiB encrypted`,
    ]);
  }
}

/**
 * Tokens for the metadata of a node, one hop: what is not in the node's own network does not get the node's role. Those of our add-ons that need
 * metadata are in it (the VPC CNI, the Pod Identity Agent), or ask the API server (the EBS CSI driver).
 * https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html
 */
function templateOf(scope: Construct, name: string, { diskGibibytes }: NodePool): Template {
  return new CloudResource(scope, 'template', {
    type: 'aws:ec2/launchTemplate:LaunchTemplate',
    inputs: {
      namePrefix: `${name}-`,
      updateDefaultVersion: true,
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: { volumeType: 'gp3', volumeSize: diskGibibytes, encrypted: 'true', deleteOnTermination: 'true' },
        },
      ],
      tagSpecifications: ['instance', 'volume'].map((resourceType) => ({ resourceType, tags: { Name: name } })),
    },
  });
}

/** Graviton: a g after the generation. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
export function isArm({ types }: Pick<NodePool, 'types'>): boolean {
  return types.some((type) => /^[a-z]+\d+g/.test(type));
}
