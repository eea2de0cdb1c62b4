import type { Deployment, DeploymentArgs } from '@pulumi/azure-native/resources';
import type { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import type { AksSpec } from './aks-spec';

/** A cluster tells its authority in a kubeconfig only, which holds no credential where local accounts are off: Azure itself takes the one line out of it. */
const TEMPLATE = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: { cluster: { type: 'string' } },
  resources: [],
  outputs: {
    authority: {
      type: 'string',
      value:
        "[split(split(base64ToString(listClusterUserCredential(resourceId('Microsoft.ContainerService/managedClusters', parameters('cluster')), '2024-09-01').kubeconfigs[0].value), 'certificate-authority-data: ')[1], '\n')[0]]",
    },
  },
};

/** The marker of the base64 of a cluster's authority. */
export function clusterAuthority(scope: Construct, name: string, { resourceGroup, cluster }: AksSpec): string {
  const deployment = new CloudResource<DeploymentArgs, Deployment>(scope, 'authority', {
    type: 'azure-native:resources:Deployment',
    inputs: {
      resourceGroupName: resourceGroup,
      deploymentName: `${cluster}-authority`,
      properties: { mode: 'Incremental', template: TEMPLATE, parameters: { cluster: { value: name } } },
    },
  });
  return deployment.output('properties', '.outputs.authority.value');
}
