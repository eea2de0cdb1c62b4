import type { IConstruct } from 'constructs';
import type { Brought } from '../constructs/core/brought';
import type { Connection } from '../constructs/core/part';
import type { Problem } from '../constructs/core/problem';
import type { GraphNode, PartFacts } from './graph';

/** A walk's yield. `last` is the index of the last construct below one, so that a subtree is a range. */
export interface Walked {
  readonly constructs: IConstruct[];
  readonly index: Map<IConstruct, number>;
  readonly last: number[];
  readonly nodes: GraphNode[];
  /** Index of the construct of each node. */
  readonly at: number[];
  readonly problems: Problem[];
  readonly parts: PartFacts[];
  readonly connections: Connection[];
  readonly brought: Brought[];
}
