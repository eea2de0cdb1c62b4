import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, isRecord, list, text } from '../../graph/json-value';
import { containersOf, JUDGES_PATH, type KubeJson, objectNamed, type Verdict } from './judges';
import { freePort } from './processes';
import type { Workshop } from './workshop';

/** Who runs the test's programs, as the map of users knows him; in the image it is `postgres`. */
const SYSTEM_USER = process.getuid?.() === 0 ? 'nobody' : (process.env.USER ?? 'nobody');

/** A Postgres 15 with the arguments, files and scripts of a StatefulSet that is rendered, in a workshop instead of a pod. */
export class RenderedPostgres {
  port = '';
  readonly sockets: string;
  readonly data: string;
  private readonly folders: Readonly<Record<string, string>>;
  private readonly set: KubeJson;
  private watcher: ChildProcess | undefined;
  /** What the container beside the server said. */
  said = '';

  constructor(
    private readonly shop: Workshop,
    objects: readonly KubeJson[],
    name: string,
    /** Texts of its Secret, by key. */
    readonly passwords: Readonly<Record<string, string>>,
  ) {
    const own = (folder: string) => shop.own(name, folder);
    this.set = objectNamed(objects, 'StatefulSet', name);
    this.sockets = own('run');
    this.data = join(own('volume'), 'pgdata');
    this.folders = {
      '/etc/postgresql': own('config'),
      '/scripts': own('config'),
      '/etc/users': own('users'),
      '/etc/ssl/certs': own('certificate'),
      '/etc/ssl/private': own('key'),
      '/var/run/postgresql': this.sockets,
      '/var/lib/postgresql/data': own('volume'),
      '/tmp': own('tmp'),
    };
    const files = objectNamed(objects, 'ConfigMap', `${name}-config`).data;
    for (const [file, content] of Object.entries(isRecord(files) ? files : {})) {
      const here =
        file === 'pg_ident.conf' ? String(content).replaceAll('inside postgres', `inside ${SYSTEM_USER}`) : content;
      writeFileSync(join(own('config'), file), String(here));
    }
    for (const [key, password] of Object.entries(passwords)) this.write(key, password);
  }

  /** A key of its Secret, as the kubelet writes it. */
  write(key: string, password: string): void {
    writeFileSync(join(this.folders['/etc/users'] ?? '', key), password);
  }

  folder(of: string): string {
    return this.folders[of] ?? of;
  }

  /** As the image does when its volume is empty: https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh */
  async start(): Promise<void> {
    this.port = `${await freePort()}`;
    const isNew = !existsSync(join(this.data, 'PG_VERSION'));
    if (isNew)
      this.must('initdb', [
        '--pgdata',
        this.data,
        '--username',
        'postgres',
        '--auth',
        'scram-sha-256',
        '--pwfile',
        join(this.folder('/etc/users'), 'superuser'),
      ]);
    const [server] = this.containers();
    const settings = list(server?.args).map((arg) => this.here(String(arg)));
    const own = [
      '-p',
      this.port,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${this.sockets}`,
      '-c',
      'fsync=off',
    ];
    const log = join(this.shop.folder, 'postgres.log');
    const options = [...settings, ...own].join(' ');
    const how = ['--pgdata', this.data, '--wait', '--silent', '--log', log, '--options', options, 'start'];
    if (this.shop.run('pg_ctl', how).status !== 0) throw new Error(readFileSync(log, 'utf8'));
    if (!isNew) return;
    const env = this.env(server);
    this.must('psql', ['--dbname', 'postgres', '--command', `CREATE DATABASE "${env.POSTGRES_DB}"`], {
      ...this.inside(),
      PGUSER: 'postgres',
    });
    this.must('bash', [join(this.folder('/scripts'), 'owner.sh')], { ...env, ...this.inside() });
  }

  stop(): void {
    this.watcher?.kill('SIGTERM');
    this.shop.run('pg_ctl', ['--pgdata', this.data, '--mode', 'immediate', '--silent', 'stop']);
  }

  /** The container beside the server. */
  watch(): void {
    const users = this.containers().find(({ name }) => name === 'users');
    const [program = '', ...args] = list(users?.command).map((word) => this.here(String(word)));
    const [first = program, ...rest] = [...this.shop.asNobody(program), ...args];
    const env = {
      ...process.env,
      HOME: this.shop.folder,
      PATH: JUDGES_PATH,
      ...this.env(users),
      ...this.inside(),
      EVERY: '1',
    };
    this.watcher = spawn(first, rest, { env });
    for (const stream of [this.watcher.stdout, this.watcher.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.said += chunk.toString();
      });
  }

  /** Over TCP, as a user with a password. */
  as(user: string, password: string, sql: string, mode = 'require'): Verdict {
    const database = text(this.env(this.containers()[0]).POSTGRES_DB) ?? '';
    const env = {
      PGHOST: '127.0.0.1',
      PGPORT: this.port,
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: database,
      PGSSLMODE: mode,
    };
    return this.shop.run('psql', ['--no-psqlrc', '--tuples-only', '--no-align', '--command', sql], env);
  }

  /** Inside of its pod, as anybody and without a password. */
  inside(): { PGHOST: string; PGPORT: string } {
    return { PGHOST: this.sockets, PGPORT: this.port };
  }

  /** The init container that looks at the volume. */
  lookAtFiles(): Verdict {
    const files = this.containers().find(({ name }) => name === 'files');
    const [program = '', ...args] = list(files?.command).map((word) => this.here(String(word)));
    return this.shop.run(program, args, this.env(files));
  }

  private containers(): Record<string, unknown>[] {
    const [files, ...rest] = containersOf(this.set);
    return files === undefined ? rest : [...rest, files];
  }

  private env(container: Record<string, unknown> | undefined): Record<string, string> {
    return Object.fromEntries(
      list(container?.env).map((v) => [text(at(v, 'name')) ?? '', this.here(text(at(v, 'value')) ?? '')]),
    );
  }

  private here(word: string): string {
    const found = Object.keys(this.folders)
      .filter((folder) => word.includes(folder))
      .sort((a, b) => b.length - a.length)[0];
    return found === undefined ? word : word.replace(found, this.folder(found));
  }

  private must(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    const { status, output } = this.shop.run(program, args, env);
    if (status !== 0) throw new Error(`${program}: ${output}`);
  }
}

/** An authority of the test's own, and certificates that it signs. */
export class TestAuthority {
  readonly file: string;

  constructor(
    private readonly shop: Workshop,
    private readonly folder: string,
  ) {
    this.file = join(folder, 'ca.crt');
    this.openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=authority',
      '-keyout',
      join(folder, 'ca.key'),
      '-out',
      this.file,
    );
  }

  /** Made as the user of the server, who alone may read the key. */
  sign(hosts: readonly string[], certificate: string, key: string): void {
    const request = join(this.folder, 'request');
    const names = hosts.map((host) => `DNS:${host}`).join(',');
    this.openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${hosts[0]}`,
      '-addext',
      `subjectAltName=${names}`,
      '-keyout',
      key,
      '-out',
      request,
    );
    this.openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      this.file,
      '-CAkey',
      join(this.folder, 'ca.key'),
      '-CAcreateserial',
      '-days',
      '1',
      '-copy_extensions',
      'copy',
      '-out',
      certificate,
    );
  }

  private openssl(...args: string[]): void {
    const { status, output } = this.shop.run('openssl', args);
    if (status !== 0) throw new Error(output);
  }
}
