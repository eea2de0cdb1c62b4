import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Bed } from '../support/bed';
import { seaworthy } from '../support/command';

jest.setTimeout(600_000);

const NAMESPACES = ['alcs', 'cert-manager', 'monitoring', 'tallow', 'talos-system', 'ticolops', 'todo-chatbot'];
/** Of the platform, which is there before staging and prod. */
const PLATFORM = ['velero'];
const bed = new Bed();
let out: string;
beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'seaworthy-applied-'));
  await bed.start();
  const file = join(out, 'flux.yaml');
  writeFileSync(file, [kind('helm', 'v2', 'HelmRelease'), kind('source', 'v1', 'HelmRepository')].join('---\n'));
  done(['apply', '-f', file]);
  done(['wait', '--for', 'condition=Established', '--timeout=60s', '-f', file]);
});
afterAll(async () => {
  await bed.stop();
  rmSync(out, { recursive: true, force: true });
});

/** DOUBLE of a kind of Flux, whose CRDs nothing here brings: it takes any fields. */
function kind(toolkit: string, version: string, name: string): string {
  const [group, plural] = [`${toolkit}.toolkit.fluxcd.io`, name.toLowerCase().replace(/y$/, 'ie').concat('s')];
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const versions = [{ name: version, served: true, storage: true, schema }];
  const names = { kind: name, plural, singular: name.toLowerCase() };
  return stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names, versions },
  });
}

/** Writes an environment as its committed file says, as a user does; the folder. */
function written(environment: string): string {
  const folder = join(out, environment);
  const { status, output } = seaworthy(['synth', '--env', environment, '--out', folder]);
  if (status !== 0) throw new Error(output);
  return folder;
}

const lines = (output: string) => output.split('\n').filter((line) => line !== '');

/** What kubectl said, which must have neither an error nor a warning. */
function done(args: readonly string[]): string[] {
  const { status, stdout, stderr } = bed.kubectl(...args);
  expect(lines(stderr)).toEqual([]);
  expect(status).toBe(0);
  return lines(stdout);
}

describe('as synth wrote it, for a cluster that is there', () => {
  const namespaces = [...NAMESPACES, ...PLATFORM];
  beforeAll(() => namespaces.forEach((name) => void bed.kubectl('create', 'namespace', name)));
  afterAll(() => void bed.kubectl('delete', 'namespace', ...namespaces));

  test('staging is taken by the API server, in a dry run, but for the Secrets that are the user’s to make', () => {
    const said = done(['apply', '--server-side', '--dry-run=server', '-k', written('staging')]);
    expect(said.length).toBeGreaterThan(250);
  });

  test('prod, whose cluster another stack tells of, is refused for those facts by their names, and for nothing else', () => {
    const { stderr } = bed.kubectl('apply', '--server-side', '--dry-run=server', '-k', written('prod'));
    const refused = lines(stderr).filter((line) => line.startsWith('Error'));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.filter((line) => !line.includes('<known after apply: cluster-stack.'))).toEqual([]);
  });
});

describe('dev, all five systems as synth wrote them', () => {
  test('kubectl apply -k takes them, at the first time', () => {
    const said = done(['apply', '-k', written('dev')]);
    expect(said).toEqual(expect.arrayContaining(NAMESPACES.map((name) => `namespace/${name} created`)));
    expect(said.length).toBeGreaterThan(300);
    expect(said.filter((line) => !line.endsWith(' created'))).toEqual([]);
  });

  test('kubectl diff -k says nothing of what was applied and has not changed', () => {
    expect(done(['diff', '-k', join(out, 'dev')])).toEqual([]);
  });

  test('a Secret with placeholders is refused, and so cannot be applied by mistake', () => {
    const { status, stderr } = bed.kubectl('apply', '-f', join(out, 'dev', 'talos', 'secret-talos-secrets.yaml'));
    expect(stderr).toMatch(/illegal base64 data/);
    expect(status).toBe(1);
  });
});
