import { Construct } from 'constructs';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { nameOf } from '../core/labels';
import { isMarker, valueBehind } from '../core/marker';
import { type ConnectionVariable, partPath, recordConnection } from '../core/part';
import { type Problem, report } from '../core/problem';
import { systemOf } from '../core/system';
import { leavesOf, sourceOf } from '../core/value';
import type { Workload } from '../core/workload';
import type { SecretKey } from '../secrets/inject';
import { secretBundle } from '../secrets/secret-bundle';
import { addressOf, composedByPulumi, type SecretTemplate, sourcesOf } from '../secrets/secret-template';
import { openBothSides } from './network-policy';

/** What of an endpoint a variable holds. */
export type Shape =
  | { readonly part: 'url'; readonly query?: Readonly<Record<string, string>> }
  | { readonly part: 'host' | 'port' | 'address' | 'username' | 'password' | 'database' };

/** The whole URL, with credentials: `postgresql://user:password@host:5432/shop?sslmode=require`. */
export function url(options: { query?: Readonly<Record<string, string>> } = {}): Shape {
  return { part: 'url', ...options };
}
export const host: Shape = { part: 'host' };
export const port: Shape = { part: 'port' };
/** `host:port` */
export const address: Shape = { part: 'address' };
export const username: Shape = { part: 'username' };
export const password: Shape = { part: 'password' };
export const database: Shape = { part: 'database' };

export interface ConnectOptions {
  /** Variables of the caller, and what each holds. */
  readonly env?: Readonly<Record<string, Shape>>;
  /**
   * The Secret for URLs and passwords. One with a `key` holds one of them. @default name `<caller>-<callee>`, key the variable's
   * name in kebab case
   */
  readonly secret?: {
    readonly name: string;
    readonly key?: string;
    /** `DATABASE_URL` as it is, instead of `database-url`. @default 'kebab' */
    readonly keys?: 'kebab' | 'as-variables';
  };
}

/**
 * An edge: `from` may talk to `to`, and is told how. What is not connected cannot talk.
 * Creates: variables of the caller, entries of one Secret, a NetworkPolicy on either side.
 *
 *     connect(api, db, { env: { DATABASE_URL: url(), POSTGRES_HOST: host }, secret: { name: 'shop', key: 'database-url' } });
 */
export function connect(from: Workload, to: Construct & HasEndpoint, options: ConnectOptions = {}): void {
  const endpoint = seenFrom(from, to.endpoint);
  const edge = new Construct(from, `to-${to.node.id}`);
  const variables = Object.entries(options.env ?? {}).map(([name, shape]) =>
    variableOf(name, shape, endpoint, options, `${nameOf(from)}-${to.node.id}`),
  );
  for (const { name, template, into } of variables) {
    if (into === undefined) {
      from.addEnv(name, { value: composedByPulumi(template) });
    } else {
      from.addEnv(name, { secretKeyRef: into });
      const holds = sourcesOf(template).length === 0 ? 'addresses' : 'secrets';
      secretBundle(from, into.name, holds).add(into.key, template, edge.node.path);
    }
  }
  openBothSides(edge, from, to, endpoint);
  report(edge, () => problemsWith(variables, options));
  recordConnection(from, () => ({
    from: from.node.path,
    to: partPath(to),
    port: endpoint.port,
    variables: variables.map(inWords),
    facts: [],
  }));
}

/** A Service's short name is known in its own namespace only. */
function seenFrom(from: Workload, endpoint: Endpoint): Endpoint {
  const { reach, host } = endpoint;
  if (reach.by !== 'pods' || reach.namespace === systemOf(from).namespaceName) return endpoint;
  return { ...endpoint, host: `${host}.${reach.namespace}.svc` };
}

interface Variable {
  readonly name: string;
  readonly shape: Shape;
  readonly template: SecretTemplate;
  readonly into?: SecretKey;
}

function variableOf(
  name: string,
  shape: Shape,
  endpoint: Endpoint,
  { secret }: ConnectOptions,
  ownSecret: string,
): Variable {
  const template = templateOf(shape, endpoint);
  const isSecret = sourcesOf(template).length > 0 || (shape.part === 'url' && secret !== undefined);
  if (!isSecret) return { name, shape, template };
  const bundle = secret?.name ?? ownSecret;
  const ownKey = secret?.keys === 'as-variables' ? name : name.toLowerCase().replaceAll('_', '-');
  return { name, shape, template, into: { name: bundle, key: secret?.key ?? ownKey } };
}

function templateOf(shape: Shape, endpoint: Endpoint): SecretTemplate {
  switch (shape.part) {
    case 'url':
      return urlTemplate(endpoint, { ...endpoint.query, ...shape.query });
    case 'host':
      return [{ plain: endpoint.host, encode: 'none' }];
    case 'port':
      return [`${endpoint.port}`];
    case 'address':
      return [{ plain: endpoint.host, encode: 'none' }, `:${endpoint.port}`];
    case 'username':
      return [endpoint.username ?? ''];
    case 'password':
      return endpoint.password === undefined ? [''] : [{ secret: endpoint.password, encode: 'none' }];
    case 'database':
      return [endpoint.database ?? ''];
    default:
      return shape satisfies never;
  }
}

function urlTemplate(endpoint: Endpoint, query: Readonly<Record<string, string>>): SecretTemplate {
  const credentials: SecretTemplate =
    endpoint.password === undefined
      ? []
      : [{ plain: endpoint.username ?? '', encode: 'uri' }, ':', { secret: endpoint.password, encode: 'uri' }, '@'];
  const parameters = new URLSearchParams(query).toString();
  const path = endpoint.database === undefined ? '' : `/${encodeURIComponent(endpoint.database)}`;
  return [
    `${endpoint.scheme}://`,
    ...credentials,
    { plain: endpoint.host, encode: 'none' },
    `:${endpoint.port}${path}${parameters === '' ? '' : `?${parameters}`}`,
  ];
}

function problemsWith(variables: readonly Variable[], { secret }: ConnectOptions): Problem[] {
  const inSecret = variables.filter((v) => v.into !== undefined);
  if (secret?.key === undefined || inSecret.length <= 1) return [];
  const what = `secret.key is "${secret.key}", but ${inSecret.length} variables are secret (${inSecret.map((v) => v.name).join(', ')}); each needs a key of its own.`;
  return [{ code: 'SW-CONNECT-001', severity: 'error', what, fix: `secret: { name: '${secret.name}' }` }];
}

function inWords({ name, template, into }: Variable): ConnectionVariable {
  const unknown = template.flatMap((piece) => {
    if (typeof piece === 'string') return [];
    const held = 'plain' in piece ? piece.plain : addressOf(piece.secret);
    return isMarker(held) ? leavesOf(valueBehind(held)).map(sourceOf) : [];
  });
  return { name, unknown: [...new Set(unknown)], ...(into === undefined ? {} : { secret: into }) };
}
