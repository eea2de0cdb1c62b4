import type { Deployment, DeploymentArgs } from '@pulumi/azure-native/resources';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { report } from '../../constructs/core/problem';
import type { Azure } from './aks-cluster';
import { vaultName } from './key-vault';
import { missing } from './missing';

/** Which database. Both names may be markers. */
interface Place {
  readonly cluster: string;
  readonly database: string;
}

/**
 * Azure itself asks for the key, and writes it into Key Vault: it stands neither in the template, nor in the history of deployments, nor in Pulumi's
 * state. Whoever runs it may list keys and write secrets. Gives the marker of the secret's name, there once the key is.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource#list
 */
const TEMPLATE = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: {
    cluster: { type: 'string' },
    database: { type: 'string' },
    vault: { type: 'string' },
    secret: { type: 'string' },
  },
  resources: [
    {
      type: 'Microsoft.KeyVault/vaults/secrets',
      apiVersion: '2023-07-01',
      name: "[format('{0}/{1}', parameters('vault'), parameters('secret'))]",
      properties: {
        value:
          "[listKeys(resourceId('Microsoft.Cache/redisEnterprise/databases', parameters('cluster'), parameters('database')), '2024-10-01').primaryKey]",
      },
    },
  ],
  outputs: { secret: { type: 'string', value: "[parameters('secret')]" } },
};

export function keyInVault(scope: Construct, { cluster: name, database }: Place, { cluster, tags }: Azure): string {
  report(scope, () => missing({ 'aks:keyVault': cluster.keyVault }));
  const secret = vaultName(scope);
  const parameters = { cluster: name, database, vault: cluster.keyVault ?? '', secret };
  const deployment = new CloudResource<DeploymentArgs, Deployment>(scope, 'stored-key', {
    type: 'azure-native:resources:Deployment',
    inputs: {
      resourceGroupName: cluster.resourceGroup,
      deploymentName: secret.slice(-64).replace(/^-+/, ''),
      properties: {
        mode: 'Incremental',
        template: TEMPLATE,
        parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, { value }])),
      },
      tags,
    },
  });
  return deployment.output('properties', '.outputs.secret.value');
}
