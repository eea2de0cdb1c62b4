import type { Size } from 'cdk8s';
import type { Cpu } from 'cdk8s-plus-27';
import { k8s } from 'cdk8s-plus-27';

/** CPU and memory of a container: what is kept for it, and what it may use at most. */
export interface Resources {
  readonly cpu: { readonly request: Cpu; readonly limit: Cpu };
  readonly memory: { readonly request: Size; readonly limit: Size };
}

/** Kubernetes' own notation. */
export function resourceRequirements({ cpu, memory }: Resources): k8s.ResourceRequirements {
  return {
    requests: { cpu: quantity(cpu.request.amount), memory: quantity(sizeText(memory.request)) },
    limits: { cpu: quantity(cpu.limit.amount), memory: quantity(sizeText(memory.limit)) },
  };
}

/** `200m/256Mi → 1000m/1Gi` */
export function resourcesInWords({ cpu, memory }: Resources): string {
  return `${cpu.request.amount}/${sizeText(memory.request)} → ${cpu.limit.amount}/${sizeText(memory.limit)}`;
}

/** `256Mi`, `20Gi`; whole gibibytes where they are whole. */
export function sizeText(size: Size): string {
  const mebibytes = size.toMebibytes();
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}

/** What Pod Security `restricted` asks of a container, and a root file system that cannot be written. */
export function restrictedContainer(): k8s.SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  };
}

/** What Pod Security `restricted` asks of a pod. */
export function restrictedPod(user: number, fsGroup?: number): k8s.PodSecurityContext {
  const group = fsGroup === undefined ? {} : { fsGroup, fsGroupChangePolicy: 'OnRootMismatch' };
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    seccompProfile: { type: 'RuntimeDefault' },
    ...group,
  };
}

/** Room for a program's own files, bounded so that one pod cannot fill its node: all else is read-only. */
export function temporary(name: string): k8s.Volume {
  return { name, emptyDir: { sizeLimit: quantity('256Mi') } };
}

/** Copies on different nodes and zones where there are some; never a reason not to run. */
export function spread(labels: Record<string, string>): k8s.TopologySpreadConstraint[] {
  return ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => {
    return { maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels } };
  });
}

/** A probe by HTTP. All times in seconds; the defaults are Kubernetes' own. */
export interface HttpProbe {
  readonly path: string;
  /** Wait before the first probe. @default 0 */
  readonly initialDelaySeconds?: number;
  /** @default 10 */
  readonly periodSeconds?: number;
  /** @default 1 */
  readonly timeoutSeconds?: number;
  /** @default 1 */
  readonly successThreshold?: number;
  /** @default 3 */
  readonly failureThreshold?: number;
}

export function httpProbe(probe: HttpProbe, port: number): k8s.Probe {
  const times = Object.fromEntries(TIMES.flatMap((time) => (probe[time] === undefined ? [] : [[time, probe[time]]])));
  return { httpGet: { path: probe.path, port: k8s.IntOrString.fromNumber(port) }, ...times };
}

const TIMES = [
  ...(['initialDelaySeconds', 'periodSeconds', 'timeoutSeconds', 'successThreshold', 'failureThreshold'] as const),
];

export function quantity(text: string): k8s.Quantity {
  return k8s.Quantity.fromString(text);
}
