import type { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Endpoint } from './endpoint';
import type { SecretBackend } from './secret-source';

/** The controller that turns Ingress objects into traffic, and where it runs: policies open the way from there. */
export interface IngressController {
  readonly className: string;
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
}

/** cert-manager's issuer for the front door. */
export interface CertificateIssuer {
  readonly kind: 'ClusterIssuer' | 'Issuer';
  readonly name: string;
}

export interface PostgresRequest {
  /** The name that a brief fixes for the Service in the cluster, or for the instance outside. */
  readonly name: string;
  readonly database: string;
  readonly username: string;
  /** Major version. */
  readonly version: number;
  readonly storage: Size;
  readonly keepBackupsDays: number;
}

export interface RedisRequest {
  readonly name: string;
  readonly memory: Size;
  readonly whenFull: 'refuse' | 'drop-oldest';
}

/** What a target made of a request: where it is, and a line for the preview. */
export interface Answer {
  readonly endpoint: Endpoint;
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

/** What a target offers to the parts of a system. Each method that a target does not have is answered in the cluster. */
export interface Platform {
  /** For people: `minikube`, `EKS, existing cluster`. */
  readonly name: string;
  /** `1.35` */
  readonly kubernetesVersion: string;
  readonly profile: Profile;
  readonly storageClass: string;
  readonly ingress: IngressController;
  readonly issuer?: CertificateIssuer;
  readonly secrets: SecretBackend;
  postgres?(scope: Construct, request: PostgresRequest): Answer;
  redis?(scope: Construct, request: RedisRequest): Answer;
}
