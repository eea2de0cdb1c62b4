import { bring } from '../core/brought';
import type { SecretSource } from '../core/secret-source';
import { systemOf } from '../core/system';
import type { Workload } from '../core/workload';
import { secretBundle } from './secret-bundle';

/** A key of a Secret. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** Gives a workload a secret as a variable, through a Secret of the system: API keys, webhook secrets. */
export function inject(workload: Workload, variable: string, source: SecretSource, into: SecretKey): void {
  secretBundle(workload, into.name).add(into.key, [{ secret: source, encode: 'none' }], workload.node.path);
  workload.addEnv(variable, { secretKeyRef: { name: into.name, key: into.key } });
}

/** Gives a workload a key of a Secret that somebody else keeps in the system's namespace. */
export function injectExisting(
  workload: Workload,
  variable: string,
  from: SecretKey,
  options: { /** It runs without, too. @default false */ readonly optional?: boolean } = {},
): void {
  const namespace = systemOf(workload).namespaceName;
  bring(workload, { kind: 'Secret', name: from.name, namespace, source: 'injectExisting', byHand: true });
  workload.addEnv(variable, { secretKeyRef: { name: from.name, key: from.key, ...options } });
}
