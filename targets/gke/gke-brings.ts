import type { Brought } from '../../constructs/core/brought';

const DISKS = 'https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/gce-pd-csi-driver';

/** Classes of disks, snapshots of them, and the metrics server. It has a controller for Ingress, and no IngressClass. */
export const GKE_BRINGS: readonly Brought[] = [
  ...['standard', 'standard-rwo', 'premium-rwo'].map((name) => ({ kind: 'StorageClass', name, source: DISKS })),
  {
    kind: 'API',
    name: 'metrics.k8s.io',
    source: 'https://cloud.google.com/kubernetes-engine/docs/concepts/horizontalpodautoscaler',
  },
  {
    kind: 'API',
    name: 'snapshot.storage.k8s.io',
    source: 'https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/volume-snapshots',
  },
  {
    kind: 'API',
    name: 'networking.gke.io',
    source: 'https://cloud.google.com/kubernetes-engine/docs/how-to/managed-certs',
  },
  {
    kind: 'API',
    name: 'cloud.google.com',
    source: 'https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration',
  },
];
