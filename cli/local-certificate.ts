import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProblemsError } from '../constructs/core/problem';

export interface Pair {
  readonly crt: string;
  readonly key: string;
}

/**
 * In the cluster cert-manager makes it; here openssl does, for a year, for those names and for this machine. It vouches for itself.
 * @throws ProblemsError where there is no openssl
 */
export function localCertificate(names: readonly string[]): Pair {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-tls-'));
  try {
    const [key, crt] = [join(folder, 'key'), join(folder, 'crt')];
    const hosts = [...new Set([...names, 'localhost'])].map((name) => `DNS:${name}`);
    // A common name has 64 letters at most; what counts are the others.
    const subject = `/O=${OURS}/CN=${(names[0] ?? 'localhost').slice(0, 64)}`;
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '365', '-subj', subject];
    const alternatives = `subjectAltName=${[...hosts, 'IP:127.0.0.1'].join(',')}`;
    const { status } = spawnSync('openssl', [...args, '-addext', alternatives, '-keyout', key, '-out', crt], {
      stdio: 'ignore',
    });
    if (status !== 0) throw new ProblemsError([noOpenssl()]);
    return { crt: readFileSync(crt, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function noOpenssl() {
  const what = 'a service needs a certificate, and the program openssl (1.1.1 or newer) made none.';
  return { code: 'SW-COMPOSE-001', severity: 'error', what, fix: 'install openssl, and run this again' } as const;
}

const DAY = 86_400_000;
const OURS = 'seaworthy on this machine';

/** What is wrong with a certificate that stood there, in words. */
export function faultsOf(crt: string, names: readonly string[]): string[] {
  let read: X509Certificate;
  try {
    read = new X509Certificate(crt);
  } catch {
    return ['is none'];
  }
  const end = new Date(read.validTo);
  const strangers = names.filter((name) => read.checkHost(name.replace(/^\*/, 'any')) === undefined);
  return [
    ...(end.getTime() < Date.now() + 30 * DAY ? [`ends on ${end.toISOString().slice(0, 10)}`] : []),
    ...(strangers.length === 0 ? [] : [`is not for ${strangers.join(', ')}`]),
  ];
}

/** Whether it was made here, so that no browser trusts it. */
export function isOwn(crt: string): boolean {
  try {
    return new X509Certificate(crt).issuer.includes(OURS);
  } catch {
    return false;
  }
}
