import { X509Certificate } from 'node:crypto';
import { Duration, Size } from 'cdk8s';
import { Gateway, Identity, ObjectStore, Postgres, Redis, System } from '../../constructs';
import { isMarker, valueBehind } from '../../constructs/core/marker';
import { identityProblems, lockOf } from '../../graph/identity';
import { at, list } from '../../graph/json-value';
import { flexibleServerAuthority, rootsIn } from '../../targets/aks/flexible-server-authority';
import { type Changes, looked, on, shopOn } from '../support/aks';
import { azure } from '../support/azure-rules';
import { filled } from '../support/filled';
import { Look } from '../support/look';
import { graphOf } from '../support/offline';

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
