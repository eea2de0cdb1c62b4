import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Backup, connect, Gateway, Identity, ObjectStore, Postgres, Redis, Site, System, url } from '../../constructs';
import { PROFILES } from '../../constructs/core/profile';
import type { SecretBackend } from '../../constructs/core/secret-source';
import type { Graph } from '../../graph/graph';
import { at, list } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { GKE_SETTINGS } from '../../stacks/gke-settings';
import { gke } from '../../targets/gke/gke';
import type { GkeCluster, GkeSource } from '../../targets/gke/gke-cluster';
import { documentedGraph } from '../support/documented';
import { filled } from '../support/filled';
import { Look } from '../support/look';
import { graphOf } from '../support/offline';
import { FIVE } from '../support/systems';

const PROFILE_NAMES = ['dev', 'staging', 'prod'] as const;
type Changes = Readonly<Record<string, string>>;
const on = (system: string, profile: string, changes: Changes = {}) =>
  documentedGraph('gke', 'prod', [system], { 'seaworthy:profile': profile, ...changes });

const CLUSTER: GkeCluster = {
  project: 'acme-prod',
  projectNumber: '123456789012',
  region: 'europe-west3',
  cluster: 'acme',
  endpoint: 'https://10.0.16.2',
  certificateAuthority: 'cGxhY2Vob2xkZXI=',
  network: 'projects/acme-prod/global/networks/acme',
  serviceCidrs: ['34.118.224.0/20'],
  controlPlaneCidrs: ['10.0.16.0/28'],
  privateServices: 'acme-services',
  privateServicesCidrs: ['10.40.0.0/16'],
  alarmChannel: 'projects/acme-prod/notificationChannels/1',
};

/** A system of somebody's own on GKE. */
function shopOn(
  write: (shop: System) => void,
  own: {
    readonly cluster?: Partial<GkeCluster>;
    readonly source?: GkeSource;
    readonly profile?: keyof typeof PROFILES;
    readonly secrets?: SecretBackend;
    readonly kubernetesVersion?: string;
  } = {},
): Look {
  const build = (app: Construct) => {
    const platform = gke(
      app,
      {
        project: 'shop',
        environment: 'prod',
        profile: PROFILES[own.profile ?? 'prod'],
        target: 'gke',
        kubernetesVersion: own.kubernetesVersion ?? '1.35',
        context: undefined,
        kubeconfig: undefined,
        secrets: own.secrets ?? { kind: 'pulumi' },
        storageClass: undefined,
        issuer: undefined,
        eks: undefined,
        gke: undefined,
      },
      own.source ?? { from: 'configuration', cluster: { ...CLUSTER, ...own.cluster } },
    );
    write(new System(app, 'shop', { namespace: 'shop', platform }));
  };
  return new Look(graphOf(build));
}

const inputsOf = (look: Look, type: string) => look.cloud(type)[0]?.inputs;
const secretText = (look: Look, name: string, key: string) =>
  Buffer.from(String(filled(look.data('Secret', name)[key])), 'base64').toString();
const SQL = 'gcp:sql/databaseInstance:DatabaseInstance';
const REDIS = 'gcp:redis/instance:Instance';
const BUCKET = 'gcp:storage/bucket:Bucket';
const MEMBER = 'gcp:storage/bucketIAMMember:BucketIAMMember';
const codes = ({ problems }: Pick<Graph, 'problems'>) => problems.map((p) => p.code);

describe.each(FIVE.flatMap((system) => PROFILE_NAMES.map((profile) => [system, profile] as const)))(
  '%s on GKE as its page shows it, %s',
  (system, profile) => {
    test('has no problem but placeholders', () => {
      const graph = on(system, profile);
      const found = soundness(graph, { kubernetesVersion: '1.35', environment: 'prod' });
      expect([...graph.told, ...found].filter((p) => p.severity === 'error')).toEqual([]);
      expect(graph.problems.filter((p) => p.severity === 'warning')).toEqual([]);
    });
  },
);

