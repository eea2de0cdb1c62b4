import type { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Brought } from './brought';
import type { Endpoint, Reach } from './endpoint';
import type { Operator } from './operator';
import type { SecretBackend } from './secret-source';
import type { Signal } from './signals';

/** The controller that turns what `expose` says into traffic, and where it runs: policies open the way from there. */
export interface FrontDoorController {
  /** What is written for it: Ingresses with the annotations of ingress-nginx, or Gateway API with the policies of Envoy Gateway. */
  readonly renderer: 'ingress' | 'gateway';
  /** IngressClass, or GatewayClass. */
  readonly className: string;
  readonly namespace: string;
  /** Ports of its pods where it listens for HTTPS: where one reaches it who calls a public name from inside. */
  readonly httpsPorts: readonly number[];
  readonly podLabels: Readonly<Record<string, string>>;
  /** Where its traffic comes from, where that is not these pods: the nodes' addresses, where it runs in their network. */
  readonly from?: readonly Reach[];
}

/** Annotations of a Service of type LoadBalancer, by what it carries: the target makes one of them that keeps the addresses of clients. */
export interface LoadBalancers {
  readonly tcp: Readonly<Record<string, string>>;
  readonly udp: Readonly<Record<string, string>>;
}

/** A place of the cluster's own, at the port that policies see behind its Service. */
export interface Place {
  readonly reach: Reach;
  readonly port: number;
}

/** Where a cluster keeps what every pod may need: facts of the target, which settings replace. */
export interface ClusterNetwork {
  /** Where names are asked, beside the pods of CoreDNS: `kube-system/k8s-app=kube-dns` is open everywhere. */
  readonly resolvers: readonly Place[];
  /** Where the API server answers those who may ask it; no other way to it is opened. */
  readonly apiServer: readonly Place[];
}

/** The Prometheus that the operator runs: where it scrapes from, and the label by which it finds its objects. */
export interface PrometheusServer {
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly objectLabels: Readonly<Record<string, string>>;
}

/** cert-manager's issuer for the front door. */
export interface CertificateIssuer {
  readonly kind: 'ClusterIssuer' | 'Issuer';
  readonly name: string;
}

export interface PostgresRequest {
  /** In the cluster: CloudNativePG, which replicates and fails over, or one plain StatefulSet. */
  readonly inCluster: 'operator' | 'statefulset';
  /** The name that a brief fixes for the Service in the cluster, or for the instance outside. */
  readonly name: string;
  readonly database: string;
  readonly username: string;
  /** Major version. */
  readonly version: number;
  readonly storage: Size;
  readonly keepBackupsDays: number;
  /** In the cluster. */
  readonly storageClass: string;
  /** Refuse connections without TLS. */
  readonly requireTls: boolean;
}

export interface RedisRequest {
  readonly name: string;
  readonly memory: Size;
  readonly whenFull: 'refuse' | 'drop-oldest';
  /** Room on disk, where what it holds must outlive its pod. */
  readonly keeps?: Size;
  /** Why it asks for no password, where it asks for none. */
  readonly openBecause?: string;
}

export interface StoreRequest {
  readonly name: string;
  /** Objects go after so many days. */
  readonly keepDays: number;
  /** Nobody, not even an administrator, changes or deletes an object before `keepDays`. */
  readonly locked: boolean;
  /** In the cluster, where it is a volume. */
  readonly storage: Size;
  /** Name of a bucket that exists, and is somebody else's: nothing is made or changed. */
  readonly existing?: string;
}

export type StoreAccess = 'read' | 'write' | 'delete';

