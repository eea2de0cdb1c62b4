import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import { type RegisterOptions, register } from '../../bridge';
import { runOffline } from '../../bridge/offline';
import { Recorder, type RegisteredResource } from '../../bridge/recorder';
import { openSession } from '../../bridge/session';
import { buildGraph } from '../../graph/build';
import type { Graph } from '../../graph/graph';

export interface Offline {
  readonly preview?: boolean;
  readonly config?: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  readonly options?: RegisterOptions;
  readonly outputs?: (type: string, name: string, inputs: Readonly<Record<string, unknown>>) => object;
}

/** Builds into an app, registers it with the offline engine, and gives what the engine was told. */
export async function registered(build: (app: App) => void, how: Offline = {}): Promise<readonly RegisteredResource[]> {
  const { config = {}, secretKeys = [], preview = true, options, outputs } = how;
  openSession(
    Object.entries(config).map(([key, value]) => ({
      key,
      value: secretKeys.includes(key) ? '' : value,
      secret: secretKeys.includes(key),
    })),
  );
  const recorder = new Recorder('test', 'dev', preview, outputs);
  return runOffline({ project: 'test', stack: 'dev', config, secretKeys, preview, recorder }, async () => {
    const app = new App();
    build(app);
    await register(app, options);
  });
}

/** The graph of what is built, without registering anything. */
export function graphOf(build: (app: Construct) => void): Graph {
  const app = new App();
  build(app);
  return buildGraph(app);
}

export function named(resources: readonly RegisteredResource[], name: string): RegisteredResource {
  const found = resources.find((r) => r.name === name);
  if (found === undefined)
    throw new Error(`${name} was not registered; there are ${resources.map((r) => r.name).join(', ')}`);
  return found;
}

/** The problems that a program is refused with. */
export async function refusals(
  work: Promise<unknown>,
): Promise<{ code: string; what: string; where?: string; fix?: string }[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error && 'problems' in error && Array.isArray(error.problems)) return error.problems;
    throw error;
  }
  return [];
}

/** What plain JavaScript would pass: an Output where a text is asked for, or a field that nobody knows. */
export function untyped<T>(value: unknown): T {
  return value as T;
}
