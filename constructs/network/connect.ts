import type { Construct } from 'constructs';
import type { Authority, Endpoint, HasEndpoint, LesserUser } from '../core/endpoint';
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
import { type Driver, dialectOf, dialectProblems, libpqEnv, urlIn } from './dialect';
import { edgeBetween, edgeProblems } from './edge';
import { openBothSides } from './network-policy';

/** What of an endpoint a variable holds. */
export type Shape =
  | { readonly part: 'url'; readonly query?: Readonly<Record<string, string>>; readonly for?: Driver }
  | { readonly part: 'host' | 'port' | 'address' | 'username' | 'password' | 'database' };

/**
 * The whole URL, with credentials: `postgresql://user:password@host:5432/shop`. Where the server speaks TLS, the driver that reads it
 * decides how that is said: `url({ for: 'jdbc' })`. @default 'libpq', whose words Go reads too, and
 * node-postgres where the server's certificate has its name (that of Cloud SQL has none)
 */
export function url(options: { query?: Readonly<Record<string, string>>; for?: Driver } = {}): Shape {
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
  /** Adds those that psql and every program made of libpq read by themselves: PGHOST, PGUSER, PGPASSWORD … @default none */
  readonly variables?: 'libpq';
  /** As whom: the owner of what is in it, or one who may only read all of it, or its numbers. @default 'owner' */
  readonly as?: 'owner' | LesserUser;
  /**
   * Most connections that one pod of the caller holds at a time. A Postgres is sized for all of its callers, or it is told that it
   * cannot be. @default `pool_max`, `connection_limit` or `pool_size` of the URL's query; else 10 (of a job: 2)
   */
  readonly connections?: number;
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
  const wrong = edgeProblems(to, options.env);
  if (wrong.length > 0) {
    report(from, () => wrong);
    return;
  }
  const endpoint = seenFrom(from, as(options.as ?? 'owner', to.endpoint));
  const { edge, isFirst } = edgeBetween(from, to);
  const file = authorityFile(to, endpoint.authority);
  const shapes = { ...options.env, ...(options.variables === 'libpq' ? LIBPQ : {}) };
  const variables = Object.entries(shapes).map(([name, shape]) =>
    variableOf({ name, shape, endpoint, file }, options, `${nameOf(from)}-${to.node.id}`),
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
  trust(from, to, endpoint, options);
  if (isFirst) openBothSides(edge, from, to, endpoint);
  if (endpoint.comesFirst === true) from.node.addDependency(to);
  to.expect?.({ path: from.node.path, pods: from.mostPods ?? 1, connections: connectionsOf(from, options) });
  report(edge, () => [
    ...problemsWith(variables, options),
    ...userProblems(options, to),
    ...trustProblems(from, to),
    ...dialectProblems(to.node.path, endpoint, driversIn(options)),
  ]);
  recordConnection(from, () => ({
    from: from.node.path,
    to: partPath(to),
    port: endpoint.port,
    variables: variables.map(inWords),
    facts: options.as === undefined || options.as === 'owner' ? [] : [`as ${options.as}`],
  }));
}

const LIBPQ: Readonly<Record<string, Shape>> = {
  PGHOST: host,
  PGPORT: port,
  PGDATABASE: database,
  PGUSER: username,
  PGPASSWORD: password,
};

/** The endpoint, as one of its users sees it. */
function as(user: 'owner' | LesserUser, endpoint: Endpoint): Endpoint {
  const lesser = user === 'owner' ? undefined : endpoint.users?.[user];
  return lesser === undefined ? endpoint : { ...endpoint, ...lesser };
}

/** The same for every caller, so that several may share one URL. */
function authorityFile(to: Construct, authority: Authority | undefined): string | undefined {
  return authority === undefined ? undefined : `${folderOf(to)}/${authority.key}`;
}

function folderOf(to: Construct): string {
  return `/etc/authorities/${to.node.id}`;
}

/** The authority as a file of the caller, and what its driver reads beside the URL. */
function trust(from: Workload, to: Construct, endpoint: Endpoint, { env = {}, variables }: ConnectOptions): void {
  const { authority } = endpoint;
  if (authority === undefined) return;
  from.addFile?.({ ...authority, folder: folderOf(to) });
  const file = authorityFile(to, authority);
  const told = [
    ...driversIn({ env }).map((driver) => dialectOf(endpoint, driver, file).env),
    ...(variables === 'libpq' ? [libpqEnv(file, authority)] : []),
  ];
  for (const [name, value] of Object.entries(Object.assign({}, ...told))) from.addEnv(name, { value: `${value}` });
}

function driversIn({ env = {} }: ConnectOptions): Driver[] {
  return Object.values(env).flatMap((shape) => (shape.part === 'url' ? [shape.for ?? 'libpq'] : []));
}

/** Names of the size of a pool: node-pg-pool as ALCS has it, Prisma, SQLAlchemy. */
const POOL_SIZES = ['pool_max', 'connection_limit', 'pool_size'];

function connectionsOf(from: Workload, { connections, env = {} }: ConnectOptions): number {
  if (connections !== undefined) return connections;
  const queries = Object.values(env).flatMap((shape) => (shape.part === 'url' ? [shape.query ?? {}] : []));
  const said = queries.flatMap((query) => POOL_SIZES.map((name) => Number(query[name]))).find((n) => n > 0);
  // node-postgres, asyncpg and HikariCP open ten; a job works on one, and may look with another.
  return said ?? (from.mostPods === undefined ? 2 : 10);
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

interface Wanted {
  readonly name: string;
  readonly shape: Shape;
  readonly endpoint: Endpoint;
  /** Path of the authority in the caller. */
  readonly file: string | undefined;
}

function variableOf({ name, shape, endpoint, file }: Wanted, { secret }: ConnectOptions, ownSecret: string): Variable {
  const template = templateOf(shape, endpoint, file);
  const isSecret = sourcesOf(template).length > 0 || (shape.part === 'url' && secret !== undefined);
  if (!isSecret) return { name, shape, template };
  const bundle = secret?.name ?? ownSecret;
  const ownKey = secret?.keys === 'as-variables' ? name : name.toLowerCase().replaceAll('_', '-');
  return { name, shape, template, into: { name: bundle, key: secret?.key ?? ownKey } };
}

function templateOf(shape: Shape, endpoint: Endpoint, file: string | undefined): SecretTemplate {
  switch (shape.part) {
    case 'url':
      return urlIn(endpoint, dialectOf(endpoint, shape.for ?? 'libpq', file), shape.query ?? {});
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

function problemsWith(variables: readonly Variable[], { secret }: ConnectOptions): Problem[] {
  const inSecret = variables.filter((v) => v.into !== undefined);
  if (secret?.key === undefined || inSecret.length <= 1) return [];
  const what = `secret.key is "${secret.key}", but ${inSecret.length} variables are secret (${inSecret.map((v) => v.name).join(', ')}); each needs a key of its own.`;
  return [{ code: 'SW-CONNECT-001', severity: 'error', what, fix: `secret: { name: '${secret.name}' }` }];
}

function userProblems({ as: user = 'owner' }: ConnectOptions, to: Construct & HasEndpoint): Problem[] {
  if (user === 'owner' || to.endpoint.users?.[user] !== undefined) return [];
  const what = `as is "${user}", but ${to.node.path} has one user only.`;
  return [{ code: 'SW-CONNECT-002', severity: 'error', what, fix: "leave `as` out, or as: 'owner'" }];
}

/** A pod mounts what lies in its own namespace. */
function trustProblems(from: Workload, to: Construct & HasEndpoint): Problem[] {
  const { authority, reach } = to.endpoint;
  if (authority === undefined) return [];
  const problem = (what: string, fix: string): Problem => ({ code: 'SW-CONNECT-003', severity: 'error', what, fix });
  if (from.addFile === undefined) {
    const what = `${to.node.path} speaks TLS with a certificate of its own authority, and ${from.node.path} cannot mount it.`;
    return [problem(what, 'addFile(file) of the Workload: a volume of file.name, mounted at file.folder')];
  }
  const isNear =
    systemOf(from) === systemOf(to) || reach.by !== 'pods' || reach.namespace === systemOf(from).namespaceName;
  if (isNear) return [];
  const what = `${authority.kind} ${authority.name}, which ${from.node.path} must trust, lies in another namespace, and no pod can mount it from there.`;
  return [problem(what, `both in one System, or a copy of ${authority.name} kept by trust-manager`)];
}

function inWords({ name, template, into }: Variable): ConnectionVariable {
  const unknown = template.flatMap((piece) => {
    if (typeof piece === 'string') return [];
    const held = 'plain' in piece ? piece.plain : addressOf(piece.secret);
    return isMarker(held) ? leavesOf(valueBehind(held)).map(sourceOf) : [];
  });
  return { name, unknown: [...new Set(unknown)], ...(into === undefined ? {} : { secret: into }) };
}
