import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { FrontDoorController } from '../core/platform';
import { IN_CLUSTER } from '../core/system';

/** Who comes in: the API server and clients (from everywhere, by the port alone), or one of the add-ons. */
export type Caller = 'everywhere' | 'prometheus' | 'front door';

/** Ports of an add-on's pods, by who asks there. */
export type Doors = Readonly<Partial<Record<Caller, readonly number[]>>>;

/**
 * Nobody comes in to the pods of an add-on's namespace but its own, and who has business there. They go out where they like: to the API server,
 * registries, clouds and mail of one's own. API servers have no address that holds in every cluster, so that webhooks are open by their port.
 */
export function doors(scope: Construct, namespace: string, open: Doors, frontDoor: FrontDoorController): void {
  const inside = { podSelector: {} };
  policy(scope, namespace, 'default-deny', [{ from: [inside] }]);
  for (const [caller, ports] of Object.entries(open)) {
    policy(scope, namespace, `from-${caller.replace(' ', '-')}`, [
      { ...fromOf(caller, frontDoor), ports: ports.map(tcp) },
    ]);
  }
}

function fromOf(caller: string, frontDoor: FrontDoorController): { from?: k8s.NetworkPolicyPeer[] } {
  const { prometheus } = IN_CLUSTER;
  if (caller === 'prometheus') return { from: [podsOf(prometheus.namespace, {})] };
  return caller === 'front door' ? { from: [podsOf(frontDoor.namespace, frontDoor.podLabels)] } : {};
}

function podsOf(namespace: string, labels: Readonly<Record<string, string>>): k8s.NetworkPolicyPeer {
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  return { namespaceSelector, podSelector: { matchLabels: { ...labels } } };
}

function policy(scope: Construct, namespace: string, name: string, ingress: k8s.NetworkPolicyIngressRule[]): void {
  new k8s.KubeNetworkPolicy(scope, name, {
    metadata: { name, namespace },
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress },
  });
}

const tcp = (port: number): k8s.NetworkPolicyPort => ({ port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' });
