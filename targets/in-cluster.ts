import { FRONT_DOORS } from '../constructs/core/front-doors';
import type { CertificateIssuer, ClusterNetwork, Platform } from '../constructs/core/platform';
import type { SecretSource } from '../constructs/core/secret-source';
import { IN_CLUSTER } from '../constructs/core/system';
import { SELF_SIGNED } from '../constructs/network/certificate';
import type { TargetFacts } from './facts';

/** What a target says of itself. */
interface Own {
  /** For people: `minikube`. */
  readonly name: string;
  /** Where no setting names another. */
  readonly storageClass: string;
  readonly network: ClusterNetwork;
}

/** A platform whose parts all run inside the cluster: where each target starts, and what its settings say instead. */
export function inCluster(facts: TargetFacts, { name, storageClass, network }: Own): Platform {
  const { profile, kubernetesVersion, issuer, dns, apiServer, ingressFrom, ingressClass, loadBalancer } = facts;
  return {
    ...IN_CLUSTER,
    name,
    profile,
    kubernetesVersion,
    storageClass: facts.storageClass ?? storageClass,
    secrets: facts.secrets,
    network: { resolvers: dns ?? network.resolvers, apiServer: apiServer ?? network.apiServer },
    frontDoor: {
      ...FRONT_DOORS[facts.frontDoor ?? 'ingress'],
      ...(ingressClass === undefined ? {} : { className: ingressClass }),
      ...(ingressFrom === undefined ? {} : { from: ingressFrom.map(({ reach }) => reach) }),
    },
    ...(loadBalancer === undefined ? {} : { loadBalancer: { tcp: loadBalancer, udp: loadBalancer } }),
    ...(issuer === undefined ? {} : { issuer: issuerNamed(issuer) }),
  };
}

function issuerNamed(name: string): CertificateIssuer {
  return name === SELF_SIGNED.name ? SELF_SIGNED : { kind: 'ClusterIssuer', name };
}

/** A context of the ambient kubeconfig, where the configuration names one. */
export function contextOf({ context }: TargetFacts): { readonly context: string } | undefined {
  return context === undefined ? undefined : { context };
}

/** The text of a kubeconfig, where the configuration has one. */
export function kubeconfigOf(source: SecretSource | undefined): string | undefined {
  return source?.from === 'pulumi' ? source.value : undefined;
}
