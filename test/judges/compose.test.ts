import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, isRecord, list } from '../../graph/json-value';
import { copyOfProject, ROOT, seaworthy } from '../support/command';
import { hostPorts, type LoadedProject, load, refusals } from '../support/compose-up';
import { judge } from '../support/judges';
import { FIVE } from '../support/systems';

jest.setTimeout(600_000);

const out = mkdtempSync(join(tmpdir(), 'seaworthy-compose-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const VARIANTS = FIVE.flatMap((system) => [[system, ''] as const, [system, '--production'] as const]);

const made = (system: string, option = '') => {
  const args = option === '' ? [] : [option];
  const { status, output } = seaworthy(['compose', '--system', system, ...args, '--out', out]);
  if (status !== 0) throw new Error(output);
  return { output, folder: join(out, `${system}${option.replaceAll('--', '-')}`) };
};
const projects = new Map<string, LoadedProject>();
/** Each project is made once. */
const project = (system: string, option = ''): LoadedProject => {
  const known = projects.get(system + option);
  if (known !== undefined) return known;
  const found = load(made(system, option).folder);
  projects.set(system + option, found);
  return found;
};
const ports = (of: LoadedProject, service: string) =>
  list(at(of.services[service], 'ports')).map((p) => `${at(p, 'published')}:${at(p, 'target')}/${at(p, 'protocol')}`);

test.each(VARIANTS)('TLW-30, TLW-44, ALC-11 docker compose up starts %s %s', (system, option) => {
  expect(refusals(project(system, option))).toEqual([]);
});

test.each(VARIANTS)('%s %s has no secret in its file, and nobody else reads those beside it', (system, option) => {
  const { folder, environment } = project(system, option);
  const secrets = Object.entries(environment).filter(
    ([name, value]) => name.includes('__') && String(value).length >= 16,
  );
  const file = readFileSync(join(folder, 'compose.yaml'), 'utf8');
  expect(secrets.length).toBeGreaterThan(0);
  expect(secrets.filter(([, secret]) => file.includes(String(secret)))).toEqual([]);
  expect(readFileSync(join(folder, '.gitignore'), 'utf8').split('\n')).toEqual(
    expect.arrayContaining(['.env', 'mounted/secrets/']),
  );
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  const hasFiles = readdirSync(join(folder, 'mounted')).includes('secrets');
  expect(hasFiles ? statSync(join(folder, 'mounted', 'secrets')).mode & 0o777 : 0o700).toBe(0o700);
});

test('no two systems ask for one port of a laptop', () => {
  const all = FIVE.flatMap((system) => hostPorts(project(system)));
  expect(all.filter((port, i) => all.indexOf(port) !== i)).toEqual([]);
});

test.each(VARIANTS)('TLW-41 %s %s: whatever runs has limits of CPU and memory, and logs that end', (system, option) => {
  const open = Object.entries(project(system, option).services).filter(
    ([, service]) =>
      at(service, 'cpus') === undefined ||
      at(service, 'mem_limit') === undefined ||
      at(service, 'logging', 'options', 'max-size') !== '10m',
  );
  expect(open.map(([name]) => name)).toEqual([]);
});

test('TLW-44 Tallow on a laptop: 3000, 3001, 6379, 3478 by both, and its browser is told these', () => {
  const tallow = project('tallow');
  expect(ports(tallow, 'tallow-app')).toEqual(['3000:3000/tcp']);
  expect(ports(tallow, 'tallow-signaling')).toEqual(['3001:3001/tcp']);
  expect(ports(tallow, 'tallow-redis')).toEqual(['6379:6379/tcp']);
  expect(ports(tallow, 'coturn').sort()).toEqual(['3478:3478/tcp', '3478:3478/udp']);
  expect(at(tallow.services['tallow-app'], 'environment')).toMatchObject({
    NEXT_PUBLIC_SIGNALING_URL: 'http://localhost:3001',
    NEXT_PUBLIC_TURN_SERVER: 'turn:localhost:3478',
    ALLOWED_ORIGINS: 'http://localhost:3000',
  });
});

test('TLW-06 Tallow finds its signaling server at the address that its browser is told, from inside of its container', () => {
  const { services, configs } = project('tallow');
  expect(at(services['tallow-app-front-door'], 'network_mode')).toBe('service:tallow-app');
  const file = readFileSync(String(at(configs['tallow-app-front-door'], 'file')), 'utf8');
  expect(file).toContain('listen 127.0.0.1:3001; proxy_pass tallow-signaling:3001;');
});

test('a password is one in its server and in the URL of its clients', () => {
  const { environment } = project('tallow');
  const password = /user default on >(\w+) /.exec(String(environment.TALLOW_REDIS_AUTH__USERS_ACL))?.[1];
  expect(environment.TALLOW_SECRETS__REDIS_URL).toBe(`redis://:${password}@tallow-redis:6379`);
});

test('TLW-30, TLW-31, TLW-32 Tallow in production: two copies of app and signaling, one Redis that keeps, nginx alone before the world', () => {
  const tallow = project('tallow', '--production');
  const copies = (service: string) => at(tallow.services[service], 'deploy', 'replicas') ?? 1;
  expect(['tallow-app', 'tallow-signaling', 'tallow-redis', 'front-door'].map(copies)).toEqual([2, 2, 1, 1]);
  expect(hostPorts(tallow).sort()).toEqual(['443/tcp', '80/tcp']);
  expect(ports(tallow, 'front-door')).toEqual(['80:8080/tcp', '443:8443/tcp']);
  expect(list(at(tallow.services['tallow-redis'], 'volumes')).map((v) => at(v, 'target'))).toEqual(['/data']);
  expect(at(tallow.services['tallow-app'], 'restart')).toBe('always');
});

test('nothing is waited for in the socket of Postgres, where it answers before it is ready', () => {
  const test = list(at(project('alcs').services.postgres, 'healthcheck', 'test'));
  expect(test.slice(0, 4)).toEqual(['CMD', 'pg_isready', '-h', '127.0.0.1']);
});

test('the Collector has no program that could ask it: who waits for it waits until it is started', () => {
  const { services } = project('talos');
  expect(at(services['talos-tracing'], 'healthcheck')).toBeUndefined();
  expect(at(services['talos-gateway'], 'depends_on', 'talos-tracing', 'condition')).toBe('service_started');
});

test('the migration ends before the app begins; Postgres has a certificate, and a key that is its own', () => {
  const { services, environment } = project('alcs');
  expect(at(services.alcs, 'depends_on')).toMatchObject({
    'alcs-migrations': { condition: 'service_completed_successfully' },
    postgres: { condition: 'service_healthy' },
  });
  expect(environment.POSTGRES_TLS__TLS_CRT).toMatch(/^-----BEGIN CERTIFICATE/);
  expect(list(at(services['postgres-volumes'], 'command')).join(' ')).toMatch(
    /install -o 999 -g 999 -m 0400 \S+postgres_tls__tls_key/,
  );
});

/** A configuration of nginx on this machine: its files are where the container has them, its upstreams are here. */
const inPlace = (of: LoadedProject, service: string) => {
  const mounted = (kind: 'configs' | 'secrets') =>
    list(at(of.services[service], kind)).map((m) => ({
      file: String(at(of[kind][String(at(m, 'source'))], 'file')),
      target: String(at(m, 'target')),
    }));
  const [own] = mounted('configs').filter(({ target }) => target === '/etc/nginx/nginx.conf');
  let text = readFileSync(own?.file ?? '', 'utf8');
  for (const { file, target } of mounted('secrets')) text = text.replaceAll(target, file);
  // Here the test's own standard output is no file that can be opened again.
  return text
    .replaceAll('/dev/stdout', join(out, 'access.log'))
    .replaceAll(/server [a-z-]+:(\d+);/g, 'server 127.0.0.1:$1;');
};

const nginxSays = (text: string) => {
  const file = join(mkdtempSync(join(out, 'nginx-')), 'nginx.conf');
  writeFileSync(file, text);
  return judge('nginx', ['-t', '-c', file]);
};

test.each(FIVE)(
  'TLW-33 nginx takes the front door of %s in production, with the certificate that was made',
  (system) => {
    const { output, status } = nginxSays(inPlace(project(system, '--production'), 'front-door'));
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('test is successful') });
  },
);

