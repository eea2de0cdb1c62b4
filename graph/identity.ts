import type { Problem } from '../constructs/core/problem';
import type { Graph, GraphNode } from './graph';
import { type IdentityLock, identityOf, jobDigest, lockedFor, pathOfAlias } from './lock';
import { fixedProblems, goneProblems } from './losses';
import { renameProblem, renamesIn, variable } from './renames';
import { isOfSwap, swapProblem, swapsIn } from './swaps';

export { type IdentityLock, type LockedIdentity, lockOf } from './lock';

/** What no lock can accept, because an up would fail at it: a name that another path still holds, a volume that shrinks. */
const FAILS = new Set(['SW-IDENTITY-002', 'SW-IDENTITY-006']);

/** Whether a problem is of what `seaworthy lock` exists to accept. */
export function isAcceptable({ code }: Problem): boolean {
  return (code.startsWith('SW-IDENTITY-') && !FAILS.has(code)) || code.startsWith('SW-LOCK-');
}

/**
 * Whatever would silently delete a live thing or its data, or fail for ever: renames, paths without an alias, changed Jobs under an old
 * name, other claims, other majors. `only` is the one system that was asked for, where a command asks for one.
 */
export function identityProblems(graph: Graph, lock: IdentityLock, environment: string, only?: string): Problem[] {
  const accept = `npx seaworthy lock --env ${environment}`;
  const oldPathOf = new Map(Object.entries(lock.resources).map(([path, { is }]) => [is, path]));
  const own = graph.nodes.flatMap((node): Problem[] => {
    const is = identityOf(node);
    if (is === undefined) return [];
    const locked = lockedFor(node, lock);
    const oldPath = oldPathOf.get(is);
    const isWhereItWas = lock.resources[node.path]?.is === is;
    if (
      !isWhereItWas &&
      oldPath !== undefined &&
      oldPath !== node.path &&
      !node.aliases.map(pathOfAlias).includes(oldPath)
    )
      return [moved(node, is, oldPath)];
    if (locked !== undefined && locked.is !== is) return renamed(node, locked.is, is, accept);
    const template = jobDigest(node);
    if (locked?.template !== undefined && template !== locked.template) return [changedJob(node, is, accept)];
    return fixedProblems(node, lock, accept);
  });
  const swaps = swapsIn(graph, lock).filter(({ part }) => only === undefined || `${part}/`.startsWith(`${only}/`));
  const renames = renamesIn(graph, lock).filter(({ from, to }) => !isOfSwap(swaps, from, to));
  const isRenamed = (path = '') => renames.some(({ from }) => path === from || path.startsWith(`${from}/`));
  const gone = goneProblems(graph, lock, accept, only).filter(
    ({ where = '' }) => !isRenamed(where) && !isOfSwap(swaps, where),
  );
  return [
    ...swaps.map((swap) => swapProblem(swap, lock, accept)),
    ...own.filter(({ code, where = '' }) => code !== 'SW-IDENTITY-001' || !isOfSwap(swaps, where)),
    ...renames.map((rename) => renameProblem(rename, lock, accept)),
    ...gone,
  ];
}

function moved(node: GraphNode, is: string, oldPath: string): Problem {
  const [from, to] = shortest(oldPath, node.path);
  const what = `${is} was made by ${oldPath}; under the new path Pulumi would create it while it exists, and fail.`;
  return {
    code: 'SW-IDENTITY-002',
    severity: 'error',
    where: node.path,
    what,
    fix: `alias(${variable(to)}, '${from}'); // ${to}`,
  };
}

/** The outermost constructs whose names differ: one alias there serves everything below. Not where something was put around it. */
function shortest(oldPath: string, newPath: string): [string, string] {
  const [a, b] = [oldPath.split('/'), newPath.split('/')];
  if (a.length !== b.length) return [oldPath, newPath];
  while (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-1)) {
    a.pop();
    b.pop();
  }
  return [a.join('/'), b.join('/')];
}

/** A NetworkPolicy under another name holds nothing that could be lost: the new one is there before the old one goes. */
function renamed(node: GraphNode, was: string, is: string, accept: string): Problem[] {
  const isAliased = node.aliases.length > 0;
  if (isAliased && node.object?.kind === 'NetworkPolicy') return [];
  const what = `it was ${was}, and is now ${is}: the live one would be deleted, and a new one made.`;
  const name = was.split(/[ /]/).at(-1) ?? '';
  const fix = `${isAliased ? `an alias keeps the path, not the name: name: '${name}'` : 'keep the name'}; or, if that is meant: ${accept}`;
  return [{ code: 'SW-IDENTITY-001', severity: 'error', where: node.path, what, fix }];
}

function changedJob(node: GraphNode, is: string, accept: string): Problem {
  const what = `${is} is a Job whose pods changed under the same name; a Job cannot change, so it would be deleted and run again.`;
  return {
    code: 'SW-IDENTITY-003',
    severity: 'error',
    where: node.path,
    what,
    fix: `raise its version; or, to run it again: ${accept}`,
  };
}
