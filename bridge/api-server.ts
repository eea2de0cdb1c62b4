import { Agent as AgentHttp, request as requestHttp } from 'node:http';
import { Agent as AgentHttps, request as requestHttps } from 'node:https';
import { execCredential } from './exec-credential';
import type { Access } from './kubeconfig';

const PATIENCE_MS = 5000;
/** Requests under way at one time. */
const AT_ONCE = 32;

export type Reply = { readonly failure: string } | { readonly status: number; readonly body: unknown };

/** An API server, asked as a kubeconfig says. Only ever reads. The server's certificate is checked, for credentials are sent. */
export class ApiServer {
  private readonly agent: AgentHttp;

  private constructor(private readonly access: Access) {
    const options = { keepAlive: true, maxSockets: AT_ONCE };
    this.agent = access.url.protocol === 'https:' ? new AgentHttps(options) : new AgentHttp(options);
  }

  /** Runs the program that gives the credentials, where the kubeconfig names one. */
  static of(access: Access): ApiServer | { readonly failure: string } {
    if (access.exec === undefined || access.token !== undefined) return new ApiServer(access);
    const given = execCredential(access.exec);
    return 'failure' in given ? given : new ApiServer({ ...access, ...given });
  }

  async get(path: string, accept = 'application/json'): Promise<Reply> {
    try {
      return await this.asked(path, accept);
    } catch {
      // What is in it is nobody's to see.
      return { failure: 'the certificates of the kubeconfig cannot be read' };
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private asked(path: string, accept: string): Promise<Reply> {
    const { url } = this.access;
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const options = { ...optionsOf(this.access, accept), agent: this.agent };
    return new Promise((resolve) => {
      const call = request(`${addressOf(url)}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => resolve({ failure: error.message }));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()) });
        });
      });
      call.on('timeout', () => call.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
      call.on('error', (error) => resolve({ failure: error.message }));
      call.end();
    });
  }
}

/** Less a name and a password, if it has such; with the path that some put before the API. */
export function addressOf(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
}

function optionsOf({ authority, serverName, insecure, token, basic, certificate, key }: Access, accept: string) {
  const authorization =
    token === undefined
      ? basic === undefined
        ? undefined
        : `Basic ${Buffer.from(basic).toString('base64')}`
      : `Bearer ${token}`;
  return {
    timeout: PATIENCE_MS,
    rejectUnauthorized: !insecure,
    headers: { accept, ...(authorization === undefined ? {} : { authorization }) },
    ...(authority === undefined ? {} : { ca: authority }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
