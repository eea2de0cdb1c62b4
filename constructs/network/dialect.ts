import type { Authority, Endpoint } from '../core/endpoint';
import type { Problem } from '../core/problem';
import type { SecretTemplate } from '../secrets/secret-template';

/**
 * Whose words a URL of a Postgres is written in. Each driver spells TLS in its own way, and some refuse the words of others:
 * - `libpq`: psql, pg_dump, psycopg, Ruby's pg, PHP, and what else is made of libpq
 * - `node-postgres`: pg, and what is made of it (Knex, Sequelize, TypeORM, Drizzle)
 * - `go`: pgx and lib/pq
 * - `asyncpg`: asyncpg alone or below SQLAlchemy, psycopg below SQLAlchemy: TLS is said by variables that both read, the URL has none of it
 * - `sqlalchemy-asyncpg`: the same, and the scheme is `postgresql+asyncpg`
 * - `jdbc`: the driver of Java, also where HikariCP or Hibernate asks it
 * - `prisma`: Prisma's own engine
 * - `redis-py`: of a Redis
 */
export type Driver =
  | 'libpq'
  | 'node-postgres'
  | 'go'
  | 'asyncpg'
  | 'sqlalchemy-asyncpg'
  | 'jdbc'
  | 'prisma'
  | 'redis-py';

/** What an endpoint is called in a driver's words. `file` is the path of the authority, where the server has one. */
export interface Dialect {
  readonly scheme: string;
  /** Where user and password stand. */
  readonly credentials: 'before-host' | 'in-query';
  readonly query: Readonly<Record<string, string>>;
  /** Variables that the driver reads beside its URL. */
  readonly env: Readonly<Record<string, string>>;
}

/** https://www.postgresql.org/docs/current/libpq-ssl.html: who signed it, and for which name. Nothing less keeps the password from others. */
const VERIFY = 'verify-full';
/** Who signed it, where they signed for this server alone. */
const VERIFY_SIGNER = 'verify-ca';

/** A driver's words for an endpoint. What is no Postgres has one dialect, its own. */
export function dialectOf(endpoint: Endpoint, driver: Driver, file: string | undefined): Dialect {
  const { scheme, query = {} } = endpoint;
  const plain: Dialect = { scheme, credentials: 'before-host', query, env: {} };
  if (scheme === 'rediss' && file !== undefined) return ofRedis(plain, driver, file);
  if (scheme !== 'postgresql') return plain;
  const sslmode = endpoint.authority?.signsOneServer === true ? VERIFY_SIGNER : VERIFY;
  switch (driver) {
    // pgx and lib/pq know the two words from libpq.
    case 'libpq':
    case 'go':
    // Told where the edge is made.
    case 'redis-py':
      return file === undefined ? plain : { ...plain, query: { ...query, sslmode, sslrootcert: file } };
    // pg reads the file for each connection, and asks for the name unless it is told to read the words as libpq does.
    case 'node-postgres': {
      const compatible = sslmode === VERIFY ? {} : { uselibpqcompat: 'true' };
      const tls = file === undefined ? {} : { ...compatible, sslmode, sslrootcert: file };
      return { ...plain, query: { ...query, ...tls } };
    }
    // SQLAlchemy hands the parameters of a URL to asyncpg as arguments, which has none called sslmode: both read the variables of libpq.
    case 'asyncpg':
      return { ...plain, env: libpqEnv(file, endpoint.authority) };
    case 'sqlalchemy-asyncpg':
      return { ...plain, scheme: 'postgresql+asyncpg', env: libpqEnv(file, endpoint.authority) };
    case 'jdbc': {
      const tls = file === undefined ? {} : { sslmode, sslrootcert: file };
      return { ...plain, scheme: 'jdbc:postgresql', credentials: 'in-query', query: { ...query, ...tls } };
    }
    // https://www.prisma.io/docs/orm/overview/databases/postgresql: sslcert is the authority, and it is believed unless sslaccept says strict.
    case 'prisma': {
      const tls = file === undefined ? {} : { sslmode: 'require', sslaccept: 'strict', sslcert: file };
      return { ...plain, query: { ...query, ...tls } };
    }
    default:
      return driver satisfies never;
  }
}

/** https://www.postgresql.org/docs/current/libpq-envars.html */
export function libpqEnv(file: string | undefined, authority: Authority | undefined): Record<string, string> {
  const sslmode = authority?.signsOneServer === true ? VERIFY_SIGNER : VERIFY;
  return file === undefined ? {} : { PGSSLMODE: sslmode, PGSSLROOTCERT: file };
}

/**
 * redis-py takes the file from its URL. Clients in Node and Go have no word for it in a URL: their runtimes read it, beside what the image trusts
 * (https://nodejs.org/api/cli.html#node_extra_ca_certsfile, https://pkg.go.dev/crypto/x509#SystemCertPool).
 */
function ofRedis(plain: Dialect, driver: Driver, file: string): Dialect {
  if (driver === 'redis-py') return { ...plain, query: { ...plain.query, ssl_ca_certs: file } };
  const folder = file.slice(0, file.lastIndexOf('/'));
  return { ...plain, env: { NODE_EXTRA_CA_CERTS: file, SSL_CERT_DIR: `/etc/ssl/certs:${folder}` } };
}

/** A whole URL, with credentials, in a dialect. */
export function urlIn(endpoint: Endpoint, dialect: Dialect, more: Readonly<Record<string, string>>): SecretTemplate {
  const { password, username = '', database, host, port } = endpoint;
  const parameters = new URLSearchParams({ ...dialect.query, ...more }).toString();
  const path = database === undefined ? '' : `/${encodeURIComponent(database)}`;
  const at: SecretTemplate = [{ plain: host, encode: 'none' }, `:${port}${path}`];
  if (password === undefined) return [`${dialect.scheme}://`, ...at, ...tail(parameters)];
  const secret = { secret: password, encode: 'uri' } as const;
  const user = { plain: username, encode: 'uri' } as const;
  if (dialect.credentials === 'before-host') {
    return [`${dialect.scheme}://`, user, ':', secret, '@', ...at, ...tail(parameters)];
  }
  const rest = parameters === '' ? '' : `&${parameters}`;
  return [`${dialect.scheme}://`, ...at, '?user=', user, '&password=', secret, rest];
}

function tail(parameters: string): SecretTemplate {
  return parameters === '' ? [] : [`?${parameters}`];
}

/** Why a driver cannot talk to an endpoint. */
export function dialectProblems(to: string, { scheme, authority }: Endpoint, drivers: readonly Driver[]): Problem[] {
  const problem = (what: string, fix: string): Problem => ({ code: 'SW-CONNECT-004', severity: 'error', what, fix });
  if (drivers.includes('redis-py') && scheme === 'postgresql')
    return [problem(`redis-py cannot read the URL of ${to}, which is a Postgres.`, "url({ for: 'asyncpg' })")];
  if (!drivers.includes('prisma') || authority?.signsOneServer !== true) return [];
  const what = `Prisma asks every server for its name, and the certificate of ${to} has none: its authority signs for this server alone.`;
  return [problem(what, "placement: 'in-cluster', or a driver that can ask for the signer only, like node-postgres")];
}
