import type { ConfigEntry } from '../constructs/core/config-source';
import type { Problem } from '../constructs/core/problem';
import { leavesIn } from '../constructs/core/value';
import type { Graph } from '../graph/graph';

/**
 * Keys of the configuration that the graph reads, and that nobody set: an up would write Secrets without them. `told` are problems that say
 * so already.
 */
export function missingConfig(
  graph: Graph,
  entries: readonly ConfigEntry[],
  stack: string,
  told: readonly Problem[],
): Problem[] {
  const isThere = (key: string) => entries.some((entry) => entry.key === key || key.startsWith(`${entry.key}.`));
  const isTold = (key: string) => told.some(({ code, what }) => code === 'SW-SECRET-007' && what.startsWith(`${key} `));
  const places = new Map<string, string>();
  for (const node of graph.nodes) {
    for (const leaf of leavesIn(node.inputs)) {
      if (leaf.kind === 'config' && !isThere(leaf.key) && !isTold(leaf.key) && !places.has(leaf.key))
        places.set(leaf.key, node.path);
    }
  }
  return [...places].map(([key, where]): Problem => {
    const what = `${key} is read from the configuration, and is not set in Pulumi.${stack}.yaml.`;
    const fix = `pulumi config set --secret --stack ${stack} ${key.includes('.') ? '--path ' : ''}${key}`;
    return { code: 'SW-SECRET-008', severity: 'error', where, what, fix };
  });
}
