import type { Problem } from '../constructs/core/problem';
import { at, text } from '../graph/json-value';
import { ApiServer, addressOf } from './api-server';
import { type Access, accessOf } from './kubeconfig';

/** An API server that is there and knows who asks; none where the way to it is the provider's alone. */
export interface Opened {
  readonly problems: readonly Problem[];
  readonly server?: ApiServer;
}

/**
 * Asks the API server whether it is there and knows who asks, before the engine does: with a cluster that cannot be reached, or that refuses
 * the credentials, Pulumi's preview and refresh end well, and say nothing. Also refuses a cluster older than what the objects were checked
 * against.
 */
export async function openCluster(
  kubeconfig: string | undefined,
  context: string | undefined,
  wanted: string,
): Promise<Opened> {
  const access = accessOf(kubeconfig, context);
  if ('code' in access) return { problems: [access] };
  if (access.isProxied) return { problems: [] };
  const server = ApiServer.of(access);
  if ('failure' in server) return { problems: [refusedOf(access, server.failure)] };
  const answer = await server.get('/version');
  if ('failure' in answer) return { problems: [away(access, answer.failure)] };
  if (answer.status === 401 || answer.status === 403) return { problems: [refusedOf(access, REFUSALS[answer.status])] };
  return { problems: olderThan(text(at(answer.body, 'gitVersion')), wanted), server };
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
