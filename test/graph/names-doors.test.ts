import { ApiObject } from 'cdk8s';
import { expose, FRONT_DOORS, IN_CLUSTER, type Platform, System } from '../../constructs';
import type { Problem } from '../../constructs/core/problem';
import { nameProblems, type World } from '../../graph/names/close';
import { makesForOthers } from '../../graph/names/known';
import { linkProblems } from '../../graph/values/links';
import { graphOf } from '../support/offline';
import { api, shop } from '../support/shop';

type Build = (system: System) => void;

const GATEWAY = 'gateway.networking.k8s.io/v1';
const ENVOY = 'gateway.envoyproxy.io/v1alpha1';
const platform: Platform = { ...IN_CLUSTER, frontDoor: FRONT_DOORS.gateway };
const SERVED = ['API gateway.networking.k8s.io/*', 'API gateway.envoyproxy.io/*', 'API external-secrets.io/*'];
const WORLD: World = { brings: [], beside: { stack: 'platform', makes: [...SERVED, 'GatewayClass envoy'] } };

const object = (apiVersion: string, kind: string, more: object, name = 'it'): Build => {
  return (system) => void new ApiObject(system, `${kind}-${name}`, { apiVersion, kind, metadata: { name }, ...more });
};
const found = (...builds: readonly Build[]): readonly Problem[] =>
  nameProblems(
    shop((system) => builds.map((build) => build(system))),
    WORLD,
  );
const door = object(
  GATEWAY,
  'Gateway',
  { spec: { gatewayClassName: 'envoy', listeners: [{ name: 'https' }] } },
  'door',
);
const route = (parent: object) => object(GATEWAY, 'HTTPRoute', { spec: { parentRefs: [{ name: 'door', ...parent }] } });
const policy = (spec: object) => object(ENVOY, 'SecurityPolicy', { spec });

