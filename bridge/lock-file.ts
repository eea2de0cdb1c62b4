import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../constructs/core/whole-file';
import type { IdentityLock } from '../graph/identity';

/** `identity.dev.lock.json` beside `Pulumi.dev.yaml`. */
export function lockFile(environment: string): string {
  return `identity.${environment}.lock.json`;
}

/** Undefined where there is none, or it is another project's. */
export function readLock(folder: string, environment: string, project: string): IdentityLock | undefined {
  const path = join(folder, lockFile(environment));
  const lock: IdentityLock | undefined = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  return lock?.project === project ? lock : undefined;
}

export function writeLock(folder: string, environment: string, lock: IdentityLock): void {
  writeWhole(join(folder, lockFile(environment)), `${JSON.stringify(lock, null, 2)}\n`);
}
