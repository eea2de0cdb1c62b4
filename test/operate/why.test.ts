import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Problem } from '../../constructs/core/problem';
import { explanations } from '../../operate/why';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-kubectl-'));
const before = process.env.PATH;
afterAll(() => {
  process.env.PATH = before;
  rmSync(folder, { recursive: true });
});

const crashing = {
  metadata: { name: 'shop-api-1' },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'False' }],
    containerStatuses: [{ name: 'api', state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } } }],
  },
};
const healthy = { metadata: { name: 'shop-api-2' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } };
const event = { reason: 'BackOff', message: 'Back-off restarting failed container' };

/** DOUBLE of kubectl: the simulated nodes of the end-to-end tests have no logs. */
function kubectlIs(script: string): void {
  writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  process.env.PATH = [folder, before].join(delimiter);
}

const timedOut: Problem = {
  code: 'SW-RECOVER-004',
  severity: 'error',
  what: "resource shop/shop-api was successfully created, but failed to become live: 'shop-api' timed out waiting to be Ready",
  fix: 'look at its pods',
};

test('of each pod that is not ready: why it waits, its events, its last lines', () => {
  kubectlIs(
    `case $1 in get) echo '${JSON.stringify({ items: [crashing, healthy] })}' ;; events) echo '${JSON.stringify({ items: [event] })}' ;; logs) echo 'no such table: users' ;; esac`,
  );
  expect(explanations([timedOut])).toEqual([
    '',
    '  pod shop-api-1: Running',
    '    api: CrashLoopBackOff, back-off 5m0s',
    '    BackOff: Back-off restarting failed container',
    '    │ no such table: users',
  ]);
});

test('without kubectl, or another problem, it says nothing', () => {
  kubectlIs('exit 1');
  expect(explanations([timedOut])).toEqual([]);
  expect(explanations([{ ...timedOut, what: 'the quota of namespace shop is used up' }])).toEqual([]);
});