describe('settings', () => {
  test.each(Object.entries(GKE_SETTINGS))('gke:%s takes its example', (name, { example, parse, form }) => {
    const written = name === 'certificateAuthority' ? 'cGxhY2Vob2xkZXI=' : example;
    expect(parse(form === 'list' ? written.replace(/^\[(.*)\]$/, '["$1"]') : written)).toHaveProperty('value');
  });

  test.each([
    ['project', 'Acme Prod'],
    ['project', 'acme'],
    ['projectNumber', 'acme-prod'],
    ['region', 'europe-west3-a'],
    ['cluster', 'Acme'],
    ['endpoint', 'http://10.0.16.2'],
    ['network', 'acme'],
    ['serviceCidrs', '34.118.224.10'],
    ['serviceCidrs', '0.0.0.0/0'],
    ['controlPlaneCidrs', '10.0.16.0/33'],
    ['privateServices', '10.40.0.0/16'],
    ['alarmChannel', 'on-call'],
  ] as const)('gke:%s is not "%s"', (name, raw) => expect(GKE_SETTINGS[name].parse(raw)).toHaveProperty('rule'));

  test('a version that is out of support is refused, and why', () => {
    const { problems } = on('todo', 'prod', { 'seaworthy:kubernetesVersion': '1.34' });
    expect(problems.filter((p) => p.severity === 'error').map((p) => p.what)).toEqual([
      expect.stringContaining('out of support on GKE'),
    ]);
  });
});

describe('the cluster', () => {
  const look = shopOn(() => undefined);

  test('is asked with a token of the moment: its kubeconfig holds no credential', () => {
    const kubeconfig = JSON.parse(String(inputsOf(look, 'pulumi:providers:kubernetes')?.kubeconfig));
    expect(at(kubeconfig, 'users', 0, 'user')).toEqual({
      exec: expect.objectContaining({ command: 'gke-gcloud-auth-plugin', provideClusterInfo: true }),
    });
  });

  test('names are asked at the tenth address of Services, on the node, and at its metadata server', () => {
    const policy = JSON.stringify(look.spec('NetworkPolicy', 'allow-dns', 'egress'));
    for (const cidr of ['34.118.224.10/32', '169.254.20.10/32', '169.254.169.254/32']) expect(policy).toContain(cidr);
    expect(policy).not.toContain('988');
  });

  test('a range that another stack tells later is open as a whole', () => {
    const later = shopOn(() => undefined, { cluster: { serviceCidrs: ['known-later'] } });
    expect(JSON.stringify(later.spec('NetworkPolicy', 'allow-dns', 'egress'))).toContain('"known-later"');
  });
});

