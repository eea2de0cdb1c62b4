import { k8s } from 'cdk8s-plus-27';
import { addressIn, PRIVATE_IPV4 } from './addresses';
import type { Reach } from './endpoint';
import { isMarker, valueBehind } from './marker';
import { peersOf } from './peers';
import type { ClusterNetwork, Place } from './platform';
import { sourceOf } from './value';

const inKubeSystem = (app: string): Reach => ({ by: 'pods', namespace: 'kube-system', labels: { 'k8s-app': app } });
const at = (port: number, ...cidrs: readonly string[]): Place => ({ reach: { by: 'cidrs', cidrs }, port });

/** Of IPv6 those that are unique to a site: https://www.rfc-editor.org/rfc/rfc4193 */
const PRIVATE = [...PRIVATE_IPV4, 'fc00::/7'];

/** NodeLocal DNSCache: pods in the network of their node, at this address. https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/ */
const NODE_LOCAL: readonly Place[] = [{ reach: inKubeSystem('node-local-dns'), port: 53 }, at(53, '169.254.20.10/32')];

/** Any cluster: its API server is at a private address, at the port of clouds or of kubeadm; the Service of kubeadm for names. */
export const ANY_CLUSTER: ClusterNetwork = {
  resolvers: [...NODE_LOCAL, at(53, '10.96.0.10/32')],
  apiServer: [at(443, ...PRIVATE), at(6443, ...PRIVATE)],
};

/** https://minikube.sigs.k8s.io/docs/commands/start/ `--apiserver-port`; the address of the node is another with every driver. */
export const MINIKUBE: ClusterNetwork = {
  resolvers: [at(53, '10.96.0.10/32')],
  apiServer: [at(8443, ...PRIVATE_IPV4)],
};

/** Ranges of an EKS cluster; may be markers. */
interface EksAddresses {
  readonly subnetCidrs: readonly string[];
  /** Where names are asked, and the Service of the API server. @default both of those that EKS may have taken by itself */
  readonly resolver?: string | undefined;
  readonly apiService?: string | undefined;
}

/**
 * EKS takes one of two ranges for Services, and judges policies before a Service's address becomes a pod's: names are at .10, on the node itself
 * in Auto Mode; the API server is at .1, and behind that in the subnets of the cluster.
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
export function ofEks({ subnetCidrs, resolver, apiService }: EksAddresses): ClusterNetwork {
  const [names, service] = [
    resolver ?? ['10.100.0.10/32', '172.20.0.10/32'],
    apiService ?? ['10.100.0.1/32', '172.20.0.1/32'],
  ];
  return {
    resolvers: [...NODE_LOCAL, at(53, ...[names].flat())],
    apiServer: [at(443, ...subnetCidrs, ...[service].flat())],
  };
}

/**
 * GKE answers names at .10 of the range of Services, by NodeLocal DNSCache on each node, or, with Cloud DNS, at the metadata server of the node; the
 * API server is at .1, and behind that in its own range. A range that another stack tells is open as a whole, at these ports.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/kube-dns, https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-dns
 */
export function ofGke(ranges: {
  readonly serviceCidrs: readonly string[];
  readonly controlPlaneCidrs: readonly string[];
}): ClusterNetwork {
  const services = (nth: number) => ranges.serviceCidrs.map((cidr) => addressIn(cidr, nth) ?? cidr);
  return {
    resolvers: [...NODE_LOCAL, at(53, ...services(10), '169.254.169.254/32')],
    apiServer: [at(443, ...ranges.controlPlaneCidrs, ...services(1))],
  };
}

/** CoreDNS keeps the label of kube-dns, on every target. */
export function toResolvers({ resolvers }: ClusterNetwork): k8s.NetworkPolicyEgressRule[] {
  return rulesTo([{ reach: inKubeSystem('kube-dns'), port: 53 }, ...resolvers], ['UDP', 'TCP']);
}

/** The way to the API server, and to nothing else. */
export function toApiServer({ apiServer }: ClusterNetwork): k8s.NetworkPolicyEgressRule[] {
  return rulesTo(apiServer, ['TCP']);
}

/** `10.0.1.0/24, 10.0.2.0/24 :443` */
export function apiServerInWords({ apiServer }: ClusterNetwork): string {
  const places = new Map<string, string[]>();
  for (const { reach, port } of apiServer) {
    const where = inWords(reach);
    places.set(where, [...(places.get(where) ?? []), `:${port}`]);
  }
  return [...places].map(([where, ports]) => `${where}${ports.join(', ')}`).join('; ');
}

function inWords(reach: Reach): string {
  switch (reach.by) {
    case 'pods':
      return `pods of ${reach.namespace} `;
    case 'cidrs':
      return [PRIVATE, PRIVATE_IPV4].some((all) => all.join() === reach.cidrs.join())
        ? 'private addresses '
        : `${[...new Set(reach.cidrs.map(inPlain))].join(', ')} `;
    case 'public':
      return 'the internet ';
    default:
      return reach satisfies never;
  }
}

/** What is known only after apply, by where it comes from. */
function inPlain(cidr: string): string {
  return isMarker(cidr) ? sourceOf(valueBehind(cidr)).replace(/\[\d+\]$/, '') : cidr;
}

/** One rule for each port. */
function rulesTo(places: readonly Place[], protocols: readonly string[]): k8s.NetworkPolicyEgressRule[] {
  return [...new Set(places.map((place) => place.port))].map((number) => ({
    to: places.filter((place) => place.port === number).flatMap(({ reach }) => peersOf(reach)),
    ports: protocols.map((protocol) => ({ port: k8s.IntOrString.fromNumber(number), protocol })),
  }));
}
