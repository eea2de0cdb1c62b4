import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import type { Graph } from '../../graph/graph';
import { at, isRecord, list, text } from '../../graph/json-value';
import { ROOT } from './command';
import type { KubeJson } from './filled';
import { ENVIRONMENTS, FIVE, systemGraph, talosGraph } from './systems';

const tool = (name: string) =>
  execFileSync(join(ROOT, 'tools', name), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();

/** Programs that were built, and what was fetched: tools/build, tools/fetch. */
export const BIN = tool('build');
export const FETCHED = tool('fetch');
const POSTGRES_BIN = '/usr/lib/postgresql/15/bin';
export const JUDGES_PATH = [BIN, join(FETCHED, 'venv', 'bin'), POSTGRES_BIN, process.env.PATH].join(delimiter);

export { type KubeJson, objectsOf } from './filled';

/** Each system in each environment, as the committed files say. */
const COMMITTED = FIVE.flatMap((system) =>
  ENVIRONMENTS.map((stack): [string, () => Graph] => [`${system}, ${stack}`, () => systemGraph(system, stack)]),
);

/** What is judged: the systems as they are committed, and what a team could choose instead. */
export const VARIANTS: Readonly<Record<string, () => Graph>> = {
  ...Object.fromEntries(COMMITTED),
  dev: () => talosGraph('dev'),
  'prod, CloudNativePG': () => talosGraph('prod', { 'talos:database.placement': 'in-cluster' }),
  'prod, everything in the cluster': () =>
    talosGraph('prod', {
      'talos:database': '{"placement":"in-cluster","inCluster":"statefulset"}',
      'talos:cache.placement': 'in-cluster',
    }),
  'tallow, prod, nginx and TURN of its own': () =>
    systemGraph('tallow', 'prod', {
      'tallow:frontDoor': 'nginx',
      'tallow:turn.placement': 'in-cluster-public',
      'tallow:turn.externalAddress': '203.0.113.7',
    }),
  'todo, prod, in the cluster, with a shared volume': () =>
    systemGraph('todo', 'prod', {
      'todo:database.placement': 'in-cluster',
      'todo:data.claim': 'shared',
      'todo:data.storageClass': 'efs-sc',
    }),
  'alcs, prod, managed': () =>
    systemGraph('alcs', 'prod', { 'alcs:database.placement': 'platform', 'alcs:cache.placement': 'platform' }),
  'dev, Jaeger operator': () =>
    talosGraph('dev', {
      'talos:tracing.backend': 'jaeger-operator',
      'talos:tracing.elasticsearch': 'http://elasticsearch:9200',
    }),
};

export function objectNamed(objects: readonly KubeJson[], kind: string, name: string): KubeJson {
  const found = objects.find((o) => o.kind === kind && at(o, 'metadata', 'name') === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

/** A file with YAML documents. */
export function yamlFile(objects: readonly unknown[], name = 'objects.yaml'): string {
  const file = join(mkdtempSync(join(tmpdir(), 'seaworthy-judged-')), name);
  writeFileSync(file, objects.map((object) => stringify(object, { compat: 'yaml-1.1' })).join('---\n'));
  return file;
}

export interface Verdict {
  readonly status: number | null;
  readonly output: string;
  readonly stdout: string;
}

export function judge(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Verdict {
  const env = { ...process.env, ...options.env, PATH: JUDGES_PATH };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...options,
    env,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (error !== undefined) throw error;
  return { status, output: stdout + stderr, stdout };
}

/** Names of the containers of an object's pods. */
export function containersOf(object: KubeJson): Record<string, unknown>[] {
  const spec =
    object.kind === 'CronJob'
      ? at(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec')
      : at(object, 'spec', 'template', 'spec');
  return [...list(at(spec, 'initContainers')), ...list(at(spec, 'containers'))].filter(isRecord);
}

export function nameIn(object: unknown): string {
  return text(at(object, 'metadata', 'name')) ?? '';
}
