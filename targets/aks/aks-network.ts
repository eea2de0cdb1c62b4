import { addressIn } from '../../constructs/core/addresses';
import type { ClusterNetwork, Place } from '../../constructs/core/platform';
import type { AksCluster } from './aks-cluster';

/** Where LocalDNS, a program of the node, answers pods: https://learn.microsoft.com/azure/aks/localdns-custom */
const LOCAL_DNS = '169.254.10.11/32';

/**
 * AKS answers names at .10 of the range of Services, by CoreDNS, or on the node by LocalDNS; the API server is at .1, and behind that at its public
 * address or in its own subnet. Never 168.63.129.16, where Azure answers nodes, and hands out what is theirs.
 * https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning
 */
export function ofAks({ serviceCidrs, controlPlaneCidrs }: AksCluster): ClusterNetwork {
  const services = (nth: number) => serviceCidrs.map((cidr) => addressIn(cidr, nth) ?? cidr);
  const at = (port: number, cidrs: readonly string[]): Place => ({ reach: { by: 'cidrs', cidrs }, port });
  return {
    resolvers: [at(53, [...services(10), LOCAL_DNS])],
    apiServer: [at(443, [...controlPlaneCidrs, ...services(1)])],
  };
}
