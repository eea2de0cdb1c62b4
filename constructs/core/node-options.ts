import type { IConstruct } from 'constructs';

/** What Pulumi is told about a node, beside its inputs. */
export interface NodeOptions {
  /** Refuse to delete or replace. */
  readonly protect?: boolean;
  /** Property paths whose later changes are somebody else's: `spec.replicas` of an HPA's target. */
  readonly ignoreChanges?: readonly string[];
  /** Outputs that are secret whatever the provider says. */
  readonly secretOutputs?: readonly string[];
  /** Keys of a Secret that hold no secret: an address, a user name. */
  readonly openKeys?: readonly string[];
  /** Leave the real thing when the node goes. */
  readonly retainOnDelete?: boolean;
  /**
   * Take over an object that exists: `namespace/name`, or `name` of what belongs to the whole cluster. It becomes what the program says, less what
   * nobody can change: the address of a Service, the volume of a claim, the pods of a Job, the claims of a StatefulSet. Leave it in:
   * without it, those would be differences that replace the object.
   */
  readonly import?: string;
  /** Longest wait for create, update and delete, in seconds. @default by kind, see bridge/waits.ts */
  readonly timeoutSeconds?: number;
}

const OPTIONS = Symbol.for('seaworthy.options');
const ALIASES = Symbol.for('seaworthy.aliases');
const COMPONENT = Symbol.for('seaworthy.component');
const PROVIDERS = Symbol.for('seaworthy.providers');

interface Annotated extends IConstruct {
  [OPTIONS]?: NodeOptions;
  [ALIASES]?: readonly string[];
  [COMPONENT]?: string;
  [PROVIDERS]?: Readonly<Record<string, IConstruct>>;
}

/** Sets options on an object, merged over earlier ones. */
export function nodeOptions(construct: IConstruct, options: NodeOptions): void {
  const target: Annotated = construct;
  target[OPTIONS] = { ...target[OPTIONS], ...options };
}

export function nodeOptionsOf(construct: IConstruct): NodeOptions {
  const target: Annotated = construct;
  return target[OPTIONS] ?? {};
}

/**
 * Says that a construct was renamed or moved: `alias(gateway, 'talos/api')` tells Pulumi that all below it is what was below the old path.
 * Objects whose names follow from ids take new names nevertheless: to keep those, give the old one too (`name: 'talos-api'`). Where it
 * stood in a component that is not there any more, the whole URN: `pulumi stack --show-urns`.
 */
export function alias(construct: IConstruct, ...oldPaths: readonly string[]): void {
  const target: Annotated = construct;
  target[ALIASES] = [...(target[ALIASES] ?? []), ...oldPaths];
}

export function aliasesOf(construct: IConstruct): readonly string[] {
  const target: Annotated = construct;
  return target[ALIASES] ?? [];
}

/** Makes a construct a component of the Pulumi tree. The type is for ever: it is part of the URN of everything below. */
export function component(construct: IConstruct, type: `${string}:${string}:${string}`): void {
  const target: Annotated = construct;
  target[COMPONENT] = type;
}

export function componentOf(construct: IConstruct): string | undefined {
  const target: Annotated = construct;
  return target[COMPONENT];
}

/** Everything below `scope` that belongs to `provider.package` is created by that provider. */
export function provide(scope: IConstruct, provider: IConstruct & { readonly package: string }): void {
  const target: Annotated = scope;
  target[PROVIDERS] = { ...target[PROVIDERS], [provider.package]: provider };
}

export function providersOf(scope: IConstruct): Readonly<Record<string, IConstruct>> {
  const target: Annotated = scope;
  return target[PROVIDERS] ?? {};
}
