import { spawnSync } from 'node:child_process';
import { lineOf } from '../constructs/core/problem';
import { at, text } from '../graph/json-value';
import { session } from './session';
import { ToldError } from './told-error';

const decryptedFiles = new Map<string, unknown>();

/**
 * A value of a file that SOPS encrypted, by the `sops` program and whatever key it finds. Undefined where a command runs without an engine:
 * nothing is decrypted for a preview offline.
 * @throws ToldError where sops is not there, cannot decrypt, or the file has no such key
 */
export function decrypted(file: string, key: string): string | undefined {
  if (session().offline) return undefined;
  if (!decryptedFiles.has(file)) decryptedFiles.set(file, decrypt(file));
  const found = text(at(decryptedFiles.get(file), ...key.split('.')));
  if (found === undefined) throw new ToldError(`${file} has no text under ${key}\n    Fix: sops ${file}`);
  return found;
}

function decrypt(file: string): unknown {
  const asked = ['decrypt', '--output-type', 'json', file];
  const { status, stdout, stderr, error } = spawnSync('sops', asked, { encoding: 'utf8', env: process.env });
  if (status === 0) return JSON.parse(stdout);
  const problem = error === undefined ? refused(stderr) : NOT_THERE;
  throw new ToldError(lineOf({ code: 'SW-SOPS-003', severity: 'error', where: file, ...problem }));
}

const NOT_THERE = {
  what: 'the program sops is not on PATH.',
  fix: 'https://github.com/getsops/sops/releases',
};

/** What sops said on its error channel, never what it decrypted. */
function refused(stderr: string): { what: string; fix: string } {
  const said = stderr.split('\n').find((line) => line.trim() !== '') ?? '';
  return { what: `sops cannot decrypt it: ${said}`, fix: 'sops decrypt, by hand, with the key of this environment' };
}
