import type { Brought } from '../../constructs/core/brought';
import { isBuiltIn } from '../fields';
import type { Graph, GraphNode } from '../graph';
import { isKubernetesOwn, SHARED } from './kinds';
import { madeBy, mayMakeMore } from './made';
import { keyOf, keysOf, type Made, type Name, type Named, withKey } from './name';

/** What is known of the cluster beside the graph. */
export interface World {
  /** What the target has without any stack of ours, all of it. @default nobody knows */
  readonly brings?: readonly Brought[] | undefined;
  /** Only one system of the stack is in the graph: what others of it make is not seen. @default false */
  readonly isPart?: boolean | undefined;
  /** The stack with the add-ons of this cluster. @default nobody named one */
  readonly beside?: Beside | undefined;
}

/** Another stack of the same cluster. */
export interface Beside {
  readonly stack: string;
  /** What it makes for others, by key. @default nobody could ask */
  readonly makes?: readonly string[];
  /** Only APIs are in it: it was applied by an earlier release. */
  readonly isPartial?: boolean;
}

/** Everything that is made or brought, each by one look. */
export class Known {
  private readonly made = new Map<string, Made[]>();
  private readonly brought = new Map<string, Brought>();
  private readonly makersUnseen = new Set<string>();
  private readonly namespaces = new Set<string>();
  /** The stack with the add-ons is this one. */
  readonly isPlatform: boolean;

  constructor(
    { nodes, brought = [] }: Graph,
    readonly world: World,
  ) {
    for (const node of nodes) this.add(node);
    for (const one of [...(world.brings ?? []), ...brought]) this.brought.set(broughtKey(one), one);
    this.isPlatform = nodes.some(({ type }) => type === 'seaworthy:core:Platform');
  }

  /** What is made of that name here; in any cluster, where a cloud asks. */
  madeAs(named: Named, { provider, form }: GraphNode): readonly Made[] {
    const place = form === 'cloud' ? '*' : (provider ?? '');
    return keysOf(named).flatMap((key) => this.made.get(`${place} ${key}`) ?? []);
  }

  broughtAs(named: Named): Brought | undefined {
    return keysOf(named)
      .map((key) => this.brought.get(key))
      .find((found) => found !== undefined);
  }

  /** By the stack beside, or by Kubernetes itself; of keys, what that stack says. */
  elsewhere(named: Named): readonly Made[] {
    const beside = this.world.beside?.makes;
    if (isKubernetesOwn(named)) return [named];
    if (beside === undefined || !keysOf(named).some((key) => beside.includes(key))) return [];
    const { kind, name, namespace, key } = named;
    const made = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
    // A stack of an earlier release says nothing of keys.
    if (key === undefined || !beside.some((one) => one.startsWith(`${keyOf(made)} [`))) return [made];
    return [{ ...made, keys: beside.includes(withKey(made, key.name)) ? [key.name] : [] }];
  }

  /** A namespace of this stack, in which nothing is made but by what is seen. */
  isOwn({ namespace = '' }: Name): boolean {
    return this.namespaces.has(namespace);
  }

  mayBeMadeUnseen({ namespace = '' }: Name): boolean {
    return this.makersUnseen.has(namespace);
  }

  private add(node: GraphNode): void {
    for (const made of madeBy(node)) {
      for (const place of [node.provider ?? '', '*']) {
        const key = `${place} ${keyOf(made)}`;
        this.made.set(key, [...(this.made.get(key) ?? []), made]);
      }
      if (made.kind === 'Namespace') this.namespaces.add(made.name);
    }
    if (!mayMakeMore(node, isBuiltIn)) return;
    this.makersUnseen.add(node.object?.namespace ?? '');
    const { inputs } = node;
    if (node.form === 'release') for (const place of ['', String(inputs.namespace)]) this.makersUnseen.add(place);
  }
}

function broughtKey({ kind, name, namespace }: Brought): string {
  const called = kind === 'API' && !name.includes('/') ? `${name}/*` : name;
  return keyOf({ kind, name: called, ...(namespace === undefined ? {} : { namespace }) });
}

/** What a stack makes for others to name, and the keys of it, for {@link Beside.makes} of theirs. */
export function makesForOthers({ nodes }: Pick<Graph, 'nodes'>): string[] {
  const shared = nodes.flatMap(madeBy).filter(({ kind }) => SHARED.has(kind));
  return [
    ...new Set(shared.flatMap((one) => [keyOf(one), ...(one.keys ?? []).map((key) => withKey(one, key))])),
  ].sort();
}
