import * as pulumiConfig from '@pulumi/pulumi/runtime/config';
import { allConfig, getConfig } from '@pulumi/pulumi/runtime/config';
import { getProject, getStack } from '@pulumi/pulumi/runtime/settings';
import type { ConfigEntry, ConfigSource } from '../constructs/core/config-source';
import { session } from './session';
import { readStackFile } from './stack-file';

/** The configuration of the stack that runs, from the engine or, in a command of ours, from its file. */
export function configSource(): ConfigSource {
  const project = getProject();
  const stack = getStack().split('/').at(-1) ?? getStack();
  const { offline, config } = session();
  const file = `Pulumi.${stack}.yaml`;
  return { project, stack, file, entries: offline ? config : fromEngine(stack) };
}

function fromEngine(stack: string): ConfigEntry[] {
  const known = new Map(readStackFile(process.cwd(), stack)?.entries.map((e) => [e.key, e]));
  return Object.entries(allConfig()).map(([key, value]): ConfigEntry => {
    const line = known.get(key)?.line;
    const secret = isSecretKey(key);
    return { key, value: secret ? '' : value, secret, ...(line === undefined ? {} : { line }) };
  });
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
  const raw = getConfig(`${namespace}:${rest}`) ?? getConfig(`${namespace}:${first}`);
  if (raw === undefined || path.length === 0) return raw;
  const found = path.reduce<unknown>(
    (here, step) => (typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined),
    JSON.parse(raw),
  );
  return typeof found === 'string' ? found : undefined;
}
