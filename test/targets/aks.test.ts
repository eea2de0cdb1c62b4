import { isMarker, valueBehind } from '../../constructs/core/marker';
import { leavesIn, type Value } from '../../constructs/core/value';
import { at } from '../../graph/json-value';
import { AKS_SETTINGS } from '../../stacks/aks-settings';
import { looked, on, told } from '../support/aks';
import { azure, misfits } from '../support/azure-rules';
import { documentedGraph } from '../support/documented';
import { filled } from '../support/filled';
import { Look } from '../support/look';
import { ENVIRONMENTS, FIVE } from '../support/systems';

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
