import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { labelsOf } from '../core/labels';
import type { System } from '../core/system';

const PORT = 80;
const ID = 'closed';

/**
 * A Service without pods, `<system>-closed`: where the front door sends what a part answers and the world is not to see, its metrics. The
 * longest path wins, so that a route to it closes that path: the front door answers 503.
 * https://kubernetes.io/docs/concepts/services-networking/ingress/#multiple-matches
 */
export function nobodyIn(system: System): { readonly service: string; readonly port: number } {
  const service = `${system.node.id}-${ID}`;
  if (system.node.tryFindChild(ID) === undefined) {
    const scope = new Construct(system, ID);
    const spec = { ports: [{ name: 'http', port: PORT, protocol: 'TCP' }] };
    new k8s.KubeService(scope, 'service', { metadata: { name: service, labels: labelsOf(scope) }, spec });
  }
  return { service, port: PORT };
}
