import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Problem, ProblemsError } from '../constructs/core/problem';
import type { Operation, Pending, Told } from './engine';

/** Runs one operation of the engine in a process of its own, and gives what it told. */
export type Perform = (
  operation: Operation,
  adopt: Readonly<Record<string, string>>,
  onStep: (told: Told) => void,
) => Promise<readonly Told[]>;

export interface RecoverOptions {
  /** Break a lock of another machine, or of a backend that does not say whose it is. */
  readonly force: boolean;
  /** Longest wait for an API server that is away, in seconds. @default 300 */
  readonly patienceSeconds?: number;
  readonly say: (line: string) => void;
}

export interface Recovered {
  /** Objects that were taken over, by construct path. */
  readonly adopted: readonly string[];
  /** What the last up had to change, before one that changed nothing. */
  readonly changed: number;
}

const PAUSE_SECONDS = 5;
/** What is still unfinished after so many tries is not unfinished, but broken. */
const MOST_TRIES = 12;

/**
 * Brings a stack to converge after its engine or its API server ended in the middle of an up: breaks the lock of a process that is dead,
 * waits for the API server, takes over the objects whose creation was under way, and goes on until an up changes nothing. Takes over nothing
 * that the interrupted engine was not creating. It is an up of the program as it stands: what that has no more goes, as it would have.
 * @throws ProblemsError where it cannot go on by itself
 */
export async function recover(perform: Perform, options: RecoverOptions): Promise<Recovered> {
  const { say } = options;
  const interrupted = await unlessLocked(() => readable(perform, say), perform, options);
  if (!isFine(interrupted)) throw stuck(interrupted);
  const creating = interrupted.flatMap((t) => (t.kind === 'pending' ? t.creating : []));
  const adopt: Record<string, string> = {};
  let changed = 0;
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const told = await unlessLocked(() => up(perform, adopt, options), perform, options);
    const found = adoptable(told, creating, adopt);
    const steps = stepsIn(told);
    if (isFine(told)) {
      if (creating.length > 0) await perform('clear', {}, () => undefined);
      else if (steps === 0) return { adopted: [], changed };
      say(`  converging: ${steps} changed; once more, to see that nothing is left`);
      return settled(perform, Object.keys(adopt), changed + steps, options);
    }
    if (found.length === 0) throw stuck(told);
    for (const { path, id } of found) {
      say(`  taking over ${path} (${id}): it was being created when the engine ended`);
      adopt[path] = id;
    }
    changed += steps;
  }
  throw new ProblemsError([{ code: 'SW-RECOVER-003', severity: 'error', what: `not done after ${MOST_TRIES} tries.` }]);
}

/** An up without anything to take over, that has nothing to do. */
async function settled(
  perform: Perform,
  adopted: readonly string[],
  changed: number,
  options: RecoverOptions,
): Promise<Recovered> {
  for (let tries = 1; tries <= 3; tries++) {
    const told = await up(perform, {}, options);
    if (!isFine(told)) throw stuck(told);
    if (stepsIn(told) === 0) return { adopted, changed };
  }
  const what = 'each up still changes something; look at what: pulumi preview --diff.';
  throw new ProblemsError([{ code: 'SW-RECOVER-003', severity: 'error', what }]);
}

/** What was under way; where the state cannot be read because a write of it was cut, that is mended first. */
async function readable(perform: Perform, say: (line: string) => void): Promise<readonly Told[]> {
  const told = await pendingOf(perform, say);
  if (!told.some((t) => t.kind === 'ended' && !t.isFine && UNREADABLE.test(t.message))) return told;
  say('  mending the state: the engine ended while it wrote');
  await perform('mend', {}, () => undefined);
  return pendingOf(perform, say);
}

const UNREADABLE = /failed to load checkpoint: (unexpected )?EOF/;

async function pendingOf(perform: Perform, say: (line: string) => void): Promise<readonly Told[]> {
  const told = await perform('pending', {}, () => undefined);
  const pending = told.find((t) => t.kind === 'pending');
  if (pending?.kind === 'pending') {
    const { creating, others } = pending;
    say(`  interrupted: ${creating.length} creates and ${others} other operations were under way`);
  }
  return told;
}

/** An up, again and again while the API server is away. */
async function up(
  perform: Perform,
  adopt: Readonly<Record<string, string>>,
  { say, patienceSeconds = 300 }: RecoverOptions,
): Promise<readonly Told[]> {
  const end = Date.now() + patienceSeconds * 1000;
  for (;;) {
    const told = await perform('up', adopt, (step) => {
      if (step.kind === 'step') say(`    ${step.op} ${pathIn(step.urn)}`);
    });
    const isAway = told.some((t) => 'message' in t && AWAY.test(t.message));
    if (!isAway || isFine(told) || Date.now() > end) return told;
    say(`  the API server does not answer; again in ${PAUSE_SECONDS} s`);
    await sleep(PAUSE_SECONDS * 1000);
  }
}

