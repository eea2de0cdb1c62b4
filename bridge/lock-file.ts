import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IdentityLock } from '../graph/identity';

/** `identity.dev.lock.json` beside `Pulumi.dev.yaml`. */
export function lockFile(environment: string): string {
  return `identity.${environment}.lock.json`;
}

export function readLock(folder: string, environment: string): IdentityLock | undefined {
  const path = join(folder, lockFile(environment));
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

export function writeLock(folder: string, environment: string, lock: IdentityLock): void {
  writeFileSync(join(folder, lockFile(environment)), `${JSON.stringify(lock, null, 2)}\n`);
}
