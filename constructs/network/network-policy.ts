import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { Endpoint, Reach } from '../core/endpoint';
import { nameOf, shortNameOf } from '../core/labels';
import { peersOf, podsOf } from '../core/peers';
import { type System, systemOf } from '../core/system';
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

/** Lets others in to the pods with the labels `to`: the ingress controller to a web server. */
export function allowFrom(
  scope: Construct,
  name: string,
  to: Readonly<Record<string, string>>,
  from: readonly Reach[],
  ...ports: readonly number[]
): void {
  new k8s.KubeNetworkPolicy(scope, 'ingress-policy', {
    metadata: { name },
    spec: {
      podSelector: { matchLabels: { ...to } },
      policyTypes: ['Ingress'],
      ingress: [{ from: from.flatMap(peersOf), ports: ports.map(tcp) }],
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

function tcp(port: number): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' };
}

/** Where requests of the front door of a system come from: of Envoy Gateway, the proxies of the system's own Gateway. */
export function frontDoorOf(system: System): readonly Reach[] {
  const { renderer, namespace, podLabels, from } = system.platform.frontDoor;
  const own = {
    'gateway.envoyproxy.io/owning-gateway-name': system.node.id,
    'gateway.envoyproxy.io/owning-gateway-namespace': system.namespaceName,
  };
  return from ?? [{ by: 'pods', namespace, labels: { ...podLabels, ...(renderer === 'gateway' ? own : {}) } }];
}
