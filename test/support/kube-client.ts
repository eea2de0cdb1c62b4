import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import { at, isRecord, list, text } from '../../graph/json-value';

export type KubeObject = Record<string, unknown>;

/** A reply of the API server that is no success. */
export class KubeError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** A small client of the API server, for tests and stand-ins: token authentication, discovery, server-side apply. */
export class KubeClient {
  private readonly server: string;
  private readonly token: string;
  private readonly agent = new Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 32 });
  private readonly known = new Map<string, readonly ApiResource[]>();

  constructor(kubeconfig: string) {
    const config: unknown = parse(kubeconfig);
    this.server = text(at(list(at(config, 'clusters'))[0], 'cluster', 'server')) ?? '';
    this.token = text(at(list(at(config, 'users'))[0], 'user', 'token')) ?? '';
  }

  call(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<KubeObject> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      Authorization: `Bearer ${this.token}`,
      Accept: 'application/json',
      ...(sent === undefined ? {} : { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(sent) }),
    };
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(path, this.server),
        { method, headers, agent: this.agent, timeout: 30_000 },
        (reply) => {
          const chunks: Buffer[] = [];
          reply.on('data', (chunk: Buffer) => chunks.push(chunk));
          reply.on('end', () => {
            const raw = Buffer.concat(chunks).toString();
            const json = parsed(raw);
            const status = reply.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve(json);
            else reject(new KubeError(status, text(json.message) ?? raw));
          });
        },
      );
      asked.on('error', reject);
      asked.on('timeout', () => asked.destroy(new Error('the API server did not answer within 30 s')));
      asked.end(sent);
    });
  }

  async get(object: KubeObject): Promise<KubeObject | undefined> {
    try {
      return await this.call('GET', await this.pathOf(object));
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }

  async list(apiVersion: string, kind: string, namespace?: string): Promise<KubeObject[]> {
    const path = await this.collectionOf(apiVersion, kind, namespace);
    return list(at(await this.call('GET', path), 'items')).filter(isRecord);
  }

  async apply(
    object: KubeObject,
    options: { manager: string; dryRun?: boolean; force?: boolean },
  ): Promise<KubeObject> {
    const query = new URLSearchParams({ fieldManager: options.manager, force: `${options.force ?? false}` });
    if (options.dryRun === true) query.set('dryRun', 'All');
    return this.call('PATCH', `${await this.pathOf(object)}?${query}`, object, 'application/apply-patch+yaml');
  }

  async delete(object: KubeObject): Promise<void> {
    try {
      await this.call('DELETE', await this.pathOf(object), { propagationPolicy: 'Foreground' });
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    }
  }

  async pathOf(object: KubeObject): Promise<string> {
    const name = text(at(object, 'metadata', 'name')) ?? '';
    const path = await this.collectionOf(
      text(object.apiVersion) ?? '',
      text(object.kind) ?? '',
      text(at(object, 'metadata', 'namespace')),
    );
    return `${path}/${name}`;
  }

  private async collectionOf(apiVersion: string, kind: string, namespace = 'default'): Promise<string> {
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const resource = await this.resource(group, kind);
    return resource.namespaced ? `${group}/namespaces/${namespace}/${resource.name}` : `${group}/${resource.name}`;
  }

  private async resource(group: string, kind: string): Promise<ApiResource> {
    const cached = this.known.get(group)?.find((r) => r.kind === kind);
    if (cached !== undefined) return cached;
    const found = list(at(await this.call('GET', group), 'resources')).filter(isRecord);
    const resources = found.map((r) => ({
      name: String(r.name),
      kind: String(r.kind),
      namespaced: r.namespaced === true,
    }));
    this.known.set(
      group,
      resources.filter((r) => !r.name.includes('/')),
    );
    const resource = resources.find((r) => r.kind === kind && !r.name.includes('/'));
    if (resource === undefined) throw new KubeError(404, `the server has no kind ${kind} in ${group}`);
    return resource;
  }
}

function parsed(raw: string): KubeObject {
  try {
    const json: unknown = JSON.parse(raw);
    return isRecord(json) ? json : {};
  } catch {
    return {};
  }
}
