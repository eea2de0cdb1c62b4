import { isMarker, valueBehind } from '../constructs/core/marker';
import type { Problem, Severity } from '../constructs/core/problem';
import { isSystem } from '../constructs/core/system';
import { type Foreign, isSecret, leavesOf, sourceOf } from '../constructs/core/value';
import type { GraphNode } from './graph';
import { at, eachLeaf, isRecord, list, pathText } from './json-value';
import { podSpecOf } from './pods';
import { heldByRelease } from './release-secrets';
import { isNameOfSecret, looksLikeSecret } from './secret-words';

/** A leaf that everybody can read who may look at the object. */
interface OpenPlace {
  readonly path: string;
  readonly leaf: string | number;
  /** Name of the variable, where it is one. */
  readonly variable?: string;
  /** Its place says that it is one, whatever it is called. */
  readonly isSecret?: boolean;
  /** It may be the name of a secret, and none. */
  readonly isUnsure?: boolean;
}

/** The name of a variable, among the keys of a ConfigMap: the others are files. */
const VARIABLE = /^[A-Z][A-Z0-9_]*$/;
/** `--requirepass x` as two arguments, or `--password=x` as one. */
const SECRET_FLAG = /^--?(requirepass|masterauth|[a-z-]*(password|passwd|secret|token|api-key|private-key))(=.+)?$/i;

/** Secrets where anyone can read them: ConfigMaps, labels and annotations, plain variables and arguments. */
export function secretProblems(nodes: readonly GraphNode[]): Problem[] {
  const systems = new Set(nodes.filter((n) => isSystem(n.construct)).map((n) => n.path));
  return nodes.flatMap((node) => [
    ...openPlaces(node).flatMap((place) => problemAt(node, place)),
    ...literalSecrets(node, node.system !== undefined && systems.has(node.system) ? 'error' : 'warning'),
  ]);
}

/** Outputs from outside in such places: only Pulumi knows whether they are secret. */
export function foreignInOpenPlaces(
  nodes: readonly GraphNode[],
): { node: GraphNode; path: string; foreign: Foreign }[] {
  return nodes.flatMap((node) =>
    openPlaces(node).flatMap(({ path, leaf }) =>
      (isMarker(leaf) ? leavesOf(valueBehind(leaf)) : []).flatMap((value) =>
        value.kind === 'foreign' ? [{ node, path, foreign: value }] : [],
      ),
    ),
  );
}

/** The problem of a secret in a place that is open. */
export function openSecret(node: GraphNode, path: string, source: string): Problem {
  const what = `${path} of a ${node.object?.kind ?? node.type} would show a secret (${source}) to everyone who can read the object.`;
  return {
    code: 'SW-SECRET-003',
    severity: 'error',
    where: node.path,
    what,
    fix: 'put it into a Secret: connect(…, { secret }) or inject(…)',
  };
}

function problemAt(node: GraphNode, place: OpenPlace): Problem[] {
  const { path, leaf, variable, isSecret: isOne = false, isUnsure = false } = place;
  if (isMarker(leaf)) {
    const value = valueBehind(leaf);
    return isSecret(value) ? [openSecret(node, path, sourceOf(value))] : [];
  }
  const isNamed = (isOne || (variable !== undefined && isNameOfSecret(variable))) && leaf !== '';
  const looksLikeIt = typeof leaf === 'string' && looksLikeSecret(leaf);
  if (!isNamed && !looksLikeIt) return [];
  const what = `${path}${variable === undefined ? '' : ` (${variable})`} holds what looks like a secret, in plain text.`;
  const fix = `inject(…, '${variable ?? 'VARIABLE'}', fromConfig('…'), { name: '…', key: '…' })`;
  const severity = isUnsure && !looksLikeIt ? 'warning' : 'error';
  return [{ code: 'SW-SECRET-004', severity, where: node.path, what, fix }];
}

/** What follows a flag that takes a secret, or stands behind its equals sign; not what the kubelet puts there. */
function flagPlaces(words: readonly unknown[], base: string): OpenPlace[] {
  return words.flatMap((word, i) => {
    const [, flag, , own] = (typeof word === 'string' && SECRET_FLAG.exec(word)) || [];
    const held = own === undefined ? words[i + 1] : own.slice(1);
    if (flag === undefined || typeof held !== 'string' || /^$|^[-/]|\$/.test(held) || isMarker(held)) return [];
    return [{ path: `${base}[${i}]`, leaf: held, variable: flag, isSecret: true }];
  });
}

