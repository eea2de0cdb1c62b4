import type { ManagementLockByScopeArgs } from '@pulumi/azure-native/authorization';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';

/**
 * Nobody deletes what holds data, by whatever way and with whatever role, while this stands; Pulumi's own protection knows only Pulumi.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
 */
export function managementLock(scope: Construct, id: string, of: string): void {
  new CloudResource<ManagementLockByScopeArgs>(scope, id, {
    type: 'azure-native:authorization:ManagementLockByScope',
    protect: true,
    inputs: { scope: of, lockName: 'seaworthy', level: 'CanNotDelete', notes: 'It holds data.' },
  });
}
