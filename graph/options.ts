import { legible } from '../constructs/core/legible';
import { isMarker } from '../constructs/core/marker';
import type { NodeOptions } from '../constructs/core/node-options';
import type { Problem } from '../constructs/core/problem';
import type { GraphNode } from './graph';

const isTexts = (thing: unknown) => Array.isArray(thing) && thing.every((one) => typeof one === 'string');
const isFlag = (thing: unknown) => typeof thing === 'boolean';

/** What each option is, and how it looks. */
const FORMS: Readonly<
  Record<keyof NodeOptions, readonly [is: (thing: unknown) => boolean, words: string, example: string]>
> = {
  protect: [isFlag, 'true or false', 'true'],
  ignoreChanges: [isTexts, 'a list of texts', "['spec.replicas']"],
  secretOutputs: [isTexts, 'a list of texts', "['data']"],
  openKeys: [isTexts, 'a list of texts', "['host']"],
  retainOnDelete: [isFlag, 'true or false', 'true'],
  import: [
    (thing) => typeof thing === 'string' && thing.trim() !== '' && !isMarker(thing),
    'a text that is known now',
    "'shop/shop-api'",
  ],
  timeoutSeconds: [(thing) => Number.isInteger(thing) && Number(thing) > 0, 'a whole number of 1 or more', '600'],
};

function isOption(name: string): name is keyof NodeOptions {
  return Object.hasOwn(FORMS, name);
}

/** The options of a node that can be what they say; of the others, problems. */
export function soundOptions(given: NodeOptions, where: string, problems: Problem[]): NodeOptions {
  const sound = Object.entries(given).filter(([name, value]) => {
    if (value === undefined) return false;
    const problem = problemWith(name, value, where);
    if (problem !== undefined) problems.push(problem);
    return problem === undefined;
  });
  return Object.fromEntries(sound);
}

function problemWith(name: string, value: unknown, where: string): Problem | undefined {
  const of = (what: string, fix: string): Problem => ({ code: 'SW-OPTION-001', severity: 'error', where, what, fix });
  if (!isOption(name)) {
    const what = `nodeOptions has ${legible(JSON.stringify(name))}, which is none; there are ${Object.keys(FORMS).join(', ')}.`;
    return of(what, 'one of those');
  }
  const [isRight, words, example] = FORMS[name];
  if (isRight(value)) return undefined;
  const is =
    typeof value === 'string' || typeof value === 'number' ? legible(JSON.stringify(value)) : `a ${typeof value}`;
  return of(`the option ${name} is ${is}; it must be ${words}.`, `nodeOptions(…, { ${name}: ${example} })`);
}

/** Another object's place would be taken over, and then replaced by this one. */
export function importProblems(nodes: readonly GraphNode[]): Problem[] {
  return nodes.flatMap(({ object, options, path: where }): Problem[] => {
    if (options.import === undefined || object === undefined || object.name === '') return [];
    const { name, namespace } = object;
    const own = namespace === undefined ? [name, `default/${name}`] : [`${namespace}/${name}`];
    if (own.includes(options.import)) return [];
    const what = `the option import is ${legible(JSON.stringify(options.import))}, and the object is ${own[0]}: another one would be taken over, and replaced.`;
    return [{ code: 'SW-OPTION-002', severity: 'error', where, what, fix: `nodeOptions(…, { import: '${own[0]}' })` }];
  });
}
