import { X509Certificate } from 'node:crypto';
import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Gateway, Identity, ObjectStore, Postgres, Redis, System } from '../../constructs';
import { isMarker, valueBehind } from '../../constructs/core/marker';
import { PROFILES } from '../../constructs/core/profile';
import type { SecretBackend } from '../../constructs/core/secret-source';
import { leavesIn, type Value } from '../../constructs/core/value';
import type { Graph } from '../../graph/graph';
import { identityProblems, lockOf } from '../../graph/identity';
import { at, list } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { AKS_CREATE_SETTINGS, AKS_SETTINGS } from '../../stacks/aks-settings';
import { aks } from '../../targets/aks/aks';
import type { AksCluster } from '../../targets/aks/aks-cluster';
import { flexibleServerAuthority, rootsIn } from '../../targets/aks/flexible-server-authority';
import { azure, misfits } from '../support/azure-rules';
import { documentedGraph } from '../support/documented';
import { filled } from '../support/filled';
import { Look } from '../support/look';
import { graphOf } from '../support/offline';
import { ENVIRONMENTS, FIVE } from '../support/systems';

type Changes = Readonly<Record<string, string | undefined>>;
const on = (system: string, profile: string, changes: Changes = {}) =>
  documentedGraph('aks', 'prod', [system], { 'seaworthy:profile': profile, ...changes });
const looked = (system: string, profile: string, changes: Changes = {}) => new Look(on(system, profile, changes));

const IN = '/subscriptions/a/resourceGroups/b/providers/Microsoft.Network';
const CLUSTER: AksCluster = {
  subscription: '01234567-89ab-cdef-0123-456789abcdef',
  resourceGroup: 'acme',
  location: 'germanywestcentral',
  cluster: 'acme',
  endpoint: 'https://acme.hcp.germanywestcentral.azmk8s.io',
  certificateAuthority: 'cGxhY2Vob2xkZXI=',
  oidcIssuer: 'https://germanywestcentral.oic.prod-aks.azure.com/a/b/',
  serviceCidrs: ['10.0.0.0/16'],
  controlPlaneCidrs: ['20.1.2.3/32'],
  databaseSubnet: `${IN}/virtualNetworks/c/subnets/databases`,
  databaseSubnetCidrs: ['10.1.4.0/24'],
  databaseZone: `${IN}/privateDnsZones/acme.postgres.database.azure.com`,
  endpointSubnet: `${IN}/virtualNetworks/c/subnets/endpoints`,
  endpointSubnetCidrs: ['10.1.5.0/24'],
  redisZone: `${IN}/privateDnsZones/privatelink.redis.azure.net`,
  keyVault: 'acme',
  geoRedundantBackups: false,
  archives: 'unlocked',
};

const BACKENDS: Readonly<Record<SecretBackend['kind'], SecretBackend>> = {
  pulumi: { kind: 'pulumi' },
  sops: { kind: 'sops', file: 'secrets.prod.yaml', keys: [] },
  sealed: { kind: 'sealed', file: 'sealed.prod.yaml', ciphertexts: {} },
  external: {
    kind: 'external',
    store: { kind: 'ClusterSecretStore', name: 'azure-key-vault' },
    prefix: 'shop/prod',
    keys: 'dashes',
    refreshInterval: '1h',
  },
};

/** A system of somebody's own on AKS. */
function shopOn(kind: SecretBackend['kind'], write: (shop: System) => unknown): Look {
  const build = (app: Construct) => {
    const facts = {
      ...({
        project: 'shop',
        environment: 'prod',
        profile: PROFILES.prod,
        target: 'aks',
        kubernetesVersion: '1.35',
      } as const),
      ...{ context: undefined, kubeconfig: undefined, secrets: BACKENDS[kind], storageClass: undefined },
      ...{ issuer: undefined, eks: undefined, gke: undefined },
    };
    const platform = aks(app, facts, { from: 'configuration', cluster: CLUSTER });
    write(new System(app, 'shop', { namespace: 'shop', platform }));
  };
  return new Look(graphOf(build));
}

