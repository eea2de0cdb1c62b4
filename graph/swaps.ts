import type { Problem } from '../constructs/core/problem';
import { fixedOf } from './fixed';
import type { Graph, GraphNode } from './graph';
import { type IdentityLock, identityOf, lockedFor, pathOfAlias } from './lock';

type Data = 'Postgres' | 'Redis' | 'files';

/** A part whose data were in one place, and which the program has now in another one, of another kind: it begins empty. */
export interface Swap {
  /** `talos/postgres`. */
  readonly part: string;
  readonly data: Data;
  readonly was: { readonly path: string; readonly is: string };
  readonly becomes: GraphNode;
}

/** In a sentence. */
const CALLED: Readonly<Record<Data, string>> = { Postgres: 'Postgres', Redis: 'Redis', files: 'place of files' };

const SERVERS: readonly [Data, RegExp][] = [
  [
    'Postgres',
    /^(aws:rds\/instance:|gcp:sql\/databaseInstance:|azure-native:dbforpostgresql:Server |postgresql\.cnpg\.io\/Cluster )/,
  ],
  [
    'Redis',
    /^(aws:elasticache\/replicationGroup:|gcp:(redis|memorystore)\/|azure-native:redisenterprise:RedisEnterprise )/,
  ],
  ['files', /^(aws:s3\/bucket:|gcp:storage\/bucket:|azure-native:storage:StorageAccount |PersistentVolumeClaim )/],
];

/** Swaps of in-cluster and managed, of a StatefulSet and an operator, of one cloud and another. */
export function swapsIn(graph: Graph, lock: IdentityLock): Swap[] {
  return Object.entries(lock.resources).flatMap(([path, { is, fixed }]): Swap[] => {
    const data = dataOf(is, fixed?.engine);
    const part = partOf(path);
    if (data === undefined || graph.nodes.some((node) => isSame(node, path, is))) return [];
    const becomes = graph.nodes.find((node) => partOf(node.path) === part && isHeir(node, data, lock));
    return becomes === undefined ? [] : [{ part, data, was: { path, is }, becomes }];
  });
}

function dataOf(is: string, engine: string | undefined): Data | undefined {
  if (/^apps\/(StatefulSet|Deployment) /.test(is))
    return engine === undefined ? undefined : engine.startsWith('postgres') ? 'Postgres' : 'Redis';
  return SERVERS.find(([, pattern]) => pattern.test(is))?.[0];
}

/** There still, or under another name of its own kind, which is told as that. */
function isSame(node: GraphNode, path: string, is: string): boolean {
  const now = identityOf(node);
  const isThere = node.path === path || node.aliases.map(pathOfAlias).includes(path);
  return now === is || (isThere && now !== undefined && kindOf(now) === kindOf(is));
}

/** New, and of the same data. A cache that keeps nothing on a disk is one too: what the old one kept is not in it. */
function isHeir(node: GraphNode, data: Data, lock: IdentityLock): boolean {
  const is = identityOf(node);
  if (is === undefined || lockedFor(node, lock)?.is === is) return false;
  const isCache = data === 'Redis' && is.startsWith('apps/Deployment ');
  return isCache || dataOf(is, fixedOf(node)?.engine) === data;
}

/** Whether a problem or a rename is but a consequence of a swap, which says more. */
export function isOfSwap(swaps: readonly Swap[], ...paths: readonly string[]): boolean {
  return swaps.some(({ part }) => {
    // The Secrets of its users have names that follow from where it is.
    const secrets = `${part.split('/').slice(0, -1).join('/')}/secret-`;
    return (
      paths.every((path) => path.startsWith(`${part}/`)) ||
      (paths.length > 1 && paths.every((path) => path.startsWith(secrets)))
    );
  });
}

export function swapProblem({ part, data, was, becomes }: Swap, lock: IdentityLock, accept: string): Problem {
  const whenDeleted = lock.resources[was.path]?.fixed?.whenDeleted;
  const old =
    whenDeleted === 'Retain'
      ? 'its claims would stay, used by nobody'
      : 'its data with it, but for what its cloud keeps of what is deleted';
  const what = `its ${CALLED[data]} was ${was.is}, and would be ${identityOf(becomes)}, which begins empty: this does not move data. The old one would be deleted (where it is protected, up is refused), ${old}.`;
  const fix = `keep ${kindOf(was.is)}; or move the data: ${steps({ part, data, was, becomes }, lock, accept)}`;
  return { code: 'SW-IDENTITY-011', severity: 'error', where: part, what, fix };
}

/** Commands for the Backup that the lock knows, in the order in which they are safe. */
function steps(swap: Swap, lock: IdentityLock, accept: string): string {
  const page = 'docs/runbooks.md, "Move data to another place"';
  if (swap.data === 'files') return `${accept}, up beside the old one, copy all objects (${page})`;
  const backup = backupIn(swap, lock);
  if (backup === undefined) return `dump it by hand, ${accept}, up beside the old one, restore (${page})`;
  const [namespace, name] = backup;
  const run = (cronJob: string, id: string) =>
    `kubectl --namespace ${namespace} create job --from=cronjob/${cronJob} ${id}`;
  return `stop what writes, ${run(name, `${name}-move`)}, fetch the dump, ${accept}, up beside the old one, restore, compare with the manifest (${page})`;
}

/** The CronJob of a Backup of the same system, by what it reads: its policy towards the part, or its own name. */
function backupIn({ part }: Swap, lock: IdentityLock): readonly [string, string] | undefined {
  const [system, id] = [part.split('/')[0], part.split('/').at(-1)];
  const jobs = Object.entries(lock.resources).flatMap(([path, { is }]): (readonly [string, string, string])[] => {
    const [, namespace, name] = /^batch\/CronJob (\S+)\/(\S+)$/.exec(is) ?? [];
    const isOf = path.startsWith(`${system}/`) && /backup/.test(path);
    return !isOf || namespace === undefined || name === undefined ? [] : [[partOf(path), namespace, name]];
  });
  const found = jobs.find(([job]) => lock.resources[`${job}/to-${id}/egress`] !== undefined);
  return found === undefined ? undefined : [found[1], found[2]];
}

function partOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

function kindOf(is: string): string {
  return is.split(' ')[0] ?? is;
}
