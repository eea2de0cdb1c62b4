import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { PRIVATE_IPV4, SPECIAL_IPV4, SPECIAL_IPV6 } from '../core/addresses';
import type { Endpoint, Reach } from '../core/endpoint';
import { nameOf, shortNameOf } from '../core/labels';
import { systemOf } from '../core/system';
import type { Workload } from '../core/workload';

/** Opens an edge: the caller's way out, and, where the callee is pods, their way in. */
export function openBothSides(edge: Construct, from: Workload, to: Construct, { reach, port }: Endpoint): void {
  const system = systemOf(from);
  const isWithin = system === systemOf(to);
  const [caller, callee] = [from, to].map((part) => (isWithin ? shortNameOf(part) : nameOf(part)));
  new k8s.KubeNetworkPolicy(edge, 'egress', {
    metadata: { name: `${caller}-to-${callee}` },
    spec: {
      podSelector: { matchLabels: { ...from.selector } },
      policyTypes: ['Egress'],
      egress: [{ to: peersOf(reach), ports: [tcp(port)] }],
    },
  });
  if (reach.by !== 'pods') return;
  new k8s.KubeNetworkPolicy(edge, 'ingress', {
    metadata: { name: `${callee}-from-${caller}`, namespace: reach.namespace },
    spec: {
      podSelector: { matchLabels: { ...reach.labels } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [podsOf(system.namespaceName, from.selector)], ports: [tcp(port)] }],
    },
  });
}

/** Lets pods of another namespace in to those with the labels `to`: the ingress controller to a web server. */
export function allowFrom(
  scope: Construct,
  name: string,
  to: Readonly<Record<string, string>>,
  from: Extract<Reach, { by: 'pods' }>,
  ...ports: readonly number[]
): void {
  new k8s.KubeNetworkPolicy(scope, 'ingress-policy', {
    metadata: { name },
    spec: {
      podSelector: { matchLabels: { ...to } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [podsOf(from.namespace, from.labels)], ports: ports.map(tcp) }],
    },
  });
}

/** Lets pods with the labels `from` out to several places. */
export function allowTo(
  scope: Construct,
  name: string,
  from: Readonly<Record<string, string>>,
  places: readonly { readonly reach: Reach; readonly port: number }[],
): void {
  new k8s.KubeNetworkPolicy(scope, 'egress', {
    metadata: { name },
    spec: {
      podSelector: { matchLabels: { ...from } },
      policyTypes: ['Egress'],
      egress: places.map(({ reach, port }) => ({ to: peersOf(reach), ports: [tcp(port)] })),
    },
  });
}

export function peersOf(reach: Reach): k8s.NetworkPolicyPeer[] {
  switch (reach.by) {
    case 'pods':
      return [podsOf(reach.namespace, reach.labels)];
    case 'cidrs':
      return reach.cidrs.map((cidr) => ({ ipBlock: { cidr } }));
    case 'public':
      return INTERNET;
    default:
      return reach satisfies never;
  }
}

/** Every address that is somebody's on the internet, and no other. */
export const INTERNET: k8s.NetworkPolicyPeer[] = [
  { ipBlock: { cidr: '0.0.0.0/0', except: SPECIAL_IPV4 } },
  { ipBlock: { cidr: '::/0', except: SPECIAL_IPV6 } },
];

/** Ports of API servers, as policies see them behind the Service: of clouds, of kubeadm, of minikube. */
const API_SERVER = [443, 6443, 8443];
export const API_SERVER_IN_WORDS = API_SERVER.map((port) => `:${port}`).join(', ');

/** The way to the API server, which stands at a private address: never to the internet, nor to a cloud's metadata service. */
export function toApiServer(): k8s.NetworkPolicyEgressRule {
  return { to: PRIVATE_IPV4.map((cidr) => ({ ipBlock: { cidr } })), ports: API_SERVER.map(tcp) };
}

function podsOf(namespace: string, labels: Readonly<Record<string, string>>): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: { ...labels } },
  };
}

function tcp(port: number): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' };
}
