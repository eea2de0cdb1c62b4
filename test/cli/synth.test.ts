import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { at, isRecord, list } from '../../graph/json-value';
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
const contents = () =>
  files()
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(join(out, 'talos', file), 'utf8'));

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
  expect(output).toMatch(/23 Secrets with placeholders, which the API server refuses/);
  expect(output).toContain('talos/secret-talos-secrets.yaml');
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
});

/** Objects of a preview and of the files that synth wrote, by kind, namespace and name. */
function previewed(environment: string): Map<string, unknown> {
  const { stdout } = seaworthy(['preview', '--env', environment, '--json'], { folder: project.folder });
  const resources = list(at(JSON.parse(stdout), 'resources')).filter((r) => at(r, 'kind') !== undefined);
  return new Map(resources.map((r) => [keyOf(at(r, 'inputs')), at(r, 'inputs')]));
}

function written(): Map<string, unknown> {
  const paths = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
  const objects = paths.map((path): unknown => parse(readFileSync(join(out, path), 'utf8'), { version: '1.1' }));
  return new Map(objects.map((object) => [keyOf(object), object]));
}

const keyOf = (object: unknown) =>
  [
    at(object, 'apiVersion'),
    at(object, 'kind'),
    at(object, 'metadata', 'namespace'),
    at(object, 'metadata', 'name'),
  ].join(' ');

/** What a preview hides, and what no YAML has: secrets, values known after apply, copies of autoscaled workloads. */
function comparable(previewed: unknown, written: unknown, key = ''): [unknown, unknown] {
  if (isHidden(previewed)) return ['hidden', typeof written === 'string' ? 'hidden' : written];
  if (Array.isArray(previewed) && Array.isArray(written) && previewed.length === written.length) {
    const pairs = previewed.map((item, i) => comparable(item, written[i]));
    return [pairs.map(([p]) => p), pairs.map(([, w]) => w)];
  }
  if (!isRecord(previewed) || !isRecord(written)) return [previewed, written];
  const keys = [...new Set([...Object.keys(previewed), ...Object.keys(written)])];
  const isLeftOut = (k: string) =>
    (k === 'replicas' && key === 'spec') || isKeyedDigest(previewed[k]) || k === SECRET_DIGEST;
  const kept = keys.filter((k) => !isLeftOut(k) || written[k] !== undefined);
  const pairs = kept.map((k) => [k, comparable(previewed[k], written[k], k)] as const);
  return [Object.fromEntries(pairs.map(([k, [p]]) => [k, p])), Object.fromEntries(pairs.map(([k, [, w]]) => [k, w]))];
}

const SECRET_DIGEST = 'seaworthy.dev/secret-digest';
/** Annotations with nothing but the digest of secrets. */
const isKeyedDigest = (thing: unknown) => isRecord(thing) && Object.keys(thing).join() === SECRET_DIGEST;
const isHidden = (thing: unknown) =>
  isRecord(thing) &&
  Object.keys(thing).length > 0 &&
  Object.keys(thing).every((k) => k === 'secret' || k === 'unknown');

test.each(['dev', 'staging', 'prod'])(
  'what is written for %s is what is previewed: each object, and nothing else',
  (environment) => {
    expect(synth(environment).status).toBe(0);
    const [before, after] = [previewed(environment), written()];
    const ofReleases = [...after.keys()].filter((key) => /^(helm|source)\.toolkit\.fluxcd\.io/.test(key));
    const objects = [...after.keys()].filter((key) => !ofReleases.includes(key));
    expect(objects.sort()).toEqual([...before.keys()].sort());
    for (const [key, object] of before) {
      if (key.startsWith('v1 Secret ')) continue;
      const [asPreviewed, asWritten] = comparable(object, after.get(key));
      expect(asWritten).toEqual(asPreviewed);
    }
  },
);

test('a digest of configuration that is known is written: a changed ConfigMap rolls pods under GitOps', () => {
  synth('prod');
  const digest = () => {
    const app: unknown = parse(readFileSync(join(out, 'alcs', 'deployment-alcs.yaml'), 'utf8'));
    return at(app, 'spec', 'template', 'metadata', 'annotations', 'seaworthy.dev/config-digest');
  };
  const first = digest();
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  const path = join(project.folder, 'Pulumi.prod.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('config:', 'config:\n  alcs:jwt.expiresIn: 1h'));
  synth('prod');
  expect(digest()).toMatch(/^[0-9a-f]{64}$/);
  expect(digest()).not.toBe(first);
});

describe('nothing is deleted that was not made here', () => {
  test('what somebody put beside the systems, or into their folders, stays; what a system no longer has goes', () => {
    writeFileSync(join(out, 'README.md'), 'mine');
    synth('dev');
    mkdirSync(join(out, 'talos', 'patches'));
    writeFileSync(join(out, 'talos', 'patches', 'mine.yaml'), 'mine');
    expect(files()).toContain('servicemonitor-talos-gateway.yaml');
    const path = join(project.folder, 'Pulumi.dev.yaml');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('config:', 'config:\n  talos:monitoring.serviceMonitor: false'),
    );
    expect(synth('dev').status).toBe(0);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toBe('mine');
    expect(readFileSync(join(out, 'talos', 'patches', 'mine.yaml'), 'utf8')).toBe('mine');
    expect(files()).not.toContain('servicemonitor-talos-gateway.yaml');
  });

  test('a folder without our mark is refused, with what to do', () => {
    mkdirSync(join(out, 'talos', 'src'), { recursive: true });
    writeFileSync(join(out, 'talos', 'src', 'main.go'), 'package main');
    const { status, output } = synth('dev');
    expect(status).toBe(1);
    expect(output).toMatch(/SW-FILE-002 \S+\/talos was not made by seaworthy .*\n +Fix: another folder behind --out/);
    expect(readFileSync(join(out, 'talos', 'src', 'main.go'), 'utf8')).toBe('package main');
    expect(readdirSync(out)).toEqual(['talos']);
  });

  test('a system that is gone goes; a Kustomization of somebody else stays', () => {
    writeFileSync(join(out, 'kustomization.yaml'), 'resources: [talos]\n');
    synth('dev');
    const path = join(project.folder, 'Pulumi.dev.yaml');
    writeFileSync(
      path,
      readFileSync(path, 'utf8')
        .replace(', alcs]', ']')
        .replaceAll(/^ +alcs:.*\n( {4}.*\n)*/gm, ''),
    );
    expect(synth('dev').output).toContain('kustomization.yaml is yours, and stays as it is');
    expect(readdirSync(out)).not.toContain('alcs');
    expect(readFileSync(join(out, 'kustomization.yaml'), 'utf8')).toBe('resources: [talos]\n');
  });
});

test.each([
  ['nothing', '', 'SW-FILE-003'],
  ['a file', 'file', 'SW-FILE-001'],
  ['below a file', 'file/yaml', 'SW-FILE-001'],
])('--out %s is refused with a fix', (_what, below, code) => {
  writeFileSync(join(out, 'file'), 'mine');
  const asked = below === '' ? '' : join(out, below);
  const { status, output } = seaworthy(['synth', '--env', 'dev', '--out', asked], { folder: project.folder });
  expect(status).toBe(1);
  expect(output).toMatch(new RegExp(`${code} .*\n +Fix: `));
  expect(readFileSync(join(out, 'file'), 'utf8')).toBe('mine');
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