/** What stands on purpose in the configuration that docs/targets/aks.md shows: an archive is locked by a second step, and the front door is that of the briefs. */
const TOLD = ['SW-AKS-009 talos/cold', 'SW-ADDON-001 platform/ingress-nginx'];
const told = (graph: Graph, kubernetesVersion = '1.35') =>
  soundness(graph, { kubernetesVersion, environment: 'prod' })
    .filter((p) => p.severity !== 'placeholder')
    .map((p) => `${p.code} ${p.where}`)
    .filter((problem) => !TOLD.includes(problem));

const CASES = ENVIRONMENTS.flatMap((profile) => FIVE.map((system) => [system, profile] as const));

describe.each(CASES)('%s in %s on AKS', (system, profile) => {
  const graph = on(system, profile);

  test('has no problem but placeholders', () => expect(told(graph)).toEqual([]));

  test('names and words are such as Azure takes', () => expect(misfits(graph)).toEqual([]));

  test('what refers to a resource refers to one that is there', () => {
    const known = new Set(graph.nodes.map((node) => node.path));
    const missing = azure(graph.nodes).flatMap(({ path, inputs }) =>
      leavesIn(inputs).flatMap((leaf: Value) =>
        leaf.kind === 'attribute' && !known.has(leaf.of.node.path) ? [`${path} → ${leaf.of.node.path}`] : [],
      ),
    );
    expect(missing).toEqual([]);
  });

  test('no secret stands in a resource but in one that is for secrets', () => {
    const places = azure(graph.nodes)
      .filter(({ inputs }) => leavesIn(inputs).some((leaf) => leaf.kind === 'attribute' && leaf.secret))
      .map(({ type }) => type);
    for (const type of places)
      expect(['azure-native:dbforpostgresql:Server', 'azure-native:keyvault:Secret']).toContain(type);
  });
});

describe('settings', () => {
  test.each(Object.entries(AKS_SETTINGS))('aks:%s takes its example', (name, { example, parse, form }) => {
    const written = name === 'certificateAuthority' ? 'cGxhY2Vob2xkZXI=' : example;
    expect(parse(form === 'list' ? written.replace(/^\[(.*)\]$/, '$1') : written)).toHaveProperty('value');
  });

  test.each([
    ['subscription', 'acme'],
    ['resourceGroup', 'acme/prod'],
    ['location', 'Germany West Central'],
    ['cluster', 'acme_'],
    ['endpoint', 'http://acme.azmk8s.io'],
    ['oidcIssuer', 'https://germanywestcentral.oic.prod-aks.azure.com/a/b'],
    ['serviceCidrs', '10.0.0.10'],
    ['controlPlaneCidrs', '0.0.0.0/0'],
    ['databaseSubnet', 'databases'],
    ['databaseSubnet', '/subscriptions/a/resourceGroups/b/providers/Microsoft.Network/virtualNetworks/c'],
    ['databaseZone', '/subscriptions/a/resourceGroups/b/providers/Microsoft.Network/privateDnsZones/acme.internal'],
    [
      'redisZone',
      '/subscriptions/a/resourceGroups/b/providers/Microsoft.Network/privateDnsZones/privatelink.redis.cache.windows.net',
    ],
    ['keyVault', 'acme--prod'],
    ['keyVault', 'https://acme.vault.azure.net'],
    ['actionGroup', 'on-call'],
    ['extensions', 'PG_TRGM'],
    ['archives', 'maybe'],
  ] as const)('aks:%s is not "%s"', (name, raw) => expect(AKS_SETTINGS[name].parse(raw)).toHaveProperty('rule'));

  test.each(['1.33', '1.34', '1.37'])('Kubernetes %s is refused, and why', (kubernetesVersion) => {
    const { problems } = on('todo', 'prod', { 'seaworthy:kubernetesVersion': kubernetesVersion });
    expect(problems.filter((p) => p.code === 'SW-AKS-002').map((p) => p.what)).toEqual([
      expect.stringMatching(
        /(ends on AKS on 2026-11-30|not among those that AKS supports): 1\.35 \(until 2027-03-31\), 1\.36/,
      ),
    ]);
  });

  test('a vault that is not named is told, with the command', () => {
    const { problems } = on('todo', 'prod', { 'aks:keyVault': undefined });
    expect(problems.filter((p) => p.code === 'SW-AKS-001').at(0)?.fix).toBe('pulumi config set aks:keyVault …');
  });

  test('an alarm without anybody to reach is told', () => {
    const { problems } = on('todo', 'prod', { 'aks:actionGroup': undefined });
    expect(problems.map((p) => p.code)).toContain('SW-AKS-003');
  });
});

