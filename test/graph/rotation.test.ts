import { connect, Gateway, Postgres, System, url } from '../../constructs';
import type { SecretBackend } from '../../constructs/core/secret-source';
import { IN_CLUSTER } from '../../constructs/core/system';
import { at, text } from '../../graph/json-value';
import { DIGEST_ANNOTATION, RELOAD_ANNOTATION, SECRET_DIGEST_ANNOTATION } from '../../graph/roll';
import { digestsOf } from '../support/digests';
import { documentedGraph } from '../support/documented';
import { graphOf } from '../support/offline';
import { objectIn, systemGraph } from '../support/systems';

const sealed = (word: string): SecretBackend => ({
  kind: 'sealed',
  file: 'sealed.prod.yaml',
  ciphertexts: { 'shop/shop-secrets': { 'database-url': word } },
});
const EXTERNAL: SecretBackend = {
  kind: 'external',
  store: { kind: 'ClusterSecretStore', name: 'store' },
  prefix: 'shop',
  keys: 'paths',
  refreshInterval: '1h',
};

/** An API that reads the URL of its database as a variable. */
function api(secrets: SecretBackend) {
  const graph = graphOf((app) => {
    const shop = new System(app, 'shop', { namespace: 'shop', platform: { ...IN_CLUSTER, secrets } });
    const gateway = new Gateway(shop, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080 });
    const database = new Postgres(shop, 'postgres', { database: 'shop' });
    const secret = { name: 'shop-secrets', key: 'database-url' };
    connect(gateway, database, { env: { DATABASE_URL: url() }, secret });
  });
  return objectIn(graph, 'Deployment', 'shop-api');
}
const reload = (secrets: SecretBackend) => text(at(api(secrets).inputs, 'metadata', 'annotations', RELOAD_ANNOTATION));

describe('a password that changes, as docs/operating.md says of each backend', () => {
  test.each([
    ['pulumi', { kind: 'pulumi' }],
    ['sops', { kind: 'sops', file: 'secrets.prod.yaml', keys: ['shop/postgres/password'] }],
  ] as const)('%s: Pulumi restarts in the same up, by a keyed digest', (_kind, backend) => {
    expect(digestsOf(api(backend))[SECRET_DIGEST_ANNOTATION]).toBeDefined();
    expect(reload(backend)).toBeUndefined();
  });

  test('sealed: what was sealed anew rolls pods, and Reloader does when its controller has written the Secret', () => {
    const [before, after] = [digestsOf(api(sealed('AgA'))), digestsOf(api(sealed('AgB')))];
    expect(before[DIGEST_ANNOTATION]).toBeDefined();
    expect(after[DIGEST_ANNOTATION]).not.toBe(before[DIGEST_ANNOTATION]);
    expect(before[SECRET_DIGEST_ANNOTATION]).toBeUndefined();
    expect(reload(sealed('AgA'))).toBe('shop-secrets');
  });

  test('external: Reloader restarts, and Pulumi knows nothing that could', () => {
    expect(digestsOf(api(EXTERNAL))[SECRET_DIGEST_ANNOTATION]).toBeUndefined();
    expect(reload(EXTERNAL)).toBe('shop-secrets');
  });
});

describe.each([
  ['eks', () => systemGraph('talos', 'prod')],
  ['gke', () => documentedGraph('gke', 'prod', ['talos'])],
  ['aks', () => documentedGraph('aks', 'prod', ['talos'])],
])('on %s', (_target, made) => {
  const { nodes } = made();
  const pods = nodes.filter(({ object }) =>
    ['Deployment', 'StatefulSet', 'CronJob', 'Job'].includes(object?.kind ?? ''),
  );
  const bundles = nodes.filter(({ object }) => object?.kind === 'ExternalSecret');

  test('only who makes the users has the master’s password', () => {
    const holding = bundles.filter(({ inputs }) => /"secretKey":"superuser"|superuser/.test(JSON.stringify(inputs)));
    expect(holding.map(({ object }) => object?.name)).toEqual(['talos-postgres-users']);
    const readers = pods.filter(({ inputs }) => JSON.stringify(inputs).includes('"talos-postgres-users"'));
    const mounting = readers.filter(({ inputs }) => /"secretName":"talos-postgres-users"/.test(JSON.stringify(inputs)));
    expect(mounting.map(({ object }) => object?.name)).toEqual(['talos-postgres-users']);
  });

  test('the application’s password changes in the store, and the next up does not change it back', () => {
    const stored = nodes.filter(({ path }) => /^talos\/postgres\/stored-passwords/.test(path));
    const ignoring = stored.filter(({ options }) => (options.ignoreChanges ?? []).length > 0);
    expect(ignoring.map(({ options }) => options.ignoreChanges?.[0])).toEqual([
      expect.stringMatching(/^(secretString|secretData|properties\.value)$/),
    ]);
  });
});
