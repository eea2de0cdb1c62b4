import { Size } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import { quantity, sizeText } from './pod';

/** What a container takes of its node's disk beside its volumes: its log, which the kubelet rotates, 5 files of 10 MiB. */
const LOGS = Size.mebibytes(64);
/** More than this is a disk of the pod's own: a node has 20 GiB for all of its pods and images, where nobody says otherwise (EKS). */
const MOST_OF_A_NODE = Size.gibibytes(4);
const UNITS: Readonly<Record<string, number>> = { Mi: 1, Gi: 1024 };

/**
 * Room for files that a pod works with, and that go with it: on the node's own disk where it is little, bounded; else a volume of
 * `storageClass` that is made with the pod, so that a large one neither fills the node nor is evicted from it.
 * https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes
 */
export function workingRoom(name: string, size: Size, storageClass: string): k8s.Volume {
  const storage = quantity(sizeText(size));
  if (!isOwnDisk(size)) return { name, emptyDir: { sizeLimit: storage } };
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: storageClass, resources: { requests: { storage } } };
  return { name, ephemeral: { volumeClaimTemplate: { spec } } };
}

/** Whether so much room is a volume of its own, that monitoring can see. */
export function isOwnDisk(size: Size): boolean {
  return size.toMebibytes() > MOST_OF_A_NODE.toMebibytes();
}

/**
 * The pod, each container of which asks for the room that the folders it mounts may take of its node, and may not take more: who asks for
 * none is put on a node that has none, and is evicted first. https://kubernetes.io/docs/concepts/storage/ephemeral-storage/
 */
export function withLocalStorage(pod: k8s.PodSpec): k8s.PodSpec {
  const sizes = new Map((pod.volumes ?? []).map((volume) => [volume.name, mebibytesOf(volume)]));
  const bounded = (container: k8s.Container): k8s.Container => {
    const mounted = new Set((container.volumeMounts ?? []).map((mount) => mount.name));
    const asked = [...mounted].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    const { requests, limits, ...rest } = container.resources ?? {};
    const room = { 'ephemeral-storage': quantity(sizeText(Size.mebibytes(asked + LOGS.toMebibytes()))) };
    const resources = { ...rest, requests: { ...requests, ...room }, limits: { ...limits, ...room } };
    return { ...container, resources };
  };
  return {
    ...pod,
    ...(pod.initContainers === undefined ? {} : { initContainers: pod.initContainers.map(bounded) }),
    containers: pod.containers.map(bounded),
  };
}

/** Of the node's disk: none for what is memory, or a volume. */
function mebibytesOf({ emptyDir }: k8s.Volume): number {
  if (emptyDir === undefined || emptyDir.medium === 'Memory') return 0;
  const [, amount = '0', unit = 'Mi'] = /^(\d+)(Mi|Gi)$/.exec(String(emptyDir.sizeLimit?.value)) ?? [];
  return Number(amount) * (UNITS[unit] ?? 1);
}
