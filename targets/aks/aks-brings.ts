import type { Brought } from '../../constructs/core/brought';

const STORAGE = 'https://learn.microsoft.com/azure/aks/concepts-storage#storage-classes';

/** `snapshotController.enabled` is true where nobody says: https://learn.microsoft.com/azure/aks/csi-storage-drivers */
const SNAPSHOTS = 'https://learn.microsoft.com/azure/aks/azure-disk-csi';

/** Classes of disks and shares, kinds of snapshots, and the metrics server; no ingress controller but by an add-on of its own. */
export const AKS_BRINGS: readonly Brought[] = [
  ...['default', 'managed-csi', 'managed-csi-premium', 'azurefile-csi', 'azurefile-csi-premium'].map((name) => ({
    kind: 'StorageClass',
    name,
    source: STORAGE,
  })),
  { kind: 'API', name: 'metrics.k8s.io', source: 'https://learn.microsoft.com/azure/aks/core-aks-concepts' },
  // Without a class.
  { kind: 'API', name: 'snapshot.storage.k8s.io', source: SNAPSHOTS },
];