test('the proxy of Tallow’s own: its ports lead to where it listens, it has its certificate, and answers at localhost', () => {
  const { folder, dispose } = copyOfProject();
  try {
    const dev = join(folder, 'Pulumi.dev.yaml');
    writeFileSync(dev, readFileSync(dev, 'utf8').replace(/^config:\n/m, 'config:\n  tallow:frontDoor: nginx\n'));
    const { output, status } = seaworthy(['compose', '--system', 'tallow', '--out', 'c'], { folder });
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('localhost:443') });
    const tallow = load(join(folder, 'c', 'tallow'));
    expect(refusals(tallow)).toEqual([]);
    expect(ports(tallow, 'tallow-nginx')).toEqual(expect.arrayContaining(['80:8080/tcp', '443:8443/tcp']));
    expect(at(tallow.services['tallow-app'], 'environment', 'ALLOWED_ORIGINS')).toBe('https://localhost');
    const text = inPlace(tallow, 'tallow-nginx');
    expect(nginxSays(text).output).toMatch(/test is successful/);
    const names = [...text.matchAll(/server_name ([^;]+);/g)].map((m) => m[1]);
    expect(names.filter((name) => !name?.endsWith(' localhost'))).toEqual([]);
  } finally {
    dispose();
  }
});

const documented = readFileSync(join(ROOT, 'docs', 'compose.md'), 'utf8');

