import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { ofEks } from '../../constructs/core/cluster-network';
import { clusterProvider } from '../../constructs/core/cluster-provider';
import { provide } from '../../constructs/core/node-options';
import type { Disks, Platform } from '../../constructs/core/platform';
import { report } from '../../constructs/core/problem';
import type { TargetFacts } from '../facts';
import { contextOf, inCluster, kubeconfigOf } from '../in-cluster';
import { askingKubeconfig } from '../kubeconfig';
import { cloudFront } from './cloud-front';
import { EKS_BRINGS } from './eks-brings';
import type { EksCluster } from './eks-cluster';
import { type EksSource, eksCluster } from './eks-source';
import { elasticache } from './elasticache';
import { workloadRole } from './identity';
import { versionProblems } from './kubernetes-support';
import { operator } from './operators';
import { rds } from './rds';
import { s3 } from './s3';

const NAMES: Readonly<Record<EksSource['from'], string>> = {
  configuration: 'EKS, existing cluster',
  stack: 'EKS, cluster of another stack',
  create: 'EKS, cluster of this stack',
};

/**
 * gp3 has 3,000 operations a second at any size, and at most 500 for each GiB: the fast ones are of 12 GiB and more. Since 1.30 EKS makes no
 * class the default one. https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
 */
const EBS: Disks = {
  provisioner: 'ebs.csi.aws.com',
  usual: { type: 'gp3', encrypted: 'true' },
  fast: { type: 'gp3', iops: '6000', encrypted: 'true' },
  hasDefault: false,
};

/** Postgres becomes RDS, Redis becomes ElastiCache, Secrets come from AWS Secrets Manager through External Secrets. */
export function eks(scope: Construct, facts: TargetFacts, source: EksSource): Platform {
  const { cluster, made } = eksCluster(scope, source);
  const kubeconfig = kubeconfigOf(facts.kubeconfig);
  const own = kubeconfig === undefined ? (contextOf(facts) ?? { kubeconfig: asksAws(cluster) }) : { kubeconfig };
  const clusterIdentifier = `eks/${cluster.region}/${cluster.cluster}`;
  const provider = clusterProvider(scope, 'cluster', { ...own, clusterIdentifier });
  report(provider, () => versionProblems(facts.kubernetesVersion, facts.profile, made !== undefined));
  // Nothing runs before there are nodes and names, and in a destroy these go last.
  if (made !== undefined) provider.node.addDependency(made);
  provide(scope, provider);
  provide(scope, awsProvider(scope, cluster, facts));
  const network = ofEks(cluster);
  const platform = inCluster(facts, { name: NAMES[source.from], storageClass: 'gp3', network });
  return {
    ...platform,
    ...(made === undefined ? {} : { clusterFacts: made.facts }),
    issuer: platform.issuer ?? { kind: 'ClusterIssuer', name: 'letsencrypt-prod' },
    postgres: (part, request) => rds(part, request, cluster, facts.environment),
    redis: (part, request) => elasticache(part, request, cluster, facts.environment),
    objectStore: (part, request) => s3(part, request, cluster, facts.environment),
    site: (part, request) => cloudFront(part, request, cluster, facts.environment),
    brings: EKS_BRINGS,
    identity: (part, request) => workloadRole(part, request, cluster),
    operator: (part, request) => operator(part, request, { cluster, project: facts.project, profile: facts.profile }),
    disks: EBS,
  };
}

function awsProvider(scope: Construct, { region }: EksCluster, { project, environment }: TargetFacts): CloudResource {
  const tags = { 'seaworthy:project': project, 'seaworthy:environment': environment };
  return new CloudResource(scope, 'aws', { type: 'pulumi:providers:aws', inputs: { region, defaultTags: { tags } } });
}

/** Asks the AWS CLI for a token each time; holds no credential. https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html */
function asksAws(cluster: EksCluster): string {
  return askingKubeconfig(cluster, {
    command: 'aws',
    args: ['eks', 'get-token', '--cluster-name', cluster.cluster, '--region', cluster.region],
  });
}
