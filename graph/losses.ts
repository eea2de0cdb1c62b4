import type { Problem } from '../constructs/core/problem';
import { compareQuantities } from '../constructs/core/quantity';
import { fixedOf } from './fixed';
import type { Graph, GraphNode } from './graph';
import { type IdentityLock, identityOf, type LockedIdentity, lockedFor, pathOfAlias } from './lock';

/** What holds data: without it, they are gone. */
const HOLDS_DATA = new RegExp(
  [
    '^(PersistentVolumeClaim |apps/StatefulSet |postgresql\\.cnpg\\.io/Cluster |elasticsearch\\.k8s\\.elastic\\.co/Elasticsearch ',
    'aws:(rds/instance|s3/bucket|elasticache/replicationGroup):',
    'gcp:(sql/databaseInstance:|redis/|memorystore/|storage/bucket:)',
    'azure-native:(dbforpostgresql:(Server|Database)|storage:(StorageAccount|BlobContainer)|redisenterprise:(RedisEnterprise|Database)) )',
  ].join('|'),
);

/** Changes of what is fixed: what would be lost by them, and what to do. */
export function fixedProblems(node: GraphNode, lock: IdentityLock, accept: string): Problem[] {
  const [locked, is] = [lockedFor(node, lock), identityOf(node)];
  // Another name is another thing: that is told on its own.
  if (locked?.fixed === undefined || locked.is !== is) return [];
  const now = fixedOf(node) ?? {};
  const claims = changes(locked.fixed, now, (fact) => fact.startsWith('claim'));
  const others = changes(locked.fixed, now, (fact) => fact === 'selector' || fact === 'serviceName');
  const engine = changes(locked.fixed, now, (fact) => fact === 'engine');
  const letGo = locked.fixed.import !== undefined && now.import === undefined;
  return [
    ...(letGo ? [letGoProblem(node, locked.fixed.import ?? '', accept)] : []),
    ...claimProblems(node, locked, claims, accept),
    ...(others.length === 0 ? [] : [immutableProblem(node, locked, others, accept)]),
    ...engine.map((change) => engineProblem(node, change, accept)),
  ];
}

/** What the API server filled in is among the inputs of what was taken over, and not among the program's: to the provider that is a change. */
function letGoProblem({ path: where }: GraphNode, id: string, accept: string): Problem {
  const what = `it was taken over by import: '${id}', and the option is gone: what the API server filled in would be a change, and the object deleted and made anew.`;
  const fix = `nodeOptions(…, { import: '${id}' }), which stays; or, if that is meant: ${accept}`;
  return { code: 'SW-IDENTITY-010', severity: 'error', where, what, fix };
}

interface Change {
  readonly fact: string;
  readonly was: string;
  readonly is: string;
}

function changes(
  was: Readonly<Record<string, string>>,
  is: Readonly<Record<string, string>>,
  isAsked: (fact: string) => boolean,
): Change[] {
  const facts = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(isAsked);
  return facts
    .map((fact) => ({ fact, was: was[fact] ?? 'none', is: is[fact] ?? 'none' }))
    .filter((change) => change.was !== change.is);
}

function claimProblems(node: GraphNode, locked: LockedIdentity, claims: readonly Change[], accept: string): Problem[] {
  if (claims.length === 0) return [];
  const facts = claims.map(({ fact, was, is }) => `${fact} was ${was}, and is ${is}`).join('; ');
  const where = node.path;
  if (node.object?.kind === 'StatefulSet') {
    const what = `${facts}. Claims of a StatefulSet cannot change: it would be deleted and made anew. ${claimsAfter(locked, node)}`;
    const fix = `${grownByHand(node, claims)}; or, if that is meant: ${accept}`;
    return [{ code: 'SW-IDENTITY-005', severity: 'error', where, what, fix }];
  }
  const [first] = claims;
  if (first !== undefined && isOnlySize(first)) {
    // A claim grows in place, where its class lets it.
    if ((compareQuantities(sizeIn(first.is), sizeIn(first.was)) ?? 0) >= 0) return [];
    const what = `${facts}. A volume cannot shrink: the API server would refuse it.`;
    return [{ code: 'SW-IDENTITY-006', severity: 'error', where, what, fix: `keep ${sizeIn(first.was)}` }];
  }
  const what = `${facts}. A claim cannot change its class or access: it would be deleted, with its data, and made anew.`;
  const fix = `keep it, and make a claim of another name to copy the data to; or, if that is meant: ${accept}`;
  return [{ code: 'SW-IDENTITY-005', severity: 'error', where, what, fix }];
}