test.each<[string, string, Build]>([
  ['names and passwords', 'Secret people', policy({ basicAuth: { users: { name: 'people' } } })],
  ['the secret of a client', 'Secret oidc', policy({ oidc: { clientSecret: { name: 'oidc' } } })],
  ['keys of clients', 'Secret keys', policy({ apiKeyAuth: { credentialRefs: [{ name: 'keys' }] } })],
  ['who is asked', 'Service asked', policy({ extAuth: { http: { backendRefs: [{ name: 'asked', port: 80 }] } } })],
  ['what a policy is of', 'HTTPRoute web', policy({ targetRefs: [{ kind: 'HTTPRoute', name: 'web' }] })],
  [
    'authorities of clients',
    'Secret ca',
    object(ENVOY, 'ClientTrafficPolicy', {
      spec: { tls: { clientValidation: { caCertificateRefs: [{ name: 'ca' }] } } },
    }),
  ],
  [
    'the Secret of a listener',
    'Secret tls',
    object(GATEWAY, 'Gateway', {
      spec: { listeners: [{ name: 'https', tls: { certificateRefs: [{ name: 'tls' }] } }] },
    }),
  ],
  [
    'a filter',
    'HTTPRouteFilter closed',
    object(GATEWAY, 'HTTPRoute', {
      spec: { rules: [{ filters: [{ extensionRef: { kind: 'HTTPRouteFilter', name: 'closed' } }] }] },
    }),
  ],
  [
    'a mirror',
    'Service copy',
    object(GATEWAY, 'HTTPRoute', {
      spec: { rules: [{ filters: [{ requestMirror: { backendRef: { name: 'copy', port: 80 } } }] }] },
    }),
  ],
  [
    'the settings of a class',
    'EnvoyProxy big',
    object(GATEWAY, 'GatewayClass', {
      spec: { parametersRef: { kind: 'EnvoyProxy', name: 'big', namespace: 'shop' } },
    }),
  ],
  [
    'who serves a class of Gateways',
    'controller gateway.envoyproxy.io/gatewayclass-controller',
    object(GATEWAY, 'GatewayClass', { spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' } }),
  ],
  [
    'who serves a class of Ingresses',
    'controller k8s.io/ingress-nginx',
    object('networking.k8s.io/v1', 'IngressClass', { spec: { controller: 'k8s.io/ingress-nginx' } }),
  ],
])('%s that nobody makes is told', (_what, name, build) => {
  expect(found(build).map(({ what }) => what)).toEqual([expect.stringContaining(name)]);
});

test('a route that hangs on a listener which its Gateway has not is told, with those that it has', () => {
  expect(found(door, route({ sectionName: 'https' }))).toEqual([]);
  expect(found(door, route({ sectionName: 'htps' }))).toMatchObject([
    { code: 'SW-LINK-003', severity: 'error', fix: expect.stringContaining('one of https') },
  ]);
});

test('a Secret of passwords without the key that Envoy reads is told', () => {
  const people = object('v1', 'Secret', { stringData: { auth: 'a:b' } }, 'people');
  expect(found(people, policy({ basicAuth: { users: { name: 'people' } } }))).toMatchObject([
    { code: 'SW-LINK-001', what: expect.stringContaining('".htpasswd"') },
  ]);
});

test.each([
  [
    'a route',
    (port: number) => object(GATEWAY, 'TCPRoute', { spec: { rules: [{ backendRefs: [{ name: 'web', port }] }] } }),
  ],
  ['who asks', (port: number) => policy({ extAuth: { http: { backendRefs: [{ name: 'web', port }] } } })],
])('%s that goes to a port which its Service has not is told', (_what, build) => {
  const web = object('v1', 'Service', { spec: { ports: [{ port: 80 }] } }, 'web');
  const codes = (port: number) => linkProblems(shop((s) => [web(s), build(port)(s)]).nodes).map((p) => p.code);
  expect([codes(80), codes(8080)]).toEqual([[], ['SW-LINK-002']]);
});

test.each(['Service', 'Gateway', 'HTTPRoute'])(
  'what an exposed part makes closes, and without its %s it is told',
  (kind) => {
    const graph = graphOf((app) => {
      expose(api(new System(app, 'shop', { namespace: 'shop', platform })), { host: 'shop.acme.org' });
    });
    const nodes = graph.nodes.filter((node) => node.object?.kind !== kind);
    const whole = nameProblems(graph, WORLD).filter(({ what }) => what.includes(kind));
    const without = nameProblems({ ...graph, nodes }, WORLD).filter(({ what }) => what.includes(`${kind} `));
    expect([whole, without.length > 0]).toEqual([[], true]);
  },
);

const store = (conditions: readonly object[]) =>
  object('external-secrets.io/v1', 'ClusterSecretStore', { spec: { conditions } }, 'aws');
const reader = object('external-secrets.io/v1', 'ExternalSecret', {
  spec: { secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws' } },
});
/** What a system is told where another stack makes that store. */
function besideA(conditions: readonly object[]): readonly Problem[] {
  const makes = [...SERVED, ...makesForOthers(shop(store(conditions)))];
  return nameProblems(shop(reader), { brings: [], beside: { stack: 'platform', makes } });
}

test('who may not use a store is told, whether this stack makes it or the one beside', () => {
  const others = [{ namespaces: ['tallow'] }];
  const told = [{ code: 'SW-LINK-004', what: expect.stringContaining('the namespace shop may not use') }];
  expect(found(store(others), reader)).toMatchObject(told);
  expect(besideA(others)).toMatchObject(told);
});

test.each<[string, readonly object[]]>([
  ['lists its namespace', [{ namespaces: ['tallow'] }, { namespaces: ['shop'] }]],
  ['everybody may use', []],
  ['chooses by labels', [{ namespaceSelector: { matchLabels: { team: 'a' } } }]],
])('of a store that %s nobody is told', (_what, conditions) => {
  expect([found(store(conditions), reader), besideA(conditions)]).toEqual([[], []]);
});
