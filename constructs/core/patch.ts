import type { JsonPatch } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** What is changed of the objects of a kind below a construct, once they are written. */
export interface ObjectPatch {
  readonly kind: string;
  readonly operations: readonly JsonPatch[];
  /** Path of the construct that was named. */
  readonly by: string;
}

const PATCHES = Symbol.for('seaworthy.patches');

interface Patched extends IConstruct {
  [PATCHES]?: readonly ObjectPatch[];
}

/**
 * Changes every object of a kind in a part, or in a whole system: the way to what has no prop. The paths are Kubernetes' own, and so are
 * the fields: those newer than cdk8s-plus-27 too, which `addJsonPatch` of a typed object loses. What is written is checked as all else.
 *
 *     patch(api, 'Deployment', JsonPatch.add('/spec/template/spec/priorityClassName', 'high'));
 */
export function patch(within: IConstruct, kind: string, ...operations: readonly JsonPatch[]): void {
  const target: Patched = within;
  target[PATCHES] = [...(target[PATCHES] ?? []), { kind, operations, by: within.node.path }];
}

export function patchesOf(construct: IConstruct): readonly ObjectPatch[] {
  const target: Patched = construct;
  return target[PATCHES] ?? NONE;
}
const NONE: readonly ObjectPatch[] = [];
