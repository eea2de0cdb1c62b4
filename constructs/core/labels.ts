import type { IConstruct } from 'constructs';
import { systemOf } from './system';

const NAME = Symbol.for('seaworthy.name');

interface Named extends IConstruct {
  [NAME]?: string;
}

/** Gives a part the name that somebody fixed for it; to be said before anything asks for its name. */
export function named(part: IConstruct, name: string | undefined): void {
  const target: Named = part;
  if (name !== undefined) target[NAME] = name;
}

/** Name of a part in its namespace: `talos-gateway`, unless it was {@link named}. For ever: it is in selectors. */
export function nameOf(part: IConstruct): string {
  const target: Named = part;
  return target[NAME] ?? keyOf(part);
}

/** The system and the part's own id: one of its kind where several systems meet, in a cloud account and in a store of secrets. */
export function keyOf(part: IConstruct): string {
  return `${systemOf(part).node.id}-${shortNameOf(part)}`;
}

/** What a part is called inside of its system: `gateway`. */
export function shortNameOf(part: IConstruct): string {
  return part.node.path.slice(systemOf(part).node.path.length + 1).replaceAll('/', '-');
}

/** What selects the pods of a part. Immutable on live workloads, so as little as will do. */
export function selectorOf(part: IConstruct, name: string = nameOf(part)): Record<string, string> {
  return { app: name };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
export function labelsOf(part: IConstruct, name: string = nameOf(part)): Record<string, string> {
  const system = systemOf(part);
  return {
    ...selectorOf(part, name),
    'app.kubernetes.io/name': part.node.id,
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/part-of': system.node.id,
    'app.kubernetes.io/managed-by': 'seaworthy',
  };
}
