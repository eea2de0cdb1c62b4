import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { CloudResource, System } from '../../constructs';
import { openWorldProblems } from '../../graph/open-world';
import { graphOf } from '../support/offline';

const policy = (egress: k8s.NetworkPolicyEgressRule[]) => (scope: Construct) =>
  void new k8s.KubeNetworkPolicy(scope, 'p', { metadata: { name: 'p' }, spec: { podSelector: {}, egress } });
const to = (cidr: string, except?: string[]) =>
  policy([{ to: [{ ipBlock: { cidr, ...(except === undefined ? {} : { except }) } }] }]);
const group = (type: string, inputs: object) => (scope: Construct) =>
  void new CloudResource(scope, 'g', { type, inputs: { ...inputs } });
const RULE = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule';
const GROUP = 'aws:ec2/securityGroup:SecurityGroup';

const told = (build: (scope: Construct) => void) =>
  openWorldProblems(graphOf((app) => build(new Chart(app, 'theirs'))).nodes).map((p) => [p.code, p.severity]);

test.each<[string, (scope: Construct) => void]>([
  ['a policy to every address', to('0.0.0.0/0')],
  ['a policy to every address of IPv6', to('::/0')],
  ['a policy to half of them', to('128.0.0.0/1')],
  ['a range whose own bits go on', to('10.0.0.1/4')],
  ['a policy to anywhere', policy([{}])],
  ['a rule that lets the world in', group(RULE, { cidrIpv4: '0.0.0.0/0' })],
  ['a group that lets the world in', group(GROUP, { ingress: [{ cidrBlocks: ['0.0.0.0/0'] }] })],
])('%s is named', (_name, build) => expect(told(build)).toEqual([['SW-NETWORK-001', 'warning']]));

test('in a System it is refused', () => {
  const graph = graphOf((app) => to('0.0.0.0/0')(new System(app, 'shop', { namespace: 'shop' })));
  expect(openWorldProblems(graph.nodes)).toMatchObject([
    { severity: 'error', what: expect.stringContaining('0.0.0.0/0') },
  ]);
});

test.each<[string, (scope: Construct) => void]>([
  ['a network', to('10.0.0.0/8')],
  ['every address but the private ones', to('0.0.0.0/0', ['10.0.0.0/8'])],
  ['a policy that lets nobody out', policy([])],
  ['a group that lets itself out', group(GROUP, { egress: [{ cidrBlocks: ['0.0.0.0/0'] }] })],
])('%s is not', (_name, build) => expect(told(build)).toEqual([]));
