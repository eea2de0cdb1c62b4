import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { type Copies, cpuTarget, type Scale } from '../core/copies';

/** A file of configuration in a container. */
export interface ConfigFile {
  /** Name of the ConfigMap. */
  readonly configMap: string;
  /** Key, and file name in `folder`. */
  readonly key: string;
  /** Folder in the container. */
  readonly folder: string;
  readonly text: string;
}

export function configMap(scope: Construct, file: ConfigFile): void {
  new k8s.KubeConfigMap(scope, `file-${file.key}`, {
    metadata: { name: file.configMap },
    data: { [file.key]: file.text },
  });
}

/** One volume for each ConfigMap. */
export function fileVolumes(files: readonly ConfigFile[]): k8s.Volume[] {
  return [...new Set(files.map((f) => f.configMap))].map((name) => ({ name, configMap: { name } }));
}

export function fileMounts(files: readonly ConfigFile[]): k8s.VolumeMount[] {
  return files.map(({ configMap, folder, key }) => {
    return { name: configMap, mountPath: `${folder}/${key}`, subPath: key, readOnly: true };
  });
}

export function strategyOf(copies: Copies): k8s.DeploymentStrategy {
  if (copies.exactlyOneBecause !== undefined) return { type: 'Recreate' };
  const none = k8s.IntOrString.fromNumber(0);
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: none } };
}

export function service(
  name: string,
  selector: Record<string, string>,
  labels: Record<string, string>,
  named: Readonly<Record<string, number>>,
): k8s.KubeServiceProps {
  const ports = Object.entries(named).map(([name, port]) => {
    return { name, port, targetPort: k8s.IntOrString.fromString(name), protocol: 'TCP' };
  });
  return { metadata: { name, labels }, spec: { type: 'ClusterIP', selector, ports } };
}

export function autoscaler(name: string, copies: Scale): k8s.KubeHorizontalPodAutoscalerV2Props {
  const metric = (resource: string, averageUtilization: number): k8s.MetricSpecV2 => {
    return { type: 'Resource', resource: { name: resource, target: { type: 'Utilization', averageUtilization } } };
  };
  return {
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: copies.min,
      maxReplicas: copies.max,
      metrics: [
        metric('cpu', cpuTarget(copies)),
        ...(copies.memory === undefined ? [] : [metric('memory', copies.memory)]),
      ],
    },
  };
}

export function budget(name: string, selector: Record<string, string>): k8s.KubePodDisruptionBudgetProps {
  return {
    metadata: { name },
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: selector } },
  };
}
