import { hostname } from 'node:os';
import type { Operation, Told } from '../../operate/engine';
import { type Perform, recover } from '../../operate/recover';
import { refusals } from '../support/offline';

const URN = 'urn:pulumi:dev::shop::seaworthy:core:System$kubernetes:apps/v1:Deployment::shop/api/deployment';
const fine: Told = { kind: 'ended', isFine: true, message: '' };
const broken: Told = { kind: 'ended', isFine: false, message: 'update failed' };
const step: Told = { kind: 'step', op: 'create', urn: URN };
const exists: Told = { kind: 'failure', urn: URN, message: 'resource shop/api already exists' };
const pending = (...urns: string[]): Told => ({
  kind: 'pending',
  creating: urns.map((urn) => ({ urn, id: 'shop/api' })),
  others: 0,
});
const lockOf = (pid: number, host: string): Told => ({
  kind: 'locked',
  message: `the stack is currently locked by 1 lock(s). file:///locks/1.json: created by root@${host} (pid ${pid}) at 2026-11-21`,
});

/** DOUBLE of the engine: answers with what it is given, and remembers what it was asked. */
class Engine {
  readonly asked: [Operation, Readonly<Record<string, string>>][] = [];
  constructor(private readonly answers: Told[][]) {}
  readonly perform: Perform = async (operation, adopt) => {
    this.asked.push([operation, { ...adopt }]);
    return this.answers.shift() ?? [fine];
  };
}

const quiet = { force: false, say: () => undefined, patienceSeconds: 0 };

test('what was being created and exists is taken over; then an up must change nothing', async () => {
  const engine = new Engine([[pending(URN), fine], [step, exists, broken], [step, fine], [fine], [fine]]);
  const { adopted } = await recover(engine.perform, quiet);
  expect(adopted).toEqual(['shop/api/deployment']);
  expect(engine.asked).toEqual([
    ['pending', {}],
    ['up', {}],
    ['up', { 'shop/api/deployment': 'shop/api' }],
    ['clear', {}],
    ['up', {}],
  ]);
});

test('a create that was under way, of what the program has no more, is forgotten', async () => {
  const engine = new Engine([[pending(URN), fine], [fine], [fine], [fine]]);
  await recover(engine.perform, quiet);
  expect(engine.asked.map(([operation]) => operation)).toEqual(['pending', 'up', 'clear', 'up']);
});

test('what exists, and nobody here was creating, is somebody else’s: it is not taken', async () => {
  const engine = new Engine([
    [pending(), fine],
    [step, exists, broken],
  ]);
  expect(await refusals(recover(engine.perform, quiet))).toMatchObject([
    { code: 'SW-RECOVER-004', where: 'shop/api/deployment', what: 'resource shop/api already exists' },
  ]);
});

test('the lock of a dead process of this machine is broken', async () => {
  const engine = new Engine([[pending(), fine], [lockOf(2 ** 22 + 1, hostname()), broken], [fine]]);
  await recover(engine.perform, quiet);
  expect(engine.asked.map(([operation]) => operation)).toEqual(['pending', 'up', 'cancel', 'up']);
});

test.each([
  ['of a living process', lockOf(process.pid, hostname()), 'SW-RECOVER-001'],
  ['of another machine', lockOf(1, 'elsewhere'), 'SW-RECOVER-002'],
  [
    'whose owner is not said',
    { kind: 'locked', message: 'conflict: Another update is currently in progress' } as const,
    'SW-RECOVER-002',
  ],
])('a lock %s is not broken', async (_whose, lock, code) => {
  const engine = new Engine([
    [pending(), fine],
    [lock, broken],
  ]);
  expect(await refusals(recover(engine.perform, quiet))).toMatchObject([{ code }]);
  expect(engine.asked.map(([operation]) => operation)).not.toContain('cancel');
});

test('with --force the lock of another machine is', async () => {
  const engine = new Engine([[pending(), fine], [lockOf(1, 'elsewhere'), broken], [fine]]);
  await recover(engine.perform, { ...quiet, force: true });
  expect(engine.asked.map(([operation]) => operation)).toContain('cancel');
});

test.each([
  ['SW-RECOVER-005', 'Command failed with ENOENT: pulumi version\nspawn pulumi ENOENT'],
  ['SW-RECOVER-006', "stderr: error: no stack named 'dev' found"],
])('%s without Pulumi or its stack nothing is tried', async (code, message) => {
  const engine = new Engine([[{ kind: 'ended', isFine: false, message }]]);
  expect(await refusals(recover(engine.perform, quiet))).toMatchObject([{ code }]);
  expect(engine.asked).toHaveLength(1);
});

test('an up that changes something each time does not converge, and says so', async () => {
  const engine = new Engine([
    [pending(), fine],
    [step, fine],
    [step, fine],
    [step, fine],
    [step, fine],
  ]);
  expect(await refusals(recover(engine.perform, quiet))).toMatchObject([{ code: 'SW-RECOVER-003' }]);
});
