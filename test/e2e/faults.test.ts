import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalWorkspace } from '@pulumi/pulumi/automation';
import { at, isRecord, list, text } from '../../graph/json-value';
import type { EngineProject, Told } from '../../operate/engine';
import { Bed } from '../support/bed';
import { ROOT } from '../support/command';
import type { KubeObject } from '../support/kube-client';
import { eventually } from '../support/processes';

jest.setTimeout(900_000);

const bed = new Bed();
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-faults-'));
const project: EngineProject = { folder, name: 'seaworthy', environment: 'dev', entry: join(ROOT, 'index.ts') };
const NAMESPACE = 'talos-system';

beforeAll(async () => {
  await bed.start();
  writeFileSync(join(folder, 'Pulumi.yaml'), `name: seaworthy\nruntime: nodejs\nmain: ${join(ROOT, 'index.ts')}\n`);
  Object.assign(process.env, bed.engine.environment);
  const stack = await LocalWorkspace.createStack(
    { stackName: 'dev', projectName: 'seaworthy', program: async () => undefined },
    { workDir: folder, envVars: bed.engine.environment },
  );
  await stack.setAllConfig(bed.devConfig());
});
afterAll(async () => {
  await bed.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An up as a process group of its own, which can be killed with its engine and its providers. */
function startUp(): { child: ChildProcess; told: Told[]; ended: Promise<void> } {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'engine-worker.js')], {
    detached: true,
    env: { ...process.env, ...bed.engine.environment },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const told: Told[] = [];
  child.on('message', (message: Told) => told.push(message));
  // Its last messages may come after its end.
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const heard = new Promise((resolve) => child.once('disconnect', resolve));
  child.send({ operation: 'up', project });
  return { child, told, ended: Promise.all([exited, heard]).then(() => undefined) };
}

/** SIGKILL, to the engine, its providers and the program at once. */
async function killed({ child, ended }: ReturnType<typeof startUp>): Promise<void> {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  bed.engine.killProviders();
  await ended;
}

/** The command, as a person runs it; not blocking, because the API server's double lives in this process. */
const recover = (heard?: (said: string) => void) => seaworthyIn(folder, {}, heard);

async function seaworthyIn(
  cwd: string,
  more: NodeJS.ProcessEnv = {},
  heard: (said: string) => void = () => undefined,
): Promise<{ status: number | null; output: string }> {
  const args = [join(ROOT, 'bin', 'seaworthy.js'), 'recover', '--env', 'dev'];
  const env = { ...process.env, ...bed.engine.environment, KUBECONFIG: bed.cluster.kubeconfigPath, ...more };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      heard(output);
    });
  const status = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { status, output };
}

/** What a kill between the two steps of a write leaves. */
function cutAttributes(): void {
  const names = readdirSync(bed.engine.stateFolder, { recursive: true, encoding: 'utf8' });
  const attributes = names.filter((name) => /stacks\/seaworthy\/dev\.json\.attrs$/.test(name));
  expect(attributes).toHaveLength(1);
  for (const name of attributes) writeFileSync(join(bed.engine.stateFolder, name), '');
}

async function plainUp(): Promise<readonly Told[]> {
  const up = startUp();
  await up.ended;
  return up.told;
}

const object = (apiVersion: string, kind: string, name: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: NAMESPACE },
});
const live = (wanted: KubeObject) => bed.cluster.client().get(wanted);
const uidOf = async (wanted: KubeObject) => text(at(await live(wanted), 'metadata', 'uid'));

async function destroyed(): Promise<void> {
  const stack = await LocalWorkspace.selectStack(
    { stackName: 'dev', projectName: 'seaworthy', program: async () => undefined },
    { workDir: folder },
  );
  await stack.destroy();
}