describe('Postgres is Cloud SQL', () => {
  const database = (shop: System) => {
    const api = new Gateway(shop, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080 });
    const db = new Postgres(shop, 'db', { database: 'shop', version: 15 });
    connect(api, db, { env: { DATABASE_URL: url() } });
  };
  const prod = shopOn(database);
  const dev = shopOn(database, { profile: 'dev' });
  const settings = (look: Look, ...path: (string | number)[]) => at(inputsOf(look, SQL), 'settings', ...path);

  test('in two zones where the profile is highly available, and Enterprise is said', () => {
    expect(settings(prod)).toMatchObject({ edition: 'ENTERPRISE', availabilityType: 'REGIONAL' });
    expect(settings(dev)).toMatchObject({ edition: 'ENTERPRISE', availabilityType: 'ZONAL' });
  });

  test('its backups are kept for as long as the profile says, and the log for a week at most', () => {
    expect(settings(prod, 'backupConfiguration')).toMatchObject({
      enabled: true,
      pointInTimeRecoveryEnabled: true,
      transactionLogRetentionDays: 7,
      backupRetentionSettings: { retainedBackups: 14, retentionUnit: 'COUNT' },
    });
    expect(settings(dev, 'backupConfiguration', 'transactionLogRetentionDays')).toBe(1);
  });

  test('more backups than it keeps are refused', () => {
    const look = shopOn((shop) => new Postgres(shop, 'db', { database: 'shop', keepBackupsDays: 400 }));
    expect(codes(look.graph)).toContain('SW-CLOUDSQL-001');
  });

  test('its disk grows up to a limit, an alarm sees it where it did not, and no up makes it smaller', () => {
    expect(settings(prod)).toMatchObject({ diskSize: 20, diskAutoresize: true, diskAutoresizeLimit: 100 });
    expect(prod.cloud(SQL)[0]?.options.ignoreChanges).toEqual(['settings.diskSize']);
    const alarm = inputsOf(prod, 'gcp:monitoring/alertPolicy:AlertPolicy');
    expect(at(alarm, 'notificationChannels')).toEqual([CLUSTER.alarmChannel]);
    expect(filled(at(alarm, 'conditions', 0, 'conditionThreshold', 'filter'))).toContain(
      'resource.labels.database_id = "acme-prod:known-after-apply"',
    );
  });

  test('an alarm without a channel is told', () => {
    const look = shopOn(database, { cluster: { alarmChannel: undefined } });
    expect(codes(look.graph)).toEqual(['SW-CLOUDSQL-002']);
  });

  test('is at a private address, and speaks TLS only', () => {
    expect(settings(prod, 'ipConfiguration')).toMatchObject({
      ipv4Enabled: false,
      privateNetwork: CLUSTER.network,
      allocatedIpRange: 'acme-services',
      sslMode: 'ENCRYPTED_ONLY',
    });
    const policy = prod.names('NetworkPolicy').filter((name) => name.startsWith('api-to-db'));
    expect(JSON.stringify(prod.spec('NetworkPolicy', policy[0] ?? '', 'egress'))).toContain('10.40.0.0/16');
  });

  test('its authority signs for it alone, and not for its address: callers ask who signed, each in its words', () => {
    expect(filled(prod.data('ConfigMap', 'shop-db-ca')['ca.crt'])).toBe('known-after-apply');
    const libpq = secretText(prod, 'shop-api-db', 'database-url');
    expect(libpq).toMatch(/sslmode=verify-ca&sslrootcert=/);
    const env = prod.env('Deployment', 'shop-db-users');
    expect(env).toMatchObject({ PGSSLMODE: 'verify-ca', PGUSER: 'postgres' });
  });

  test('node-postgres is told to read these words as libpq does: else it asks for the name', () => {
    const look = shopOn((shop) => {
      const api = new Gateway(shop, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080 });
      const db = new Postgres(shop, 'db', { database: 'shop' });
      connect(api, db, { env: { DATABASE_URL: url({ for: 'node-postgres' }) } });
    });
    const value = secretText(look, 'shop-api-db', 'database-url');
    expect(value).toContain('uselibpqcompat=true&sslmode=verify-ca');
  });

  test('Prisma, which always asks for the name, is refused', () => {
    const look = shopOn((shop) => {
      const api = new Gateway(shop, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080 });
      const db = new Postgres(shop, 'db', { database: 'shop' });
      connect(api, db, { env: { DATABASE_URL: url({ for: 'prisma' }) } });
    });
    expect(codes(look.graph)).toEqual(['SW-CONNECT-004']);
  });

  test('the application is a user of its own; the master’s password is with External Secrets in Secret Manager too', () => {
    const external: SecretBackend = {
      kind: 'external',
      store: { kind: 'ClusterSecretStore', name: 'google-secret-manager' },
      prefix: 'shop/prod',
      keys: 'dashes',
      refreshInterval: '1h',
    };
    const look = shopOn(database, { secrets: external });
    const ids = look.cloud('gcp:secretmanager/secret:Secret').map((n) => n.inputs.secretId);
    expect(ids.sort()).toEqual(['shop-prod-shop-db-stored-master', 'shop-prod-shop-db-stored-passwords']);
    const fields = list(look.spec('ExternalSecret', 'shop-db-users', 'data')).map((d) =>
      at(d, 'remoteRef', 'property'),
    );
    expect(fields.sort()).toEqual(['metrics', 'password', 'reader', 'superuser']);
    expect(look.names('Secret')).toEqual([]);
  });

  test('its users are made after the database and the master are there', () => {
    const before = new Set(['shop/db/users/deployment']);
    for (const path of before) for (const { from, to } of prod.graph.edges) if (from === path) before.add(to);
    expect([...before]).toEqual(expect.arrayContaining(['shop/db/database', 'shop/db/master']));
  });
});

