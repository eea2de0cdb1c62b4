import { isMarker, misuseOf, numberMisuseOf } from '../constructs/core/marker';
import type { Problem } from '../constructs/core/problem';
import type { GraphNode } from './graph';
import { at, eachLeaf } from './json-value';

/** Names the field of every value that was cut, encoded, added to, computed with, or used where only a known one can be. */
export function markerProblems(nodes: readonly GraphNode[]): Problem[] {
  return nodes.flatMap((node) => (node.form === 'component' ? [] : [...misuses(node), ...unknownNames(node)]));
}

function misuses(node: GraphNode): Problem[] {
  const problems: Problem[] = [];
  eachLeaf(node.inputs, (leaf, path, isKey) => {
    if (isKey && leaf === 'toString') problems.push(notForPulumi(node, path()));
    const misuse = misuseIn(leaf, isKey);
    if (misuse === undefined) return;
    problems.push({
      code: 'SW-VALUE-001',
      severity: 'error',
      where: node.path,
      what: `${shown(path(), isKey)}: ${misuse}.`,
      fix: misuse.split('; ')[1] ?? 'the value as it came, or a plain one',
    });
  });
  return problems;
}

/** The SDK writes what it is given into its messages, calls what it finds under this name, and waits for ever. */
function notForPulumi({ path: where }: GraphNode, field: string): Problem {
  const what = `${field} is a key of JavaScript's own, at which Pulumi stops.`;
  return { code: 'SW-VALUE-005', severity: 'error', where, what, fix: 'another key' };
}

function misuseIn(leaf: string | number | boolean | null, isKey: boolean): string | undefined {
  if (typeof leaf === 'number') return numberMisuseOf(leaf);
  if (typeof leaf !== 'string') return undefined;
  if (isKey && isMarker(leaf)) return 'a value that is known only after apply cannot be a key';
  return misuseOf(leaf);
}

/** A marker in a key would be printed with it. */
function shown(path: string, isKey: boolean): string {
  return isKey ? `a key of ${path.replace(/\.?[^.[]+$|\["[^"]*"\]$/, '') || 'the object'}` : path;
}

/** What an object is called decides what it is: that cannot wait until after apply. */
function unknownNames(node: GraphNode): Problem[] {
  if (node.form !== 'object') return [];
  return ['name', 'namespace'].flatMap((field): Problem[] => {
    const value = at(node.inputs, 'metadata', field);
    if (typeof value !== 'string' || !isMarker(value)) return [];
    const what = `metadata.${field} is known only after apply; an object needs a ${field} before it is made.`;
    return [
      { code: 'SW-VALUE-002', severity: 'error', where: node.path, what, fix: `a plain text for metadata.${field}` },
    ];
  });
}
