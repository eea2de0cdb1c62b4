import { type Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { Copies } from '../core/copies';
import type { CloudIdentity } from '../core/platform';
import type { HttpProbe, Resources } from '../core/pod';
import type { Program } from '../core/programs';
import type { RequestMetrics } from '../core/signals';
import type { ConfigFile } from './http-objects';
import { DEFAULT_USER, PROGRAM_PROPS, type ProgramProps } from './program';

/** What happens between the order to stop and the end. */
export interface Shutdown {
  /** Wait before the order reaches the program, so that load balancers forget the pod. @default 5 s */
  readonly preStop?: Duration;
  /** How long the program itself finishes requests. @default 30 s */
  readonly drain?: Duration;
  /** After this the kernel ends it; at least preStop and drain together. @default 60 s */
  readonly grace?: Duration;
  /**
   * Who waits for `preStop`: the kubelet, which needs nothing of the image, or `/bin/sh` and `sleep` of the image.
   * @default the kubelet, where the cluster is Kubernetes 1.30 or newer
   */
  readonly waits?: 'kubelet' | 'shell';
}

/** Where Prometheus reads the metrics of a service, and what they are called. */
export interface Metrics {
  /** @default the service's own port */
  readonly port?: number;
  /** @default '/metrics' */
  readonly path?: string;
  /** How often they are read. @default '30s' */
  readonly interval?: string;
  /** Names of the metrics of requests; `false`: it has none, and no objective is watched. @default OpenTelemetry's names */
  readonly requests?: RequestMetrics | false;
  /** Writes the annotations `prometheus.io/…` too, for a Prometheus without the operator. @default false */
  readonly annotate?: boolean;
}

/** A folder that a program writes; empty in each new pod. */
export interface Scratch {
  readonly folder: string;
  /** @default 256 MiB */
  readonly size?: Size;
}

/** A PersistentVolumeClaim of the namespace, mounted. */
export interface ClaimMount {
  readonly claim: string;
  readonly folder: string;
  /** @default false */
  readonly readOnly?: boolean;
}

export interface HttpServiceProps extends ProgramProps {
  /**
   * Programs of its image that can ask over HTTP. Kubernetes asks from outside, but a health check of Docker Compose runs inside of the
   * container. @default none that anybody knows: Compose has no health check of it, and who waits for it waits until it is started
   */
  readonly programs?: readonly Program[];
  /** Port on which it speaks HTTP; the Service has the same. */
  readonly port: number;
  /** Name in the cluster, where somebody fixed it. @default `<system>-<id>` */
  readonly name?: string;
  /** What is run, and with what; `$(NAME)` is one of its variables. @default what the image says */
  readonly command?: readonly string[];
  /**
   * Liveness must not look at dependencies, readiness must. Before the startup probe has passed neither is asked.
   * @default `/healthz` and `/readyz`; five minutes to start, by the path of liveness, where that has no delay of its own
   */
  readonly probes?: { readonly live: HttpProbe; readonly ready: HttpProbe; readonly startup?: HttpProbe };
  /** @default 2 to 10 copies at 70 % CPU, within what the profile allows */
  readonly scale?: Copies;
  /** @default 100m to 500m CPU, 128 to 512 MiB */
  readonly resources?: Resources;
  readonly shutdown?: Shutdown;
  /** Plain variables, each as it is written: no `$` means anything. Secrets come by `connect` and `inject`. */
  readonly env?: Readonly<Record<string, string>>;
  /** ConfigMap that holds them, for people who look there. @default they stand in the pod itself */
  readonly envIn?: string;
  /** Configuration files: path in the container, and the ConfigMap with its key that holds the text. */
  readonly files?: readonly ConfigFile[];
  /** @default `/metrics` of its port, by OpenTelemetry's names; `false`: it has none */
  readonly metrics?: Metrics | false;
  /** Folders that it writes, beside /tmp: all else is read-only. */
  readonly scratch?: readonly Scratch[];
  /** Secrets that it reads as files: all keys of each, below its folder. */
  readonly secrets?: readonly { readonly secret: string; readonly folder: string }[];
  /** Claims that it mounts. What several copies on several nodes write needs a claim for many nodes. */
  readonly claims?: readonly ClaimMount[];
  /** It may run on machines that the cloud takes back at short notice, and prefers them: spot nodes, tainted or not. @default false */
  readonly mayBeInterrupted?: boolean;
  /** Its ServiceAccount. Annotations and labels of its pods tell clouds whose identity it has; `token` mounts what the Kubernetes API asks for. @default no token */
  readonly account?: Partial<CloudIdentity> & { readonly token?: boolean };
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#http-server, as Prometheus writes it. */
export const OPENTELEMETRY: RequestMetrics = {
  counter: 'http_server_request_duration_seconds_count',
  status: 'http_response_status_code',
  duration: 'http_server_request_duration_seconds',
};

export const DEFAULTS = {
  probes: { live: { path: '/healthz', timeoutSeconds: 5 }, ready: { path: '/readyz', timeoutSeconds: 5 } },
  scale: { min: 2, max: 10, cpu: 70 },
  resources: {
    cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
    memory: { request: Size.mebibytes(128), limit: Size.mebibytes(512) },
  },
  user: DEFAULT_USER,
} as const;

/** For programs that nobody type-checks. */
export const HTTP_PROPS = {
  ...PROGRAM_PROPS,
  ...{ port: true, name: true, command: true, probes: true, scale: true, resources: true, shutdown: true, env: true },
  ...{ envIn: true, files: true, metrics: true, scratch: true, secrets: true, claims: true },
  ...{ mayBeInterrupted: true, account: true, programs: true },
} as const satisfies Record<keyof HttpServiceProps, true>;

export interface DecidedMetrics extends Required<Omit<Metrics, 'requests' | 'annotate'>> {
  readonly portName: string;
  readonly requests?: Exclude<Metrics['requests'], false | undefined>;
  readonly annotate: boolean;
}