test('the environment for one server that docs/compose.md shows is one', () => {
  const { folder, dispose } = copyOfProject();
  try {
    writeFileSync(join(folder, 'Pulumi.server.yaml'), /```yaml\n([\s\S]*?)```/.exec(documented)?.[1] ?? '');
    const args = ['compose', '--system', 'tallow', '--env', 'server', '--production', '--out', 'c'];
    const { status, output } = seaworthy(args, { folder });
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('https://tallow.acme.org') });
    expect(refusals(load(join(folder, 'c', 'tallow-production')))).toEqual([]);
  } finally {
    dispose();
  }
});

test.each(FIVE)('the ports of %s that docs/compose.md shows are its', (system) => {
  const rows = [...documented.matchAll(/^\| ([A-Za-z-]+) \| (\d+) \| (.+) \|$/gm)];
  const row = rows.find(([, name = '']) => name.toLowerCase().startsWith(system));
  const shown = [...(row?.[3] ?? '').matchAll(/\d+/g)].map(([port]) => port);
  const published = hostPorts(project(system)).map((port) => port.split('/')[0]);
  expect(shown.length).toBeGreaterThan(1);
  expect(shown.filter((port) => !published.includes(port))).toEqual([]);
});

test('the judge sees what Docker refuses', () => {
  const folder = mkdtempSync(join(out, 'seeded-'));
  writeFileSync(
    join(folder, 'compose.yaml'),
    `
name: seeded
services:
  a:
    image: docker.io/library/nginx:1.30.4-alpine
    user: '101:101'
    read_only: true
    cpus: 8
    ports: ['127.0.0.1:3000:3000']
    configs: [inline]
    volumes: ['data:/data']
    environment: { URL: 'http://b.elsewhere.svc:80', KEY: '\${NOT_SET}' }
    depends_on: { b: { condition: service_healthy } }
    healthcheck: { test: [CMD-SHELL, 'node -e 1'] }
  b:
    image: docker.io/otel/opentelemetry-collector-contrib:0.159.0
    deploy: { replicas: 2 }
    ports: ['127.0.0.1:3000:3000']
configs: { inline: { content: hello } }
volumes: { data: {} }
`,
  );
  writeFileSync(join(folder, '.env'), '');
  expect(refusals(load(folder)).sort()).toEqual(
    [
      'a waits for b in vain',
      'NOT_SET is not set',
      'a: its image has no node -e 1',
      'a: more than two CPUs',
      'a: seeded_inline is no file',
      'a: volume data belongs to root, and not to 101',
      'b: several copies ask for one port',
      'nobody is called b.elsewhere.svc',
      'port 3000/tcp is already allocated',
    ].sort(),
  );
});

