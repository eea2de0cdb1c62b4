import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { at } from '../../graph/json-value';
import { copyOfProject, seaworthy } from '../support/command';

let out: string;
let project: ReturnType<typeof copyOfProject>;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'seaworthy-yaml-'));
  project = copyOfProject();
});
afterEach(() => {
  rmSync(out, { recursive: true, force: true });
  project.dispose();
});

const synth = (environment: string) =>
  seaworthy(['synth', '--env', environment, '--out', out], { folder: project.folder });
const files = () => readdirSync(join(out, 'talos')).sort();
const contents = () => files().map((file) => readFileSync(join(out, 'talos', file), 'utf8'));

test('one folder a system, one file an object, the same from run to run', () => {
  expect(synth('dev').status).toBe(0);
  const first = contents();
  expect(files()).toContain('deployment-talos-gateway.yaml');
  expect(synth('dev').status).toBe(0);
  expect(contents()).toEqual(first);
});

test('a Secret has placeholders that are no base64, so that the API server refuses it', () => {
  const { output } = synth('dev');
  const secret: unknown = parse(readFileSync(join(out, 'talos', 'secret-talos-secrets.yaml'), 'utf8'));
  expect(at(secret, 'data')).toEqual({ 'database-url': '<secret: talos-secrets/database-url>' });
  expect(output).toMatch(/20 Secrets with placeholders, which the API server refuses/);
});

test('with External Secrets there is no Secret to fill; what only AWS knows is named', () => {
  const { output } = synth('prod');
  const secrets = files().filter((file) => file.startsWith('secret-'));
  expect(secrets).toEqual(['secret-talos-otlp-upstream.yaml', 'secret-talos-otlp.yaml']);
  expect(output).not.toMatch(/placeholders/);
  const otlp: unknown = parse(readFileSync(join(out, 'talos', 'secret-talos-otlp.yaml'), 'utf8'));
  expect(Buffer.from(String(at(otlp, 'data', 'endpoint')), 'base64').toString()).toBe('http://talos-tracing:4317');
  expect(output).toMatch(/known only after apply, written as <…>: .*talos\/postgres\/instance\.address/);
  expect(contents().join('\n')).toContain('<known after apply: talos/postgres/instance.address');
});

test('the number of copies is left to the autoscaler', () => {
  synth('prod');
  const gateway: unknown = parse(readFileSync(join(out, 'talos', 'deployment-talos-gateway.yaml'), 'utf8'));
  expect(at(gateway, 'spec', 'replicas')).toBeUndefined();
});

test('what kubectl reads is what was meant: a text that looks like a switch stays a text', () => {
  synth('dev');
  const redis: unknown = parse(readFileSync(join(out, 'talos', 'deployment-redis-cluster.yaml'), 'utf8'), {
    version: '1.1',
  });
  expect(at(redis, 'spec', 'template', 'spec', 'containers', 0, 'args')).toContain('no');
  expect(at(redis, 'spec', 'template', 'metadata', 'annotations')).toBeUndefined();
});

test('what somebody else put beside the systems stays; what a system no longer has goes', () => {
  writeFileSync(join(out, 'README.md'), 'mine');
  synth('dev');
  writeFileSync(join(out, 'talos', 'deployment-old.yaml'), 'old');
  synth('dev');
  expect(existsSync(join(out, 'README.md'))).toBe(true);
  expect(files()).not.toContain('deployment-old.yaml');
});

test('on a mistake nothing is written', () => {
  const path = join(project.folder, 'Pulumi.dev.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('target: minikube', 'target: minicube'));
  expect(synth('dev').status).toBe(1);
  expect(readdirSync(out)).toEqual([]);
});

describe('lock', () => {
  const lock = (...args: string[]) => seaworthy(['lock', ...args], { folder: project.folder });

  test('writes the names, and then a renamed construct is refused', () => {
    expect(lock().output).toMatch(/identity\.dev\.lock\.json written: \d+ names\. Commit it\./);
    expect(lock('--check').status).toBe(0);
    const path = join(project.folder, 'identity.dev.lock.json');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('talos/gateway/', 'talos/api/'));
    const { status, output } = seaworthy(['preview'], { folder: project.folder });
    expect(status).toBe(1);
    expect(output).toMatch(
      /SW-IDENTITY-002 +apps\/Deployment talos-system\/talos-gateway was made by talos\/api\/deployment/,
    );
    expect(output).toContain("Fix: alias(gateway, 'talos/api'); // talos/gateway");
    expect(lock('--check').status).toBe(1);
  });
});
