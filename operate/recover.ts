import { setTimeout as sleep } from 'node:timers/promises';
import { type Problem, ProblemsError } from '../constructs/core/problem';
import type { Operation, Told } from './engine';
import { ownerOf, standingOf, type View } from './lock-owner';
import { stuck } from './stuck';

/** Runs one operation of the engine in a process of its own, and gives what it told. */
export type Perform = (operation: Operation, onStep: (told: Told) => void) => Promise<readonly Told[]>;

export interface RecoverOptions {
  /** Break a lock of another machine or container, or of a backend that does not say whose it is. */
  readonly force: boolean;
  /** Longest wait for an API server that is away, in seconds. @default 300 */
  readonly patienceSeconds?: number;
  readonly say: (line: string) => void;
  /** What this process sees of the machine. @default all that it can */
  readonly view?: View;
}

export interface Recovered {
  /** Objects that were taken over, by construct path. */
  readonly adopted: readonly string[];
  /** What the last up had to change, before one that changed nothing. */
  readonly changed: number;
}

const PAUSE_SECONDS = 5;
/** An operation that says nothing for so long is said to go on. */
const SILENCE_SECONDS = 15;
/** What still changes after so many ups changes each time. */
const MOST_UPS = 4;

/**
 * Brings a stack to converge after its engine or its API server ended in the middle of an up: breaks the lock of an engine that is dead,
 * waits for the API server, takes over the objects whose creation was under way and which are shown to be this stack's, and goes on until
 * an up changes nothing. It is an up of the program as it stands: what that has no more goes, as it would have.
 * @throws ProblemsError where it cannot go on by itself
 */
export async function recover(perform: Perform, options: RecoverOptions): Promise<Recovered> {
  const { say } = options;
  const interrupted = await unlessLocked(() => readable(perform, say), perform, options);
  if (!isFine(interrupted)) throw stuck(interrupted);
  const creating = interrupted.flatMap((t) => (t.kind === 'pending' ? t.creating : []));
  const adopted = creating.length === 0 ? [] : await adopt(perform, options);
  let changed = 0;
  for (let tries = 1; tries <= MOST_UPS; tries++) {
    const told = await unlessLocked(() => patiently('up', perform, options), perform, options);
    if (!isFine(told)) throw stuck(told);
    const steps = stepsIn(told);
    changed += steps;
    if (steps === 0) return { adopted, changed };
    say(`  converging: ${steps} changed; once more, to see that nothing is left`);
  }
  const what = 'each up still changes something.';
  throw new ProblemsError([{ code: 'SW-RECOVER-003', severity: 'error', what, fix: 'pulumi preview --diff' }]);
}

/** What was being created, and is shown to be this stack's own, becomes part of the state. */
async function adopt(perform: Perform, options: RecoverOptions): Promise<string[]> {
  options.say('  looking at what was being created');
  const told = await unlessLocked(() => patiently('adopt', perform, options), perform, options);
  if (!isFine(told)) throw stuck(told);
  const found = told.find((t) => t.kind === 'adopted');
  if (found?.kind !== 'adopted') return [];
  for (const { urn, id } of found.ours)
    options.say(`  taken over: ${pathIn(urn)} (${id}), which the interrupted up had made`);
  if (found.foreign.length > 0) throw new ProblemsError(found.foreign.map(foreign));
  return found.ours.map(({ urn }) => pathIn(urn));
}

/** It was to be created, and stands there: to take it over is for a person to decide. */
function foreign({ urn, id = '', why }: { urn: string; id?: string; why: string }): Problem {
  const what = `${id} exists, and nothing shows that this stack made it: ${why}. It was left as it is.`;
  const fix = `if it is yours, nodeOptions(…, { import: '${id}' }) on ${pathIn(urn)}; else delete or rename one of the two`;
  return { code: 'SW-RECOVER-007', severity: 'error', where: pathIn(urn), what, fix };
}

