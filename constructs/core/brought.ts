import type { IConstruct } from 'constructs';

/** A name that is there without any stack of ours: who brings it, so that nobody has to believe it. */
export interface Brought {
  /** `StorageClass`, `IngressClass`, `API` (of a group: `metrics.k8s.io`), `Secret` … */
  readonly kind: string;
  readonly name: string;
  /** None of what belongs to the whole cluster. */
  readonly namespace?: string;
  /** Where that is written: an address, or a sentence. */
  readonly source: string;
  /** A person makes it in each cluster by hand: the preview says so, with the command. */
  readonly byHand?: true;
}

const BROUGHT = Symbol.for('seaworthy.brought');

interface Bringing extends IConstruct {
  [BROUGHT]?: Brought[];
}

/**
 * Says that something which no stack of ours makes is there: an operator of yours makes it, or another tool. Nobody is told of it any more.
 *
 *     bring(system, { kind: 'Secret', name: 'rabbit-default-user', namespace: 'shop', source: 'the RabbitMQ operator makes it' });
 */
export function bring(construct: IConstruct, ...things: readonly Brought[]): void {
  const target: Bringing = construct;
  target[BROUGHT] = [...(target[BROUGHT] ?? []), ...things];
}

export function broughtBy(construct: IConstruct): readonly Brought[] {
  const target: Bringing = construct;
  return target[BROUGHT] ?? NOTHING;
}
const NOTHING: readonly Brought[] = [];
