import { k8s } from 'cdk8s-plus-27';
import { nodeOptions } from '../../constructs/core/node-options';
import { IN_CLUSTER, System } from '../../constructs/core/system';
import { digestsOf } from '../support/digests';
import { graphOf } from '../support/offline';
import { ENVIRONMENTS, FIVE, objectIn, systemGraph } from '../support/systems';

const CONFIG = 'seaworthy.dev/config-digest';
const SECRET = 'seaworthy.dev/secret-digest';
const STORE = {
  kind: 'external',
  store: { kind: 'ClusterSecretStore', name: 'store' },
  prefix: 'shop',
  refreshInterval: '1h',
} as const;

interface Read {
  readonly colour?: string;
  readonly address?: string;
  readonly password?: string;
}

/** A DaemonSet that reads a ConfigMap, and a Secret with an open key and a closed one. */
function shop(secrets: 'pulumi' | 'external', { colour = 'blue', address = 'http://a', password }: Read = {}) {
  return graphOf((app) => {
    const platform = secrets === 'external' ? { ...IN_CLUSTER, secrets: STORE } : IN_CLUSTER;
    const system = new System(app, 'shop', { namespace: 'shop', platform });
    new k8s.KubeConfigMap(system, 'config', { metadata: { name: 'config' }, data: { colour } });
    const held = { address, ...(password === undefined ? {} : { password }) };
    const secret = new k8s.KubeSecret(system, 'secret', { metadata: { name: 'secret' }, stringData: held });
    nodeOptions(secret, { openKeys: ['address'] });
    new k8s.KubeDaemonSet(system, 'agent', {
      metadata: { name: 'agent' },
      spec: {
        selector: { matchLabels: { app: 'agent' } },
        template: {
          metadata: { labels: { app: 'agent' } },
          spec: {
            containers: [
              {
                name: 'agent',
                image: 'acme/agent:1.0.0',
                envFrom: [{ configMapRef: { name: 'config' } }, { secretRef: { name: 'secret' } }],
              },
            ],
          },
        },
      },
    });
  });
}

const digests = (secrets: 'pulumi' | 'external', read?: Read) =>
  digestsOf(objectIn(shop(secrets, read), 'DaemonSet', 'agent'));

test.each(['pulumi', 'external'] as const)(
  'a ConfigMap rolls pods beside any Secret, with secrets in %s',
  (secrets) => {
    expect(digests(secrets)[CONFIG]).toBeDefined();
    expect(digests(secrets, { colour: 'red' })[CONFIG]).not.toBe(digests(secrets)[CONFIG]);
    const closed = { password: 'hunter2' };
    expect(digests(secrets, { ...closed, colour: 'red' })[CONFIG]).not.toBe(digests(secrets, closed)[CONFIG]);
  },
);

test.each(['pulumi', 'external'] as const)('an open key of a Secret rolls pods, with secrets in %s', (secrets) => {
  expect(digests(secrets, { address: 'http://b' })[CONFIG]).not.toBe(digests(secrets)[CONFIG]);
});

test('a secret is in the keyed digest only, and only where there is a key', () => {
  const [one, two] = [digests('pulumi', { password: 'one' }), digests('pulumi', { password: 'two' })];
  expect(one[CONFIG]).toBe(two[CONFIG]);
  expect(one[SECRET]).not.toBe(two[SECRET]);
  expect(digests('pulumi')[SECRET]).toBeUndefined();
  expect(digests('external', { password: 'one' })[SECRET]).toBeUndefined();
});

test('a secret that rolls nothing is told', () => {
  const codes = (read: Read) =>
    shop('external', read).problems.flatMap((p) => (p.code === 'SW-ROLL-001' ? [p.where] : []));
  expect(codes({ password: 'one' })).toEqual(['shop/secret']);
  expect(codes({})).toEqual([]);
});

test.each(ENVIRONMENTS)(
  'every workload of the five systems that reads a ConfigMap rolls with it, in %s',
  (environment) => {
    for (const system of FIVE) {
      const graph = systemGraph(system, environment);
      const readers = graph.nodes.filter(
        (n) =>
          ['Deployment', 'StatefulSet', 'DaemonSet'].includes(n.object?.kind ?? '') &&
          /"configMap(Key)?(Ref)?":/.test(JSON.stringify(n.inputs)),
      );
      const still = readers.filter((n) => digestsOf(n)[CONFIG] === undefined).map((n) => n.path);
      expect(still).toEqual([]);
      expect(graph.problems.filter((p) => p.code === 'SW-ROLL-001')).toEqual([]);
    }
  },
);

test('pods are made after the key of the digest that they carry, whatever else waits for them', () => {
  const graph = shop('pulumi', { password: 'one' });
  const order = graph.nodes.map((node) => node.path);
  expect(graph.edges).toContainEqual({ from: 'shop/agent', to: 'shop/digest-key', reason: 'uses its result' });
  expect(order.indexOf('shop/digest-key')).toBeLessThan(order.indexOf('shop/agent'));
});