/** What was under way; where the state cannot be read because a write of it was cut, that is mended first. */
async function readable(perform: Perform, say: (line: string) => void): Promise<readonly Told[]> {
  const told = await pendingOf(perform, say);
  if (!told.some((t) => t.kind === 'ended' && !t.isFine && UNREADABLE.test(t.message))) return told;
  say('  mending the state: the engine ended while it wrote');
  await perform('mend', () => undefined);
  return pendingOf(perform, say);
}

const UNREADABLE = /failed to load checkpoint: (unexpected )?EOF/;

async function pendingOf(perform: Perform, say: (line: string) => void): Promise<readonly Told[]> {
  say('  reading the state');
  const told = await perform('pending', () => undefined);
  const pending = told.find((t) => t.kind === 'pending');
  if (pending?.kind === 'pending') {
    const { creating, others } = pending;
    say(`  interrupted: ${creating.length} creates and ${others} other operations were under way`);
  }
  return told;
}

/** Again and again while the API server is away; tells each step, and that it goes on where nothing is heard. */
async function patiently(
  operation: 'up' | 'adopt',
  perform: Perform,
  { say, patienceSeconds = 300 }: RecoverOptions,
): Promise<readonly Told[]> {
  const end = Date.now() + patienceSeconds * 1000;
  for (;;) {
    if (operation === 'up') say('  an up of the program as it stands');
    const told = await aloud(operation, perform, say);
    const isAway = told.some((t) => 'message' in t && AWAY.test(t.message));
    if (!isAway || isFine(told) || Date.now() > end) return told;
    say(`  the API server does not answer; again in ${PAUSE_SECONDS} s`);
    await sleep(PAUSE_SECONDS * 1000);
  }
}

async function aloud(operation: Operation, perform: Perform, say: (line: string) => void): Promise<readonly Told[]> {
  const began = Date.now();
  let last = '';
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    say(`    still at it after ${seconds} s${last === '' ? '' : `; last: ${last}`}`);
  }, SILENCE_SECONDS * 1000);
  try {
    return await perform(operation, (step) => {
      if (step.kind !== 'step') return;
      last = `${step.op} ${pathIn(step.urn)}`;
      if (step.op !== 'refresh') say(`    ${last}`);
    });
  } finally {
    clearInterval(timer);
  }
}

const AWAY =
  /SW-CLUSTER-001|ECONNREFUSED|ECONNRESET|connection refused|connection reset|i\/o timeout|\bEOF\b|socket hang up|unreachable/i;

/** Runs; where a lock is in the way, looks whose it is, and breaks that of the dead. */
async function unlessLocked(
  work: () => Promise<readonly Told[]>,
  perform: Perform,
  { force, say, view }: RecoverOptions,
): Promise<readonly Told[]> {
  const told = await work();
  const lock = told.find((t) => t.kind === 'locked');
  if (lock?.kind !== 'locked') return told;
  const owner = ownerOf(lock.message);
  const standing = standingOf(owner, view);
  if (standing === 'alive') {
    const what = `an update is running: process ${owner?.pid} on this machine holds the lock.`;
    const fix = 'wait for it, or end it there with Ctrl-C';
    throw new ProblemsError([{ code: 'SW-RECOVER-001', severity: 'error', what, fix }]);
  }
  if (standing !== 'dead' && !force) {
    const what = `the stack is locked, and the lock ${standing.unknown}: whether that update still runs, nobody here can know.`;
    const fix = 'where you know that it does not: npx seaworthy recover --force';
    throw new ProblemsError([{ code: 'SW-RECOVER-002', severity: 'error', what, fix }]);
  }
  const why = standing === 'dead' ? ', which is gone' : ', because of --force';
  say(`  breaking the lock of process ${owner?.pid ?? 'unknown'}${why}`);
  await perform('cancel', () => undefined);
  return work();
}

function isFine(told: readonly Told[]): boolean {
  return told.some((t) => t.kind === 'ended' && t.isFine);
}

function stepsIn(told: readonly Told[]): number {
  return told.filter((t) => t.kind === 'step' && !t.urn.includes('::pulumi:pulumi:Stack::')).length;
}

function pathIn(urn: string): string {
  return urn.split('::').at(-1) ?? urn;
}