const AWAY =
  /SW-CLUSTER-001|ECONNREFUSED|ECONNRESET|connection refused|connection reset|i\/o timeout|\bEOF\b|socket hang up|unreachable/i;
const EXISTS = /already exists/i;

/** Failed creates of objects that the interrupted engine had sent off: these are ours. */
function adoptable(
  told: readonly Told[],
  creating: readonly Pending[],
  adopt: Readonly<Record<string, string>>,
): { path: string; id: string }[] {
  const failed = new Set(told.flatMap((t) => (t.kind === 'failure' && EXISTS.test(t.message) ? [t.urn] : [])));
  return creating.flatMap(({ urn, id }) => {
    const path = pathIn(urn);
    return id !== undefined && failed.has(urn) && adopt[path] === undefined ? [{ path, id }] : [];
  });
}

/** Runs; where a lock is in the way, looks whose it is, and breaks that of the dead. */
async function unlessLocked(
  work: () => Promise<readonly Told[]>,
  perform: Perform,
  { force, say }: RecoverOptions,
): Promise<readonly Told[]> {
  const told = await work();
  const lock = told.find((t) => t.kind === 'locked');
  if (lock?.kind !== 'locked') return told;
  const owner = ownerOf(lock.message);
  if (owner?.host === hostname() && isAlive(owner.pid)) {
    const what = `an update is running: process ${owner.pid} on this machine holds the lock.`;
    throw new ProblemsError([{ code: 'SW-RECOVER-001', severity: 'error', what, fix: `kill ${owner.pid}, or wait` }]);
  }
  if (owner?.host !== hostname() && !force) {
    const whose = owner === undefined ? 'does not say whose it is' : `belongs to process ${owner.pid} on ${owner.host}`;
    const what = `the stack is locked, and the lock ${whose}: whether that update still runs, nobody here can know.`;
    throw new ProblemsError([
      { code: 'SW-RECOVER-002', severity: 'error', what, fix: 'npx seaworthy recover --force' },
    ]);
  }
  say(`  breaking the lock of process ${owner?.pid ?? 'unknown'}, which is gone`);
  await perform('cancel', {}, () => undefined);
  return work();
}

/** `created by root@laptop (pid 1234) at …` */
function ownerOf(message: string): { host: string; pid: number } | undefined {
  const [, host, pid] = /created by [^@\s]+@(\S+) \(pid (\d+)\)/.exec(message) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function isFine(told: readonly Told[]): boolean {
  return told.some((t) => t.kind === 'ended' && t.isFine);
}

function stepsIn(told: readonly Told[]): number {
  return told.filter((t) => t.kind === 'step' && !t.urn.includes('::pulumi:pulumi:Stack::')).length;
}

/** What the engine said of each failure, as problems. */
function stuck(told: readonly Told[]): ProblemsError {
  const failures = told.flatMap((t) => (t.kind === 'failure' && t.urn !== '' ? [t] : []));
  const ended = told.flatMap((t) => (t.kind === 'ended' ? [t.message] : []));
  const problems = failures
    .filter(({ urn }) => !urn.includes('::pulumi:pulumi:Stack::'))
    .map(({ urn, message }): Problem => {
      const problem = { code: 'SW-RECOVER-004', severity: 'error', where: pathIn(urn), what: message.trim() } as const;
      // It exists, and nothing says that this stack made it: to take it over is for a person to decide.
      return EXISTS.test(message)
        ? { ...problem, fix: 'pulumi import TYPE NAME NAMESPACE/NAME, if it is yours' }
        : problem;
    });
  return new ProblemsError(problems.length > 0 ? problems : [whole(ended.join('\n').trim())]);
}

/** What stopped the operation as a whole. */
function whole(message: string): Problem {
  if (/spawn pulumi ENOENT/.test(message)) {
    const what = 'the program pulumi is not on PATH.';
    return { code: 'SW-RECOVER-005', severity: 'error', what, fix: 'https://www.pulumi.com/docs/install/' };
  }
  const [, stack] = /no stack named '([^']+)'/.exec(message) ?? [];
  if (stack === undefined) return { code: 'SW-RECOVER-004', severity: 'error', what: message };
  const what = `the backend that pulumi is logged in to has no stack ${stack}.`;
  return { code: 'SW-RECOVER-006', severity: 'error', what, fix: 'pulumi login, and pulumi stack ls' };
}

function pathIn(urn: string): string {
  return urn.split('::').at(-1) ?? urn;
}
