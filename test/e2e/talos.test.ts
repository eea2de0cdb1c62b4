import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '@pulumi/pulumi/automation';

import main = require('../../index');

import { runOffline } from '../../bridge/offline';
import { openSession } from '../../bridge/session';
import { at, isRecord, text } from '../../graph/json-value';
import { readable } from '../../plan/wire';
import { Bed, operation } from '../support/bed';
import type { Step, Steps } from '../support/engine';

jest.setTimeout(300_000);

/** Not ours: its lock holds the other four systems, too, and refuses a stack without them. */
const PROJECT = 'acme';
const NAMESPACE = 'talos-system';
const TAGGED = ['audit', 'dashboard', 'gateway', 'mcp'].map((part) => `update talos/${part}/deployment`);
const bed = new Bed();
let stack: Stack;

beforeAll(async () => {
  await bed.start();
  stack = await bed.engine.stack(PROJECT, 'dev', main, bed.devConfig());
});
afterAll(() => bed.stop());

/** What an offline run registers, by URN, with secrets and unknowns named alike on both sides. */
async function offline(): Promise<Map<string, unknown>> {
  const config = bed.devConfig();
  const secretKeys = Object.keys(config).filter((key) => config[key]?.secret);
  const plain = Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value]));
  openSession(Object.entries(plain).map(([key, value]) => ({ key, value, secret: secretKeys.includes(key) })));
  const run = { project: PROJECT, stack: 'dev', config: plain, secretKeys };
  const resources = await runOffline(run, main);
  openSession([]).offline = false;
  return new Map(resources.map((r) => [r.urn, comparable(r.inputs)]));
}

/** Encrypted configuration is not known offline, and is in the engine: both are secret, and that is what counts. */
function comparable(inputs: unknown): unknown {
  const plain = readable(inputs, {});
  return JSON.parse(
    JSON.stringify(plain, (_key, leaf: unknown) =>
      isRecord(leaf) && (leaf.secret === true || 'unknown' in leaf) ? 'hidden' : leaf,
    ),
  );
}

function engineInputs(steps: Steps): Map<string, unknown> {
  const own = steps.all.filter((s) => !/::default(_|$)/.test(s.urn));
  return new Map(own.map((s) => [s.urn, comparable(engineForm(s))]));
}

/** In events the engine writes `[secret]`, and unknowns with their wire signature; provider versions are the engine's own addition. */
function engineForm({ inputs, type }: Step): unknown {
  const hidden = JSON.parse(
    JSON.stringify(inputs, (_key, leaf: unknown) => (leaf === '[secret]' ? { secret: true } : leaf)),
  );
  const { __internal: _, ...own } = hidden;
  const { version: __, ...ofProvider } = own;
  return type.startsWith('pulumi:providers:') ? ofProvider : own;
}