/** What is looked through by its parts, or holds secrets, or the templates of some: `postgres://{{ .user }}:{{ .password }}@db`. */
const READ_BY_PART = new Set(['ConfigMap', 'Secret', 'ExternalSecret', 'SealedSecret']);

/** Texts anywhere else in an object that look like a secret, whatever they are called. */
function collectTexts({ metadata: _, ...inputs }: Readonly<Record<string, unknown>>, places: OpenPlace[]): void {
  const seen = new Set(places.map(({ leaf }) => leaf));
  eachLeaf(inputs, (leaf, path, isKey) => {
    if (!isKey && typeof leaf === 'string' && !seen.has(leaf) && !isMarker(leaf) && looksLikeSecret(leaf))
      places.push({ path: path(), leaf });
  });
}

/** Keys of a Secret that hold addresses only, and are written where everybody reads them. */
function openKeysOf(inputs: GraphNode['inputs'], { openKeys = [] }: GraphNode['options']): OpenPlace[] {
  return openKeys.flatMap((key) => {
    const [encoded, leaf] = [at(inputs, 'data', key), at(inputs, 'stringData', key)];
    const text = typeof encoded === 'string' && !isMarker(encoded) ? Buffer.from(encoded, 'base64').toString() : leaf;
    return typeof text === 'string' ? [{ path: pathText(['data', key]), leaf: text }] : [];
  });
}

function openPlaces({ form, object, inputs, options }: GraphNode): OpenPlace[] {
  if (form === 'release') return heldByRelease(inputs.values);
  if (form !== 'object' || object === undefined) return [];
  const places: OpenPlace[] = [];
  const collect = (thing: unknown, base: string) =>
    eachLeaf(thing, (leaf, path, isKey) => {
      if (isKey || (typeof leaf !== 'string' && typeof leaf !== 'number')) return;
      const below = path();
      places.push({ path: below === '' || below.startsWith('[') ? `${base}${below}` : `${base}.${below}`, leaf });
    });
  if (object.kind === 'Secret') places.push(...openKeysOf(inputs, options));
  for (const field of ['annotations', 'labels']) collect(at(inputs, 'metadata', field), `metadata.${field}`);
  if (object.kind === 'ConfigMap') {
    for (const [key, leaf] of Object.entries(isRecord(inputs.data) ? inputs.data : {}))
      if (typeof leaf === 'string')
        places.push({ path: pathText(['data', key]), leaf, ...(VARIABLE.test(key) ? { variable: key } : {}) });
  }
  const pod = podSpecOf(object.kind, inputs);
  for (const group of ['initContainers', 'containers']) {
    list(pod?.[group]).forEach((container, i) => {
      for (const field of ['command', 'args']) {
        collect(at(container, field), `${group}[${i}].${field}`);
        places.push(...flagPlaces(list(at(container, field)), `${group}[${i}].${field}`));
      }
      list(at(container, 'env')).forEach((variable, j) => {
        const [name, leaf] = [at(variable, 'name'), at(variable, 'value')];
        if (typeof leaf !== 'string') return;
        places.push({
          path: `${group}[${i}].env[${j}].value`,
          leaf,
          ...(typeof name === 'string' ? { variable: name } : {}),
        });
      });
    });
  }
  if (!READ_BY_PART.has(object.kind)) collectTexts(inputs, places);
  return places;
}

/** A Secret whose data stand in the program, hence in Git. */
function literalSecrets({ object, inputs, path, options }: GraphNode, severity: Severity): Problem[] {
  if (object?.kind !== 'Secret' || object.apiVersion !== 'v1') return [];
  return ['data', 'stringData'].flatMap((field) => {
    const data = inputs[field];
    if (!isRecord(data)) return [];
    const literal = Object.entries(data).filter(
      ([key, v]) => typeof v === 'string' && v !== '' && !isMarker(v) && options.openKeys?.includes(key) !== true,
    );
    return literal.map(([key]): Problem => {
      const what = `${field}.${key} of Secret ${object.name} is plain text in the program.`;
      return {
        code: 'SW-SECRET-005',
        severity,
        where: path,
        what,
        fix: "take it from the configuration: fromConfig('…')",
      };
    });
  });
}
