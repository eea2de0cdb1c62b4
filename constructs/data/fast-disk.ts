import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { part } from '../core/part';
import type { Platform } from '../core/platform';
import { systemOf } from '../core/system';

export interface FastDiskProps {
  /** Name of the StorageClass. It is the whole cluster's: one system makes it, others name it. */
  readonly name: string;
}

/**
 * A class of fast disks, each mounted by one node at a time.
 * Creates: a StorageClass of the target's CSI driver (on EKS gp3 with 6,000 operations a second, encrypted); volumes outlive their claims
 * where the profile protects data.
 *
 *     const disk = new FastDisk(this, 'disk', { name: 'fast-ssd' });
 *     new Postgres(this, 'postgres', { database: 'shop', storageClass: disk.storageClass });
 */
export class FastDisk extends Construct {
  readonly storageClass: string;

  constructor(scope: Construct, id: string, { name }: FastDiskProps) {
    super(scope, id);
    this.storageClass = name;
    const { platform } = systemOf(this);
    const { disks, profile } = platform;
    diskClass(this, name, 'fast', platform);
    part(this, 'seaworthy:data:FastDisk', () => [
      `StorageClass ${name}`,
      disks.provisioner,
      profile.protectData ? 'volumes outlive their claims' : 'volumes go with their claims',
    ]);
  }
}

/** A StorageClass of a platform's disks. */
export function diskClass(
  scope: Construct,
  name: string,
  kind: 'usual' | 'fast',
  { disks, profile }: Pick<Platform, 'disks' | 'profile'>,
  isDefault = false,
): void {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  new k8s.KubeStorageClass(scope, 'class', {
    metadata: { name, ...(isDefault ? { annotations } : {}) },
    provisioner: disks.provisioner,
    parameters: { ...disks[kind] },
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    reclaimPolicy: profile.protectData ? 'Retain' : 'Delete',
  });
}
