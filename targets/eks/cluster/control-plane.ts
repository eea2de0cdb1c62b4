import type * as aws from '@pulumi/aws';
import { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { text, withoutScheme } from '../../../constructs/core/compose';
import { part } from '../../../constructs/core/part';
import { partitionOf } from '../iam';
import type { EksSpec } from './eks-spec';
import type { EksNetwork } from './network';
import { serviceRole, wholeRole } from './roles';

type Cluster = CloudResource<aws.eks.ClusterArgs, aws.eks.Cluster>;
type Key = CloudResource<aws.kms.KeyArgs, aws.kms.Key>;

const DAYS_TO_RECOVER_KEY = 30;
const LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/**
 * The control plane: its Secrets are encrypted with a key of their own, its log is kept, it answers inside of the VPC and, to ranges that are said,
 * outside. Who may do what is access entries, which this stack makes: nobody is an administrator for having made it.
 * Cost: by hour, more in extended support, which is refused: https://aws.amazon.com/eks/pricing/
 */
export class EksControlPlane extends Construct {
  readonly cluster: Cluster;
  readonly oidcIssuer: string;
  readonly oidcProvider: string;

  constructor(scope: Construct, id: string, spec: EksSpec, network: EksNetwork) {
    super(scope, id);
    const key = keyOf(this, spec);
    const log = logOf(this, spec);
    const role = serviceRole(this, 'role', {
      region: spec.region,
      name: `${spec.cluster}-cluster`,
      service: 'eks.amazonaws.com',
      managed: ['AmazonEKSClusterPolicy'],
      allows: [
        {
          Sid: 'SecretsOfTheCluster',
          Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ListGrants', 'kms:DescribeKey'],
          Resource: key.output('arn'),
        },
      ],
    });
    this.cluster = new CloudResource(this, 'cluster', {
      type: 'aws:eks/cluster:Cluster',
      protect: spec.profile.protectData,
      inputs: { ...clusterInputs(spec, network), ...encryption(key), roleArn: role.output('arn') },
    });
    this.cluster.node.addDependency(log, ...wholeRole(this, 'role'), network);
    for (const [i, arn] of spec.admins.entries()) this.admin(spec, arn, i);
    const issuer = this.cluster.output('identities', '[0].oidcs[0].issuer');
    this.oidcIssuer = text`${withoutScheme(issuer)}`;
    this.oidcProvider = this.provider(issuer);
    part(this, 'seaworthy:eks:ControlPlane', () => factsOf(spec));
  }

  /** https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html */
  private admin({ region }: EksSpec, principalArn: string, i: number): void {
    const clusterName = this.cluster.output('name');
    const entry = new CloudResource<aws.eks.AccessEntryArgs, aws.eks.AccessEntry>(this, `admin-${i}`, {
      type: 'aws:eks/accessEntry:AccessEntry',
      inputs: { clusterName, principalArn, type: 'STANDARD' },
    });
    new CloudResource<aws.eks.AccessPolicyAssociationArgs>(this, `admin-${i}-policy`, {
      type: 'aws:eks/accessPolicyAssociation:AccessPolicyAssociation',
      inputs: {
        clusterName,
        principalArn: entry.output('principalArn'),
        policyArn: `arn:${partitionOf(region)}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
        accessScope: { type: 'cluster' },
      },
    });
  }

  /** For roles of ServiceAccounts; IAM knows the certificates of EKS by itself. */
  private provider(url: string): string {
    const provider = new CloudResource<aws.iam.OpenIdConnectProviderArgs, aws.iam.OpenIdConnectProvider>(this, 'oidc', {
      type: 'aws:iam/openIdConnectProvider:OpenIdConnectProvider',
      inputs: { url, clientIdLists: ['sts.amazonaws.com'] },
    });
    return provider.output('arn');
  }
}

function clusterInputs(spec: EksSpec, { subnets }: EksNetwork): Omit<aws.eks.ClusterArgs, 'roleArn'> {
  const { cluster, kubernetesVersion, apiAccess, serviceCidr, profile } = spec;
  return {
    name: cluster,
    version: kubernetesVersion,
    // At the end of standard support AWS upgrades it, in place of six times the price.
    upgradePolicy: { supportType: 'STANDARD' },
    deletionProtection: profile.protectData,
    accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
    // The add-ons of this stack are these, and under EKS' care.
    bootstrapSelfManagedAddons: false,
    enabledClusterLogTypes: LOGS,
    kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: serviceCidr },
    vpcConfig: {
      subnetIds: [...subnets],
      endpointPrivateAccess: true,
      endpointPublicAccess: apiAccess !== undefined,
      ...(apiAccess === undefined ? {} : { publicAccessCidrs: [...apiAccess] }),
    },
  };
}

function encryption(key: Key): Pick<aws.eks.ClusterArgs, 'encryptionConfig'> {
  return { encryptionConfig: { provider: { keyArn: key.output('arn') }, resources: ['secrets'] } };
}

/** Without it nobody reads the cluster's Secrets again: it is kept as the cluster is. */
function keyOf(scope: Construct, { cluster, profile }: EksSpec): Key {
  const key: Key = new CloudResource(scope, 'key', {
    type: 'aws:kms/key:Key',
    protect: profile.protectData,
    inputs: {
      description: `Secrets of the cluster ${cluster}`,
      enableKeyRotation: true,
      deletionWindowInDays: DAYS_TO_RECOVER_KEY,
    },
  });
  new CloudResource<aws.kms.AliasArgs>(scope, 'key-alias', {
    type: 'aws:kms/alias:Alias',
    inputs: { name: `alias/eks/${cluster}`, targetKeyId: key.output('keyId') },
  });
  return key;
}

/** Made before the cluster, or EKS makes one that keeps everything for ever. */
function logOf(scope: Construct, { cluster, logDays, profile }: EksSpec): CloudResource {
  return new CloudResource<aws.cloudwatch.LogGroupArgs>(scope, 'log', {
    type: 'aws:cloudwatch/logGroup:LogGroup',
    protect: profile.protectData,
    inputs: { name: `/aws/eks/${cluster}/cluster`, retentionInDays: logDays },
  });
}

function factsOf({ cluster, kubernetesVersion, apiAccess, admins, logDays, profile }: EksSpec): string[] {
  return [
    `EKS ${cluster}, Kubernetes ${kubernetesVersion}, standard support`,
    apiAccess === undefined ? 'API server in the VPC only' : `API server in the VPC, and to ${apiAccess.join(', ')}`,
    'Secrets encrypted with a key of their own',
    `log kept ${logDays} days`,
    admins.length === 1 ? '1 administrator' : `${admins.length} administrators`,
    ...(profile.protectData ? ['protected'] : []),
  ];
}
