import type {
  BlobContainer,
  BlobContainerArgs,
  BlobServicePropertiesArgs,
  ManagementPolicyArgs,
  StorageAccount,
  StorageAccountArgs,
} from '@pulumi/azure-native/storage';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { text } from '../../constructs/core/compose';
import type { CloudIdentity, Store, StoreAccess, StoreRequest } from '../../constructs/core/platform';
import { type Problem, report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import { daysInWords } from '../../constructs/data/object-store';
import type { Azure } from './aks-cluster';
import { uniqueName } from './azure-name';
import { type BlobPlace, grantOn, placeNamed } from './blob-access';

/** Soft delete takes from 1 to 365 days: https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview */
const RECOVER = { least: 7, most: 365 };
/** Of the container and of Entra ID, which gives the token. */
const AZURE = { reach: { by: 'public' }, port: 443 } as const;

/**
 * A container in a storage account of its own: private, encrypted, versioned, open to identities of Entra ID only. With a lock, an object stays until its
 * time is over. Pods get there by workload identity, each with one of its own.
 * Cost: by GiB, copies and operations, https://azure.microsoft.com/pricing/details/storage/blobs/
 */
export function blobStore(scope: Construct, request: StoreRequest, azure: Azure): Store {
  const { existing } = request;
  if (existing === undefined) return ownContainer(scope, request, azure);
  const { place, problems } = placeNamed(existing);
  report(scope, () => problems);
  return storeIn(place, azure, true, [
    'container of somebody else',
    'who gives each of our identities there the role Storage Blob Data Reader',
  ]);
}

function ownContainer(scope: Construct, request: StoreRequest, azure: Azure): Store {
  const { profile } = systemOf(scope).platform;
  const { keepDays, locked } = request;
  const { resourceGroup: resourceGroupName } = azure.cluster;
  const account = new CloudResource<StorageAccountArgs, StorageAccount>(scope, 'account', {
    type: 'azure-native:storage:StorageAccount',
    protect: profile.protectData,
    inputs: {
      ...accountInputs(request, azure),
      accountName: uniqueName(scope, azure.environment, 'storage'),
      sku: { name: profile.highlyAvailable ? 'Standard_ZRS' : 'Standard_LRS' },
    },
  });
  const accountName = account.output('name');
  const service = keepVersions(scope, { accountName, resourceGroupName }, request);
  const container = new CloudResource<BlobContainerArgs, BlobContainer>(scope, 'container', {
    type: 'azure-native:storage:BlobContainer',
    protect: profile.protectData,
    inputs: { accountName, resourceGroupName, containerName: request.name, publicAccess: 'None' },
  });
  container.node.addDependency(service);
  lifecycle(scope, { accountName, resourceGroupName }, request);
  const isLocked = locked && azure.cluster.archives === 'locked';
  report(scope, () => (locked && !isLocked ? [notLockedYet()] : []));
  const place = { account: accountName, container: container.output('name'), id: container.output('id') };
  return storeIn(place, azure, locked, [
    'container of Azure Storage, private, encrypted, versioned',
    `kept ${daysInWords(keepDays)}`,
    ...(locked ? [isLocked ? 'locked until then' : 'immutable until then, not locked yet'] : []),
    ...(profile.protectData ? ['protected'] : []),
  ]);
}

type Keeping = Pick<StoreRequest, 'locked' | 'keepDays'>;

export function accountInputs(
  { locked, keepDays }: Keeping,
  { cluster, tags }: Azure,
): Omit<StorageAccountArgs, 'accountName' | 'sku'> {
  return {
    resourceGroupName: cluster.resourceGroup,
    location: cluster.location,
    kind: 'StorageV2',
    accessTier: 'Hot',
    allowBlobPublicAccess: false,
    // No key and no signature made of one opens it.
    allowSharedKeyAccess: false,
    defaultToOAuthAuthentication: true,
    allowCrossTenantReplication: false,
    minimumTlsVersion: 'TLS1_2',
    enableHttpsTrafficOnly: true,
    encryption: { keySource: 'Microsoft.Storage', services: { blob: { enabled: true, keyType: 'Account' } } },
    ...(locked ? { immutableStorageWithVersioning: immutability(keepDays, cluster.archives) } : {}),
    tags: { ...tags, 'seaworthy:data': locked ? 'archive' : 'backup' },
  };
}

/** Of every version of every object: https://learn.microsoft.com/azure/storage/blobs/immutable-version-level-worm-policies */
function immutability(days: number, archives: 'unlocked' | 'locked') {
  return {
    enabled: true,
    immutabilityPolicy: {
      state: archives === 'locked' ? 'Locked' : 'Unlocked',
      immutabilityPeriodSinceCreationInDays: days,
      allowProtectedAppendWrites: false,
    },
  };
}

interface Account {
  readonly accountName: string;
  readonly resourceGroupName: string;
}

/** What is deleted or written over stays as a version, and what is deleted of versions for a while: who steals a job's identity can hide, and not destroy. */
export function keepVersions(scope: Construct, account: Account, { keepDays, locked }: Keeping): CloudResource {
  const days = locked ? RECOVER.least : Math.min(RECOVER.most, Math.max(RECOVER.least, keepDays));
  return new CloudResource<BlobServicePropertiesArgs>(scope, 'versions', {
    type: 'azure-native:storage:BlobServiceProperties',
    inputs: {
      ...account,
      blobServicesName: 'default',
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days, allowPermanentDelete: false },
      containerDeleteRetentionPolicy: { enabled: true, days },
    },
  });
}

