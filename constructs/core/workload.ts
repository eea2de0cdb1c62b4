import type { IConstruct } from 'constructs';

/** What a container's variable holds. */
export type EnvValue =
  | { readonly value: string }
  | { readonly configMapKeyRef: { readonly name: string; readonly key: string } }
  | { readonly secretKeyRef: { readonly name: string; readonly key: string; readonly optional?: boolean } };

/** A part whose pods can call others: an edge gives it variables, and opens its way out. */
export interface Workload extends IConstruct {
  /** Selects its pods. */
  readonly selector: Readonly<Record<string, string>>;
  addEnv(name: string, value: EnvValue): void;
}
