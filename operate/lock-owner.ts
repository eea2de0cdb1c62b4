import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a stack's lock. */
export interface LockOwner {
  readonly host: string;
  readonly pid: number;
}

/** `created by root@laptop (pid 1234) at 2026-11-21T10:00:00Z` */
export function ownerOf(message: string): LockOwner | undefined {
  const [, host, pid] = /created by [^@\s]+@(\S+) \(pid (\d+)\)/.exec(message) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid) };
}

/** What can be said of an owner from where this process stands. */
export type Standing = 'alive' | 'dead' | { readonly unknown: string };

/** How much of the machine a process sees. */
export interface View {
  readonly host: string;
  /** A container has processes of its own, and sees no others. */
  readonly seesAll: boolean;
  /** Whether an engine runs that has this number, to itself or in the container that it runs in. */
  engineRuns(pid: number): boolean;
}

/** Dead is only what certainly is: the lock of a machine of this name, where all processes are seen and none is that engine. */
export function standingOf(owner: LockOwner | undefined, view: View = here()): Standing {
  if (owner === undefined) return { unknown: 'does not say whose it is' };
  const whose = `belongs to process ${owner.pid} on ${owner.host}`;
  if (owner.host !== view.host) return { unknown: whose };
  if (view.engineRuns(owner.pid)) return 'alive';
  return view.seesAll
    ? 'dead'
    : { unknown: `${whose}, and from inside of a container only its own processes are seen` };
}

/** The first namespace of processes has this number on every Linux: include/linux/proc_ns.h */
const FIRST_NAMESPACE = 'pid:[4026531836]';

function here(): View {
  return { host: hostname(), seesAll: seesAll(), engineRuns };
}

function seesAll(): boolean {
  try {
    return readlinkSync('/proc/self/ns/pid') === FIRST_NAMESPACE;
  } catch {
    // Not Linux: there are no such namespaces.
    return process.platform !== 'linux';
  }
}

function engineRuns(pid: number): boolean {
  if (process.platform !== 'linux') return exists(pid);
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isEngine(name, pid));
}

/** `NSpid` lists a process's numbers, from the outermost namespace that is seen to its own. */
function isEngine(name: string, pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${name}/status`, 'utf8');
    const numbers = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number) ?? [Number(name)];
    return /^Name:\s+pulumi$/m.test(status) && numbers.includes(pid);
  } catch {
    return false; // It has ended meanwhile.
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