/** What the retention policy of the live one does with its claims: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention */
function claimsAfter({ fixed }: LockedIdentity, { options }: GraphNode): string {
  const claims =
    fixed?.whenDeleted === 'Delete'
      ? 'Its claims go with it, and all data (whenDeleted: Delete).'
      : 'Its claims stay, and the new one takes them as they are: with the old size and class (whenDeleted: Retain).';
  return options.protect === true ? `It is protected: up would stop. ${claims}` : claims;
}

/** A larger volume needs no other StatefulSet. */
function grownByHand({ object }: GraphNode, claims: readonly Change[]): string {
  const [first] = claims;
  if (first === undefined || claims.length > 1 || !isOnlySize(first) || sizeIn(first.was) === 'none')
    return 'keep it as it was';
  const patch = JSON.stringify({ spec: { resources: { requests: { storage: sizeIn(first.is) } } } });
  const claim = `${first.fact.replace('claim ', '')}-${object?.name}-0`;
  return `keep ${sizeIn(first.was)}, and make the volume larger itself: kubectl --namespace ${object?.namespace} patch pvc ${claim} --patch '${patch}'`;
}

function immutableProblem(node: GraphNode, locked: LockedIdentity, others: readonly Change[], accept: string): Problem {
  const facts = others.map(({ fact, was, is }) => `${fact} was ${was}, and is ${is}`).join('; ');
  const after =
    node.object?.kind === 'StatefulSet' ? claimsAfter(locked, node) : 'Until its new pods are ready there are none.';
  const what = `${facts}. That cannot change: it would be deleted and made anew. ${after}`;
  const fix = `keep ${others.map(({ fact, was }) => `${fact} ${was}`).join(' and ')}; or, if that is meant: ${accept}`;
  return { code: 'SW-IDENTITY-009', severity: 'error', where: node.path, what, fix };
}

/** Redis and Valkey read what an older one of their own wrote; nothing else is read by another major. */
function engineProblem(node: GraphNode, { was, is }: Change, accept: string): Problem {
  const [[wasName, wasMajor], [isName, isMajor]] = [was.split(' '), is.split(' ')];
  const reads = wasName === isName && wasName !== 'postgres' && Number(isMajor) > Number(wasMajor);
  const what = reads
    ? `the data were written by ${was}, and would be served by ${is}, which reads them; there is no way back.`
    : `the data were written by ${was}; ${is} does not read them.`;
  const fix = reads
    ? `take a backup first (docs/runbooks.md), then: ${accept}`
    : `keep ${was}; to move, make ${is} under another id and restore a backup into it (docs/runbooks.md); or, if the data may go: ${accept}`;
  return { code: 'SW-IDENTITY-007', severity: reads ? 'warning' : 'error', where: node.path, what, fix };
}

/**
 * What held data, was locked, and is in the program no more: its deletion would take them along. `only` is the one system that was asked
 * for, where a command asks for one.
 */
export function goneProblems(graph: Graph, lock: IdentityLock, accept: string, only?: string): Problem[] {
  const paths = new Set(graph.nodes.flatMap(({ path, aliases }) => [path, ...aliases.map(pathOfAlias)]));
  const identities = new Set(graph.nodes.map(identityOf));
  const gone = Object.entries(lock.resources).filter(
    ([path, { is }]) => HOLDS_DATA.test(is) && !paths.has(path) && !identities.has(is) && isAsked(path, only),
  );
  return gone.map(([path, { is, fixed }]): Problem => {
    const heir = graph.nodes.find((node) => isHeir(node, path, is, lock));
    const name = is.split(/[ /]/).at(-1) ?? '';
    const data = fixed?.whenDeleted === 'Retain' ? 'its claims would stay, used by nobody' : 'its data with it';
    const what = `${is} is in the program no more: it would be deleted, ${data}.`;
    const keep =
      heir === undefined
        ? `keep ${path}`
        : `keep its name and tell where it was: metadata: { name: '${name}' } and alias(…, '${path}') on ${heir.path}`;
    return {
      code: 'SW-IDENTITY-008',
      severity: 'error',
      where: path,
      what,
      fix: `${keep}; or, if that is meant: ${accept}`,
    };
  });
}

function isAsked(path: string, only: string | undefined): boolean {
  return only === undefined || path === only || path.startsWith(`${only}/`);
}

/** New, of the same kind, and called the same at its end: something was put around it, or it was moved. */
function isHeir(node: GraphNode, path: string, is: string, lock: IdentityLock): boolean {
  const kind = is.split(' ')[0];
  return (
    lock.resources[node.path] === undefined &&
    identityOf(node)?.split(' ')[0] === kind &&
    node.path.split('/').at(-1) === path.split('/').at(-1)
  );
}

function sizeIn(claim: string): string {
  return claim.split(', ')[0] ?? claim;
}

function isOnlySize({ was, is }: Change): boolean {
  return was.split(', ').slice(1).join() === is.split(', ').slice(1).join();
}
