import type { k8s } from 'cdk8s-plus-27';
import { SPECIAL_IPV4, SPECIAL_IPV6 } from './addresses';
import type { Reach } from './endpoint';

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

export function podsOf(namespace: string, labels: Readonly<Record<string, string>>): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: { ...labels } },
  };
}
