import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './processes';
import type { Workshop } from './workshop';

/** Letters that a URL, a shell and a C string each have to escape. */
const PASSWORD = 'p%s\\w@rd/:é';

/** A real Postgres 15 that asks for a password, with one database and its owner, and a log that tells of every temporary file. */
export class LivePostgres {
  private constructor(
    private readonly shop: Workshop,
    private readonly port: number,
  ) {}

  static async start(shop: Workshop): Promise<LivePostgres> {
    const live = new LivePostgres(shop, await freePort());
    const password = join(shop.own(), 'password');
    writeFileSync(password, PASSWORD, { mode: 0o644 });
    const auth = ['--auth', 'scram-sha-256', '--pwfile', password];
    live.must('initdb', ['--pgdata', live.data, '--username', 'postgres', '--encoding', 'UTF8', ...auth]);
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: shop.own('sockets'),
      fsync: 'off',
      log_temp_files: '0',
      work_mem: '64kB',
    };
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
    const start = [
      '--wait',
      '--silent',
      '--log',
      live.log,
      '--options',
      [`-p ${live.port}`, ...options].join(' '),
      'start',
    ];
    live.must('pg_ctl', ['--pgdata', live.data, ...start]);
    live.sql(`CREATE ROLE talos LOGIN PASSWORD '${PASSWORD}'`, live.url('postgres', 'postgres'));
    live.sql('CREATE DATABASE talos OWNER talos', live.url('postgres', 'postgres'));
    return live;
  }

  private get data(): string {
    return join(this.shop.folder, 'postgres');
  }

  get log(): string {
    return join(this.shop.folder, 'postgres.log');
  }

  /** As an edge writes it. */
  url(database = 'talos', user = 'talos'): string {
    return `postgresql://${user}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.port}/${database}`;
  }

  /** The same, in the variables of libpq. */
  variables(): Readonly<Record<string, string>> {
    const { hostname, port, username, password, pathname } = new URL(this.url());
    return {
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGPASSWORD: decodeURIComponent(password),
      PGDATABASE: pathname.slice(1),
    };
  }

  sql(statement: string, url = this.url()): string {
    const flags = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set', 'ON_ERROR_STOP=1'];
    return this.must('psql', [url, ...flags, '--command', statement]);
  }

  must(program: string, args: readonly string[]): string {
    const { status, output } = this.shop.run(program, args);
    if (status !== 0) throw new Error(`${program}: ${output}`);
    return output.trim();
  }

  stop(): void {
    this.shop.run('pg_ctl', ['--pgdata', this.data, '--mode', 'immediate', '--silent', 'stop']);
  }
}

/** Passwords as they could stand among arguments: as they are, and as they are in URLs. */
export const SPELLINGS: readonly string[] = [PASSWORD, encodeURIComponent(PASSWORD)];
