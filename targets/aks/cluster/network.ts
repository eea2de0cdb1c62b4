import type {
  NatGateway,
  NatGatewayArgs,
  PublicIPAddress,
  PublicIPAddressArgs,
  Subnet,
  SubnetArgs,
  VirtualNetwork,
  VirtualNetworkArgs,
} from '@pulumi/azure-native/network';
import type { PrivateZone, PrivateZoneArgs, VirtualNetworkLinkArgs } from '@pulumi/azure-native/privatedns';
import { Construct } from 'constructs';
import { addressOf, rangeOf } from '../../../constructs/core/addresses';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { part } from '../../../constructs/core/part';
import type { AksSpec } from './aks-spec';

type Made = CloudResource<SubnetArgs, Subnet>;

/** Parts of the network, as bits beyond its own and an index. https://learn.microsoft.com/azure/aks/api-server-vnet-integration asks for a /28. */
const PLAN = {
  nodes: { bits: 2, index: 0 },
  databases: { bits: 8, index: 64, delegatedTo: 'Microsoft.DBforPostgreSQL/flexibleServers' },
  endpoints: { bits: 8, index: 65 },
  'api-server': { bits: 12, index: 66 * 16, delegatedTo: 'Microsoft.ContainerService/managedClusters' },
} as const;

/** Range of a part of the network; empty where the network's own is none. */
export function rangeIn(cidr: string, name: keyof typeof PLAN): string {
  const { bits, index } = PLAN[name];
  const range = rangeOf(cidr);
  if (range === undefined) return '';
  const size = 1n << BigInt(32 - range.length - bits);
  return `${addressOf(range.version, range.first + size * BigInt(index))}/${range.length + bits}`;
}

/**
 * A network whose nodes have no public addresses: they go out by a NAT gateway. Databases and the API server have subnets that are theirs, and names
 * that are private. Cost: by hour and GiB of the gateway, https://azure.microsoft.com/pricing/details/azure-nat-gateway/
 */
export class AksNetwork extends Construct {
  readonly subnets: Readonly<Record<keyof typeof PLAN, string>>;
  readonly databaseZone: string;
  readonly redisZone: string;

  constructor(scope: Construct, id: string, spec: AksSpec) {
    super(scope, id);
    const group = { resourceGroupName: spec.resourceGroup };
    const network = new CloudResource<VirtualNetworkArgs, VirtualNetwork>(this, 'network', {
      type: 'azure-native:network:VirtualNetwork',
      protect: spec.profile.protectData,
      inputs: {
        ...group,
        virtualNetworkName: spec.cluster,
        location: spec.location,
        addressSpace: { addressPrefixes: [spec.cidr] },
      },
      // Its subnets are resources of their own.
      ignoreChanges: ['subnets'],
    });
    const gateway = this.gateway(spec);
    const nodes = this.subnet(spec, network.output('name'), 'nodes', { natGateway: { id: gateway } });
    // Azure changes one subnet of a network at a time.
    const databases = this.subnet(spec, network.output('name'), 'databases').after(nodes);
    const endpoints = this.subnet(spec, network.output('name'), 'endpoints').after(databases.made);
    const api = this.subnet(spec, network.output('name'), 'api-server').after(endpoints.made);
    this.subnets = { nodes: nodes.id, databases: databases.id, endpoints: endpoints.id, 'api-server': api.id };
    const link = (zone: string, name: string) => this.zone(spec, network.output('id'), zone, name);
    this.databaseZone = link('database-zone', `${spec.cluster.toLowerCase()}.postgres.database.azure.com`);
    this.redisZone = link('redis-zone', 'privatelink.redis.azure.net');
    part(this, 'seaworthy:aks:Network', () => [spec.cidr, 'nodes without public addresses', 'out by one NAT gateway']);
  }

  private gateway({ resourceGroup: resourceGroupName, cluster, location }: AksSpec): string {
    const address = new CloudResource<PublicIPAddressArgs, PublicIPAddress>(this, 'address', {
      type: 'azure-native:network:PublicIPAddress',
      inputs: {
        resourceGroupName,
        publicIpAddressName: `${cluster}-out`,
        location,
        sku: { name: 'Standard' },
        publicIPAllocationMethod: 'Static',
      },
    });
    const gateway = new CloudResource<NatGatewayArgs, NatGateway>(this, 'gateway', {
      type: 'azure-native:network:NatGateway',
      inputs: {
        resourceGroupName,
        natGatewayName: cluster,
        location,
        sku: { name: 'Standard' },
        publicIpAddresses: [{ id: address.output('id') }],
      },
    });
    return gateway.output('id');
  }

  private subnet(
    { resourceGroup: resourceGroupName, cidr }: AksSpec,
    virtualNetworkName: string,
    subnetName: keyof typeof PLAN,
    more: Pick<SubnetArgs, 'natGateway'> = {},
  ) {
    const plan = PLAN[subnetName];
    const delegatedTo = 'delegatedTo' in plan ? plan.delegatedTo : undefined;
    const delegation =
      delegatedTo === undefined ? {} : { delegations: [{ name: 'delegation', serviceName: delegatedTo }] };
    const made: Made = new CloudResource(this, subnetName, {
      type: 'azure-native:network:Subnet',
      inputs: {
        resourceGroupName,
        virtualNetworkName,
        subnetName,
        addressPrefix: rangeIn(cidr, subnetName),
        defaultOutboundAccess: false,
        ...delegation,
        ...more,
      },
    });
    const ordered = { made, id: made.output('id') };
    const after = (before: { readonly made: Made } | Made) => {
      made.node.addDependency('made' in before ? before.made : before);
      return ordered;
    };
    return { ...ordered, after };
  }

  private zone(spec: AksSpec, network: string, id: string, privateZoneName: string): string {
    const { resourceGroup: resourceGroupName } = spec;
    const zone = new CloudResource<PrivateZoneArgs, PrivateZone>(this, id, {
      type: 'azure-native:privatedns:PrivateZone',
      protect: spec.profile.protectData,
      inputs: { resourceGroupName, privateZoneName, location: 'global' },
    });
    new CloudResource<VirtualNetworkLinkArgs>(this, `${id}-link`, {
      type: 'azure-native:privatedns:VirtualNetworkLink',
      inputs: {
        resourceGroupName,
        privateZoneName: zone.output('name'),
        virtualNetworkLinkName: spec.cluster,
        location: 'global',
        registrationEnabled: false,
        virtualNetwork: { id: network },
      },
    });
    return zone.output('id');
  }
}
