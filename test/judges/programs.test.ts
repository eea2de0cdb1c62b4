import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, list, text } from '../../graph/json-value';
import { containersOf, JUDGES_PATH, judge, type KubeJson, objectNamed, objectsOf } from '../support/judges';
import { eventually, freePort } from '../support/processes';
import { systemGraph } from '../support/systems';
import { Workshop } from '../support/workshop';

jest.setTimeout(300_000);

const shop = new Workshop();
const started: ChildProcess[] = [];
beforeAll(() => {
  chmodSync(shop.folder, 0o755);
  shop.own();
});
afterAll(async () => {
  // A master that is killed leaves its workers; one that is told to end does not.
  const running = started.filter((child) => child.exitCode === null && child.signalCode === null);
  const ended = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(ended);
  shop.dispose();
});

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): { output: string[] } {
  const [first = program, ...rest] = [...shop.asNobody(program), ...args];
  const child = spawn(first, rest, { env: { ...process.env, PATH: JUDGES_PATH, HOME: shop.folder, ...env } });
  started.push(child);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  return { output };
}

const tallow = objectsOf(
  systemGraph('tallow', 'prod', {
    'tallow:frontDoor': 'nginx',
    'tallow:turn.placement': 'in-cluster-public',
    'tallow:turn.externalAddress': '203.0.113.7',
    'seaworthy:secrets': 'pulumi',
  }),
);
const decoded = (objects: readonly KubeJson[], secret: string, key: string) =>
  Buffer.from(text(at(objectNamed(objects, 'Secret', secret), 'data', key)) ?? '', 'base64').toString();

describe('coturn, on the configuration that is rendered', () => {
  const startTurn = async (objects: readonly KubeJson[], more: string) => {
    const port = await freePort();
    const folder = shop.own(`turn-${port}`);
    const file = join(folder, 'turnserver.conf');
    const conf = decoded(objects, 'coturn', 'turnserver.conf')
      .replace('listening-port=3478', `listening-port=${port}`)
      .replaceAll('/tmp/', `${folder}/`)
      .replace(/external-ip=.*\n/, '');
    writeFileSync(file, `${conf}listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\n${more}`);
    const { output } = start('turnserver', ['-c', file]);
    await eventually('coturn listens', 20, async () => (/IO method|Relay/.test(output.join('')) ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return { port: `${port}`, output };
  };
  const relay = (port: string, ...who: string[]) =>
    judge('timeout', ['20', 'turnutils_uclient', '-y', '-c', '-n', '3', '-m', '1', '-p', port, ...who, '127.0.0.1']);

  test('TLW-45 one user of a test bed relays; who has no password does not', async () => {
    const objects = objectsOf(systemGraph('tallow', 'dev'));
    const { port, output } = await startTurn(objects, 'allow-loopback-peers\nno-cli\n');
    const password = decoded(objects, 'coturn', 'password');
    expect(output.join('')).not.toMatch(/Bad configuration format|Unknown|error/i);
    expect(relay(port, '-u', 'seaworthy', '-w', password).output).toMatch(/tot_recv_msgs=[1-9]/);
    expect(relay(port, '-u', 'seaworthy', '-w', 'wrong').output).toMatch(/error 401|Cannot complete Allocation/);
  });

  test('short-lived credentials relay; private addresses are nobody’s peers', async () => {
    const { port, output } = await startTurn(tallow, '');
    expect(output.join('')).not.toMatch(/Bad configuration format|Unknown/i);
    const secret = decoded(tallow, 'coturn', 'password');
    const { output: said } = relay(port, '-W', secret);
    expect(said).not.toMatch(/error 401/);
    expect(said).toMatch(/403|Forbidden/i);
  });
});

describe('Redis that keeps what it holds, as Tallow has it', () => {
  const objects = objectsOf(systemGraph('tallow', 'dev'));
  const password = decoded(objects, 'tallow-redis-auth', 'password');
  let port: string;
  let data: string;
  const cli = (...command: string[]) =>
    judge('redis-cli', ['-p', port, '--no-auth-warning', '-a', password, ...command]).output.trim();

  const startRedis = async () => {
    const [container] = containersOf(objectNamed(objects, 'StatefulSet', 'tallow-redis'));
    const users = join(shop.own('redis-config'), 'users.acl');
    writeFileSync(users, decoded(objects, 'tallow-redis-auth', 'users.acl'));
    const here: Record<string, string> = { '/etc/redis/users.acl': users, '6379': port, '/data': data };
    start(
      'redis-server',
      list(container?.args).map((arg) => here[String(arg)] ?? String(arg)),
    );
    await eventually('redis answers', 20, async () => cli('ping') === 'PONG' || undefined);
  };

  beforeAll(async () => {
    port = `${await freePort()}`;
    data = shop.own('redis-data');
    shop.own('store');
    await startRedis();
    for (let i = 0; i < 50; i++) cli('set', `key:${i}`, 'value');
    cli('set', 'soon', 'gone', 'ex', '1000');
  });

  const url = () => `redis://:${password}@127.0.0.1:${port}`;
  const backup = () => shop.job(objects, 'tallow-backup', { REDIS_URL: url() });
  const drill = () => shop.job(objects, 'tallow-drill', { REPORT_TO: '' });

  test('TLW-43 what was written outlives a kill', async () => {
    expect(cli('config', 'get', 'appendonly')).toMatch(/yes/);
    started.at(-1)?.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await startRedis();
    expect(cli('dbsize')).toBe('51');
  });

  test('TLW-24, TLW-72, TLW-74 a backup lands in the store, and a drill of it passes', () => {
    expect(backup().run()).toMatchObject({ status: 0, output: expect.stringMatching(/dumped 51 keys/) });
    expect(drill().run()).toMatchObject({ status: 0, output: expect.stringMatching(/drill passed: 51 keys/) });
  });

  test('a damaged backup fails its drill, one that lacks keys too', () => {
    const store = join(shop.folder, 'store');
    const dump = join(store, readdirSync(store).find((name) => name.endsWith('.dump')) ?? '');
    const manifest = dump.replace(/dump$/, 'manifest');
    const [whole, said] = [readFileSync(dump), readFileSync(manifest, 'utf8')];
    const damaged = Buffer.from(whole);
    damaged[40] = (damaged[40] ?? 0) ^ 0xff;
    writeFileSync(dump, damaged);
    expect(drill().run()).toMatchObject({ status: 1, output: expect.stringMatching(/its digest differs/) });
    writeFileSync(dump, whole);
    writeFileSync(manifest, said.replace('keys 51', 'keys 90'));
    expect(drill().run()).toMatchObject({
      status: 1,
      output: expect.stringMatching(/51 keys were loaded; the manifest says 90/),
    });
    writeFileSync(manifest, said);
    expect(drill().run().status).toBe(0);
    rmSync(dump);
    expect(drill().run()).toMatchObject({ status: 1, output: expect.stringMatching(/missing or empty/) });
  });
});
