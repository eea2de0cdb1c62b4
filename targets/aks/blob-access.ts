import type { Construct } from 'constructs';
import { type Language, onlyMatching, Pen } from '../../constructs/core/language';
import type { CloudIdentity, StoreAccess } from '../../constructs/core/platform';
import type { Problem } from '../../constructs/core/problem';
import type { Azure } from './aks-cluster';
import { assign, carried, identityOf } from './identity';

/** A container; all may be markers. */
export interface BlobPlace {
  readonly account: string;
  readonly container: string;
  /** Of the container in Azure; none where it is somebody else's. */
  readonly id?: string;
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage */
const READER = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1';
const CONTRIBUTOR = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe';

/**
 * All that a contributor may, but delete; no role of Azure's own is that. No container has the name that it asks for.
 * https://learn.microsoft.com/azure/storage/blobs/storage-auth-abac-attributes#delete-a-blob
 */
const NO_DELETE = [
  "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'}))",
  "(@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals '-'))",
].join(' OR ');

interface Grant {
  readonly account: string;
  readonly access: readonly StoreAccess[];
  readonly place: BlobPlace;
}

/** An identity of the pod's own, that reads or writes the objects of this container. None of ours may delete versions. */
export function grantOn(part: Construct, { account, access, place }: Grant, azure: Azure): CloudIdentity {
  const identity = identityOf(part, account, azure);
  const { id: on } = place;
  if (on !== undefined) {
    const writes = access.includes('write') || access.includes('delete');
    const mayDelete = access.includes('delete');
    const condition = writes && !mayDelete ? { condition: NO_DELETE } : {};
    const assignment = { to: identity, role: writes ? CONTRIBUTOR : READER, on, ...condition };
    assign(part, freeRole(part), assignment, azure);
  }
  return carried(identity);
}

/** A part may have roles in several containers. */
function freeRole(part: Construct): string {
  let n = 1;
  while (part.node.tryFindChild(`azure-role-${n}`) !== undefined) n++;
  return `azure-role-${n}`;
}

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata */
const CONTAINER: Language = {
  name: 'an address of Azure Storage',
  refuses: onlyMatching(
    /^[a-z0-9]{3,24}\/(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    'a storage account and a container of it: "acmebackups/shop"',
  ),
  write: (address) => address,
  example: 'acmebackups/shop',
};

/** A container that is somebody else's. */
export function placeNamed(
  existing: string,
  field = 'existing',
): { readonly place: BlobPlace; readonly problems: readonly Problem[] } {
  const pen = new Pen();
  const [account = '', container = ''] = pen.into(CONTAINER, existing, field).split('/');
  return { place: { account, container }, problems: pen.problems };
}
