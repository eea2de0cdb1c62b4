import * as pulumiConfig from '@pulumi/pulumi/runtime/config';
import { allConfig, getConfig } from '@pulumi/pulumi/runtime/config';
import { getProject, getStack } from '@pulumi/pulumi/runtime/settings';
import type { ConfigEntry, ConfigSource } from '../constructs/core/config-source';
import { at } from '../graph/json-value';
import { session } from './session';
import { readStackFile } from './stack-file';

/** The configuration of the stack that runs, from the engine or, in a command of ours, from its file. */
export function configSource(): ConfigSource {
  const project = getProject();
  const stack = getStack().split('/').at(-1) ?? getStack();
  const { offline, config } = session();
  const file = `Pulumi.${stack}.yaml`;
  return { project, stack, file, entries: offline ? config : fromEngine(stack, project) };
}

function fromEngine(stack: string, project: string): ConfigEntry[] {
  const known = new Map(readStackFile(process.cwd(), stack, project)?.entries.map((e) => [e.key, e]));
  return Object.entries(allConfig()).flatMap(([key, value]): ConfigEntry[] => {
    const { line, changed } = known.get(key) ?? {};
    const secret = isSecretKey(key);
    return secret
      ? secretEntries(key, value, known)
      : [
          {
            key,
            value,
            secret,
            ...(line === undefined ? {} : { line }),
            ...(changed === undefined ? {} : { changed }),
          },
        ];
  });
}

/** To the engine a structure with something encrypted in it is secret as a whole; the stack's file says which of its leaves are. */
function secretEntries(key: string, value: string, known: ReadonlyMap<string, ConfigEntry>): ConfigEntry[] {
  const leaves = [...known.values()].filter((entry) => entry.key.startsWith(`${key}.`));
  if (leaves.length === 0) return [{ key, value: '', secret: true }];
  return leaves.map((entry) =>
    entry.secret ? entry : { ...entry, value: leafOf(value, entry.key.slice(key.length + 1)) },
  );
}

/** A leaf of a structure in JSON, as text. */
function leafOf(json: string, path: string): string {
  const found = path.split('.').reduce<unknown>((here, step) => at(here, step), JSON.parse(json));
  return typeof found === 'object' ? JSON.stringify(found) : String(found);
}

/** The SDK has the answer, but not in its types. */
function isSecretKey(key: string): boolean {
  const ask: unknown = Reflect.get(pulumiConfig, 'isConfigSecret');
  return typeof ask === 'function' && ask(key) === true;
}

/** The plain text of a secret key, or of a path into a structured one. Undefined where a command runs without an engine. */
export function secretConfig(key: string): string | undefined {
  if (session().offline) return undefined;
  const [namespace = '', rest = ''] = key.split(':');
  const [first = '', ...path] = rest.split('.');
  // A key set without --path has its points in its name, and is the value itself.
  const whole = getConfig(`${namespace}:${rest}`);
  const raw = getConfig(`${namespace}:${first}`);
  if (whole !== undefined || raw === undefined) return whole;
  const found = path.reduce<unknown>(
    (here, step) => (typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined),
    JSON.parse(raw),
  );
  return typeof found === 'string' ? found : undefined;
}
