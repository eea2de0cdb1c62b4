import type { IConstruct } from 'constructs';

/** A program that can ask a port, from inside of a container. */
export type Program = 'wget' | 'curl' | 'node' | 'python3' | 'bash';

const PROGRAMS = Symbol.for('seaworthy.programs');

interface Equipped extends IConstruct {
  [PROGRAMS]?: readonly Program[];
}

/** Says what is in the image of a part. */
export function equipped(part: IConstruct, programs: readonly Program[]): void {
  const target: Equipped = part;
  target[PROGRAMS] = programs;
}

/** What is in the image of the part that a construct stands in; nothing, where nobody said so. */
export function programsOf(construct: IConstruct): readonly Program[] {
  for (const scope of [...construct.node.scopes].reverse()) {
    const found: Equipped = scope;
    if (found[PROGRAMS] !== undefined) return found[PROGRAMS];
  }
  return [];
}
