import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../constructs/core/problem';
import { writeWhole } from '../constructs/core/whole-file';
import { textOf } from '../constructs/core/yaml-fault';
import type { IdentityLock } from '../graph/identity';
import { at, isRecord } from '../graph/json-value';

/** `identity.dev.lock.json` beside `Pulumi.dev.yaml`. */
export function lockFile(environment: string): string {
  return `identity.${environment}.lock.json`;
}

export interface LockRead {
  /** Undefined where there is none, or it says nothing of this project. */
  readonly lock?: IdentityLock;
  /** A lock that guards nothing is told: it is there because somebody relies on it. */
  readonly problems: readonly Problem[];
}

/** Reads the lock of an environment. What is wrong with it is told with its file; what stands in it is quoted nowhere. */
export function readLock(folder: string, environment: string, project: string): LockRead {
  const file = lockFile(environment);
  const path = join(folder, file);
  if (!existsSync(path)) return { problems: [] };
  const read = textOf(readFileSync(path));
  if ('fault' in read) return broken(environment, read.fault);
  const parsed = jsonOf(read.text);
  if ('fault' in parsed) return broken(environment, parsed.fault);
  const { json } = parsed;
  const version = at(json, 'version');
  if (isRecord(json) && version !== undefined && version !== 1) return otherVersion(environment, version);
  const wrong = misfitOf(json);
  if (wrong !== undefined) return broken(environment, wrong);
  if (!isLock(json)) return broken(environment, 'it has not the form of a lock');
  return json.project === project ? { lock: withoutPrototype(json), problems: [] } : otherProject(environment);
}

export function writeLock(folder: string, environment: string, lock: IdentityLock): void {
  writeWhole(join(folder, lockFile(environment)), `${JSON.stringify(lock, null, 2)}\n`);
}

function jsonOf(text: string): { readonly json: unknown } | { readonly fault: string } {
  if (text.trim() === '') return { fault: 'it is empty' };
  if (/^(<<<<<<<|=======|>>>>>>>)/m.test(text)) return { fault: 'Git left a conflict in it' };
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { fault: 'it is no JSON; it may have been cut off' };
  }
}

/** Which of its parts is not as a lock has it. */
function misfitOf(json: unknown): string | undefined {
  if (!isRecord(json)) return 'it is no object';
  if (json.version !== 1) return 'it has no version';
  if (typeof json.project !== 'string') return 'its project is no text';
  if (!isRecord(json.resources)) return 'its resources are no object';
  const { makes = [] } = json;
  if (!Array.isArray(makes) || makes.some((name) => typeof name !== 'string'))
    return 'what it makes is no list of names';
  const strange = Object.values(json.resources).findIndex((entry) => !isEntry(entry));
  return strange < 0 ? undefined : `entry ${strange + 1} of its resources is none`;
}

function isEntry(entry: unknown): boolean {
  if (!isRecord(entry) || typeof entry.is !== 'string') return false;
  const { template, fixed } = entry;
  const isFixed =
    fixed === undefined || (isRecord(fixed) && Object.values(fixed).every((fact) => typeof fact === 'string'));
  return isFixed && (template === undefined || typeof template === 'string');
}

/** What {@link misfitOf} looked at. */
function isLock(json: unknown): json is IdentityLock {
  return misfitOf(json) === undefined;
}

/** A construct may be called `constructor`, and is in no lock therefore. */
function withoutPrototype(lock: IdentityLock): IdentityLock {
  return { ...lock, resources: Object.assign(Object.create(null), lock.resources) };
}

function broken(environment: string, why: string): LockRead {
  const file = lockFile(environment);
  const what = `${file} cannot be read: ${why}. Until then nothing guards against renames.`;
  const fix = `git checkout -- ${file}; or, to accept the names as they are now: npx seaworthy lock --env ${environment}`;
  return { problems: [{ code: 'SW-LOCK-001', severity: 'error', where: file, what, fix }] };
}

function otherVersion(environment: string, version: unknown): LockRead {
  const file = lockFile(environment);
  const shown = typeof version === 'number' ? `of version ${version}` : 'of no known version';
  const what = `${file} is ${shown}; this seaworthy reads version 1.`;
  const fix = 'npm install seaworthy@latest; or the version that wrote it';
  return { problems: [{ code: 'SW-LOCK-002', severity: 'error', where: file, what, fix }] };
}

function otherProject(environment: string): LockRead {
  const file = lockFile(environment);
  const what = `${file} is another project's, and guards nothing here.`;
  const fix = `npx seaworthy lock --env ${environment}`;
  return { problems: [{ code: 'SW-LOCK-003', severity: 'warning', where: file, what, fix }] };
}
