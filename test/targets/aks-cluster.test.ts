import { isMarker, valueBehind } from '../../constructs/core/marker';
import { at, list } from '../../graph/json-value';
import { AKS_CREATE_SETTINGS } from '../../stacks/aks-settings';
import { type Changes, told } from '../support/aks';
import { misfits } from '../support/azure-rules';
import { documentedGraph } from '../support/documented';
import { Look } from '../support/look';

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
