import type { Deployment, DeploymentArgs } from '@pulumi/azure-native/resources';
import type { StorageAccount, StorageAccountArgs, StorageAccountStaticWebsiteArgs } from '@pulumi/azure-native/storage';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { systemOf } from '../../constructs/core/system';
import type { Azure } from './aks-cluster';
import { nameInGroup, uniqueName } from './azure-name';

/** The account tells the website's address as a URL, and an origin is a host; nothing is made here, and nothing asked by us. */
const HOST = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: { account: { type: 'string' } },
  resources: [],
  outputs: {
    host: {
      type: 'string',
      value:
        "[split(reference(resourceId('Microsoft.Storage/storageAccounts', parameters('account')), '2023-05-01').primaryEndpoints.web, '/')[2]]",
    },
  },
};

/** A storage account that serves files to everybody, as it must for a website: it holds nothing else. Gives the marker of its host. */
export function websiteHost(scope: Construct, { cluster, environment, tags }: Azure): string {
  const { profile } = systemOf(scope).platform;
  const { resourceGroup: resourceGroupName, location } = cluster;
  const account = new CloudResource<StorageAccountArgs, StorageAccount>(scope, 'account', {
    type: 'azure-native:storage:StorageAccount',
    protect: profile.protectData,
    inputs: {
      resourceGroupName,
      location,
      accountName: uniqueName(scope, environment, 'storage'),
      kind: 'StorageV2',
      sku: { name: profile.highlyAvailable ? 'Standard_ZRS' : 'Standard_LRS' },
      allowBlobPublicAccess: false,
      // Pulumi turns a website on with it: Azure has no other way in its resource manager.
      allowSharedKeyAccess: true,
      minimumTlsVersion: 'TLS1_2',
      enableHttpsTrafficOnly: true,
      tags: { ...tags, 'seaworthy:data': 'site' },
    },
  });
  const accountName = account.output('name');
  new CloudResource<StorageAccountStaticWebsiteArgs>(scope, 'website', {
    type: 'azure-native:storage:StorageAccountStaticWebsite',
    inputs: { resourceGroupName, accountName, indexDocument: 'index.html', error404Document: 'index.html' },
  });
  const host = new CloudResource<DeploymentArgs, Deployment>(scope, 'website-host', {
    type: 'azure-native:resources:Deployment',
    inputs: {
      resourceGroupName,
      deploymentName: nameInGroup(scope, environment, 64),
      properties: { mode: 'Incremental', template: HOST, parameters: { account: { value: accountName } } },
      tags,
    },
  });
  return host.output('properties', '.outputs.host.value');
}
