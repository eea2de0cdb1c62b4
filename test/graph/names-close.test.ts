import { App } from 'cdk8s';
import type { Brought } from '../../constructs/core/brought';
import type { Problem } from '../../constructs/core/problem';
import { buildGraph } from '../../graph/build';
import type { Graph } from '../../graph/graph';
import { nameProblems, type World } from '../../graph/names/close';
import { makesForOthers } from '../../graph/names/known';
import { madeBy } from '../../graph/names/made';
import { keyOf, keysOf } from '../../graph/names/name';
import { namedBy } from '../../graph/names/named';
import { documentedGraph } from '../support/documented';
import { FIVE, type StackName, systemsIn } from '../support/systems';

/** A stack as it is committed: what it makes, and what is known beside it. */
interface Stack {
  readonly graph: Graph;
  readonly world: World;
}

type Changes = Readonly<Record<string, string>>;

function stack(name: StackName, systems: readonly string[], beside?: World['beside'], changes?: Changes): Stack {
  const app = new App();
  const { brings } = systemsIn(app, name, systems, changes);
  return { graph: buildGraph(app), world: { brings, beside } };
}

/** The platform and production of a target, as its page shows them: with every add-on that it has a use for. */
function documentedOn(target: 'gke' | 'aks', frontDoor: 'ingress-nginx' | 'envoy-gateway') {
  const door: Changes = frontDoor === 'envoy-gateway' ? { 'seaworthy:frontDoor': 'gateway' } : {};
  const { brings, ...below } = documentedGraph(target, 'prod', ['platform'], {
    ...door,
    'platform:addOns': JSON.stringify([...ON_ANY_CLOUD, frontDoor]),
    'platform:secretStore.namespaces': '["talos-system","tallow","ticolops","todo-chatbot","alcs"]',
    'platform:secretStore.stacks': '["prod"]',
    'platform:letsEncrypt.email': 'ops@acme.org',
  });
  const above = documentedGraph(target, 'prod', FIVE, door);
  return {
    [`the platform of ${target}`]: { graph: below, world: { brings } },
    [`prod of ${target}`]: {
      graph: above,
      world: { brings, beside: { stack: 'platform', makes: makesForOthers(below) } },
    },
  };
}

const ON_ANY_CLOUD = [
  'external-secrets',
  'velero',
  'reloader',
  'cert-manager',
  'prometheus',
  'cloudnative-pg',
  'elastic',
];
const GATEWAY = { 'seaworthy:frontDoor': 'gateway' };
const addOnsWith = (door: string, others: readonly string[]) => ({
  ...GATEWAY,
  'platform:addOns': JSON.stringify([...others, door]),
});

const platform = stack('platform', ['platform']);
const makes = makesForOthers(platform.graph);
const beside = { stack: 'platform', makes };
const onEks = [...ON_ANY_CLOUD, 'metrics-server'];
const envoyPlatform = stack('platform', ['platform'], undefined, addOnsWith('envoy-gateway', onEks));
const traefikPlatform = stack('platform', ['platform'], undefined, {
  'seaworthy:frontDoor': 'traefik',
  'platform:addOns': JSON.stringify([...onEks, 'traefik']),
});
const of = ({ graph }: Stack) => ({ stack: 'platform', makes: makesForOthers(graph) });
const inDev = ['cert-manager', 'prometheus'];
const STACKS: Readonly<Record<string, Stack>> = {
  dev: stack('dev', ['platform', ...FIVE]),
  platform,
  prod: stack('prod', FIVE, beside),
  'platform-staging': stack('platform-staging', ['platform']),
  staging: stack('staging', FIVE, { ...beside, stack: 'platform-staging' }),
  'the platform with Envoy Gateway': envoyPlatform,
  'the platform with Traefik': traefikPlatform,
  'dev behind Gateways': stack('dev', ['platform', ...FIVE], undefined, addOnsWith('envoy-gateway', inDev)),
  'prod behind Gateways': stack('prod', FIVE, of(envoyPlatform), GATEWAY),
  'prod behind Traefik': stack('prod', FIVE, of(traefikPlatform), { 'seaworthy:frontDoor': 'traefik' }),
  ...documentedOn('gke', 'envoy-gateway'),
  ...documentedOn('aks', 'ingress-nginx'),
};

const told = ({ graph, world }: Stack) => nameProblems(graph, world);
const said = (problems: readonly Problem[]) => problems.map(({ severity, what }) => `${severity}: ${what}`);

test.each(Object.keys(STACKS))('every name of %s has a maker', (name) => {
  const found = STACKS[name];
  expect(found === undefined ? undefined : said(told(found))).toEqual([]);
});