describe('the cluster', () => {
  const look = looked('todo', 'prod');

  test('is asked with a token of the moment: its kubeconfig holds no credential', () => {
    const kubeconfig = JSON.parse(String(look.cloud('pulumi:providers:kubernetes')[0]?.inputs.kubeconfig));
    expect(at(kubeconfig, 'users', 0, 'user', 'exec')).toMatchObject({
      command: 'kubelogin',
      args: ['get-token', '--login', 'azurecli', '--server-id', '6dae42f8-4368-4678-94ff-3960e28e3630'],
    });
    expect(Object.keys(Object(at(kubeconfig, 'users', 0, 'user')))).toEqual(['exec']);
  });

  test('names are asked at CoreDNS, at the tenth address of Services and on the node, never at 168.63.129.16', () => {
    const policy = JSON.stringify(look.spec('NetworkPolicy', 'allow-dns', 'egress'));
    for (const place of ['10.0.0.10/32', '169.254.10.11/32', 'kube-dns']) expect(policy).toContain(place);
    for (const policies of look.kinds('NetworkPolicy'))
      expect(JSON.stringify(policies.inputs)).not.toContain('168.63.');
  });

  test('the API server is asked where it is, and at its Service', () => {
    const policy = JSON.stringify(look.spec('NetworkPolicy', 'backend-to-kubernetes', 'egress'));
    expect(policy).toContain('20.1.2.3/32');
    expect(policy).toContain('10.0.0.1/32');
  });

  test('fast disks are Premium SSDs, made where their pod is', () => {
    expect(look.object('StorageClass', 'fast-ssd').inputs).toMatchObject({
      provisioner: 'disk.csi.azure.com',
      parameters: { skuName: 'Premium_LRS' },
      volumeBindingMode: 'WaitForFirstConsumer',
    });
  });

  test('facts that another stack tells are its outputs, and what is given here wins', () => {
    const facts = [
      'endpoint',
      'certificateAuthority',
      'oidcIssuer',
      'serviceCidrs',
      'controlPlaneCidrs',
      'databaseSubnet',
    ];
    const others = ['databaseSubnetCidrs', 'databaseZone', 'endpointSubnet', 'endpointSubnetCidrs'];
    const without = Object.fromEntries([...facts, ...others].map((fact) => [`aks:${fact}`, undefined]));
    const graph = on('todo', 'prod', { ...without, 'seaworthy:clusterStack': 'acme/seaworthy/cluster' });
    expect(told(graph)).toEqual([]);
    const server = new Look(graph).cloud('azure-native:dbforpostgresql:Server')[0]?.inputs;
    const subnet = at(server, 'network', 'delegatedSubnetResourceId');
    expect(typeof subnet === 'string' && isMarker(subnet) && valueBehind(subnet)).toMatchObject({
      path: 'databaseSubnet',
    });
  });
});

