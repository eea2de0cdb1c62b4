import { Construct } from 'constructs';
import { component } from '../../../constructs/core/node-options';
import { report } from '../../../constructs/core/problem';
import type { AksFacts } from '../aks-facts';
import type { AksSpec } from './aks-spec';
import { clusterAuthority } from './authority';
import { AksControlPlane } from './control-plane';
import { AksNetwork, rangeIn } from './network';
import { spotNodes } from './nodes';
import { specProblems } from './spec-problems';

/** An AKS cluster, from its network to the nodes: these are private, on demand and spot, and scale; policies hold; pods are known to Entra ID. */
export class MadeAksCluster extends Construct {
  readonly facts: AksFacts;

  constructor(scope: Construct, id: string, spec: AksSpec) {
    super(scope, id);
    component(this, 'seaworthy:aks:Cluster');
    report(this, () => specProblems(spec));
    const network = new AksNetwork(this, 'network', spec);
    const { cluster, endpoint } = new AksControlPlane(this, 'control-plane', spec, network);
    if (spec.spot.most > 0) spotNodes(this, spec, cluster.output('name'), network.subnets.nodes);
    this.facts = {
      endpoint,
      certificateAuthority: clusterAuthority(this, cluster.output('name'), spec),
      oidcIssuer: cluster.output('oidcIssuerProfile', '.issuerURL'),
      serviceCidrs: [spec.serviceCidr],
      controlPlaneCidrs: [rangeIn(spec.cidr, 'api-server')],
      databaseSubnet: network.subnets.databases,
      databaseSubnetCidrs: [rangeIn(spec.cidr, 'databases')],
      databaseZone: network.databaseZone,
      endpointSubnet: network.subnets.endpoints,
      endpointSubnetCidrs: [rangeIn(spec.cidr, 'endpoints')],
      redisZone: network.redisZone,
    };
  }
}
