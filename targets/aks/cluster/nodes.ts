import type { AgentPoolArgs } from '@pulumi/azure-native/containerservice';
import type { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import type { AksSpec, NodePool } from './aks-spec';

/** What all nodes are: private, in several zones, scaled by AKS, their disks encrypted where they are, too. */
export function poolInputs({ zones }: AksSpec, { type, least, most, diskGibibytes }: NodePool, subnet: string) {
  return {
    vmSize: type,
    count: Math.max(least, 1),
    minCount: least,
    maxCount: most,
    enableAutoScaling: true,
    type: 'VirtualMachineScaleSets',
    availabilityZones: [...zones],
    vnetSubnetID: subnet,
    enableNodePublicIP: false,
    // Once for each subscription: az feature register --namespace Microsoft.Compute --name EncryptionAtHost
    enableEncryptionAtHost: true,
    osDiskSizeGB: diskGibibytes,
    osDiskType: 'Managed',
    osSKU: 'AzureLinux',
    osType: 'Linux',
    maxPods: 110,
    upgradeSettings: { maxSurge: '33%' },
  };
}

/** Nodes that Azure takes back at short notice: AKS taints and labels them, and what may be interrupted goes there. */
export function spotNodes(scope: Construct, spec: AksSpec, resourceName: string, subnet: string): void {
  const { upgradeSettings: _, ...inputs } = poolInputs(spec, spec.spot, subnet);
  new CloudResource<AgentPoolArgs>(scope, 'spot', {
    type: 'azure-native:containerservice:AgentPool',
    inputs: {
      ...inputs,
      resourceGroupName: spec.resourceGroup,
      resourceName,
      agentPoolName: 'spot',
      mode: 'User',
      scaleSetPriority: 'Spot',
      scaleSetEvictionPolicy: 'Delete',
      // Up to the price of one that stays.
      spotMaxPrice: -1,
      // AKS sets both; what is not said here would be taken away again.
      nodeLabels: { 'kubernetes.azure.com/scalesetpriority': 'spot' },
      nodeTaints: ['kubernetes.azure.com/scalesetpriority=spot:NoSchedule'],
    },
    ignoreChanges: ['count'],
  });
}