describe('the database', () => {
  const inputs = (profile: string, changes: Changes = {}) =>
    looked('talos', profile, changes).cloud('azure-native:dbforpostgresql:Server')[0]?.inputs;

  test('stands in two zones where the profile is highly available, else alone', () => {
    expect(inputs('prod')).toMatchObject({
      highAvailability: { mode: 'ZoneRedundant' },
      sku: { name: 'Standard_D2ds_v5' },
    });
    expect(inputs('dev')).toMatchObject({ highAvailability: { mode: 'Disabled' }, sku: { name: 'Standard_B2s' } });
  });

  test('is in its subnet only, grows, and keeps backups for a week at least', () => {
    expect(inputs('dev')).toMatchObject({
      network: { delegatedSubnetResourceId: expect.stringMatching(/subnets\/databases$/) },
      storage: { autoGrow: 'Enabled', storageSizeGB: 32 },
      backup: { backupRetentionDays: 7, geoRedundantBackup: 'Disabled' },
    });
    expect(at(inputs('prod'), 'backup', 'backupRetentionDays')).toBe(14);
  });

  test('keeps backups in two regions, and lets extensions in, where settings say so', () => {
    const changes = { 'aks:geoRedundantBackups': 'true', 'aks:extensions': 'pg_trgm,pgcrypto' };
    expect(at(inputs('prod', changes), 'backup', 'geoRedundantBackup')).toBe('Enabled');
    const configurations = looked('talos', 'prod', changes).cloud('azure-native:dbforpostgresql:Configuration');
    const pairs = configurations.map(({ inputs: { configurationName, value } }) => `${configurationName} ${value}`);
    expect(pairs.sort()).toEqual(['azure.extensions PG_TRGM,PGCRYPTO', 'require_secure_transport on']);
  });

  test.each(['15', '16', '17', '18'])('is Postgres %s where that is asked for', (version) => {
    expect(inputs('prod', { 'talos:database.version': version })?.version).toBe(version);
  });

  test('is protected by Pulumi and by a lock of Azure in production', () => {
    const look = looked('talos', 'prod');
    expect(look.cloud('azure-native:dbforpostgresql:Server')[0]?.options.protect).toBe(true);
    expect(look.cloud('azure-native:dbforpostgresql:Database')[0]?.options.protect).toBe(true);
    expect(look.cloud('azure-native:authorization:ManagementLockByScope').map((n) => n.path)).toContain(
      'talos/postgres/lock',
    );
  });

  test('its callers verify it, and sign in as users of their own', () => {
    const look = looked('talos', 'prod');
    const url = filled(look.spec('ExternalSecret', 'talos-secrets', 'target', 'template', 'data', 'database-url'));
    expect(url).toMatch(/^postgresql:\/\/talos:\{\{ \.value1 \| urlquery \}\}@known-after-apply:5432\/talos/);
    expect(String(look.data('ConfigMap', 'talos-postgres-ca')['ca.crt']).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(look.names('Deployment')).toContain('talos-postgres-users');
  });

  test.each([
    ['pulumi', 0],
    ['sops', 0],
    ['external', 2],
    ['sealed', 1],
  ] as const)('with secrets of %s the vault holds what of it is read there', (kind, stored) => {
    const shop = shopOn(kind, (system) => new Postgres(system, 'db', { database: 'shop' }));
    expect(shop.cloud('azure-native:keyvault:Secret')).toHaveLength(stored);
  });

  test('backups for more than 35 days, and more than the largest disk, are refused', () => {
    const shop = shopOn('pulumi', (system) => {
      new Postgres(system, 'db', { database: 'shop', keepBackupsDays: 36, storage: Size.gibibytes(40_000) });
    });
    expect(shop.codes()).toEqual(expect.arrayContaining(['SW-AKS-005', 'SW-AKS-006']));
  });

  test('a Node that lacks an authority is told', () => {
    const { problems } = graphOf(
      (app) => void flexibleServerAuthority(new System(app, 'shop', { namespace: 'shop' }), []),
    );
    expect(problems.map((p) => p.code)).toEqual(['SW-AKS-004', 'SW-AKS-004']);
  });

  test('none of the authorities has ended', () => {
    const roots = Object.values(rootsIn());
    expect(roots).toHaveLength(2);
    for (const pem of roots) expect(Date.parse(new X509Certificate(pem).validTo)).toBeGreaterThan(Date.now());
  });
});

describe('the cache', () => {
  const look = looked('talos', 'prod');
  const database = look.cloud('azure-native:redisenterprise:Database')[0]?.inputs;

  test('speaks TLS behind a private endpoint, to clients that know nothing of shards', () => {
    expect(database).toMatchObject({ clusteringPolicy: 'NoCluster', evictionPolicy: 'NoEviction', port: 10000 });
    const url = filled(look.spec('ExternalSecret', 'talos-redis', 'target', 'template', 'data', 'redis-url'));
    expect(url).toBe('rediss://:{{ .value1 | urlquery }}@known-after-apply:10000');
    expect(look.names('NetworkPolicy').some((name) => /redis/.test(name))).toBe(true);
  });

  test('its key goes from Azure into the vault, and is nowhere in what Pulumi keeps', () => {
    const [deployment] = look.cloud('azure-native:resources:Deployment');
    expect(JSON.stringify(at(deployment?.inputs, 'properties', 'template', 'resources'))).toContain('listKeys(');
    expect(JSON.stringify(at(deployment?.inputs, 'properties', 'template', 'outputs'))).not.toContain('listKeys(');
    const key = list(look.spec('ExternalSecret', 'talos-redis', 'data')).map((d) => at(d, 'remoteRef', 'key'))[0];
    expect(typeof key === 'string' && isMarker(key) && valueBehind(key)).toMatchObject({
      path: 'properties.outputs.secret.value',
    });
  });

  test('what must be kept is written each second', () => {
    const kept = looked('tallow', 'prod', { 'tallow:cache.placement': 'platform' });
    expect(kept.cloud('azure-native:redisenterprise:Database')[0]?.inputs.persistence).toEqual({
      aofEnabled: true,
      aofFrequency: '1s',
    });
  });

  test.each([
    ['pulumi', 0],
    ['sops', 0],
    ['external', 1],
    ['sealed', 1],
  ] as const)('with secrets of %s, %d of Azure: it gives the key to nobody but the vault', (kind, made) => {
    const shop = shopOn(kind, (system) => new Redis(system, 'cache'));
    expect(shop.cloud('azure-native:redisenterprise:RedisEnterprise')).toHaveLength(made);
    expect(shop.names('Deployment')).toEqual(made === 0 ? ['shop-cache'] : []);
  });

  test('is the smallest that holds what is asked, beside the fifth that Azure takes; more than the largest is refused', () => {
    const size = (mebibytes: number) =>
      shopOn('external', (system) => new Redis(system, 'cache', { memory: Size.mebibytes(mebibytes) }));
    const sku = (look: Look) =>
      at(look.cloud('azure-native:redisenterprise:RedisEnterprise')[0]?.inputs, 'sku', 'name');
    expect([256, 500, 1024].map((mebibytes) => sku(size(mebibytes)))).toEqual([
      'Balanced_B0',
      'Balanced_B1',
      'Balanced_B3',
    ]);
    expect(size(20_000).codes()).toContain('SW-AKS-007');
  });
});

describe('the store', () => {
  const look = looked('talos', 'prod');
  const assignments = look.cloud('azure-native:authorization:RoleAssignment');
  const of = (path: string) => assignments.find((n) => n.path.startsWith(path))?.inputs;
  const [READER, CONTRIBUTOR] = ['2a2b9908-6ea1-4ae2-8e65-a410df84e7d1', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'];

  test('who only reads is a reader; who writes into an archive may not delete', () => {
    expect(of('talos/drill/')?.roleDefinitionId).toMatch(READER);
    expect(of('talos/archive/')?.roleDefinitionId).toMatch(CONTRIBUTOR);
    expect(of('talos/archive/')?.condition).toContain("blobs/delete'");
    expect(of('talos/backup/')?.condition).toBeUndefined();
  });

  test('each role is for one container, and no identity has two parts', () => {
    for (const { inputs } of assignments) {
      const scope = String(inputs.scope);
      expect(isMarker(scope) && valueBehind(scope)).toMatchObject({ path: 'id' });
    }
    const subjects = look
      .cloud('azure-native:managedidentity:FederatedIdentityCredential')
      .map((n) => String(n.inputs.subject));
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  test('jobs carry their identity: the annotation on the account, the label on the pod', () => {
    expect(look.annotations('ServiceAccount', 'talos-backup')).toHaveProperty(['azure.workload.identity/client-id']);
    const labels = look.spec('CronJob', 'talos-backup', 'jobTemplate', 'spec', 'template', 'metadata', 'labels');
    expect(labels).toMatchObject({ 'azure.workload.identity/use': 'true' });
    const env = list(
      look.spec('CronJob', 'talos-backup', 'jobTemplate', 'spec', 'template', 'spec', 'containers', 0, 'env'),
    );
    expect(env).toContainEqual({ name: 'RCLONE_CONFIG_STORE_TYPE', value: 'azureblob' });
    expect(env).toContainEqual({ name: 'RCLONE_CONFIG_STORE_ENV_AUTH', value: 'true' });
  });

  test('an archive is immutable for seven years, and locked once a setting says that it is there', () => {
    const policy = (changes: Changes) =>
      at(
        new Look(on('talos', 'prod', changes))
          .cloud('azure-native:storage:StorageAccount')
          .find((n) => n.path.includes('cold'))?.inputs,
        'immutableStorageWithVersioning',
        'immutabilityPolicy',
      );
    expect(policy({})).toMatchObject({ state: 'Unlocked', immutabilityPeriodSinceCreationInDays: 2557 });
    expect(policy({ 'aks:archives': 'locked' })).toMatchObject({ state: 'Locked' });
    const { problems } = on('talos', 'prod', { 'aks:archives': 'locked' });
    expect(problems.map((p) => p.code)).not.toContain('SW-AKS-009');
  });

  test('no key opens an account, and what is deleted stays for a while', () => {
    for (const { inputs } of look.cloud('azure-native:storage:StorageAccount'))
      expect(inputs.allowSharedKeyAccess).toBe(false);
    for (const { inputs } of look.cloud('azure-native:storage:BlobServiceProperties')) {
      expect(inputs).toMatchObject({
        isVersioningEnabled: true,
        deleteRetentionPolicy: { enabled: true, allowPermanentDelete: false },
      });
    }
  });

  test('CloudNativePG archives its log there, as its own identity', () => {
    const inside = looked('talos', 'prod', { 'talos:database.placement': 'in-cluster' });
    const store = inside.kinds('ObjectStore')[0]?.inputs;
    expect(filled(at(store, 'spec', 'configuration'))).toMatchObject({
      destinationPath: expect.stringMatching(
        /^https:\/\/known-after-apply\.blob\.core\.windows\.net\/known-after-apply\/postgres$/,
      ),
      azureCredentials: { inheritFromAzureAD: true },
    });
    const cluster = inside.kinds('Cluster')[0]?.inputs;
    expect(at(cluster, 'spec', 'inheritedMetadata', 'labels')).toEqual({ 'azure.workload.identity/use': 'true' });
    expect(at(cluster, 'spec', 'serviceAccountTemplate', 'metadata', 'annotations')).toHaveProperty([
      'azure.workload.identity/client-id',
    ]);
  });
});

describe('the site', () => {
  const look = looked('ticolops', 'prod');

  test('every header is set by a rule of at most five', () => {
    const actions = look.cloud('azure-native:cdn:Rule').map(({ inputs }) => list(inputs.actions));
    for (const some of actions) expect(some.length).toBeLessThanOrEqual(5);
    const headers = actions.flat().map((action) => at(action, 'parameters', 'headerName'));
    expect(headers).toContain('Content-Security-Policy');
    expect(headers).toContain('Strict-Transport-Security');
  });

  test('a path inside of the page is the page', () => {
    const rewrites = look.cloud('azure-native:cdn:Rule').flatMap(({ inputs }) => list(inputs.actions));
    expect(rewrites.map((a) => at(a, 'parameters', 'destination'))).toContain('/index.html');
  });

  test('its host has a certificate that Front Door renews', () => {
    expect(look.cloud('azure-native:cdn:AFDCustomDomain')[0]?.inputs).toMatchObject({
      hostName: 'ticolops.example.com',
      tlsSettings: { certificateType: 'ManagedCertificate' },
    });
  });
});

describe('the identity of a workload', () => {
  const look = looked('todo', 'prod');

  test('is believed of one ServiceAccount only, and its pods carry it', () => {
    expect(look.cloud('azure-native:managedidentity:FederatedIdentityCredential')[0]?.inputs).toMatchObject({
      subject: 'system:serviceaccount:todo-chatbot:todo-backend',
    });
    expect(look.annotations('ServiceAccount', 'todo-backend')).toHaveProperty(['azure.workload.identity/client-id']);
    expect(look.spec('Deployment', 'todo-backend', 'template', 'metadata', 'labels')).toMatchObject({
      'azure.workload.identity/use': 'true',
    });
    expect(look.spec('Deployment', 'todo-backend', 'selector', 'matchLabels')).toEqual({ app: 'todo-backend' });
  });

  test('its roles are on resources, or refused', () => {
    const role = '/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1';
    const account = '/subscriptions/a/resourceGroups/b/providers/Microsoft.Storage/storageAccounts/c';
    const shop = shopOn('pulumi', (system) => {
      new Identity(system, 'identity', { account: 'shop-api', policies: [`${account}${role}`, 'Contributor', role] });
    });
    expect(shop.cloud('azure-native:authorization:RoleAssignment').map((n) => n.inputs.scope)).toEqual([account]);
    expect(shop.codes().filter((code) => code === 'SW-AKS-008')).toHaveLength(2);
  });
});

test('what may be interrupted goes to spot nodes of AKS, past the taint that AKS gives them', () => {
  const shop = shopOn('pulumi', (system) => {
    new Gateway(system, 'api', { image: 'ghcr.io/acme/api:1.2.3', port: 8000, mayBeInterrupted: true });
  });
  expect(shop.spec('Deployment', 'shop-api', 'template', 'spec', 'tolerations')).toContainEqual({
    key: 'kubernetes.azure.com/scalesetpriority',
    operator: 'Exists',
    effect: 'NoSchedule',
  });
});

describe('a container that is somebody else’s', () => {
  const shop = (existing: string) =>
    shopOn('pulumi', (system) => new ObjectStore(system, 'theirs', { keep: Duration.days(1), existing }));

  test('is read where its owner lets us in: nothing is made', () => {
    expect(azure(shop('acmebackups/shop').graph.nodes)).toEqual([]);
    expect(shop('acmebackups/shop').codes()).toEqual([]);
  });

  test.each(['acme', 'ACME/shop', 'acme/a', 'acme/a--b', 'acme/*'])('is not "%s"', (existing) =>
    expect(shop(existing).codes()).toContain('SW-TEXT-001'),
  );
});

test('what holds data and goes is told, and so is another major of Postgres', () => {
  const lock = lockOf('seaworthy', [on('talos', 'prod')]);
  const gone = identityProblems(on('todo', 'prod'), lock, 'prod');
  const lost = gone.filter((p) => p.code === 'SW-IDENTITY-008').map((p) => p.where);
  expect(lost).toEqual(expect.arrayContaining(['talos/postgres/server', 'talos/redis/cluster', 'talos/cold/account']));
  const newer = identityProblems(on('talos', 'prod', { 'talos:database.version': '17' }), lock, 'prod');
  expect(newer.map((p) => `${p.code} ${p.where}`)).toContain('SW-IDENTITY-007 talos/postgres/server');
});

describe('the platform', () => {
  const platform = () =>
    new Look(documentedGraph('aks', 'platform', ['platform'], { 'platform:onCall.webhook': '[secret]' }));

  test('as its page shows it has no problem but placeholders', () => expect(told(platform().graph)).toEqual([]));

  test('names and words are such as Azure takes', () => expect(misfits(platform().graph)).toEqual([]));

  test('who reads the vault may read secrets of this vault, and the store is for the namespaces that are named', () => {
    const assignment = platform().cloud('azure-native:authorization:RoleAssignment');
    const reads = assignment.find((n) => n.path.startsWith('platform/external-secrets/'))?.inputs;
    expect(reads).toMatchObject({
      scope: expect.stringMatching(/providers\/Microsoft\.KeyVault\/vaults\/placeholder-vault$/),
      roleDefinitionId: expect.stringMatching('4633458b-17de-408a-b874-0445c86b69e6'),
    });
    expect(platform().object('ClusterSecretStore', 'azure-key-vault').inputs.spec).toMatchObject({
      provider: { azurekv: { authType: 'WorkloadIdentity', vaultUrl: 'https://placeholder-vault.vault.azure.net' } },
    });
  });

  test('Velero is told of Azure, and of nothing of AWS', () => {
    const release = platform().graph.nodes.find((n) => n.inputs.name === 'velero' && n.form === 'release')?.inputs;
    expect(filled(at(release, 'values', 'configuration', 'backupStorageLocation', 0))).toMatchObject({
      provider: 'azure',
      bucket: 'known-after-apply',
      config: { useAAD: 'true' },
    });
    expect(JSON.stringify(release)).not.toMatch(/aws/i);
    expect(at(release, 'values', 'podLabels')).toEqual({ 'azure.workload.identity/use': 'true' });
  });
});

describe('a cluster that is made', () => {
  const made = (changes: Changes = {}) => new Look(documentedGraph('aks', 'cluster', [], changes));
  const look = made();
  const cluster = look.cloud('azure-native:containerservice:ManagedCluster')[0]?.inputs;

  test('as its page shows it has no problem but placeholders', () => expect(told(look.graph)).toEqual([]));

  test('names and words are such as Azure takes', () => expect(misfits(look.graph)).toEqual([]));

  test('TDO-06 todo-chatbot-prod in the group todo-prod, with three nodes of a scale set', () => {
    const [brief] = made({ 'aks:cluster': 'todo-chatbot-prod', 'aks:resourceGroup': 'todo-prod' }).cloud(
      'azure-native:containerservice:ManagedCluster',
    );
    expect(brief?.inputs).toMatchObject({
      resourceName: 'todo-chatbot-prod',
      resourceGroupName: 'todo-prod',
      agentPoolProfiles: [{ count: 3, minCount: 3, type: 'VirtualMachineScaleSets' }],
    });
  });

  test('believes Entra ID only, and pods by workload identity', () => {
    expect(cluster).toMatchObject({
      disableLocalAccounts: true,
      aadProfile: { managed: true, enableAzureRBAC: true },
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
      kubernetesVersion: '1.35',
    });
  });

  test('policies hold, and nodes go out by the gateway only', () => {
    expect(cluster).toMatchObject({
      networkProfile: {
        networkPluginMode: 'overlay',
        networkPolicy: 'cilium',
        outboundType: 'userAssignedNATGateway',
        dnsServiceIP: '10.0.0.10',
      },
    });
    for (const { inputs } of look.cloud('azure-native:network:Subnet'))
      expect(inputs.defaultOutboundAccess).toBe(false);
  });

  test('its API server has a public address only where ranges are said', () => {
    expect(at(cluster, 'apiServerAccessProfile', 'authorizedIPRanges')).toEqual(['198.51.100.7/32']);
    const inside = made({ 'aks:apiAccess': undefined }).cloud('azure-native:containerservice:ManagedCluster')[0]
      ?.inputs;
    expect(inside).toMatchObject({ apiServerAccessProfile: { enablePrivateCluster: true } });
  });

  test('parts of the network do not overlap, and two are delegated', () => {
    const subnets = look.cloud('azure-native:network:Subnet').map(({ inputs }) => inputs);
    expect(subnets.map(({ addressPrefix }) => addressPrefix).sort()).toEqual([
      '10.1.0.0/18',
      '10.1.64.0/24',
      '10.1.65.0/24',
      '10.1.66.0/28',
    ]);
    expect(subnets.flatMap(({ delegations }) => list(delegations).map((d) => at(d, 'serviceName'))).sort()).toEqual([
      'Microsoft.ContainerService/managedClusters',
      'Microsoft.DBforPostgreSQL/flexibleServers',
    ]);
  });

  test('has three nodes at least, in three zones, and spot nodes that nothing else goes to', () => {
    expect(at(cluster, 'agentPoolProfiles', 0)).toMatchObject({
      minCount: 3,
      maxCount: 9,
      availabilityZones: ['1', '2', '3'],
    });
    expect(look.cloud('azure-native:containerservice:AgentPool')[0]?.inputs).toMatchObject({
      scaleSetPriority: 'Spot',
      nodeTaints: ['kubernetes.azure.com/scalesetpriority=spot:NoSchedule'],
    });
    expect(made({ 'aks:spot.most': '0' }).cloud('azure-native:containerservice:AgentPool')).toEqual([]);
  });

  test('its own identity may join the two subnets of the cluster, and nothing else', () => {
    const roles = look.cloud('azure-native:authorization:RoleAssignment').map(({ inputs: { scope } }) => scope);
    const paths = roles.map((scope) => {
      const value = typeof scope === 'string' && isMarker(scope) ? valueBehind(scope) : undefined;
      return value?.kind === 'attribute' ? value.of.node.path : scope;
    });
    expect(paths.sort()).toEqual(['aks/network/api-server', 'aks/network/nodes']);
  });

  test.each([
    ['SW-AKS-011', { 'aks:nodes.most': '2' }],
    ['SW-AKS-012', { 'aks:serviceCidr': '10.1.0.0/20' }],
  ])('%s: what Azure would refuse half way is told', (code, changes) => expect(made(changes).codes()).toContain(code));

  test.each(Object.entries(AKS_CREATE_SETTINGS))('aks:%s takes its example', (_name, { example, parse, form }) => {
    expect(parse(form === 'list' ? example.replace(/^\[(.*)\]$/, '$1') : example)).toHaveProperty('value');
  });
});
