import { createHash } from 'node:crypto';
import { isMarker, valueBehind } from '../constructs/core/marker';
import type { Problem } from '../constructs/core/problem';
import { sourceOf } from '../constructs/core/value';
import { type Graph, type GraphNode, identityKey } from './graph';
import { isRecord, text } from './json-value';
import { podTemplateOf } from './references';

/** `identity.<env>.lock.json`: what each path was when it was last accepted. */
export interface IdentityLock {
  readonly version: 1;
  /** Pulumi project: a lock says nothing of another one's names. */
  readonly project: string;
  readonly resources: Readonly<Record<string, LockedIdentity>>;
}

export interface LockedIdentity {
  /** `apps/Deployment talos-system/talos-gateway`; for cloud resources type and physical name. */
  readonly is: string;
  /** Of a Job: digest of its pod template, which Kubernetes cannot change. */
  readonly template?: string;
}

/** The lock of a program's graphs, sorted by path. */
export function lockOf(project: string, graphs: readonly Graph[]): IdentityLock {
  const nodes = graphs.flatMap((graph) => graph.nodes);
  const entries = nodes.flatMap((node): [string, LockedIdentity][] => {
    const is = identityOf(node);
    if (is === undefined) return [];
    const template = jobDigest(node);
    return [[node.path, template === undefined ? { is } : { is, template }]];
  });
  return { version: 1, project, resources: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Whatever would silently delete a live thing, or fail for ever: renames, paths without an alias, changed Jobs under an old name. */
export function identityProblems(graph: Graph, lock: IdentityLock, environment: string): Problem[] {
  const accept = `npx seaworthy lock --env ${environment}`;
  const oldPathOf = new Map(Object.entries(lock.resources).map(([path, { is }]) => [is, path]));
  const own = graph.nodes.flatMap((node): Problem[] => {
    const is = identityOf(node);
    if (is === undefined) return [];
    const locked = lock.resources[node.path];
    const oldPath = oldPathOf.get(is);
    if (oldPath !== undefined && oldPath !== node.path && !node.aliases.includes(oldPath))
      return [moved(node, is, oldPath)];
    if (locked !== undefined && locked.is !== is) return [renamed(node, locked.is, is, accept)];
    const template = jobDigest(node);
    if (locked?.template !== undefined && template !== locked.template) return [changedJob(node, is, accept)];
    return [];
  });
  return [...own, ...renamedWhole(graph, lock, accept)];
}

/**
 * A construct whose id was changed takes new paths and, where names follow from ids, new names: nothing is where it was. Seen where a
 * path is gone and one like it, but for one step, is new. Versions of a Job are meant to differ.
 */
function renamedWhole(graph: Graph, lock: IdentityLock, accept: string): Problem[] {
  const isKnown = (is: string) => !is.startsWith('batch/Job ');
  const found = new Map(graph.nodes.flatMap((node) => pairOf(node.path, identityOf(node))));
  const identities = new Set(found.values());
  const gone = Object.entries(lock.resources).filter(
    ([path, { is }]) => !found.has(path) && !identities.has(is) && isKnown(is),
  );
  const fresh = [...found].filter(([path, is]) => lock.resources[path] === undefined && isKnown(is));
  const byShape = new Map(fresh.flatMap(([path, is]) => shapesOf(path, is).map(({ shape }) => [shape, path])));
  const renames = new Map<string, string>();
  for (const [path, { is }] of gone) {
    for (const { shape, upTo } of shapesOf(path, is)) {
      const now = byShape.get(shape);
      if (now !== undefined)
        renames.set(path.split('/').slice(0, upTo).join('/'), now.split('/').slice(0, upTo).join('/'));
    }
  }
  return [...renames].map(([from, to]): Problem => {
    const what = `${from} is gone, and ${to} is new and made of the same: the live objects would be deleted, and new ones made.`;
    const fix = `keep the id '${from.split('/').at(-1)}'; or, if that is meant: ${accept}`;
    return { code: 'SW-IDENTITY-004', severity: 'error', where: to, what, fix };
  });
}

function pairOf(path: string, is: string | undefined): [string, string][] {
  return is === undefined ? [] : [[path, is]];
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

function moved(node: GraphNode, is: string, oldPath: string): Problem {
  const [from, to] = shortest(oldPath, node.path);
  const what = `${is} was made by ${oldPath}; under the new path Pulumi would create it while it exists, and fail.`;
  return {
    code: 'SW-IDENTITY-002',
    severity: 'error',
    where: node.path,
    what,
    fix: `alias(${lastOf(to)}, '${from}'); // ${to}`,
  };
}

/** The outermost constructs whose names differ: one alias there serves everything below. */
function shortest(oldPath: string, newPath: string): [string, string] {
  const [a, b] = [oldPath.split('/'), newPath.split('/')];
  while (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-1)) {
    a.pop();
    b.pop();
  }
  return [a.join('/'), b.join('/')];
}

function lastOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/-(.)/g, (_, c: string) => c.toUpperCase());
}

function renamed(node: GraphNode, was: string, is: string, accept: string): Problem {
  const what = `it was ${was}, and is now ${is}: the live one would be deleted, and a new one made.`;
  return {
    code: 'SW-IDENTITY-001',
    severity: 'error',
    where: node.path,
    what,
    fix: `keep the name; or, if that is meant: ${accept}`,
  };
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

function identityOf({ object, type, form, inputs }: GraphNode): string | undefined {
  if (object !== undefined) return identityKey(object);
  if (form !== 'cloud') return undefined;
  const name = ['identifier', 'replicationGroupId', 'bucket', 'name']
    .map((field) => text(inputs[field]))
    .find((n) => n !== undefined);
  return name === undefined || isMarker(name) ? undefined : `${type} ${name}`;
}

function jobDigest({ object, inputs }: GraphNode): string | undefined {
  if (object?.kind !== 'Job') return undefined;
  const known = JSON.stringify(podTemplateOf('Job', inputs), (_key, leaf: unknown) => canonical(leaf));
  return `sha256:${createHash('sha256').update(known).digest('hex').slice(0, 32)}`;
}

/** Keys in order, markers by what they stand for. */
function canonical(leaf: unknown): unknown {
  if ((typeof leaf === 'string' || typeof leaf === 'number') && isMarker(leaf))
    return `<${sourceOf(valueBehind(leaf))}>`;
  if (!isRecord(leaf)) return leaf;
  return Object.fromEntries(Object.entries(leaf).sort(([a], [b]) => (a < b ? -1 : 1)));
}