describe('the engine is killed in the middle of an up', () => {
  const points: readonly KubeObject[] = [
    object('apps/v1', 'StatefulSet', 'talos-postgres'),
    object('batch/v1', 'Job', 'gateway-migrations-v1'),
    object('apps/v1', 'Deployment', 'talos-gateway'),
  ];
  afterEach(() => destroyed());

  test.each(points.map((point) => [point.kind, point] as const))(
    'while its %s gets ready: a plain up stays stuck, recover brings it to converge and loses nothing',
    async (kind, point) => {
      const up = startUp();
      await eventually('the object is there', 120, () => live(point));
      await killed(up);
      const before = await uidOf(point);

      if (kind === 'Job') cutAttributes();
      const again = await plainUp();
      // An engine that ends while it writes leaves a state that cannot be read: here on purpose, elsewhere it may happen.
      const isCut = again.some((t) => t.kind === 'ended' && /failed to load checkpoint: EOF/.test(t.message));
      if (kind === 'Job') expect(isCut).toBe(true);
      if (isCut) expect(again).not.toContainEqual({ kind: 'ended', isFine: true, message: '' });
      else expect(again).toContainEqual({ kind: 'locked', message: expect.stringMatching(/locked/) });

      const { status, output } = await recover();
      expect(output).toMatch(/breaking the lock of process \d+, which is gone/);
      expect(output).toMatch(/Converged: .*; the last up changed nothing/);
      expect(status).toBe(0);
      expect(await uidOf(point)).toBe(before);
      expect((await plainUp()).filter((t) => t.kind === 'step')).toEqual([]);
    },
  );
});

describe('the creation of each object was under way, of whatever kind', () => {
  const select = () =>
    LocalWorkspace.selectStack(
      { stackName: 'dev', projectName: 'seaworthy', program: async () => undefined },
      { workDir: folder },
    );
  const isOfTalos = (resource: unknown) =>
    /^kubernetes:(?!helm)/.test(text(at(resource, 'type')) ?? '') && /::talos\//.test(text(at(resource, 'urn')) ?? '');
  const identities = async () => {
    const { deployment } = await (await select()).exportStack();
    const objects = list(at(deployment, 'resources')).filter(isOfTalos);
    return new Map(objects.map((r) => [text(at(r, 'urn')), text(at(r, 'outputs', 'metadata', 'uid'))]));
  };

  /** As an engine leaves it that was killed: what was being created is no resource, and has neither id nor outputs. In the file, for an import drops operations. */
  function interrupt(isPending: (resource: unknown) => boolean): void {
    const file = join(bed.engine.stateFolder, '.pulumi', 'stacks', 'seaworthy', 'dev.json');
    const state = JSON.parse(readFileSync(file, 'utf8'));
    const { latest } = state.checkpoint;
    const resources = list(latest.resources).filter(isRecord);
    const operations = resources.filter(isPending).map(({ id: _id, outputs: _outputs, ...resource }) => {
      return { type: 'creating', resource };
    });
    state.checkpoint.latest = {
      ...latest,
      resources: resources.filter((r) => !isPending(r)),
      pending_operations: operations,
    };
    writeFileSync(file, JSON.stringify(state));
  }

  afterAll(() => destroyed());

  test('recover takes over all of them, replaces none, and the next up changes nothing', async () => {
    expect((await plainUp()).at(-1)).toMatchObject({ isFine: true });
    const before = await identities();
    expect(new Set([...before.keys()].map((urn) => urn?.split('::')[2]?.split(':').at(-1)))).toEqual(
      expect.objectContaining(new Set(['Service', 'PersistentVolumeClaim', 'Job', 'StatefulSet'])),
    );
    interrupt(isOfTalos);
    const { status, output } = await recover();
    expect(output).toContain(`${before.size} taken over; the last up changed nothing`);
    expect(status).toBe(0);
    expect(await identities()).toEqual(before);
  });

  test('what somebody else made meanwhile under one of the names is not taken, and is not touched', async () => {
    interrupt((r) => /Map::talos\/.*dashboard/.test(text(at(r, 'urn')) ?? ''));
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'talos-monitoring-dashboard', namespace: NAMESPACE },
    };
    bed.kubectl('delete', 'configmap', 'talos-monitoring-dashboard', '-n', NAMESPACE);
    bed.kubectl('create', 'configmap', 'talos-monitoring-dashboard', '-n', NAMESPACE, '--from-literal', 'theirs=yes');
    const { status, output } = await recover();
    expect(output).toMatch(
      /SW-RECOVER-007 .*talos-monitoring-dashboard exists, and nothing shows that this stack made it: it was made by kubectl/s,
    );
    expect(status).toBe(1);
    expect(at(await live(map), 'data')).toEqual({ theirs: 'yes' });
    bed.kubectl('delete', 'configmap', 'talos-monitoring-dashboard', '-n', NAMESPACE);
    expect(await recover()).toMatchObject({ status: 0, output: expect.stringMatching(/Converged/) });
  });
});

