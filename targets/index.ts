import type { Construct } from 'constructs';
import { ANY_CLUSTER, MINIKUBE, ofEks } from '../constructs/core/cluster-network';
import { clusterProvider } from '../constructs/core/cluster-provider';
import { provide } from '../constructs/core/node-options';
import type { CertificateIssuer, ClusterNetwork, Place, Platform, Profile } from '../constructs/core/platform';
import type { SecretBackend, SecretSource } from '../constructs/core/secret-source';
import { IN_CLUSTER } from '../constructs/core/system';
import { SELF_SIGNED } from '../constructs/network/certificate';
import { eks } from './eks/eks';
import type { EksCluster } from './eks/eks-cluster';

/** What a target is told. */
export interface TargetFacts {
  readonly project: string;
  readonly environment: string;
  readonly profile: Profile;
  readonly target: 'minikube' | 'eks' | 'existing';
  readonly kubernetesVersion: string;
  readonly context: string | undefined;
  readonly kubeconfig: SecretSource | undefined;
  readonly secrets: SecretBackend;
  readonly storageClass: string | undefined;
  readonly issuer: string | undefined;
  /** In place of what the target says. */
  readonly apiServer?: readonly Place[] | undefined;
  readonly dns?: readonly Place[] | undefined;
  readonly ingressFrom?: readonly Place[] | undefined;
  readonly eks: EksCluster | undefined;
}

/** Makes the platform of a target below `scope`, with the providers of its cluster and its cloud. */
export function platformOn(scope: Construct, facts: TargetFacts): Platform {
  switch (facts.target) {
    case 'minikube':
      return minikube(scope, facts);
    case 'existing':
      return existing(scope, facts);
    case 'eks':
      if (facts.eks === undefined) throw new Error('the target eks needs the settings of the namespace eks');
      return eks(scope, inEks(facts, facts.eks), facts.eks, facts);
    default:
      return facts.target satisfies never;
  }
}

/** A cluster on a laptop: `minikube start`, with the add-ons `ingress` and `metrics-server`. */
function minikube(scope: Construct, facts: TargetFacts): Platform {
  const own =
    facts.kubeconfig === undefined ? { context: facts.context ?? 'minikube' } : kubeconfigOf(facts.kubeconfig);
  provide(scope, clusterProvider(scope, 'cluster', { ...own, clusterIdentifier: 'minikube' }));
  return inCluster(facts, 'minikube', 'standard', MINIKUBE);
}

/** Any cluster that a kubeconfig leads to; everything runs inside it. */
function existing(scope: Construct, facts: TargetFacts): Platform {
  const own = facts.kubeconfig === undefined ? contextOf(facts.context) : kubeconfigOf(facts.kubeconfig);
  provide(
    scope,
    clusterProvider(scope, 'cluster', { ...own, clusterIdentifier: `${facts.project}/${facts.environment}` }),
  );
  return inCluster(facts, 'existing cluster', 'standard', ANY_CLUSTER);
}

function inEks(facts: TargetFacts, { subnetCidrs }: EksCluster): Platform {
  return inCluster(facts, 'EKS, existing cluster', 'gp3', ofEks(subnetCidrs));
}

function inCluster(facts: TargetFacts, name: string, storageClass: string, network: ClusterNetwork): Platform {
  const { profile, kubernetesVersion, issuer, dns, apiServer, ingressFrom } = facts;
  return {
    ...IN_CLUSTER,
    name,
    profile,
    kubernetesVersion,
    storageClass: facts.storageClass ?? storageClass,
    secrets: facts.secrets,
    network: { resolvers: dns ?? network.resolvers, apiServer: apiServer ?? network.apiServer },
    ingress: {
      ...IN_CLUSTER.ingress,
      ...(ingressFrom === undefined ? {} : { from: ingressFrom.map(({ reach }) => reach) }),
    },
    ...(issuer === undefined ? {} : { issuer: issuerNamed(issuer) }),
  };
}

function issuerNamed(name: string): CertificateIssuer {
  return name === SELF_SIGNED.name ? SELF_SIGNED : { kind: 'ClusterIssuer', name };
}

function kubeconfigOf(source: SecretSource): { kubeconfig?: string } {
  return source.from === 'pulumi' ? { kubeconfig: source.value } : {};
}

function contextOf(context: string | undefined): { context?: string } {
  return context === undefined ? {} : { context };
}
