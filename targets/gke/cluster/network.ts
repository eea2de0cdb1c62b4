import type * as compute from '@pulumi/gcp/compute';
import type * as servicenetworking from '@pulumi/gcp/servicenetworking';
import { Construct } from 'constructs';
import { rangeOf } from '../../../constructs/core/addresses';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { part } from '../../../constructs/core/part';
import type { GkeSpec } from './gke-spec';

/** What the ranges of pods and Services are called in the subnet. */
export const RANGES = { pods: 'pods', services: 'services' };

/**
 * A VPC with one subnet; nodes have no public addresses, and go out by Cloud NAT; Google's services, databases among them, have a range in it.
 * Cost: Cloud NAT by gateway and GiB, https://cloud.google.com/nat/pricing
 */
export class GkeNetwork extends Construct {
  /** `projects/<project>/global/networks/<name>`, which is what the API calls its id. */
  readonly network: string;
  readonly subnetwork: string;
  readonly privateServices: string;

  constructor(scope: Construct, id: string, spec: GkeSpec) {
    super(scope, id);
    const { cluster: name, region, nodeCidr, podCidr, serviceCidr } = spec;
    const network = new CloudResource<compute.NetworkArgs, compute.Network>(this, 'network', {
      type: 'gcp:compute/network:Network',
      inputs: { name, autoCreateSubnetworks: false, routingMode: 'REGIONAL' },
    });
    this.network = network.output('id');
    const subnet = new CloudResource<compute.SubnetworkArgs, compute.Subnetwork>(this, 'subnet', {
      type: 'gcp:compute/subnetwork:Subnetwork',
      inputs: {
        name,
        region,
        network: this.network,
        ipCidrRange: nodeCidr,
        secondaryIpRanges: [
          { rangeName: RANGES.pods, ipCidrRange: podCidr },
          { rangeName: RANGES.services, ipCidrRange: serviceCidr },
        ],
        privateIpGoogleAccess: true,
      },
    });
    this.subnetwork = subnet.output('id');
    this.wayOut(name, region);
    this.privateServices = this.services(spec);
    part(this, 'seaworthy:gke:Network', () => [
      `nodes ${nodeCidr}, pods ${podCidr}, Services ${serviceCidr}`,
      'out by Cloud NAT',
      `databases in ${spec.privateServicesCidr}`,
    ]);
  }

  private wayOut(name: string, region: string): void {
    const router = new CloudResource<compute.RouterArgs, compute.Router>(this, 'router', {
      type: 'gcp:compute/router:Router',
      inputs: { name, region, network: this.network },
    });
    new CloudResource<compute.RouterNatArgs>(this, 'nat', {
      type: 'gcp:compute/routerNat:RouterNat',
      inputs: {
        name,
        region,
        router: router.output('name'),
        natIpAllocateOption: 'AUTO_ONLY',
        sourceSubnetworkIpRangesToNat: 'ALL_SUBNETWORKS_ALL_IP_RANGES',
        // Pods share the ports of their node's addresses: more of them as they are needed.
        enableDynamicPortAllocation: true,
        enableEndpointIndependentMapping: false,
        minPortsPerVm: 64,
        maxPortsPerVm: 8192,
        logConfig: { enable: true, filter: 'ERRORS_ONLY' },
      },
    });
  }

  /** https://cloud.google.com/vpc/docs/configure-private-services-access */
  private services({ cluster, privateServicesCidr }: GkeSpec): string {
    const name = `${cluster}-services`;
    const range = new CloudResource<compute.GlobalAddressArgs, compute.GlobalAddress>(this, 'services', {
      type: 'gcp:compute/globalAddress:GlobalAddress',
      inputs: {
        name,
        purpose: 'VPC_PEERING',
        addressType: 'INTERNAL',
        network: this.network,
        address: privateServicesCidr.split('/')[0] ?? '',
        prefixLength: rangeOf(privateServicesCidr)?.length ?? 16,
      },
    });
    const connection = new CloudResource<servicenetworking.ConnectionArgs, servicenetworking.Connection>(
      this,
      'services-connection',
      {
        type: 'gcp:servicenetworking/connection:Connection',
        inputs: {
          network: this.network,
          service: 'servicenetworking.googleapis.com',
          reservedPeeringRanges: [range.output('name')],
          // Google keeps it for some days after the last database is gone; it goes with the network.
          deletionPolicy: 'ABANDON',
        },
      },
    );
    // Whoever names the range waits for the connection.
    return connection.output('reservedPeeringRanges', '[0]');
  }
}
