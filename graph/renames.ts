import type { Problem } from '../constructs/core/problem';
import type { Graph } from './graph';
import { type IdentityLock, identityOf, pathOfAlias } from './lock';

/** A construct that is gone, and one that is new in its place. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

/**
 * A construct whose id was changed takes new paths and, where names follow from ids, new names: nothing is where it was. Seen where a
 * path is gone and one like it, but for one step, is new, and most of what was below the one is below the other. Versions of a Job are
 * meant to differ.
 */
export function renamesIn(graph: Graph, lock: IdentityLock): Rename[] {
  const { gone, fresh } = changesIn(graph, lock);
  const byShape = new Map([...fresh].flatMap(([path, is]) => shapesOf(path, is).map(({ shape }) => [shape, path])));
  const pairs = new Map<string, number>();
  for (const [path, is] of gone) {
    for (const { shape, upTo } of shapesOf(path, is)) {
      const now = byShape.get(shape);
      if (now === undefined) continue;
      const key = JSON.stringify({ from: firstSteps(path, upTo), to: firstSteps(now, upTo) });
      pairs.set(key, (pairs.get(key) ?? 0) + 1);
    }
  }
  const renames = [...pairs].flatMap(([key, alike]): Rename[] => {
    const rename: Rename = JSON.parse(key);
    const isMost = 2 * alike > below(rename.from, gone.keys()) && 2 * alike > below(rename.to, fresh.keys());
    return isMost ? [rename] : [];
  });
  return renames.filter((rename) => !follows(rename, renames));
}

/** What was locked and is nowhere, and what is new; by path. What an alias names is neither. */
function changesIn(graph: Graph, lock: IdentityLock) {
  const isKnown = (is: string) => !is.startsWith('batch/Job ');
  const found = new Map<string, string>();
  const aliased = new Set<string>();
  for (const node of graph.nodes) {
    const is = identityOf(node);
    const was = node.aliases.map(pathOfAlias).filter((path) => lock.resources[path] !== undefined);
    for (const path of was) aliased.add(path);
    if (is !== undefined && was.length === 0) found.set(node.path, is);
  }
  const identities = new Set(found.values());
  const gone = new Map(
    Object.entries(lock.resources)
      .filter(([path, { is }]) => !found.has(path) && !aliased.has(path) && !identities.has(is) && isKnown(is))
      .map(([path, { is }]) => [path, is]),
  );
  const fresh = new Map([...found].filter(([path, is]) => lock.resources[path] === undefined && isKnown(is)));
  return { gone, fresh };
}

function below(top: string, paths: Iterable<string>): number {
  return [...paths].filter((path) => path === top || path.startsWith(`${top}/`)).length;
}

/** `secret-shop-api-postgres` → `secret-shop-web-postgres` is what the rename of `api` to `web` makes of an id that nobody wrote. */
function follows({ from, to }: Rename, renames: readonly Rename[]): boolean {
  return renames.some((other) => {
    const [was, is] = [lastOf(other.from), lastOf(other.to)];
    return other.from !== from && lastOf(from) !== was && from.replaceAll(was, is) === to;
  });
}

export function renameProblem({ from, to }: Rename, lock: IdentityLock, accept: string): Problem {
  const what = `${from} is gone, and ${to} is new and made of the same: the live objects would be deleted, and new ones made.`;
  const name = Object.entries(lock.resources).flatMap(([path, { is }]) =>
    path.startsWith(`${from}/`) && /^(apps\/\w+|Service) /.test(is) ? [is.split('/').at(-1) ?? ''] : [],
  )[0];
  const keeping = name === undefined ? '' : `; or rename it with alias(${variable(to)}, '${from}') and name: '${name}'`;
  const fix = `keep the id '${lastOf(from)}'${keeping}; or, if that is meant: ${accept}`;
  return { code: 'SW-IDENTITY-004', severity: 'error', where: to, what, fix };
}

/** A path with each step in turn left open, and its kind. The first step is the system's own. */
function shapesOf(path: string, is: string): { shape: string; upTo: number }[] {
  const steps = path.split('/');
  const kind = is.split(' ')[0] ?? '';
  return steps.map((_, i) => ({
    shape: `${kind} ${steps.map((step, k) => (k === i ? '*' : step)).join('/')}`,
    upTo: i + 1,
  }));
}

function firstSteps(path: string, count: number): string {
  return path.split('/').slice(0, count).join('/');
}

function lastOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}

/** What a program may have called it: `todo-backend` → `todoBackend`. */
export function variable(path: string): string {
  return lastOf(path).replace(/-(.)/g, (_, c: string) => c.toUpperCase());
}
