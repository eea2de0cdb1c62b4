import { spawnSync } from 'node:child_process';
import { at, isRecord, list, text } from '../graph/json-value';

/** What a program that a kubeconfig names gives as credentials. */
export interface ExecCredential {
  readonly token?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

const PATIENCE_MS = 20_000;

/**
 * Runs the program that a kubeconfig names for credentials, as kubectl and the provider do. A failure is told by the program's name alone:
 * what it says may hold anything. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export function execCredential(exec: unknown): ExecCredential | { readonly failure: string } {
  const command = text(at(exec, 'command'));
  if (command === undefined) return { failure: 'it asks for an authentication provider that Kubernetes has no more' };
  const args = list(at(exec, 'args')).map(String);
  const own = list(at(exec, 'env')).map((one) => [text(at(one, 'name')) ?? '', text(at(one, 'value')) ?? '']);
  const info = JSON.stringify({
    apiVersion: at(exec, 'apiVersion'),
    kind: 'ExecCredential',
    spec: { interactive: false },
  });
  const env = { ...process.env, ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: info };
  const { status, stdout, error } = spawnSync(command, args, { encoding: 'utf8', env, timeout: PATIENCE_MS });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT')
    return { failure: `the program ${command}, which it asks for credentials, is not on PATH` };
  const given = status === 0 ? credentialIn(stdout) : undefined;
  return given ?? { failure: `the program ${command}, which it asks for credentials, gave none` };
}

function credentialIn(said: string): ExecCredential | undefined {
  try {
    const status = at(JSON.parse(said), 'status');
    if (!isRecord(status)) return undefined;
    const [token, certificate] = [text(status.token), text(status.clientCertificateData)];
    return token === undefined && certificate === undefined
      ? undefined
      : { token, certificate, key: text(status.clientKeyData) };
  } catch {
    return undefined;
  }
}
