import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Problem } from '../constructs/core/problem';
import { at, text } from '../graph/json-value';
import { execCredential } from './exec-credential';
import { type Access, accessOf } from './kubeconfig';

const PATIENCE_MS = 5000;

/**
 * Asks the API server whether it is there and knows who asks, before the engine does: with a cluster that cannot be reached, or that refuses
 * the credentials, Pulumi's preview and refresh end well, and say nothing. Also refuses a cluster older than what the objects were checked
 * against. The server's certificate is checked as the kubeconfig says, for credentials are sent.
 */
export async function clusterProblems(
  kubeconfig: string | undefined,
  context: string | undefined,
  wanted: string,
): Promise<Problem[]> {
  const access = accessOf(kubeconfig, context);
  if ('code' in access) return [access];
  // A way that is the provider's alone.
  if (access.isProxied) return [];
  const known = withCredentials(access);
  if ('failure' in known) return [refusedOf(access, known.failure)];
  const answer = await ask(known);
  if ('failure' in answer) return [away(access, answer.failure)];
  if (answer.status === 401 || answer.status === 403) return [refusedOf(access, REFUSALS[answer.status])];
  return olderThan(answer.version, wanted);
}

const REFUSALS = {
  401: 'the API server does not accept its credentials (401): the token or certificate is wrong or has expired',
  403: 'the API server knows whose its credentials are, and lets them ask nothing (403)',
} as const;

function away({ url }: Access, failure: string): Problem {
  const what = `the API server ${addressOf(url)} does not answer (${failure}); nothing was changed.`;
  const fix = `kubectl --server ${addressOf(url)} get --raw /readyz`;
  return { code: 'SW-CLUSTER-001', severity: 'error', what, fix };
}

function refusedOf({ url }: Access, why: string): Problem {
  const what = `the kubeconfig does not open ${addressOf(url)}: ${why}.`;
  const fix = 'log in anew, until this answers: kubectl get --raw /version';
  return { code: 'SW-CLUSTER-006', severity: 'error', what, fix };
}

/** Less a name and a password, if it has such; with the path that some put before the API. */
function addressOf(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
}

function withCredentials(access: Access): Access | { readonly failure: string } {
  if (access.exec === undefined || access.token !== undefined) return access;
  const given = execCredential(access.exec);
  return 'failure' in given ? given : { ...access, ...given };
}

function olderThan(found: string | undefined, wanted: string): Problem[] {
  const minor = (version: string) => Number(/^v?1\.(\d+)/.exec(version)?.[1]);
  if (found === undefined || !(minor(found) < minor(wanted))) return [];
  const what = `the cluster runs Kubernetes ${found}, older than the ${wanted} that the objects were checked against.`;
  return [
    {
      code: 'SW-CLUSTER-004',
      severity: 'error',
      what,
      fix: `pulumi config set seaworthy:kubernetesVersion 1.${minor(found)}`,
    },
  ];
}

type Reply = { readonly failure: string } | { readonly status: number; readonly version?: string };

async function ask(access: Access): Promise<Reply> {
  try {
    return await asked(access);
  } catch {
    // What is in it is nobody's to see.
    return { failure: 'the certificates of the kubeconfig cannot be read' };
  }
}

function asked(access: Access): Promise<Reply> {
  const request = access.url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const call = request(`${addressOf(access.url)}/version`, optionsOf(access), (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(replyOf(response.statusCode ?? 0, Buffer.concat(chunks).toString())));
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
    call.on('error', (error) => resolve({ failure: error.message }));
    call.end();
  });
}

function optionsOf({ authority, serverName, insecure, token, basic, certificate, key }: Access) {
  const authorization =
    token === undefined
      ? basic === undefined
        ? undefined
        : `Basic ${Buffer.from(basic).toString('base64')}`
      : `Bearer ${token}`;
  return {
    timeout: PATIENCE_MS,
    rejectUnauthorized: !insecure,
    ...(authority === undefined ? {} : { ca: authority }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  };
}

function replyOf(status: number, body: string): Reply {
  try {
    const version = text(at(JSON.parse(body), 'gitVersion'));
    return version === undefined ? { status } : { status, version };
  } catch {
    return { status };
  }
}
