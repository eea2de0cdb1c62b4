import { Construct } from 'constructs';
import { text } from '../../../constructs/core/compose';
import { component } from '../../../constructs/core/node-options';
import { report } from '../../../constructs/core/problem';
import type { GkeFacts } from '../gke-facts';
import { GkeControlPlane } from './control-plane';
import type { GkeSpec } from './gke-spec';
import { GkeNetwork } from './network';
import { GkeNodes, NodeAccount } from './nodes';
import { specProblems } from './spec-problems';

/** A GKE cluster, from its VPC to the nodes: nodes are private, on demand and spot, and scale; Secrets and disks are encrypted; policies hold. */
export class MadeGkeCluster extends Construct {
  readonly facts: GkeFacts;

  constructor(scope: Construct, id: string, spec: GkeSpec) {
    super(scope, id);
    component(this, 'seaworthy:gke:Cluster');
    report(this, () => specProblems(spec));
    const network = new GkeNetwork(this, 'network', spec);
    const { cluster } = new GkeControlPlane(this, 'control-plane', spec, network);
    const account = new NodeAccount(this, 'node-account', spec);
    for (const pool of spec.spot.most === 0 ? (['nodes'] as const) : (['nodes', 'spot'] as const)) {
      new GkeNodes(this, pool, spec, cluster.output('id'), account).node.addDependency(account, network);
    }
    this.facts = {
      endpoint: text`https://${cluster.output('endpoint')}`,
      certificateAuthority: cluster.output('masterAuth', '.clusterCaCertificate'),
      network: network.network,
      serviceCidrs: [spec.serviceCidr],
      controlPlaneCidrs: [spec.controlPlaneCidr],
      privateServices: network.privateServices,
      privateServicesCidrs: [spec.privateServicesCidr],
    };
  }
}