/** Names that a graph's nodes ask for of others, by key. */
function askedIn({ nodes }: Graph): Map<string, Set<string>> {
  const asked = new Map<string, Set<string>>();
  for (const node of nodes)
    for (const named of namedBy(node).filter((one) => one.optional !== true))
      for (const key of keysOf(named)) asked.set(key, (asked.get(key) ?? new Set()).add(node.path));
  return asked;
}

/** Each maker that somebody else needs, taken away in turn: the kinds of what is told then, and what is not. */
function withoutEachMaker({ graph, world }: Stack): { readonly kinds: string[]; readonly untold: string[] } {
  const asked = askedIn(graph);
  const kinds = new Set<string>();
  const untold: string[] = [];
  const makers = new Map<string, number>();
  for (const key of graph.nodes.flatMap((node) => [...new Set(madeBy(node).map(keyOf))]))
    makers.set(key, (makers.get(key) ?? 0) + 1);
  for (const maker of graph.nodes) {
    const alone = madeBy(maker).filter((made) => {
      const isNeeded = [...(asked.get(keyOf(made)) ?? [])].some((path) => path !== maker.path);
      return isNeeded && makers.get(keyOf(made)) === 1;
    });
    if (alone.length === 0) continue;
    const nodes = graph.nodes.filter((node) => node !== maker);
    const problems = told({ graph: { ...graph, nodes }, world });
    for (const made of alone) {
      kinds.add(made.kind);
      const name = made.kind === 'API' ? (made.name.split('/')[0] ?? '') : made.name;
      if (!problems.some(({ what }) => what.includes(name))) untold.push(`${maker.path}: ${keyOf(made)}`);
    }
  }
  return { kinds: [...kinds].sort(), untold };
}

/** Kinds that somebody else needs: of every system, of those behind a Gateway, of a laptop's add-ons; of every platform, and of its Kibana. */
const IN_SYSTEMS = [
  'ClusterRole',
  'ConfigMap',
  'Deployment',
  'Namespace',
  'Role',
  'Secret',
  'Service',
  'ServiceAccount',
];
const DOOR = ['Gateway', 'HTTPRoute', 'HTTPRouteFilter'];
const IN_DEV = [
  ...['API', 'EnvoyProxy', 'GatewayClass', 'Grafana label', 'PersistentVolumeClaim', 'Prometheus label'],
  ...['StorageClass', 'controller'],
];
const OPERATED = ['API', 'ClusterRole', 'Elasticsearch', 'Namespace', 'Prometheus label', 'Secret', 'ServiceAccount'];
const KIBANA = ['ClusterIssuer', 'IngressClass', 'Service'];

test.each<[string, readonly string[]]>([
  [
    'dev',
    [
      'API',
      'ClusterRole',
      'ConfigMap',
      'Deployment',
      'Grafana label',
      'Issuer',
      'Namespace',
      'PersistentVolumeClaim',
      'Prometheus label',
      'Role',
      'Secret',
      'Service',
      'ServiceAccount',
      'StorageClass',
    ],
  ],
  [
    'prod',
    ['ClusterRole', 'ConfigMap', 'Deployment', 'Issuer', 'Namespace', 'Role', 'Secret', 'Service', 'ServiceAccount'],
  ],
  [
    'platform',
    [
      'API',
      'ClusterIssuer',
      'ClusterRole',
      'Elasticsearch',
      'IngressClass',
      'Namespace',
      'Prometheus label',
      'Secret',
      'Service',
      'ServiceAccount',
      'StorageClass',
    ],
  ],
  ['the platform with Envoy Gateway', [...OPERATED, 'EnvoyProxy', 'StorageClass', 'controller']],
  ['the platform with Traefik', [...OPERATED, ...KIBANA, 'StorageClass', 'controller']],
  ['dev behind Gateways', [...IN_SYSTEMS, ...DOOR, 'Issuer', ...IN_DEV]],
  ['prod behind Gateways', [...IN_SYSTEMS, ...DOOR, 'Issuer']],
  ['the platform of gke', [...OPERATED, 'EnvoyProxy', 'controller']],
  ['prod of gke', [...IN_SYSTEMS, ...DOOR, 'Issuer']],
  ['the platform of aks', [...OPERATED, ...KIBANA]],
  ['prod of aks', IN_SYSTEMS],
])('without any one maker of %s, its name is told', (name, kinds) => {
  const found = STACKS[name];
  expect(found === undefined ? undefined : withoutEachMaker(found)).toEqual({ kinds: [...kinds].sort(), untold: [] });
});

const usedBy = ({ graph }: Stack, made: string) => askedIn(graph).has(made);
const prod = STACKS.prod ?? platform;
const dev = STACKS.dev ?? platform;

