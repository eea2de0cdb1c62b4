import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { at, isRecord, list } from '../../graph/json-value';
import { seaworthy } from '../support/command';
import { judge } from '../support/judges';
import { FIVE } from '../support/systems';

jest.setTimeout(300_000);

/** The loader that `docker compose` itself uses, with its schema and its checks of consistency. Docker does not run here. */
const LOADER = 'github.com/compose-spec/compose-go/v2/cmd@v2.9.0';
const out = mkdtempSync(join(tmpdir(), 'seaworthy-compose-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const made = (system: string) => {
  const { status, output } = seaworthy(['compose', '--system', system, '--out', out]);
  if (status !== 0) throw new Error(output);
  return { output, folder: join(out, system) };
};
const loaded = (folder: string): unknown => {
  // Its command knows no .env: variables stay as they are.
  const { status, stdout, output } = judge('go', ['run', LOADER, '--no-interpolation', 'compose.yaml'], {
    cwd: folder,
  });
  if (status !== 0) throw new Error(output);
  return parse(stdout);
};

test.each(FIVE)(
  'TLW-30, TLW-44, ALC-11 %s is a Compose project: each service with its health, its volumes, and no secret in the file',
  (system) => {
    const { folder } = made(system);
    const project = loaded(folder);
    const services = at(project, 'services');
    if (!isRecord(services)) throw new Error('no services');
    const env = readFileSync(join(folder, '.env'), 'utf8');
    const secrets = [...env.matchAll(/='([^']{16,})'/g)].map((m) => m[1] ?? '');
    const file = readFileSync(join(folder, 'compose.yaml'), 'utf8');
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter((secret) => file.includes(secret))).toEqual([]);
    for (const [name, service] of Object.entries(services)) {
      const isJob = at(service, 'restart') === 'no';
      expect({ name, health: isRecord(at(service, 'healthcheck')) }).toEqual({ name, health: !isJob });
    }
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toContain('.env');
    expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  },
);

test('TLW-44 Tallow on a laptop: 3000, 3001, 3478 by both, Redis with its volume and the password that its clients have', () => {
  const { folder } = made('tallow');
  const project = loaded(folder);
  const ports = (service: string) =>
    list(at(project, 'services', service, 'ports')).map(
      (p) => `${String(at(p, 'target'))}/${String(at(p, 'protocol'))}`,
    );
  expect(ports('tallow-app')).toEqual(['3000/tcp']);
  expect(ports('tallow-signaling')).toEqual(['3001/tcp']);
  expect(ports('coturn').sort()).toEqual(['3478/tcp', '3478/udp']);
  expect(Object.keys(Object(at(project, 'volumes')))).toEqual(['tallow-redis-data']);
  expect(at(project, 'services', 'tallow-app', 'environment', 'REDIS_URL')).toBe('${TALLOW_SECRETS__REDIS_URL}');
  const env = readFileSync(join(folder, '.env'), 'utf8');
  const password = /TALLOW_REDIS_AUTH__USERS_ACL='user default on >(\w+) /.exec(env)?.[1];
  expect(env).toContain(`TALLOW_SECRETS__REDIS_URL='redis://:${password}@tallow-redis:6379'`);
});

test('secrets that were made before stay, whatever is made anew', () => {
  const { folder } = made('alcs');
  const before = readFileSync(join(folder, '.env'), 'utf8');
  expect(made('alcs').output).toMatch(/those that were there stay/);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
});

test('the migration ends before the app begins; Postgres has a certificate', () => {
  const project = loaded(made('alcs').folder);
  expect(at(project, 'services', 'alcs', 'depends_on')).toMatchObject({
    'alcs-migrations': { condition: 'service_completed_successfully' },
    postgres: { condition: 'service_healthy' },
  });
  expect(readFileSync(join(out, 'alcs', '.env'), 'utf8')).toMatch(/POSTGRES_TLS__TLS_CRT='-----BEGIN CERTIFICATE/);
});

test('what is not there, and what Docker cannot read, is told', () => {
  expect(seaworthy(['compose', '--system', 'nothing', '--out', out]).output).toMatch(
    /SW-PROJECT-008 there is no system nothing in dev/,
  );
  expect(seaworthy(['compose', '--system', 'alcs', '--env', 'prod', '--out', out]).output).toMatch(
    /SW-COMPOSE-002 prod keeps its secrets outside/,
  );
});
