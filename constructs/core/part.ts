import type { IConstruct } from 'constructs';
import { component } from './node-options';
import { systemOf } from './system';

const FACTS = Symbol.for('seaworthy.facts');
const CONNECTIONS = Symbol.for('seaworthy.connections');

/** An environment variable that an edge yields, as the preview tells it. */
export interface ConnectionVariable {
  readonly name: string;
  readonly secret?: { readonly name: string; readonly key: string };
  /** What is known only after apply, in words: `postgres.address`. */
  readonly unknown: readonly string[];
}

/** An edge between two parts: what may talk, and what the caller is told. */
export interface Connection {
  /** Path of a part, or `internet`. */
  readonly from: string;
  readonly to: string;
  readonly port: number | string;
  readonly variables: readonly ConnectionVariable[];
  /** For the front door: address, TLS and limits in words. */
  readonly facts: readonly string[];
}

interface Described extends IConstruct {
  [FACTS]?: () => readonly string[];
  [CONNECTIONS]?: (() => Connection)[];
}

/** Makes a construct a part: a component of the Pulumi tree, and a group of the preview with these facts. */
export function part(
  construct: IConstruct,
  type: `${string}:${string}:${string}`,
  facts: () => readonly string[],
): void {
  const target: Described = construct;
  target[FACTS] = facts;
  component(construct, type);
}

export function factsOf(construct: IConstruct): (() => readonly string[]) | undefined {
  const target: Described = construct;
  return target[FACTS];
}

/** Path of the part that a construct is, or stands in. */
export function partPath(construct: IConstruct): string {
  let here: IConstruct | undefined = construct;
  while (here !== undefined && factsOf(here) === undefined) here = here.node.scope;
  return (here ?? construct).node.path;
}

/** Records an edge; it is read once the whole tree is built. */
export function recordConnection(inside: IConstruct, connection: () => Connection): void {
  const target: Described = systemOf(inside);
  target[CONNECTIONS] = [...(target[CONNECTIONS] ?? []), connection];
}

export function connectionsOf(system: IConstruct): readonly (() => Connection)[] {
  const target: Described = system;
  return target[CONNECTIONS] ?? [];
}