test.each(makes.filter((made) => usedBy(prod, made)))('without %s of the platform, production is told', (made) => {
  const world = { ...prod.world, beside: { stack: 'platform', makes: makes.filter((one) => one !== made) } };
  expect(nameProblems(prod.graph, world).map((p) => p.severity)).toEqual([
    made.startsWith('Grafana') || /^Namespace (monitoring|ingress-nginx)$/.test(made) ? 'warning' : 'error',
  ]);
});

test('what production needs of the platform is of every kind that a platform makes', () => {
  const kinds = makes.filter((made) => usedBy(prod, made)).map((made) => made.replace(/ [^ ]+$/, ''));
  expect([...new Set(kinds)].sort()).toEqual([
    'API',
    'BackupStorageLocation',
    'ClusterIssuer',
    'ClusterSecretStore',
    'Grafana label',
    'IngressClass',
    'Namespace',
    'Prometheus label',
    'StorageClass',
  ]);
});

test.each((dev.world.brings ?? []).map((one): [string, Brought] => [one.name, one]))(
  'without %s on the list of minikube, dev is told',
  (_name, gone) => {
    const brings = (dev.world.brings ?? []).filter((one) => one !== gone);
    expect(said(nameProblems(dev.graph, { brings }))).toEqual([expect.stringContaining(gone.name)]);
  },
);

test.each(['the platform of gke', 'prod of gke', 'the platform of aks', 'prod of aks'])(
  'without any one thing on the list of the target that it names, %s is told',
  (name) => {
    const { graph, world } = STACKS[name] ?? platform;
    const named = (world.brings ?? []).filter((one) =>
      [...askedIn(graph).keys()].some((key) => [one.name, `${one.name}/*`].includes(key.slice(one.kind.length + 1))),
    );
    const untold = named.filter((gone) => {
      const brings = (world.brings ?? []).filter((one) => one !== gone);
      return !nameProblems(graph, { ...world, brings }).some(({ what }) => what.includes(gone.name));
    });
    expect([named.length > 0, untold.map((one) => one.name)]).toEqual([true, []]);
  },
);

test('a namespace that may not use the store of the platform is told once, however much it reads', () => {
  const closed = makes.filter((made) => made !== 'ClusterSecretStore aws-secrets-manager [tallow]');
  const world = { ...prod.world, beside: { stack: 'platform', makes: closed } };
  expect(nameProblems(prod.graph, world)).toMatchObject([
    {
      code: 'SW-LINK-004',
      where: expect.stringMatching(/^tallow/),
      fix: expect.stringContaining('platform:secretStore.namespaces'),
    },
  ]);
});

test('what nobody serves is told once, by the first object that needs it', () => {
  const world = {
    ...prod.world,
    beside: { stack: 'platform', makes: makes.filter((one) => one !== 'API velero.io/*') },
  };
  expect(nameProblems(prod.graph, world)).toMatchObject([
    { code: 'SW-PLATFORM-004', where: 'todo/cluster-backup/schedule', what: expect.stringContaining('velero.io') },
  ]);
});

test('a platform of an earlier release says which APIs it serves, and the rest is said to be unknown', () => {
  const apis = makes.filter((made) => made.startsWith('API'));
  const problems = nameProblems(prod.graph, { ...prod.world, beside: { stack: 'p', makes: apis, isPartial: true } });
  expect(problems.map((p) => [p.code, p.severity])).toEqual([['SW-MAKER-004', 'warning']]);
});

test('where no stack of add-ons is named, there is a line for each add-on that must be there, and a class of volumes waits for an answer', () => {
  const problems = nameProblems(prod.graph, { brings: prod.world.brings });
  expect(problems.map((p) => p.code)).toEqual(problems.map(() => 'SW-MAKER-003'));
  const [volumes, ...others] = [...problems].sort((a, b) => (a.severity < b.severity ? -1 : 1));
  expect(volumes).toMatchObject({ severity: 'placeholder', what: expect.stringContaining('StorageClass gp3') });
  expect(others.map((p) => p.severity)).toEqual(Array.from({ length: 6 }, () => 'warning'));
});

test('on a cluster that nobody knows, a class is a warning with the command that looks', () => {
  const [found] = nameProblems(prod.graph, {}).filter(({ what }) => what.includes('StorageClass'));
  expect(found).toMatchObject({ severity: 'warning', fix: expect.stringContaining('kubectl get storageclass gp3') });
});

test('of one system alone, what the others of its stack make is not told', () => {
  const { graph, world } = stack('dev', ['talos']);
  expect(said(nameProblems(graph, { ...world, isPart: true }))).toEqual([]);
  expect(said(nameProblems(graph, world))).not.toEqual([]);
});
