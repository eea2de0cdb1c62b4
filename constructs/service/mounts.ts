import { Lazy } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { MountedFile } from '../core/workload';

/** Files of a pod that edges add to those of its part. */
export class Mounts {
  private readonly held = new Map<string, MountedFile>();

  add(file: MountedFile): void {
    this.held.set(file.folder, file);
  }

  /** The pod, with these files in each of its containers; read once the whole tree is built. */
  into(pod: k8s.PodSpec): k8s.PodSpec {
    const withFiles = (container: k8s.Container): k8s.Container => {
      const own = container.volumeMounts ?? [];
      return { ...container, volumeMounts: Lazy.any({ produce: () => [...own, ...this.files().map(mountOf)] }) };
    };
    const own = pod.volumes ?? [];
    return {
      ...pod,
      ...(pod.initContainers === undefined ? {} : { initContainers: pod.initContainers.map(withFiles) }),
      containers: pod.containers.map(withFiles),
      volumes: Lazy.any({ produce: () => [...own, ...this.files().map(volumeOf)] }),
    };
  }

  private files(): MountedFile[] {
    return [...this.held.values()];
  }
}

function mountOf(file: MountedFile): k8s.VolumeMount {
  return { name: volumeNameOf(file), mountPath: file.folder, readOnly: true };
}

function volumeOf(file: MountedFile): k8s.Volume {
  const items = [{ key: file.key, path: file.key }];
  const name = volumeNameOf(file);
  return file.kind === 'Secret'
    ? { name, secret: { secretName: file.name, items } }
    : { name, configMap: { name: file.name, items } };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
function volumeNameOf({ folder }: MountedFile): string {
  return folder
    .split('/')
    .slice(-2)
    .join('-')
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
}
