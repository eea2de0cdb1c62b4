import type { Problem } from '../../constructs/core/problem';
import type { GraphNode } from '../graph';

/** `is "x"`, `is 0`, `runAsUser 0`: the value that a problem is about. */
const VALUE = /(?:\bis|runAsUser) ("[^"]*"|-?\d[\d.]*\b)/;

/**
 * What a reader knows already. One long id is in a dozen labels of a part, and one wrong prop in three of its objects: it is told once, by
 * the part itself where that can, because it knows the name of the prop.
 */
export class Told {
  private readonly seen = new Set<string>();
  /** Values that constructs complained of, with each construct above them. */
  private readonly byConstructs = new Set<string>();

  constructor(problems: readonly Problem[]) {
    for (const { what, where } of problems) {
      const value = VALUE.exec(what)?.[1];
      if (value === undefined || where === undefined) continue;
      const steps = where.split('/');
      for (let n = steps.length; n > 0; n--) this.byConstructs.add(`${steps.slice(0, n).join('/')} ${value}`);
    }
  }

  isNew({ part, system, path }: GraphNode, { code, what }: Problem): boolean {
    const around = part ?? system ?? path;
    const value = VALUE.exec(what)?.[1];
    if (value !== undefined && this.byConstructs.has(`${around} ${value}`)) return false;
    if (code !== 'SW-LABEL-001' && code !== 'SW-NAME-001') return true;
    const key = `${part ?? path} ${code} ${/ (is |has the key ).*$/s.exec(what)?.[0] ?? what}`;
    const isNew = !this.seen.has(key);
    this.seen.add(key);
    return isNew;
  }
}
