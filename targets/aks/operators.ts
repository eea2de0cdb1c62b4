import type {
  BlobContainer,
  BlobContainerArgs,
  StorageAccount,
  StorageAccountArgs,
} from '@pulumi/azure-native/storage';
import type { Construct } from 'constructs';
import { veleroSnapshots, veleroValues } from '../../constructs/add-ons/velero';
import { CloudResource } from '../../constructs/core/cloud-resource';
import type { OperatorAnswer, OperatorRequest } from '../../constructs/core/operator';
import type { Profile } from '../../constructs/core/platform';
import { report } from '../../constructs/core/problem';
import type { Azure } from './aks-cluster';
import { uniqueName } from './azure-name';
import { type BlobPlace, placeNamed } from './blob-access';
import { accountInputs, keepVersions, lifecycle } from './blob-store';
import { assign, carried, identityIn } from './identity';
import { missing } from './missing';

/** https://learn.microsoft.com/azure/key-vault/general/rbac-guide: reads what secrets hold, and nothing else */
const SECRETS_USER = '4633458b-17de-408a-b874-0445c86b69e6';
/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage */
const BLOB_CONTRIBUTOR = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe';

/** Operators of the platform on AKS, by workload identity. Nodes are scaled, and load balancers made, by AKS itself. */
export function operator(
  scope: Construct,
  request: OperatorRequest,
  profile: Profile,
  azure: Azure,
): OperatorAnswer | undefined {
  switch (request.name) {
    case 'external-secrets':
      return externalSecrets(scope, request, azure);
    case 'velero':
      return velero(scope, request, profile, azure);
    case 'cluster-autoscaler':
    case 'aws-load-balancer-controller':
      return undefined;
    default:
      return request.name satisfies never;
  }
}

/**
 * Reads the secrets of the vault: Azure has no roles for some of them, so that each environment has a vault of its own.
 * https://external-secrets.io/latest/provider/azure-key-vault/
 */
function externalSecrets(scope: Construct, request: OperatorRequest, azure: Azure): OperatorAnswer {
  const { keyVault, subscription, resourceGroup } = azure.cluster;
  report(scope, () => missing({ 'aks:keyVault': keyVault }));
  const identity = identityIn(scope, request, azure);
  const vault = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.KeyVault/vaults/${keyVault}`;
  assign(scope, 'role', { to: identity, role: SECRETS_USER, on: vault }, azure);
  const { annotations } = carried(identity);
  return {
    values: { serviceAccount: { name: request.account, annotations } },
    provider: {
      azurekv: {
        authType: 'WorkloadIdentity',
        tenantId: identity.tenantId,
        vaultUrl: `https://${keyVault}.vault.azure.net`,
        serviceAccountRef: { name: request.account, namespace: request.namespace },
      },
    },
    facts: [`reads the secrets of the vault ${keyVault}, by an identity of its own`],
  };
}

/** Copies of objects in a container, of volumes as snapshots that AKS' own driver makes. https://github.com/velero-io/velero-plugin-for-microsoft-azure */
function velero(scope: Construct, request: OperatorRequest, profile: Profile, azure: Azure): OperatorAnswer {
  const { subscription, resourceGroup } = azure.cluster;
  const place =
    request.bucket === undefined ? ownContainer(scope, profile, azure) : othersContainer(scope, request.bucket);
  const identity = identityIn(scope, request, azure);
  if (place.id !== undefined) assign(scope, 'role', { to: identity, role: BLOB_CONTRIBUTOR, on: place.id }, azure);
  veleroSnapshots(scope, 'disk.csi.azure.com', { incremental: 'true' });
  const { annotations, podLabels } = carried(identity);
  return {
    values: veleroValues({
      provider: 'azure',
      bucket: place.container,
      config: { useAAD: 'true', subscriptionId: subscription, resourceGroup, storageAccount: place.account },
      snapshots: 'by the driver',
      account: { name: request.account, annotations },
      ...(podLabels === undefined ? {} : { podLabels }),
    }),
    facts: ['copies in Azure Storage and as snapshots of disks, by an identity of its own'],
  };
}

function ownContainer(scope: Construct, profile: Profile, azure: Azure): BlobPlace {
  const keeping = { keepDays: profile.keepBackupsDays, locked: false };
  const resourceGroupName = azure.cluster.resourceGroup;
  const account = new CloudResource<StorageAccountArgs, StorageAccount>(scope, 'storage', {
    type: 'azure-native:storage:StorageAccount',
    protect: profile.protectData,
    inputs: {
      ...accountInputs(keeping, azure),
      accountName: uniqueName(scope, azure.environment, 'storage', 'velero'),
      sku: { name: profile.highlyAvailable ? 'Standard_ZRS' : 'Standard_LRS' },
    },
  });
  const accountName = account.output('name');
  const service = keepVersions(scope, { accountName, resourceGroupName }, keeping);
  const container = new CloudResource<BlobContainerArgs, BlobContainer>(scope, 'container', {
    type: 'azure-native:storage:BlobContainer',
    protect: profile.protectData,
    inputs: { accountName, resourceGroupName, containerName: 'velero', publicAccess: 'None' },
  });
  container.node.addDependency(service);
  lifecycle(scope, { accountName, resourceGroupName }, keeping);
  return { account: accountName, container: container.output('name'), id: container.output('id') };
}

function othersContainer(scope: Construct, name: string): BlobPlace {
  const { place, problems } = placeNamed(name, 'velero.bucket');
  report(scope, () => problems);
  return place;
}
