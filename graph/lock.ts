import { createHash } from 'node:crypto';
import { isMarker, valueBehind } from '../constructs/core/marker';
import { sourceOf } from '../constructs/core/value';
import { fixedOf } from './fixed';
import { type Graph, type GraphNode, identityKey } from './graph';
import { isRecord, text } from './json-value';
import { makesForOthers } from './names/known';
import { podTemplateOf } from './pods';

/** `identity.<env>.lock.json`: what each path was when it was last accepted. */
export interface IdentityLock {
  readonly version: 1;
  /** Pulumi project: a lock says nothing of another one's names. */
  readonly project: string;
  readonly resources: Readonly<Record<string, LockedIdentity>>;
  /** Of a stack with operators: what others may name of it, for previews of theirs that ask no backend. */
  readonly makes?: readonly string[];
}

export interface LockedIdentity {
  /** `apps/Deployment talos-system/talos-gateway`; for cloud resources type and physical name. */
  readonly is: string;
  /** Of a Job: digest of its pod template, which Kubernetes cannot change. */
  readonly template?: string;
  /** What cannot change in place, or not without a loss: claims, selectors, the major version of a database. */
  readonly fixed?: Readonly<Record<string, string>>;
}

/**
 * The lock of a program's graphs, sorted by path. What a placeholder is part of is left out: nothing was ever called so, and its replacement by
 * the real thing is no rename, no other Job, and no other claim.
 */
export function lockOf(project: string, graphs: readonly Graph[], placeholders: readonly string[] = []): IdentityLock {
  const isKnown = (fact: string | undefined): fact is string => {
    const inJson = (value: string) => JSON.stringify(value).slice(1, -1).toLowerCase();
    return fact !== undefined && !placeholders.some((value) => fact.toLowerCase().includes(inJson(value)));
  };
  const nodes = graphs.flatMap((graph) => graph.nodes);
  const entries = nodes.flatMap((node): [string, LockedIdentity][] => {
    const is = identityOf(node);
    if (!isKnown(is)) return [];
    const [template, fixed] = [templateText(node), fixedOf(node)];
    const facts = {
      ...(isKnown(template) ? { template: digestOf(template) } : {}),
      ...(fixed !== undefined && isKnown(JSON.stringify(fixed)) ? { fixed } : {}),
    };
    return [[node.path, { is, ...facts }]];
  });
  const resources = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  const makes = makesForOthers({ nodes });
  const hasOperators = makes.some((name) => name.startsWith('API '));
  return { version: 1, project, resources, ...(hasOperators ? { makes } : {}) };
}

/** What was locked for a node: under its path, or under an earlier one. */
export function lockedFor({ path, aliases }: GraphNode, lock: IdentityLock): LockedIdentity | undefined {
  return [path, ...aliases.map(pathOfAlias)].map((p) => lock.resources[p]).find((locked) => locked !== undefined);
}

/** An alias is an earlier path, or a whole URN, which ends with one. */
export function pathOfAlias(alias: string): string {
  return alias.split('::').at(-1) ?? alias;
}

export function identityOf({ object, type, form, inputs }: GraphNode): string | undefined {
  if (object !== undefined) return identityKey(object);
  if (form !== 'cloud' || INSIDE.test(type)) return undefined;
  const name = ['identifier', 'replicationGroupId', 'bucket', 'bucketPrefix', 'name']
    .map((field) => text(inputs[field]))
    .find((n) => n !== undefined);
  if (name !== undefined && !isMarker(name)) return `${type} ${name}`;
  const drawn = drawnName(inputs);
  return drawn === undefined || !/^(azure-native|gcp):/.test(type) ? undefined : `${type} ${drawn}`;
}

/** Named inside of a server, and not in all the world: each server has a `postgres`. The server itself is what is locked. */
const INSIDE = /^gcp:sql\/(user|database):/;

/** A name that is one in all the world has letters at its end that are drawn once: `talos-postgres-prod-<talos/postgres/suffix.result>`. */
function drawnName(inputs: GraphNode['inputs']): string | undefined {
  const name = ['serverName', 'clusterName', 'accountName', 'name']
    .map((field) => text(inputs[field]))
    .find(isComposed);
  if (name === undefined) return undefined;
  const value = valueBehind(name);
  if (value.kind !== 'composed') return undefined;
  return value.pieces.map((piece) => (typeof piece === 'string' ? piece : `<${sourceOf(piece.value)}>`)).join('');
}

function isComposed(name: string | undefined): name is string {
  return name !== undefined && isMarker(name) && valueBehind(name).kind === 'composed';
}

export function jobDigest(node: GraphNode): string | undefined {
  const known = templateText(node);
  return known === undefined ? undefined : digestOf(known);
}

function templateText({ object, inputs }: GraphNode): string | undefined {
  if (object?.kind !== 'Job') return undefined;
  return JSON.stringify(podTemplateOf('Job', inputs), (_key, leaf: unknown) => canonical(leaf));
}

function digestOf(known: string): string {
  return `sha256:${createHash('sha256').update(known).digest('hex').slice(0, 32)}`;
}

/** Keys in order, markers by what they stand for. */
function canonical(leaf: unknown): unknown {
  if ((typeof leaf === 'string' || typeof leaf === 'number') && isMarker(leaf))
    return `<${sourceOf(valueBehind(leaf))}>`;
  if (!isRecord(leaf)) return leaf;
  return Object.fromEntries(Object.entries(leaf).sort(([a], [b]) => (a < b ? -1 : 1)));
}
