import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { VERSIONS } from '../core/versions';

/** Plugins of Velero, by what their provider is called. */
const PLUGINS = {
  aws: ['velero-plugin-for-aws', VERSIONS.veleroPluginForAws.image],
  gcp: ['velero-plugin-for-gcp', VERSIONS.veleroPluginForGcp.image],
  azure: ['velero-plugin-for-microsoft-azure', VERSIONS.veleroPluginForAzure.image],
} as const;

interface VeleroProps {
  readonly provider: keyof typeof PLUGINS;
  /** May be a marker. */
  readonly bucket: string;
  /** What the provider is told of the bucket. */
  readonly config: Readonly<Record<string, string>>;
  /** Who snapshots volumes: Velero's own plugin, told this, or the cluster's driver. */
  readonly snapshots: { readonly config: Readonly<Record<string, string>> } | 'by the driver';
  /** Its ServiceAccount, and what that and its pods carry. @default the chart's own */
  readonly account?: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** Values of Velero's chart. It is known by its pod's identity, and has no key. */
export function veleroValues({ provider, bucket, config, snapshots, account, podLabels }: VeleroProps) {
  const [name, image] = PLUGINS[provider];
  const isOwn = snapshots !== 'by the driver';
  return {
    configuration: {
      ...(isOwn ? {} : { features: 'EnableCSI' }),
      backupStorageLocation: [{ name: 'default', provider, bucket, config }],
      ...(isOwn ? { volumeSnapshotLocation: [{ name: 'default', provider, config: snapshots.config }] } : {}),
    },
    ...(account === undefined ? {} : { serviceAccount: { server: account } }),
    ...(podLabels === undefined ? {} : { podLabels }),
    credentials: { useSecret: false },
    snapshotsEnabled: isOwn,
    initContainers: [{ name, image, volumeMounts: [{ mountPath: '/target', name: 'plugins' }] }],
  };
}

/** Velero takes the class that has its label: https://velero.io/docs/main/csi/ Snapshots outlive what asked for them. */
export function veleroSnapshots(scope: Construct, driver: string, parameters?: Readonly<Record<string, string>>): void {
  new ApiObject(scope, 'snapshots', {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: { name: 'velero', labels: { 'velero.io/csi-volumesnapshot-class': 'true' } },
    driver,
    deletionPolicy: 'Retain',
    ...(parameters === undefined ? {} : { parameters }),
  });
}