describe('Redis is Memorystore', () => {
  const cache = (shop: System) => {
    const api = new Gateway(shop, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080 });
    const redis = new Redis(shop, 'redis', { memory: Size.mebibytes(1500), whenFull: 'drop-oldest' });
    connect(api, redis, { env: { REDIS_URL: url() } });
  };
  const look = shopOn(cache);

  test('with TLS, a password, whole gibibytes, and what it does when it is full', () => {
    expect(inputsOf(look, REDIS)).toMatchObject({
      tier: 'STANDARD_HA',
      memorySizeGb: 2,
      authEnabled: true,
      transitEncryptionMode: 'SERVER_AUTHENTICATION',
      connectMode: 'PRIVATE_SERVICE_ACCESS',
      redisConfigs: { 'maxmemory-policy': 'allkeys-lru' },
      persistenceConfig: { persistenceMode: 'RDB' },
    });
  });

  test('Node and Go are told whom to trust, beside whom they trust already', () => {
    expect(look.env('Deployment', 'shop-api')).toMatchObject({
      NODE_EXTRA_CA_CERTS: '/etc/authorities/redis/ca.crt',
      SSL_CERT_DIR: '/etc/ssl/certs:/etc/authorities/redis',
      REDIS_URL: 'secret shop-api-redis/redis-url',
    });
    expect(look.mountsOfNothing()).toEqual([]);
  });

  test('redis-py by its URL', () => {
    const talos = new Look(on('talos', 'prod'));
    const url = filled(talos.spec('ExternalSecret', 'talos-redis', 'target', 'template', 'data', 'redis-url'));
    expect(url).toMatch(/^rediss:\/\/.*:6378\?ssl_ca_certs=%2Fetc%2Fauthorities%2Fredis%2Fca\.crt$/);
  });
});

describe('an object store is a bucket', () => {
  const kept = (locked: boolean) => (shop: System) => {
    const db = new Postgres(shop, 'db', { database: 'shop', version: 15 });
    const store = new ObjectStore(shop, 'backups', { keep: Duration.days(30), locked });
    new Backup(shop, 'backup', { of: db, to: store });
  };
  const open = shopOn(kept(false));
  const locked = shopOn(kept(true));

  test('private, versioned, and what is deleted stays for as long again, whoever deletes it', () => {
    expect(inputsOf(open, BUCKET)).toMatchObject({
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      versioning: { enabled: true },
      softDeletePolicy: { retentionDurationSeconds: 30 * 86_400 },
      forceDestroy: false,
    });
  });

  test('with a lock that nobody takes away, and an end', () => {
    expect(inputsOf(locked, BUCKET)).toMatchObject({
      retentionPolicy: { isLocked: true, retentionPeriod: `${30 * 86_400}` },
      lifecycleRules: expect.arrayContaining([{ action: { type: 'Delete' }, condition: { age: 30 } }]),
    });
  });

  test('each pod has its own roles, in this bucket alone: it deletes only where nothing else does', () => {
    const member =
      'principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/acme-prod.svc.id.goog/subject/ns/shop/sa/shop-backup';
    const granted = (look: Look) => look.cloud(MEMBER).map(({ inputs }) => [inputs.role, inputs.member]);
    expect(granted(open)).toEqual([['roles/storage.objectUser', member]]);
    expect(granted(locked)).toEqual([
      ['roles/storage.objectCreator', member],
      ['roles/storage.objectViewer', member],
    ]);
  });

  test('the way to the metadata server is open, where a pod learns who it is', () => {
    const policy = JSON.stringify(open.spec('NetworkPolicy', 'backup-to-backups', 'egress'));
    expect(policy).toContain('169.254.169.252/32');
    expect(policy).toContain('"port":988');
    expect(policy).toContain('169.254.169.254/32');
  });

  test('somebody else’s bucket is left as it is', () => {
    const { graph } = new Look(on('ticolops', 'staging', { 'ticolops:drill.bucket': 'ticolops-prod-backups' }));
    const touched = graph.nodes.filter((n) => JSON.stringify(n.inputs).includes('ticolops-prod-backups'));
    expect(touched.map((n) => n.form)).not.toContain('cloud');
    expect(touched.length).toBeGreaterThan(0);
  });

  test('CloudNativePG archives into it as Google’s, without a key', () => {
    const talos = new Look(on('talos', 'prod', { 'talos:database.placement': 'in-cluster' }));
    const store = talos.spec('ObjectStore', 'talos-postgres', 'configuration');
    expect(store).toMatchObject({ googleCredentials: { gkeEnvironment: true } });
    expect(filled(at(store, 'destinationPath'))).toBe('gs://known-after-apply/postgres');
  });
});

