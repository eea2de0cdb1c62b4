import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { readStackFile } from '../../bridge/stack-file';
import type { ConfigEntry } from '../../constructs/core/config-source';
import type { Platform } from '../../constructs/core/platform';
import type { Problem } from '../../constructs/core/problem';
import { buildGraph } from '../../graph/build';
import type { Graph } from '../../graph/graph';
import { SYSTEMS } from '../../stacks';
import { readEnvironment } from '../../stacks/environment';
import { platformOn } from '../../targets';
import { ROOT } from './command';

/** The stack files that docs/targets/<target>.md shows, by the name of their stack. */
function files(target: string): Readonly<Record<string, string>> {
  const page = readFileSync(join(ROOT, 'docs', 'targets', `${target}.md`), 'utf8');
  const blocks = [...page.matchAll(/`Pulumi\.([a-z]+)\.yaml`[^`]*```yaml\n([\s\S]*?)```/g)];
  return Object.fromEntries(blocks.map(([, stack = '', text = '']) => [stack, text]));
}

/** Configuration of a stack as the page of a target shows it, with some keys changed; undefined takes one away. */
export function documented(
  target: string,
  stack: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): ConfigEntry[] {
  const text = files(target)[stack];
  if (text === undefined) throw new Error(`docs/targets/${target}.md shows no Pulumi.${stack}.yaml`);
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-documented-'));
  try {
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), text);
    const read = readStackFile(folder, stack);
    if (read === undefined || read.problems.length > 0) throw new Error(JSON.stringify(read?.problems));
    const others = read.entries.filter(({ key }) => !(key in changes));
    const own = Object.entries(changes).flatMap(([key, value]) =>
      value === undefined ? [] : [{ key, value, secret: value === '[secret]' }],
    );
    return [...others, ...own];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Systems of a stack that the page of a target shows, and what the target brings. */
export function documentedGraph(
  target: string,
  stack: string,
  systems: readonly string[],
  changes: Readonly<Record<string, string | undefined>> = {},
): Graph & { readonly told: readonly Problem[]; readonly brings: Platform['brings'] } {
  const entries = documented(target, stack, { 'seaworthy:systems': JSON.stringify(systems), ...changes });
  const app = new App();
  const environment = readEnvironment({ project: 'seaworthy', stack, file: `Pulumi.${stack}.yaml`, entries }, SYSTEMS);
  const platform = platformOn(app, { ...environment, project: 'seaworthy', environment: stack });
  for (const { build } of environment.systems) build(app, { platform, environment: stack });
  return { ...buildGraph(app), told: environment.problems, brings: platform.brings };
}