describe.each([['dev']])('Talos, %s, on a real engine and a real API server', () => {
  test('the preview of the engine is the offline preview, URN by URN and input by input', async () => {
    const expected = await offline();
    const found = engineInputs(await operation(stack, 'preview'));
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });

  test('up creates what was previewed', async () => {
    const previewed = (await operation(stack, 'preview')).changes.sort();
    const steps = await operation(stack, 'up');
    expect(steps.changes.sort()).toEqual(previewed);
    const live = await bed.cluster.client().list('apps/v1', 'Deployment', NAMESPACE);
    expect(live.map((d) => text(at(d, 'metadata', 'name'))).sort()).toEqual([
      'redis-cluster',
      'talos-audit',
      'talos-dashboard',
      'talos-gateway',
      'talos-mcp',
      'talos-tracing',
    ]);
  });

  test('the URL in the Secret opens with the password that the database was given', async () => {
    const client = bed.cluster.client();
    const secret = async (name: string, key: string) => {
      const object = await client.get({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE } });
      return Buffer.from(text(at(object, 'data', key)) ?? '', 'base64').toString();
    };
    const password = await secret('talos-postgres-auth', 'password');
    expect(password).toMatch(/^[0-9a-z]{32}$/);
    expect(await secret('talos-secrets', 'database-url')).toBe(
      `postgresql://talos:${password}@talos-postgres:5432/talos`,
    );
  });

  test('no secret is in clear in state, history or output', async () => {
    const client = bed.cluster.client();
    // talos-otlp holds the address of the Collector, and nothing else.
    const all = await client.list('v1', 'Secret', NAMESPACE);
    const secrets = all.filter((s) => at(s, 'metadata', 'name') !== 'talos-otlp');
    const values = secrets.flatMap((s) => (isRecord(s.data) ? Object.values(s.data) : [])).map(String);
    const clear = [...values, ...values.map((v) => Buffer.from(v, 'base64').toString())];
    expect(clear.length).toBeGreaterThan(6);
    const files = filesBelow(bed.engine.stateFolder).map((file) => readFileSync(file, 'utf8'));
    expect(clear.filter((value) => files.some((file) => file.includes(value)))).toEqual([]);
    expect(files.some((file) => file.includes(bed.cluster.kubeconfig.slice(0, 60)))).toBe(false);
  });

  test('a second up changes nothing', async () => {
    expect((await operation(stack, 'up')).changes).toEqual([]);
  });

  test('a changed tag updates what has it, and nothing else: not the migration', async () => {
    await stack.setConfig('talos:tag', { value: '4a5b6c7' });
    expect((await operation(stack, 'up')).changes.sort()).toEqual(TAGGED);
  });

  test('a changed rate limit updates both Ingresses, and nothing else', async () => {
    await stack.setConfig('talos:ingress.requestsPerSecond', { value: '40' }, true);
    expect((await operation(stack, 'up')).changes.sort()).toEqual([
      'update talos/front-door-talos-api/object',
      'update talos/front-door-talos-dashboard/object',
    ]);
  });

  test('what an autoscaler decided stays, through an unrelated change', async () => {
    const client = bed.cluster.client();
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/talos-gateway/scale`;
    await client.call(
      'PATCH',
      `${path}?fieldManager=kube-controller-manager`,
      { spec: { replicas: 2 } },
      'application/merge-patch+json',
    );
    await stack.setConfig('talos:tag', { value: '5c6d7e8' });
    expect((await operation(stack, 'up')).changes.sort()).toEqual(TAGGED);
    const live = await client.get({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'talos-gateway', namespace: NAMESPACE },
    });
    expect(at(live, 'spec', 'replicas')).toBe(2);
  });

  test('a new version of the migration is a new Job; the old one goes', async () => {
    await stack.setConfig('talos:migrations', { value: '{"version":2,"tag":"5c6d7e8"}' });
    const { changes } = await operation(stack, 'up');
    expect(changes.sort()).toEqual(['create talos/migrations/job-v2', 'delete talos/migrations/job-v1']);
    const jobs = await bed.cluster.client().list('batch/v1', 'Job', NAMESPACE);
    expect(jobs.map((job) => text(at(job, 'metadata', 'name')))).toEqual(['gateway-migrations-v2']);
  });

  test('drift is seen by refresh, and put right by the next up', async () => {
    const client = bed.cluster.client();
    const service = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'gateway-surface-config', namespace: NAMESPACE },
    };
    await client.call(
      'PATCH',
      `${await client.pathOf(service)}?fieldManager=kubectl-edit`,
      { data: { 'gateway_surface.json': '{}' } },
      'application/merge-patch+json',
    );
    await operation(stack, 'refresh');
    const steps = await operation(stack, 'up');
    expect(steps.changes).toContain('update talos/gateway/file-gateway_surface.json');
    expect(at(await client.get(service), 'data', 'gateway_surface.json')).toContain('llm.chat.completions');
  });

  test('an unreachable API server is refused, where the engine alone would end well', async () => {
    const away = bed.cluster.kubeconfig.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1');
    const { status, output } = bed.apart(
      'preview',
      bed.devConfig({ 'seaworthy:kubeconfig': { value: away, secret: true } }),
    );
    expect(output).toMatch(/SW-CLUSTER-001 the API server https:\/\/127\.0\.0\.1:1 does not answer/);
    expect(output).not.toMatch(/ at .*\.ts:\d+/);
    expect(status).toBe(1);
  });

  test('a changed address of the same cluster replaces nothing', async () => {
    const other = bed.cluster.kubeconfig.replace('127.0.0.1', 'localhost');
    await stack.setConfig('seaworthy:kubeconfig', { value: other, secret: true });
    const { changes } = await operation(stack, 'up');
    expect(changes.filter((change) => !change.endsWith(' cluster'))).toEqual([]);
    expect(changes.some((change) => change.includes('replace'))).toBe(false);
  });

  test('destroy leaves nothing, claims included', async () => {
    await operation(stack, 'destroy');
    const client = bed.cluster.client();
    const namespaces = (await client.list('v1', 'Namespace')).map((n) => text(at(n, 'metadata', 'name')));
    expect(namespaces).not.toContain(NAMESPACE);
    expect(await client.list('v1', 'PersistentVolumeClaim', NAMESPACE)).toEqual([]);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
