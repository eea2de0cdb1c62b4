import { isRecord, pathText } from '../json-value';
import type { Findings } from './findings';
import { annotationProblems, labelProblems } from './labels';
import { quantity } from './rule';
import { LABEL_MAPS, QUANTITY_MAPS, RULES } from './rules';

/** Walks a part of a built-in object, and judges each field by its name: see {@link RULES}. */
export function byField(value: unknown, path: readonly (string | number)[], findings: Findings): void {
  walk(value, [...path], namesIn(path), findings);
}

/** The names of the two innermost fields. */
interface Names {
  readonly around: string;
  readonly field: string;
}

function namesIn(path: readonly (string | number)[]): Names {
  const [field = '', around = ''] = path.filter((step) => typeof step === 'string').reverse();
  return { around, field };
}

function walk(value: unknown, path: (string | number)[], names: Names, findings: Findings): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      path.push(i);
      walk(item, path, names, findings);
      path.pop();
    }
  } else if (isRecord(value)) walkMap(value, path, names, findings);
  else judge(value, path, names, findings);
}

function walkMap(value: Record<string, unknown>, path: (string | number)[], names: Names, findings: Findings): void {
  if (LABEL_MAPS.has(names.field)) labelProblems(value, pathText(path), findings);
  if (names.field === 'metadata') {
    labelProblems(value.labels, `${pathText(path)}.labels`, findings);
    annotationProblems(value.annotations, `${pathText(path)}.annotations`, findings);
    return;
  }
  // Entries of a list of that name are no map of quantities: the `limits` of a LimitRange.
  const isQuantities = QUANTITY_MAPS.has(names.field) && typeof path.at(-1) === 'string';
  for (const [key, item] of Object.entries(value)) {
    path.push(key);
    if (isQuantities && !isRecord(item)) findings.judge(pathText(path), quantity.judge(item, key));
    else walk(item, path, { around: names.field, field: key }, findings);
    path.pop();
  }
}

function judge(value: unknown, path: readonly (string | number)[], { around, field }: Names, findings: Findings): void {
  if (typeof value === 'boolean') return;
  const rule = RULES.get(`${around}.${field}`) ?? RULES.get(field);
  const verdict = rule?.judge(value, field);
  if (rule !== undefined && verdict !== undefined) findings.judge(pathText(path), verdict, rule.code);
}
