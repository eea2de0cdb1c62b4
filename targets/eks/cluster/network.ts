import type * as aws from '@pulumi/aws';
import { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { part } from '../../../constructs/core/part';
import { addressPlan } from './address-plan';
import type { EksSpec } from './eks-spec';

type Vpc = CloudResource<aws.ec2.VpcArgs, aws.ec2.Vpc>;
type Subnet = CloudResource<aws.ec2.SubnetArgs, aws.ec2.Subnet>;
type Table = CloudResource<aws.ec2.RouteTableArgs, aws.ec2.RouteTable>;

const EVERYWHERE = '0.0.0.0/0';

/**
 * A VPC with a private and a public subnet in each zone. Nodes, pods and databases are private, and get out by NAT: one for each zone where the
 * profile is highly available, else one. S3 is reached by an endpoint, past NAT: layers of images come from there.
 * Cost: NAT by hour and GiB, https://aws.amazon.com/vpc/pricing/
 */
export class EksNetwork extends Construct {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly subnetCidrs: readonly string[];

  constructor(scope: Construct, id: string, spec: EksSpec) {
    super(scope, id);
    const plan = addressPlan(spec.cidr, spec.zones.length);
    const { highlyAvailable } = spec.profile;
    const vpc = vpcOf(this, spec);
    const ways = spec.zones.map((zone, i) => this.publicSubnet(spec, vpc, zone, plan.public[i] ?? ''));
    this.routeOut(vpc, spec, ways);
    const gateways = ways.slice(0, highlyAvailable ? ways.length : 1).map((subnet, i) => this.nat(spec, subnet, i));
    const inner = spec.zones.map((zone, i) => this.privateSubnet(spec, vpc, zone, plan.private[i] ?? ''));
    const tables = inner.map((subnet, i) => this.routeByNat(vpc, spec, subnet, gateways[i] ?? gateways[0] ?? '', i));
    this.endpointOfS3(vpc, spec, tables);
    part(this, 'seaworthy:eks:Network', () => [
      `VPC ${spec.cidr} in ${spec.zones.length} zones`,
      `private ${plan.private.join(', ')}`,
      `public ${plan.public.join(', ')}`,
      `${gateways.length} NAT`,
      'S3 past NAT',
    ]);
    this.vpc = vpc.output('id');
    this.subnets = inner.map((subnet) => subnet.output('id'));
    this.subnetCidrs = plan.private;
  }

  /** Load balancers of the internet go there: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
  private publicSubnet(spec: EksSpec, vpc: Vpc, zone: string, cidrBlock: string): Subnet {
    return subnetOf(this, `public-${letterOf(zone)}`, spec, {
      vpcId: vpc.output('id'),
      availabilityZone: zone,
      cidrBlock,
      tags: tagsOf(spec, `public-${letterOf(zone)}`, { 'kubernetes.io/role/elb': '1' }),
    });
  }

  private privateSubnet(spec: EksSpec, vpc: Vpc, zone: string, cidrBlock: string): Subnet {
    return subnetOf(this, `private-${letterOf(zone)}`, spec, {
      vpcId: vpc.output('id'),
      availabilityZone: zone,
      cidrBlock,
      tags: tagsOf(spec, `private-${letterOf(zone)}`, { 'kubernetes.io/role/internal-elb': '1' }),
    });
  }

  private routeOut(vpc: Vpc, spec: EksSpec, subnets: readonly Subnet[]): void {
    const gateway = new CloudResource<aws.ec2.InternetGatewayArgs, aws.ec2.InternetGateway>(this, 'internet', {
      type: 'aws:ec2/internetGateway:InternetGateway',
      inputs: { vpcId: vpc.output('id'), tags: { Name: spec.cluster } },
    });
    const table = this.table('public', vpc, spec);
    this.route('public', table, { gatewayId: gateway.output('id') });
    subnets.forEach((subnet, i) => {
      this.associate(`public-${i}`, table, subnet);
    });
  }

  /** Its address is what others let in: it stays. */
  private nat(spec: EksSpec, subnet: Subnet, i: number): string {
    const address = new CloudResource<aws.ec2.EipArgs, aws.ec2.Eip>(this, `address-${i}`, {
      type: 'aws:ec2/eip:Eip',
      protect: spec.profile.protectData,
      inputs: { domain: 'vpc', tags: { Name: `${spec.cluster}-nat-${i}` } },
    });
    const gateway = new CloudResource<aws.ec2.NatGatewayArgs, aws.ec2.NatGateway>(this, `nat-${i}`, {
      type: 'aws:ec2/natGateway:NatGateway',
      inputs: {
        allocationId: address.output('id'),
        subnetId: subnet.output('id'),
        connectivityType: 'public',
        tags: { Name: `${spec.cluster}-${i}` },
      },
    });
    gateway.node.addDependency(this.node.findChild('route-public'));
    return gateway.output('id');
  }

  private routeByNat(vpc: Vpc, spec: EksSpec, subnet: Subnet, natGatewayId: string, i: number): Table {
    const table = this.table(`private-${i}`, vpc, spec);
    this.route(`private-${i}`, table, { natGatewayId });
    this.associate(`private-${i}`, table, subnet);
    return table;
  }

  private table(name: string, vpc: Vpc, spec: EksSpec): Table {
    return new CloudResource(this, `table-${name}`, {
      type: 'aws:ec2/routeTable:RouteTable',
      inputs: { vpcId: vpc.output('id'), tags: { Name: `${spec.cluster}-${name}` } },
    });
  }

  private route(name: string, table: Table, to: Pick<aws.ec2.RouteArgs, 'gatewayId' | 'natGatewayId'>): void {
    new CloudResource<aws.ec2.RouteArgs>(this, `route-${name}`, {
      type: 'aws:ec2/route:Route',
      inputs: { routeTableId: table.output('id'), destinationCidrBlock: EVERYWHERE, ...to },
    });
  }

  private associate(name: string, table: Table, subnet: Subnet): void {
    new CloudResource<aws.ec2.RouteTableAssociationArgs>(this, `way-${name}`, {
      type: 'aws:ec2/routeTableAssociation:RouteTableAssociation',
      inputs: { routeTableId: table.output('id'), subnetId: subnet.output('id') },
    });
  }

  private endpointOfS3(vpc: Vpc, spec: EksSpec, tables: readonly Table[]): void {
    new CloudResource<aws.ec2.VpcEndpointArgs>(this, 's3', {
      type: 'aws:ec2/vpcEndpoint:VpcEndpoint',
      inputs: {
        vpcId: vpc.output('id'),
        serviceName: `com.amazonaws.${spec.region}.s3`,
        vpcEndpointType: 'Gateway',
        routeTableIds: tables.map((table) => table.output('id')),
        tags: { Name: `${spec.cluster}-s3` },
      },
    });
  }
}

function vpcOf(scope: Construct, { cluster, cidr, profile }: EksSpec): Vpc {
  const vpc: Vpc = new CloudResource(scope, 'vpc', {
    type: 'aws:ec2/vpc:Vpc',
    protect: profile.protectData,
    inputs: { cidrBlock: cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: { Name: cluster } },
  });
  // Whatever names no group would be in this one, where everybody may talk: it lets nobody in and out.
  new CloudResource<aws.ec2.DefaultSecurityGroupArgs>(scope, 'default-group', {
    type: 'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup',
    inputs: { vpcId: vpc.output('id'), ingress: [], egress: [] },
  });
  return vpc;
}

function subnetOf(scope: Construct, id: string, { profile }: EksSpec, inputs: aws.ec2.SubnetArgs): Subnet {
  return new CloudResource(scope, id, { type: 'aws:ec2/subnet:Subnet', protect: profile.protectData, inputs });
}

function tagsOf({ cluster }: EksSpec, name: string, role: Readonly<Record<string, string>>): Record<string, string> {
  return { Name: `${cluster}-${name}`, [`kubernetes.io/cluster/${cluster}`]: 'shared', ...role };
}

const letterOf = (zone: string): string => zone.slice(-1);
