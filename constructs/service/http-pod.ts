import { JsonPatch, Size } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { type Copies, initialCopies } from '../core/copies';
import { labelsOf, nameOf, selectorOf } from '../core/labels';
import { withLocalStorage, workingRoom } from '../core/local-storage';
import {
  type HttpProbe,
  httpProbe,
  type Resources,
  resourceRequirements,
  restrictedContainer,
  restrictedPod,
  spread,
  temporary,
} from '../core/pod';
import { systemOf } from '../core/system';
import { fileMounts, fileVolumes, strategyOf } from './http-objects';
import { type ClaimMount, DEFAULTS, type DecidedMetrics, type HttpServiceProps, type Scratch } from './http-props';
import type { Mounts } from './mounts';
import { commandOf, imageOf, pullSecretsOf } from './program';
import type { Variables } from './variables';

export interface Seconds {
  readonly waits: 'kubelet' | 'shell';
  readonly preStop: number;
  readonly drain: number;
  readonly grace: number;
}

/** What was asked for, within what the environment allows. */
export interface Decided {
  readonly copies: Copies;
  readonly resources: Resources;
  readonly shutdown: Seconds;
  readonly env: Variables;
  readonly files: Mounts;
  readonly metrics: DecidedMetrics | undefined;
}

export function deployment(part: Construct, props: HttpServiceProps, decided: Decided): k8s.KubeDeploymentProps {
  const labels = labelsOf(part);
  const selector = selectorOf(part);
  const { copies, shutdown, metrics } = decided;
  const annotations = metrics?.annotate === true ? { annotations: scrapeAnnotations(metrics) } : {};
  return {
    metadata: { name: nameOf(part), labels },
    spec: {
      replicas: initialCopies(copies),
      revisionHistoryLimit: 5,
      selector: { matchLabels: selector },
      strategy: strategyOf(copies),
      template: {
        metadata: { labels: { ...labels, ...props.account?.podLabels }, ...annotations },
        spec: decided.files.into(
          withLocalStorage({
            serviceAccountName: nameOf(part),
            automountServiceAccountToken: props.account?.token ?? false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: shutdown.grace,
            securityContext: restrictedPod(
              props.user ?? DEFAULTS.user,
              props.claims === undefined ? undefined : (props.user ?? DEFAULTS.user),
            ),
            topologySpreadConstraints: spread(selector),
            ...(props.mayBeInterrupted === true ? onSpotNodes() : {}),
            ...pullSecretsOf(props),
            containers: [container(part, props, decided)],
            volumes: [
              temporary('tmp'),
              ...scratchVolumes(props.scratch ?? [], systemOf(part).platform.storageClass),
              ...claimVolumes(props.claims ?? []),
              ...(props.secrets ?? []).map(({ secret }) => ({ name: secret, secret: { secretName: secret } })),
              ...fileVolumes(props.files ?? []),
            ],
          }),
        ),
      },
    },
  };
}

function container(
  part: Construct,
  props: HttpServiceProps,
  { resources, shutdown, env, metrics }: Decided,
): k8s.Container {
  const probes: NonNullable<HttpServiceProps['probes']> = props.probes ?? DEFAULTS.probes;
  const startup = startupOf(probes);
  const own =
    metrics?.portName === 'metrics' ? [{ name: 'metrics', containerPort: metrics.port, protocol: 'TCP' }] : [];
  return {
    name: part.node.id,
    image: imageOf(props),
    ...(props.command === undefined ? {} : { command: commandOf(props.command) }),
    // A tag says what runs, and does not change.
    imagePullPolicy: 'IfNotPresent',
    ports: [{ name: 'http', containerPort: props.port, protocol: 'TCP' }, ...own],
    env: env.lazily(),
    resources: resourceRequirements(resources),
    securityContext: restrictedContainer(),
    livenessProbe: httpProbe(probes.live, props.port),
    readinessProbe: httpProbe(probes.ready, props.port),
    ...(startup === undefined ? {} : { startupProbe: httpProbe(startup, props.port) }),
    ...(shutdown.waits === 'kubelet'
      ? {}
      : { lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', `sleep ${shutdown.preStop}`] } } } }),
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      ...(props.scratch ?? []).map(({ folder }, i) => ({ name: `scratch-${i}`, mountPath: folder })),
      ...(props.claims ?? []).map(({ claim, folder, readOnly = false }) => ({
        name: claim,
        mountPath: folder,
        readOnly,
      })),
      ...(props.secrets ?? []).map(({ secret, folder }) => ({ name: secret, mountPath: folder, readOnly: true })),
      ...fileMounts(props.files ?? []),
    ],
  };
}

/** A program that starts slowly is not dead: five minutes, unless somebody gave liveness a delay of its own. */
function startupOf({ live, startup }: NonNullable<HttpServiceProps['probes']>): HttpProbe | undefined {
  if (startup !== undefined || live.initialDelaySeconds !== undefined) return startup;
  return { path: live.path, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 };
}

/** The wait before the order to stop, by the kubelet itself: cdk8s-plus-27 does not know the field. */
export function kubeletWaits({ preStop }: Seconds): JsonPatch {
  return JsonPatch.add('/spec/template/spec/containers/0/lifecycle', { preStop: { sleep: { seconds: preStop } } });
}

function scratchVolumes(scratch: readonly Scratch[], storageClass: string): k8s.Volume[] {
  return scratch.map(({ size = Size.mebibytes(256) }, i) => workingRoom(`scratch-${i}`, size, storageClass));
}

/** https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html#managed-node-group-capacity-types, https://karpenter.sh/docs/concepts/scheduling/#well-known-labels */
/** AKS taints its spot nodes by itself: https://learn.microsoft.com/azure/aks/spot-node-pool; GKE labels them. */
const SPOT = {
  'eks.amazonaws.com/capacityType': 'SPOT',
  'karpenter.sh/capacity-type': 'spot',
  'kubernetes.azure.com/scalesetpriority': 'spot',
  'cloud.google.com/gke-spot': 'true',
};

function onSpotNodes(): Pick<k8s.PodSpec, 'tolerations' | 'affinity'> {
  return {
    tolerations: ['spot', 'kubernetes.azure.com/scalesetpriority', 'cloud.google.com/gke-spot'].map((key) => {
      return { key, operator: 'Exists', effect: 'NoSchedule' };
    }),
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: Object.entries(SPOT).map(([key, value]) => {
          return { weight: 50, preference: { matchExpressions: [{ key, operator: 'In', values: [value] }] } };
        }),
      },
    },
  };
}

function claimVolumes(claims: readonly ClaimMount[]): k8s.Volume[] {
  return claims.map(({ claim, readOnly = false }) => {
    return { name: claim, persistentVolumeClaim: { claimName: claim, readOnly } };
  });
}

/** https://github.com/prometheus/prometheus/blob/main/documentation/examples/prometheus-kubernetes.yml */
function scrapeAnnotations({ port, path }: DecidedMetrics): Record<string, string> {
  return { 'prometheus.io/scrape': 'true', 'prometheus.io/port': `${port}`, 'prometheus.io/path': path };
}