describe('a site', () => {
  const look = shopOn((shop) => new Site(shop, 'site', { host: 'shop.acme.org' }));
  const of = (type: string) => look.cloud(`gcp:compute/${type}`).map((n) => n.inputs);

  test('is served with TLS, its headers, and its page for every path', () => {
    expect(of('sSLPolicy:SSLPolicy')).toMatchObject([{ minTlsVersion: 'TLS_1_2' }]);
    expect(of('managedSslCertificate:ManagedSslCertificate')).toMatchObject([
      { managed: { domains: ['shop.acme.org'] } },
    ]);
    expect(JSON.stringify(of('backendBucket:BackendBucket'))).toContain('Strict-Transport-Security: ');
    expect(JSON.stringify(of('uRLMap:URLMap'))).toContain('"overrideResponseCode":200');
  });

  test('sends plain requests to TLS, at one address', () => {
    const rules = of('globalForwardingRule:GlobalForwardingRule');
    expect(rules.map((r) => [r.portRange, r.loadBalancingScheme])).toEqual([
      ['443', 'EXTERNAL_MANAGED'],
      ['80', 'EXTERNAL_MANAGED'],
    ]);
    expect(of('globalAddress:GlobalAddress')).toHaveLength(1);
    expect(JSON.stringify(of('uRLMap:URLMap'))).toContain('"httpsRedirect":true');
  });

  test('is read by whoever knows a path, and listed by nobody', () => {
    expect(look.cloud(MEMBER).map((n) => n.inputs.role)).toEqual(['roles/storage.legacyObjectReader']);
  });

  test('another host is another certificate', () => {
    const other = shopOn((shop) => new Site(shop, 'site', { host: 'shop.example.org' }));
    const name = (l: Look) => inputsOf(l, 'gcp:compute/managedSslCertificate:ManagedSslCertificate')?.name;
    expect(name(other)).not.toBe(name(look));
  });

  test('a header that Cloud CDN does not set is refused', () => {
    const site = { host: 'shop.acme.org', headers: { 'X-Goog-Custom': 'a' } };
    expect(codes(shopOn((shop) => new Site(shop, 'site', site)).graph)).toEqual(['SW-GKE-004']);
  });
});

describe('an identity', () => {
  const withPolicies = (...policies: string[]) =>
    shopOn((shop) => new Identity(shop, 'identity', { account: 'shop-api', policies }));

  test('is the ServiceAccount itself, with the roles that were asked for', () => {
    const look = withPolicies('roles/pubsub.publisher');
    expect(inputsOf(look, 'gcp:projects/iAMMember:IAMMember')).toMatchObject({
      role: 'roles/pubsub.publisher',
      member: expect.stringMatching(/\/subject\/ns\/shop\/sa\/shop-api$/),
    });
  });

  test.each(['arn:aws:iam::aws:policy/AmazonS3FullAccess', 'roles/owner', 'roles/editor'])('%s is refused', (policy) =>
    expect(codes(withPolicies(policy).graph)).toEqual(['SW-GKE-002']),
  );
});

test('load balancers keep the addresses of clients', () => {
  const tallow = new Look(
    on('tallow', 'prod', {
      'tallow:turn.placement': 'in-cluster-public',
      'tallow:turn.externalAddress': '203.0.113.7',
    }),
  );
  const balanced = tallow.kinds('Service').filter(({ inputs }) => at(inputs, 'spec', 'type') === 'LoadBalancer');
  expect(balanced.length).toBeGreaterThan(0);
  for (const { inputs } of balanced) {
    expect(at(inputs, 'metadata', 'annotations', 'cloud.google.com/l4-rbs')).toBe('enabled');
    expect(at(inputs, 'spec', 'externalTrafficPolicy')).toBe('Local');
  }
});
