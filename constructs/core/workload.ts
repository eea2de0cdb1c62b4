import type { IConstruct } from 'constructs';
import type { CloudIdentity } from './platform';

/** What a container's variable holds. */
export type EnvValue =
  | { readonly value: string }
  | { readonly configMapKeyRef: { readonly name: string; readonly key: string } }
  | { readonly secretKeyRef: { readonly name: string; readonly key: string; readonly optional?: boolean } };

/** A file of a Secret or a ConfigMap, in a folder of its own: not by subPath, so that what is renewed reaches the container. */
export interface MountedFile {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
  readonly folder: string;
}

/** A part whose pods can call others: an edge gives it variables, and opens its way out. */
export interface Workload extends IConstruct {
  /** Selects its pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** Most pods of it at one time, while it rolls too. @default 1 */
  readonly mostPods?: number;
  addEnv(name: string, value: EnvValue): void;
  /** Needed by those who call a server whose certificate a private authority signed. */
  addFile?(file: MountedFile): void;
  /** Needed by those who are let in somewhere as an identity of their cloud. */
  identify?(identity: CloudIdentity): void;
}