test('what stands in .env stays, however it is written, with its comments and in its order', () => {
  const { folder } = made('alcs');
  const file = join(folder, '.env');
  const mine = [
    '# mine',
    'ALCS_SECRETS__ANTHROPIC_API_KEY=sk-ant-mine # from the console',
    'export ALCS_SECRETS__OPENAI_API_KEY="sk-\\"mine\\""',
    'lower_case=kept',
    "POSTGRES_AUTH__PASSWORD='it\\'s mine'",
    '',
  ].join('\n');
  writeFileSync(file, mine);
  chmodSync(file, 0o644);
  const { output } = made('alcs');
  expect(readFileSync(file, 'utf8').startsWith(mine)).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(output).not.toMatch(/fill in by hand/);
  const { environment } = load(folder);
  expect(environment).toMatchObject({
    ALCS_SECRETS__ANTHROPIC_API_KEY: 'sk-ant-mine',
    ALCS_SECRETS__OPENAI_API_KEY: 'sk-"mine"',
    POSTGRES_AUTH__PASSWORD: "it's mine",
    lower_case: 'kept',
  });
  // What is composed of it is composed of it.
  expect(String(environment.ALCS_SECRETS__DATABASE_URL)).toContain(`alcs:${encodeURIComponent("it's mine")}@postgres`);
  expect(readFileSync(file, 'utf8').match(/^ALCS_SECRETS__ANTHROPIC_API_KEY/gm)).toHaveLength(1);
});

test('a second time changes nothing', () => {
  const { folder } = made('talos');
  const before = readFileSync(join(folder, '.env'), 'utf8');
  expect(made('talos').output).toMatch(/those that were there stay/);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
});

test('what is to be filled in is told, and left empty', () => {
  const { output, folder } = made('tallow');
  expect(output).toMatch(/fill in by hand, in \.env: tallow:resend\.apiKey \(TALLOW_SECRETS__RESEND_API_KEY\)/);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toContain("\nTALLOW_SECRETS__RESEND_API_KEY=''\n");
  expect(output).toMatch(/not in it: .*CronJob tallow-backup/);
});

test('what is not there, what Docker cannot read, and what is somebody else’s, is told', () => {
  const said = (...args: string[]) => seaworthy(['compose', ...args, '--out', out]).output;
  expect(said('--system', 'nothing')).toMatch(/SW-PROJECT-008 there is no system nothing in dev[\s\S]*Fix: /);
  expect(said('--system', 'alcs', '--env', 'prod')).toMatch(
    /SW-COMPOSE-002 prod keeps its secrets where[\s\S]*Fix: .*--production/,
  );
  const file = join(made('todo').folder, 'compose.yaml');
  writeFileSync(file, 'services: {}\n');
  expect(said('--system', 'todo')).toMatch(/SW-COMPOSE-003[\s\S]*Fix: /);
  expect(readFileSync(file, 'utf8')).toBe('services: {}\n');
});

test('a project is the program’s, whoever wrote it: its head names the command, and no folder of ours', () => {
  const [head = ''] = readFileSync(join(project('tallow').folder, 'compose.yaml'), 'utf8').split('\n');
  expect(head).toContain('npx seaworthy compose --system tallow --env dev');
  expect(head).not.toContain('stacks/');
  expect(isRecord(project('tallow').services)).toBe(true);
});
