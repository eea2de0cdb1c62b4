import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Problem } from '../constructs/core/problem';
import { at, list, text } from '../graph/json-value';

const PATIENCE_MS = 5000;

/**
 * Asks the API server whether it is there, before the engine does: with an unreachable cluster Pulumi's preview and refresh end well, and
 * say nothing. Sends no credentials; any answer will do. Also refuses a cluster older than what the objects were checked against.
 */
export async function clusterProblems(
  kubeconfig: string | undefined,
  context: string | undefined,
  wanted: string,
): Promise<Problem[]> {
  const config = kubeconfig ?? ambientKubeconfig();
  if (config === undefined) {
    const what = 'no kubeconfig was found: neither in the configuration, nor in KUBECONFIG, nor in ~/.kube/config.';
    return [
      {
        code: 'SW-CLUSTER-002',
        severity: 'error',
        what,
        fix: 'minikube start; or: pulumi config set --secret seaworthy:kubeconfig "$(cat kubeconfig)"',
      },
    ];
  }
  const server = serverOf(config, context);
  if (server === undefined) {
    const what = `the kubeconfig names no cluster${context === undefined ? '' : ` for the context "${context}"`}.`;
    return [{ code: 'SW-CLUSTER-003', severity: 'error', what, fix: 'kubectl config get-contexts' }];
  }
  const answer = await ask(server.url, server.authority);
  if ('failure' in answer) {
    const what = `the API server ${server.url} does not answer (${answer.failure}); nothing was changed.`;
    return [
      { code: 'SW-CLUSTER-001', severity: 'error', what, fix: `kubectl --server ${server.url} get --raw /readyz` },
    ];
  }
  return olderThan(answer.version, wanted);
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

function ambientKubeconfig(): string | undefined {
  const files = process.env.KUBECONFIG?.split(':').filter((f) => f !== '') ?? [join(homedir(), '.kube', 'config')];
  for (const file of files) {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      // The next file may be there; kubectl skips missing ones as well.
    }
  }
  return undefined;
}

interface Server {
  readonly url: string;
  readonly authority?: string;
}

function serverOf(kubeconfig: string, context: string | undefined): Server | undefined {
  const config: unknown = parse(kubeconfig);
  const wanted = context ?? text(at(config, 'current-context'));
  const chosen = list(at(config, 'contexts')).find((c) => at(c, 'name') === wanted);
  const cluster = list(at(config, 'clusters')).find((c) => at(c, 'name') === at(chosen, 'context', 'cluster'));
  const url = text(at(cluster, 'cluster', 'server'));
  const data = text(at(cluster, 'cluster', 'certificate-authority-data'));
  if (url === undefined) return undefined;
  return data === undefined ? { url } : { url, authority: Buffer.from(data, 'base64').toString() };
}

type Reply = { readonly failure: string } | { readonly version?: string };

/** Any HTTP status is an answer. Trust is the provider's business: no credential leaves here. */
function ask(url: string, authority: string | undefined): Promise<Reply> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const options = {
      timeout: PATIENCE_MS,
      rejectUnauthorized: false,
      ...(authority === undefined ? {} : { ca: authority }),
    };
    const asked = request(new URL('/version', url), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(versionIn(Buffer.concat(chunks).toString())));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
    asked.on('error', (error) => resolve({ failure: error.message }));
    asked.end();
  });
}

function versionIn(body: string): Reply {
  try {
    const version = text(at(JSON.parse(body), 'gitVersion'));
    return version === undefined ? {} : { version };
  } catch {
    return {};
  }
}