/** A lifecycle knows ages, and not whether a newer backup is good: it ends what is locked when its time is over; else only versions that a job is done with. */
export function lifecycle(scope: Construct, account: Account, { keepDays, locked }: Keeping): void {
  const old = { delete: { daysAfterCreationGreaterThan: keepDays } };
  new CloudResource<ManagementPolicyArgs>(scope, 'lifecycle', {
    type: 'azure-native:storage:ManagementPolicy',
    inputs: {
      ...account,
      managementPolicyName: 'default',
      policy: {
        rules: [
          {
            name: 'end-of-life',
            enabled: true,
            type: 'Lifecycle',
            definition: {
              filters: { blobTypes: ['blockBlob'] },
              actions: { version: old, ...(locked ? { baseBlob: old } : {}) },
            },
          },
        ],
      },
    },
  });
}

/** https://rclone.org/azureblob/#env-auth: of the ways that it tries, the second is the token of a workload identity. */
function storeIn(place: BlobPlace, azure: Azure, expires: boolean, facts: readonly string[]): Store {
  return {
    remote: {
      RCLONE_CONFIG_STORE_TYPE: 'azureblob',
      RCLONE_CONFIG_STORE_ACCOUNT: place.account,
      RCLONE_CONFIG_STORE_ENV_AUTH: 'true',
      RCLONE_AZUREBLOB_NO_CHECK_CONTAINER: 'true',
      RCLONE_AZUREBLOB_NO_HEAD_OBJECT: 'true',
    },
    folder: place.container,
    barman: {
      path: text`https://${place.account}.blob.core.windows.net/${place.container}`,
      credentials: { azureCredentials: { inheritFromAzureAD: true } },
    },
    reach: [AZURE],
    expires,
    grant: (part: Construct, account: string, access: readonly StoreAccess[]): CloudIdentity =>
      grantOn(part, { account, access, place }, azure),
    facts,
  };
}

function notLockedYet(): Problem {
  const what =
    'its objects cannot be changed or deleted, but an administrator can still end that: Azure locks for good only what exists.';
  const fix = 'after the first up, once and for all: pulumi config set aks:archives locked, and up again';
  return { code: 'SW-AKS-009', severity: 'warning', what, fix };
}
