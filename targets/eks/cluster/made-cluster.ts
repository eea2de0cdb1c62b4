import { Construct } from 'constructs';
import { component } from '../../../constructs/core/node-options';
import { report } from '../../../constructs/core/problem';
import type { EksCluster, EksFacts } from '../eks-cluster';
import { EksAddOns } from './add-ons';
import { addressIn } from './address-plan';
import { EksControlPlane } from './control-plane';
import type { EksSpec } from './eks-spec';
import { EksNetwork } from './network';
import { EksNodes, type Ground, nodeRole } from './nodes';
import { wholeRole } from './roles';
import { specProblems } from './spec-problems';

/** Kubernetes takes the first address of the range of Services for the API server, EKS the tenth for names. */
const [API_SERVICE, RESOLVER] = [1, 10];

/**
 * An EKS cluster, from its VPC to the nodes: nodes are private, on demand and spot, and scale; Secrets and disks are encrypted; policies hold;
 * pods have roles by Pod Identity or IRSA.
 */
export class MadeEksCluster extends Construct {
  readonly facts: EksFacts;

  constructor(
    scope: Construct,
    id: string,
    private readonly asked: EksSpec,
  ) {
    super(scope, id);
    component(this, 'seaworthy:eks:Cluster');
    report(this, () => specProblems(asked));
    const spec = { ...asked, zones: [...new Set(asked.zones)].slice(0, 4) };
    const network = new EksNetwork(this, 'network', spec);
    const plane = new EksControlPlane(this, 'control-plane', spec, network);
    const clusterName = plane.cluster.output('name');
    const first = new EksAddOns(this, 'first-add-ons', spec, clusterName);
    const role = nodeRole(this, spec);
    const ground = { clusterName, subnets: network.subnets, role };
    const pools = [new EksNodes(this, 'nodes', spec, ground), ...spotNodes(this, spec, ground)];
    for (const pool of pools) pool.node.addDependency(network, first, ...wholeRole(this, 'node-role'));
    const addOns = new EksAddOns(this, 'add-ons', spec, clusterName);
    addOns.node.addDependency(...pools);
    this.facts = {
      endpoint: plane.cluster.output('endpoint'),
      certificateAuthority: plane.cluster.output('certificateAuthority', '.data'),
      vpc: network.vpc,
      subnets: network.subnets,
      subnetCidrs: network.subnetCidrs,
      // Of the control plane and of every node of a managed group without one of its own: https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
      nodeSecurityGroup: plane.cluster.output('vpcConfig', '.clusterSecurityGroupId'),
      oidcIssuer: plane.oidcIssuer,
      oidcProvider: plane.oidcProvider,
      resolver: addressIn(spec.serviceCidr, RESOLVER),
      apiService: addressIn(spec.serviceCidr, API_SERVICE),
    };
  }

  asCluster(): EksCluster {
    const { region, cluster, alarmTopic, siteCertificate } = this.asked;
    return { ...this.facts, region, cluster, alarmTopic, siteCertificate };
  }
}

function spotNodes(scope: Construct, spec: EksSpec, ground: Ground): EksNodes[] {
  return spec.spot.most === 0 ? [] : [new EksNodes(scope, 'spot', spec, ground)];
}
