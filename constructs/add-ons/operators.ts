import { VERSIONS } from '../core/versions';
import type { AddOnName, Definition } from './definition';
import type { PlatformOptions } from './values';
import { veleroValues } from './velero';

/** Add-ons that ask the target's cloud for something, and what follows its stores. */
export const OPERATOR_DEFINITIONS = {
  velero: ({ cloud, velero }) => ({
    is: 'copies of namespaces and their volumes',
    namespace: 'velero',
    podSecurity: 'privileged',
    doors: { prometheus: [8085] },
    releases: [
      {
        name: 'velero',
        chart: 'velero',
        repository: 'https://vmware-tanzu.github.io/helm-charts',
        version: VERSIONS.velero.version,
        // Else a bucket that somebody made, at AWS or what speaks as it does; how Velero's pod gets there is theirs too.
        values: cloud ?? someS3(velero),
        serves: ['velero.io'],
        makes: [
          { kind: 'BackupStorageLocation', name: 'default', namespace: 'velero' },
          { kind: 'VolumeSnapshotLocation', name: 'default', namespace: 'velero' },
          { kind: 'ServiceAccount', name: 'velero', namespace: 'velero' },
        ],
      },
    ],
  }),
  'cluster-autoscaler': ({ cloud, kubernetesVersion }) => ({
    is: 'nodes, as many as pods need',
    namespace: 'kube-system',
    releases: [
      {
        name: 'cluster-autoscaler',
        chart: 'cluster-autoscaler',
        repository: 'https://kubernetes.github.io/autoscaler',
        version: VERSIONS.clusterAutoscaler.version,
        makes: [{ kind: 'ServiceAccount', name: 'cluster-autoscaler', namespace: 'kube-system' }],
        values: { ...cloud, image: { tag: `v${autoscalerOf(kubernetesVersion)}` }, replicaCount: 2 },
      },
    ],
  }),
  'aws-load-balancer-controller': ({ cloud }) => ({
    is: 'network load balancers of AWS before pods, also for UDP',
    namespace: 'kube-system',
    releases: [
      {
        name: 'aws-load-balancer-controller',
        chart: 'aws-load-balancer-controller',
        repository: 'https://aws.github.io/eks-charts',
        version: VERSIONS.awsLoadBalancerController.version,
        values: { ...cloud },
        serves: ['elbv2.k8s.aws'],
        makes: [
          { kind: 'ServiceAccount', name: 'aws-load-balancer-controller', namespace: 'kube-system' },
          { kind: 'IngressClass', name: 'alb' },
        ],
      },
    ],
  }),
  reloader: () => ({
    is: 'restarts what reads a Secret that changed in its store',
    namespace: 'reloader',
    podSecurity: 'restricted',
    doors: { prometheus: [9090] },
    releases: [
      {
        name: 'reloader',
        chart: 'reloader',
        repository: 'https://stakater.github.io/stakater-charts',
        version: VERSIONS.reloader.version,
        makes: [],
        // An annotation of the pods, which is nobody else's: the default is a variable, and variables are ours.
        values: { reloader: { reloadStrategy: 'annotations', readOnlyRootFileSystem: true } },
      },
    ],
  }),
} satisfies Partial<Record<AddOnName, (options: PlatformOptions) => Definition>>;

function someS3({ bucket, region }: PlatformOptions['velero']): Readonly<Record<string, unknown>> {
  return veleroValues({ provider: 'aws', bucket, config: { region }, snapshots: { config: { region } } });
}

/** Made for each minor of Kubernetes; the newest where it knows none. */
function autoscalerOf(kubernetesVersion: string): string {
  const known = [VERSIONS.clusterAutoscaler134, VERSIONS.clusterAutoscaler135, VERSIONS.clusterAutoscaler136];
  const found = known.find(({ version }) => version.startsWith(`${kubernetesVersion}.`));
  return (found ?? VERSIONS.clusterAutoscaler136).version;
}
