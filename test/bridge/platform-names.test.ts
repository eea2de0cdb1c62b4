import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLock } from '../../bridge/lock-file';
import { lockedBeside } from '../../bridge/platform-stack';
import { lockOf } from '../../graph/lock';
import { platformGraph, systemGraph } from '../support/systems';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-names-'));
beforeAll(() => writeLock(folder, 'platform', lockOf('seaworthy', [platformGraph()])));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['platform', 'acme/platform', 'acme/seaworthy/platform'])(
  'the lock says what the stack %s makes',
  (stack) => {
    expect(lockedBeside(stack, folder, 'seaworthy')).toMatchObject({
      stack,
      makes: expect.arrayContaining(['ClusterSecretStore aws-secrets-manager', 'StorageClass gp3', 'API velero.io/*']),
    });
  },
);

test.each(['acme/other/platform', 'acme/seaworthy/elsewhere'])('of %s the lock says nothing', (stack) => {
  expect(lockedBeside(stack, folder, 'seaworthy')).toEqual({ stack });
});

test('the lock of a stack without operators says of nobody what it makes', () => {
  expect(lockOf('seaworthy', [systemGraph('todo', 'prod')])).not.toHaveProperty('makes');
});