test('a running update is not disturbed', async () => {
  const up = startUp();
  await eventually('the namespace is there', 120, () =>
    live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }),
  );
  const { status, output } = await recover();
  expect(output).toMatch(/SW-RECOVER-001 +an update is running: process \d+ on this machine holds the lock/);
  expect(status).toBe(1);
  await up.ended;
  expect(up.told.at(-1)).toMatchObject({ kind: 'ended', isFine: true });
  await destroyed();
});

test('the API server is restarted in the middle of an up: recover waits for it, and goes on', async () => {
  const up = startUp();
  await eventually('the database is there', 120, () => live(object('apps/v1', 'StatefulSet', 'talos-postgres')));
  await bed.cluster.stopApiServer();
  await up.ended;
  expect(up.told.at(-1)).toMatchObject({ kind: 'ended', isFine: false });
  let isBack = false;
  const { status, output } = await recover((said) => {
    if (isBack || !said.includes('does not answer')) return;
    isBack = true;
    bed.cluster.restartApiServer();
  }).finally(() => {
    if (!isBack) bed.cluster.restartApiServer();
  });
  expect(output).toMatch(/the API server does not answer; again in 5 s/);
  expect(output).toMatch(/Converged/);
  expect(status).toBe(0);
  expect((await plainUp()).filter((t) => t.kind === 'step')).toEqual([]);
});

test('a workload that never gets ready: a bounded wait, its events, and the next up goes on', async () => {
  const shop = mkdtempSync(join(tmpdir(), 'seaworthy-shop-'));
  const entry = join(ROOT, 'test', 'support', 'programs', 'unready.ts');
  writeFileSync(join(shop, 'Pulumi.yaml'), `name: shop\nruntime: nodejs\nmain: ${entry}\n`);
  await LocalWorkspace.createStack(
    { stackName: 'dev', projectName: 'shop', program: async () => undefined },
    { workDir: shop, envVars: bed.engine.environment },
  );
  writeFileSync(join(shop, 'Pulumi.dev.yaml'), `${readFileSync(join(shop, 'Pulumi.dev.yaml'), 'utf8')}config: {}\n`);
  const began = Date.now();
  const stuck = await seaworthyIn(shop, { SHOP_CORES: '1000' });
  expect(Date.now() - began).toBeLessThan(120_000);
  expect(stuck.output).toMatch(/SW-RECOVER-004 .*shop\/shop-api.*0 of 1 copies available/s);
  expect(stuck.output).toMatch(
    /pod shop-api-\S+: Pending\n +FailedScheduling: 0\/2 nodes are available: 2 Insufficient cpu/,
  );
  expect(stuck.status).toBe(1);
  const mended = await seaworthyIn(shop, { SHOP_CORES: '1' });
  expect(mended.output).toMatch(/Converged/);
  expect(mended.status).toBe(0);
  rmSync(shop, { recursive: true });
});

test('what somebody changed with kubectl is taken back; what the autoscaler decided stays', async () => {
  const gateway = object('apps/v1', 'Deployment', 'talos-gateway');
  const patch = ['patch', 'deployment', 'talos-gateway', '-n', NAMESPACE, '--type', 'merge', '--patch'];
  bed.kubectl('scale', 'deployment', 'talos-gateway', '-n', NAMESPACE, '--replicas', '2');
  bed.kubectl(...patch, '{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":1}}}}');
  const { status } = await recoverWithRefresh();
  expect(status).toBe(0);
  expect(at(await live(gateway), 'spec', 'template', 'spec', 'terminationGracePeriodSeconds')).toBe(60);
  expect(at(await live(gateway), 'spec', 'replicas')).toBe(2);
});

async function recoverWithRefresh(): Promise<{ status: number }> {
  const stack = await LocalWorkspace.selectStack(
    { stackName: 'dev', projectName: 'seaworthy', program: async () => undefined },
    { workDir: folder },
  );
  await stack.refresh();
  const told = await plainUp();
  return { status: told.some((t) => t.kind === 'ended' && t.isFine) ? 0 : 1 };
}
