import type { Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { labelsOf } from '../core/labels';
import { nodeOptions } from '../core/node-options';
import { quantity, sizeText } from '../core/pod';
import { systemOf } from '../core/system';

export interface ClaimOptions {
  readonly name: string;
  readonly size: Size;
  readonly access: 'ReadWriteOnce' | 'ReadWriteMany';
  /** @default the platform's */
  readonly storageClass?: string;
}

/** A PersistentVolumeClaim that pods mount by its name; protected where the profile protects data. */
export function claim(scope: Construct, id: string, { name, size, access, storageClass }: ClaimOptions): void {
  const { platform } = systemOf(scope);
  const object = new k8s.KubePersistentVolumeClaim(scope, id, {
    // No pod may mount it for a day: a class that waits for its first consumer would hold the up as long.
    metadata: { name, labels: labelsOf(scope), annotations: { 'pulumi.com/skipAwait': 'true' } },
    spec: {
      accessModes: [access],
      storageClassName: storageClass ?? platform.storageClass,
      resources: { requests: { storage: quantity(sizeText(size)) } },
    },
  });
  nodeOptions(object, { protect: platform.profile.protectData });
}
