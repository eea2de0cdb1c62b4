import { opensTheWorld } from '../../constructs/core/addresses';
import { ProblemsError } from '../../constructs/core/problem';
import { at, list } from '../../graph/json-value';
import { Look } from '../support/look';
import { ENVIRONMENTS, FIVE, systemGraph } from '../support/systems';

const EXISTING = {
  'seaworthy:target': 'existing',
  'seaworthy:profile': 'dev',
  'seaworthy:secrets': 'pulumi',
  'todo:velero.enabled': 'false',
};
const todo = (stack: 'dev' | 'staging' | 'prod', changes: Readonly<Record<string, string>> = {}) =>
  new Look(systemGraph('todo', stack, changes));

/** `10.0.0.0/8 443`, `kube-system/k8s-app=kube-dns 53`: what a policy opens. */
function opened(look: Look, policy: string, direction: 'egress' | 'ingress' = 'egress'): string[] {
  return list(look.spec('NetworkPolicy', policy, direction)).flatMap((rule) =>
    list(at(rule, direction === 'egress' ? 'to' : 'from')).flatMap((peer) =>
      list(at(rule, 'ports')).map((port) => `${inWords(peer)} ${at(port, 'port')}`),
    ),
  );
}

function inWords(peer: unknown): string {
  const namespace = at(peer, 'namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name');
  const labels = Object.entries(at(peer, 'podSelector', 'matchLabels') ?? {}).map((pair) => pair.join('='));
  return String(at(peer, 'ipBlock', 'cidr') ?? `${namespace}/${labels.join(',')}`);
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
const on = (port: number) => PRIVATE.map((cidr) => `${cidr} ${port}`);
const api = (look: Look) => opened(look, 'backend-to-kubernetes');
const dns = (look: Look) => [...new Set(opened(look, 'allow-dns'))];
const KUBE_DNS = 'kube-system/k8s-app=kube-dns 53';
const NODE_LOCAL = ['kube-system/k8s-app=node-local-dns 53', '169.254.20.10/32 53'];

describe('the API server is where the target has it', () => {
  test('minikube: 8443 of private addresses', () => expect(api(todo('dev'))).toEqual(on(8443)));
  test('an existing cluster: 443 and 6443 of private addresses', () =>
    expect(api(todo('dev', EXISTING))).toEqual([...on(443), 'fc00::/7 443', ...on(6443), 'fc00::/7 6443']));
  test('EKS: 443 in its subnets, and of its Service', () =>
    expect(api(todo('staging'))).toEqual(
      ['10.0.1.0/24', '10.0.2.0/24', '10.100.0.1/32', '172.20.0.1/32'].map((cidr) => `${cidr} 443`),
    ));
  test('a public one, by its setting, and nothing beside it', () =>
    expect(api(todo('dev', { ...EXISTING, 'seaworthy:apiServer': '20.1.2.3/32:8443, fd00::1/128' }))).toEqual([
      '20.1.2.3/32 8443',
      'fd00::1/128 443',
    ]));
});

describe('names are asked where the target has them answered', () => {
  test('minikube: CoreDNS', () => expect(dns(todo('dev'))).toEqual([KUBE_DNS, '10.96.0.10/32 53']));
  test('an existing cluster: CoreDNS, and NodeLocal DNSCache on the node', () =>
    expect(dns(todo('dev', EXISTING))).toEqual([KUBE_DNS, ...NODE_LOCAL, '10.96.0.10/32 53']));
  test('EKS: the node too, at the addresses of EKS only', () =>
    expect(dns(todo('staging'))).toEqual([KUBE_DNS, ...NODE_LOCAL, '10.100.0.10/32 53', '172.20.0.10/32 53']));
  test('the Service of GKE and the pods of OpenShift, by their setting', () => {
    const setting = '34.118.224.10/32, openshift-dns/dns.operator.openshift.io/daemonset-dns=default:5353';
    expect(dns(todo('dev', { ...EXISTING, 'seaworthy:dns': setting }))).toEqual([
      KUBE_DNS,
      '34.118.224.10/32 53',
      'openshift-dns/dns.operator.openshift.io/daemonset-dns=default 5353',
    ]);
  });
});

test('a front door in the network of its nodes comes from their addresses', () => {
  const look = todo('dev', { ...EXISTING, 'seaworthy:ingressFrom': '10.3.0.0/24' });
  expect(opened(look, 'backend-from-front-door', 'ingress')).toEqual(['10.3.0.0/24 3000']);
});

test.each([
  ['seaworthy:apiServer', '0.0.0.0/0:443'],
  ['seaworthy:apiServer', '10.0.0.1/4'],
  ['seaworthy:apiServer', '10.0.0.1'],
  ['seaworthy:apiServer', '10.0.0.1/32:70000'],
  ['seaworthy:dns', '::/1'],
  ['seaworthy:dns', 'kube-system/k8s-app'],
  ['seaworthy:dns', 'UPPER/a=b'],
  ['seaworthy:ingressFrom', '0.0.0.0/1'],
  ['eks:subnetCidrs', '0.0.0.0/1, 128.0.0.0/1'],
])('%s: %s is refused, with a fix', (key, value) => {
  const told = () => systemGraph('todo', 'prod', { [key]: value });
  expect(told).toThrow(ProblemsError);
  try {
    told();
  } catch (error) {
    const problem = list(at(error, 'problems')).find((p) => String(at(p, 'what')).startsWith(`${key} `));
    expect(problem).toMatchObject({ code: 'SW-CONFIG-004', fix: expect.stringMatching(/\d/) });
  }
});

test.each(ENVIRONMENTS.flatMap((stack) => FIVE.map((system) => [system, stack] as const)))(
  '%s in %s: Secrets are read by name',
  (system, stack) => {
    const rules = systemGraph(system, stack)
      .nodes.filter((n) => /^(Cluster)?Role$/.test(n.object?.kind ?? ''))
      .flatMap((n) => list(n.inputs.rules));
    const every = rules.filter(
      (rule) =>
        /^(secrets|\*)$/m.test(list(at(rule, 'resources')).join('\n')) && list(at(rule, 'resourceNames')).length === 0,
    );
    expect(every).toEqual([]);
  },
);

test.each(ENVIRONMENTS.flatMap((stack) => FIVE.map((system) => [system, stack] as const)))(
  '%s in %s: no policy lets anybody out to anywhere',
  (system, stack) => {
    const policies = systemGraph(system, stack).nodes.filter((n) => n.object?.kind === 'NetworkPolicy');
    const wide = policies.flatMap(({ path, inputs }) =>
      list(at(inputs, 'spec', 'egress')).flatMap((rule) => {
        const peers = list(at(rule, 'to'));
        const isWide = (peer: unknown) => {
          const cidr = at(peer, 'ipBlock', 'cidr');
          return typeof cidr === 'string' && opensTheWorld(cidr) && list(at(peer, 'ipBlock', 'except')).length === 0;
        };
        return peers.length === 0 || peers.some(isWide) ? [path] : [];
      }),
    );
    expect(wide).toEqual([]);
  },
);