/** What carries an identity of a cloud, so that the cloud knows whose pods they are. */
export interface CloudIdentity {
  /** Of the ServiceAccount. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Of its pods. @default none */
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** Where CloudNativePG archives the log of a database, as its Barman plugin reads it. https://cloudnative-pg.io/plugin-barman-cloud/docs/object_stores/ */
export interface LogArchive {
  /** `s3://…`, `https://….blob.core.windows.net/…`; may be a marker. */
  readonly path: string;
  /** By the pods' own identity: `s3Credentials`, `azureCredentials`, `googleCredentials`. */
  readonly credentials: Readonly<Record<string, unknown>>;
}

/** What a target made of an object store: how rclone finds it, and how pods get there. */
export interface Store {
  /** rclone's settings of the remote `store`, as variables. https://rclone.org/docs/#environment-variables No secret is among them. */
  readonly remote: Readonly<Record<string, string>>;
  /** Folder of the remote: a bucket, or empty; may be a marker. */
  readonly folder: string;
  /** For Barman, which archives the log of CloudNativePG; none for a volume. */
  readonly barman?: LogArchive;
  readonly reach: readonly { readonly reach: Reach; readonly port: number }[];
  /** The claim to mount at `/store`, where the store is a volume. */
  readonly claim?: string;
  /** The store drops old objects itself, or its owner does; else who writes deletes what is older, once newer is proven. */
  readonly expires: boolean;
  /** Lets the pods of an account in. What these must carry for it, where they must carry anything. */
  readonly grant?: (part: Construct, account: string, access: readonly StoreAccess[]) => CloudIdentity | undefined;
  readonly facts: readonly string[];
}

/** What a target made of a request: where it is, and a line for the preview. */
export interface Answer {
  readonly endpoint: Endpoint;
  readonly facts: readonly string[];
  /** What monitoring can see of it from inside the cluster. @default nothing */
  readonly signals?: readonly Signal[];
  /** Of a Postgres that its target sizes: as many as it lets in. @default it is sized for its callers */
  readonly mostConnections?: number;
}

export interface IdentityRequest {
  /** Name of the cloud's role. */
  readonly role: string;
  /** ServiceAccount that may take it. */
  readonly account: string;
  readonly policies: readonly string[];
}

export interface SiteRequest {
  readonly name: string;
  readonly host: string;
  /** One page that routes by itself: every unknown path is answered with `/index.html`. */
  readonly isSinglePage: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a target made of a static site. */
export interface HostedSite {
  readonly facts: readonly string[];
}

/** What an environment's profile decides. Data, so that a system never asks where it is. */
export interface Profile {
  readonly name: 'dev' | 'staging' | 'prod';
  /** Refuse to delete or replace what holds data. */
  readonly protectData: boolean;
  /** Two zones for managed services, spread and disruption budgets for pods. */
  readonly highlyAvailable: boolean;
  /** Days that managed databases keep backups. */
  readonly keepBackupsDays: number;
  /** Highest number of copies that a scale may ask for here. */
  readonly mostCopies: number;
}

/** Volumes that one node mounts at a time. */
export interface Disks {
  /** CSI driver. */
  readonly provisioner: string;
  /** Its settings for disks of all purposes, of any size. */
  readonly usual: Readonly<Record<string, string>>;
  /** Its settings for fast disks. */
  readonly fast: Readonly<Record<string, string>>;
  /** The cluster has a default class of its own; else the platform's is that. */
  readonly hasDefault: boolean;
}

/** What a target offers to the parts of a system. Each method that a target does not have is answered in the cluster. */
export interface Platform {
  /** For people: `minikube`, `EKS, existing cluster`. */
  readonly name: string;
  /** `1.35` */
  readonly kubernetesVersion: string;
  readonly profile: Profile;
  readonly storageClass: string;
  readonly disks: Disks;
  readonly frontDoor: FrontDoorController;
  readonly loadBalancer: LoadBalancers;
  readonly network: ClusterNetwork;
  readonly issuer?: CertificateIssuer;
  readonly prometheus: PrometheusServer;
  readonly secrets: SecretBackend;
  /** Facts of the cluster that this very stack makes, for stacks that join it; may hold markers. @default it is made elsewhere */
  readonly clusterFacts?: object;
  /** What the cluster has without any stack of ours, all that others may name, each with its source. @default nobody knows: it is told, not refused */
  readonly brings?: readonly Brought[];
  postgres?(scope: Construct, request: PostgresRequest): Answer;
  redis?(scope: Construct, request: RedisRequest): Answer;
  objectStore?(scope: Construct, request: StoreRequest): Store;
  site?(scope: Construct, request: SiteRequest): HostedSite;
  identity?(scope: Construct, request: IdentityRequest): CloudIdentity & { readonly facts: readonly string[] };
  /** Who an operator of the platform is in the cloud, and what it may do there. */
  readonly operator?: Operator;
}
