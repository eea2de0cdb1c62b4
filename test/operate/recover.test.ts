import type { Operation, Told } from '../../operate/engine';
import type { View } from '../../operate/lock-owner';
import { type Perform, recover } from '../../operate/recover';
import { refusals } from '../support/offline';

const URN = 'urn:pulumi:dev::shop::seaworthy:core:System$kubernetes:apps/v1:Deployment::shop/api/deployment';
const fine: Told = { kind: 'ended', isFine: true, message: '' };
const broken: Told = { kind: 'ended', isFine: false, message: 'update failed' };
const step: Told = { kind: 'step', op: 'create', urn: URN };
const exists: Told = { kind: 'failure', urn: URN, message: 'resource shop/api already exists' };
const api = { urn: URN, id: 'shop/api' };
const nothing: Told = { kind: 'pending', creating: [], others: 0 };
const pending: Told = { kind: 'pending', creating: [api], others: 0 };
const lockOf = (pid: number, host: string): Told => ({
  kind: 'locked',
  message: `the stack is currently locked by 1 lock(s). file:///locks/1.json: created by root@${host} (pid ${pid}) at 2026-11-21`,
});

/** DOUBLE of the engine: answers with what it is given, and remembers what it was asked. */
class Engine {
  readonly asked: Operation[] = [];
  constructor(private readonly answers: Told[][]) {}
  readonly perform: Perform = async (operation) => {
    this.asked.push(operation);
    return this.answers.shift() ?? [fine];
  };
}

/** DOUBLE of what is seen of a machine. */
const laptop: View = { host: 'laptop', seesAll: true, engineRuns: (pid) => pid === 7 };
const quiet = { force: false, say: () => undefined, patienceSeconds: 0, view: laptop };

test('what was being created is looked for before anything is changed; then an up must change nothing', async () => {
  const engine = new Engine([
    [pending, fine],
    [{ kind: 'adopted', ours: [api], foreign: [] }, fine],
    [step, fine],
    [fine],
  ]);
  expect(await recover(engine.perform, quiet)).toEqual({ adopted: ['shop/api/deployment'], changed: 1 });
  expect(engine.asked).toEqual(['pending', 'adopt', 'up', 'up']);
});

test('what has its name and nothing shows to be ours stops it, with the way to take it over', async () => {
  const foreign = [{ ...api, why: 'it was made by kubectl-create, not by Pulumi' }];
  const engine = new Engine([
    [pending, fine],
    [{ kind: 'adopted', ours: [], foreign }, fine],
  ]);
  expect(await refusals(recover(engine.perform, quiet))).toMatchObject([
    { code: 'SW-RECOVER-007', where: 'shop/api/deployment', fix: expect.stringContaining("{ import: 'shop/api' }") },
  ]);
  expect(engine.asked).toEqual(['pending', 'adopt']);
});

test('what exists, and nobody here was creating, is somebody else’s: it is not taken', async () => {
  const engine = new Engine([
    [nothing, fine],
    [step, exists, broken],
  ]);
  expect(await refusals(recover(engine.perform, quiet))).toMatchObject([
    {
      code: 'SW-RECOVER-004',
      where: 'shop/api/deployment',
      what: 'resource shop/api already exists',
      fix: expect.stringContaining('import:'),
    },
  ]);
});

test('a program that is refused is headed as one, with its problems', async () => {
  const message =
    '1 problem. Nothing was changed.\n\n[Pulumi.dev.yaml] SW-CONFIG-002 seaworthy:target is required\n    Fix: x\n';
  const engine = new Engine([
    [nothing, fine],
    [{ kind: 'failure', urn: '', message }, broken],
  ]);
  expect(await refusals(recover(engine.perform, quiet))).toMatchObject([
    {
      code: 'SW-RECOVER-008',
      what: expect.stringMatching(/the program is refused, .*changed nothing:\n\[Pulumi.dev.yaml\] SW-CONFIG-002/),
    },
  ]);
});

test('the lock of a dead engine of this machine is broken', async () => {
  const engine = new Engine([[nothing, fine], [lockOf(99, 'laptop'), broken], [fine]]);
  await recover(engine.perform, quiet);
  expect(engine.asked).toEqual(['pending', 'up', 'cancel', 'up']);
});

test.each([
  ['of a living engine', laptop, lockOf(7, 'laptop'), 'SW-RECOVER-001'],
  ['of another machine', laptop, lockOf(99, 'elsewhere'), 'SW-RECOVER-002'],
  [
    'seen from a container, whose name may be that of others',
    { ...laptop, seesAll: false },
    lockOf(99, 'laptop'),
    'SW-RECOVER-002',
  ],
  [
    'whose owner is not said',
    laptop,
    { kind: 'locked', message: 'conflict: Another update is currently in progress' } as const,
    'SW-RECOVER-002',
  ],
])('a lock %s is not broken', async (_whose, view, lock, code) => {
  const engine = new Engine([
    [nothing, fine],
    [lock, broken],
  ]);
  expect(await refusals(recover(engine.perform, { ...quiet, view }))).toMatchObject([{ code }]);
  expect(engine.asked).not.toContain('cancel');
});

test('with --force the lock of another machine is, and it is said why', async () => {
  const engine = new Engine([[nothing, fine], [lockOf(1, 'elsewhere'), broken], [fine]]);
  const said: string[] = [];
  await recover(engine.perform, { ...quiet, force: true, say: (line) => said.push(line) });
  expect(engine.asked).toContain('cancel');
  expect(said).toContain('  breaking the lock of process 1, because of --force');
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
    [nothing, fine],
    [step, fine],
    [step, fine],
    [step, fine],
    [step, fine],
  ]);
  expect(await refusals(recover(engine.perform, quiet))).toMatchObject([{ code: 'SW-RECOVER-003' }]);
});
