import { isMarker } from '../constructs/core/marker';
import type { Problem } from '../constructs/core/problem';
import { missingField, unknownField, wrongType } from './field-problems';
import type { GraphNode } from './graph';
import { at, isRecord, list, text } from './json-value';

/**
 * Checks custom resources against the CRDs that are in the same graph. Of OpenAPI, what structural schemas use to name fields:
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function customFieldProblems(nodes: readonly GraphNode[]): Problem[] {
  const schemas = schemasOf(nodes);
  if (schemas.size === 0) return [];
  return nodes.flatMap(({ object, inputs, path }) => {
    const schema = object === undefined ? undefined : schemas.get(`${object.apiVersion}/${object.kind}`);
    if (object === undefined || schema === undefined) return [];
    const { apiVersion: _a, kind: _k, metadata: _m, ...own } = inputs;
    const problems: Problem[] = [];
    check(own, schema, '', { where: path, of: `the kind ${object.kind}`, problems });
    return problems;
  });
}

/** Schemas by `group/version/Kind`, of the CRDs among the nodes. */
export function schemasOf(nodes: readonly GraphNode[]): Map<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const { inputs } of nodes.filter(isCrd)) {
    for (const version of list(at(inputs, 'spec', 'versions'))) {
      const schema = at(version, 'schema', 'openAPIV3Schema');
      const key = `${text(at(inputs, 'spec', 'group'))}/${text(at(version, 'name'))}/${text(at(inputs, 'spec', 'names', 'kind'))}`;
      if (isRecord(schema)) schemas.set(key, schema);
    }
  }
  return schemas;
}

/** Takes the chart's namespace off custom resources whose CRD, in the same graph, says that they belong to the whole cluster. */
export function withoutForeignNamespace(nodes: readonly GraphNode[]): GraphNode[] {
  const clusterWide = new Set(
    nodes
      .filter((n) => isCrd(n) && at(n.inputs, 'spec', 'scope') === 'Cluster')
      .map(({ inputs }) => {
        return `${text(at(inputs, 'spec', 'group'))}/${text(at(inputs, 'spec', 'names', 'kind'))}`;
      }),
  );
  return nodes.map((node) => {
    const { object, inputs } = node;
    if (object?.namespace === undefined || !clusterWide.has(`${object.apiVersion.split('/')[0]}/${object.kind}`))
      return node;
    const { namespace: _, ...identity } = object;
    const { namespace: __, ...metadata } = isRecord(inputs.metadata) ? inputs.metadata : {};
    return { ...node, object: identity, inputs: { ...inputs, metadata } };
  });
}

type Schema = Readonly<Record<string, unknown>>;

interface Context {
  readonly where: string;
  readonly of: string;
  readonly problems: Problem[];
}

function isCrd({ object }: GraphNode): boolean {
  return object?.kind === 'CustomResourceDefinition';
}

const TYPES: Readonly<Record<string, { name: string; is: (value: unknown) => boolean }>> = {
  string: { name: 'a text', is: (value) => typeof value === 'string' },
  integer: { name: 'a whole number', is: (value) => Number.isInteger(value) },
  number: { name: 'a number', is: (value) => typeof value === 'number' },
  boolean: { name: 'true or false', is: (value) => typeof value === 'boolean' },
  array: { name: 'a list', is: Array.isArray },
  object: { name: 'a map', is: isRecord },
};

function check(value: unknown, schema: unknown, path: string, context: Context): void {
  if ((typeof value === 'string' || typeof value === 'number') && isMarker(value)) return;
  if (!isRecord(schema) || schema['x-kubernetes-int-or-string'] === true) return;
  const type = TYPES[text(schema.type) ?? ''];
  if (type?.is(value) === false) {
    context.problems.push(wrongType(value, type.name, path, context.where));
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) check(item, schema.items, `${path}[${i}]`, context);
  } else if (isRecord(value)) {
    checkFields(value, schema, path, context);
  }
}

function checkFields(value: Record<string, unknown>, schema: Schema, path: string, context: Context): void {
  const { where, of, problems } = context;
  const known = isRecord(schema.properties) ? schema.properties : {};
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.properties === undefined;
  for (const [name, item] of Object.entries(value)) {
    const here = path === '' ? name : `${path}.${name}`;
    if (name in known) check(item, known[name], here, context);
    else if (isRecord(schema.additionalProperties)) check(item, schema.additionalProperties, here, context);
    else if (!isOpen && schema.additionalProperties !== true)
      problems.push(unknownField(name, Object.keys(known), here, { where, of }));
  }
  for (const name of list(schema.required).map(String)) {
    if (value[name] === undefined) problems.push(missingField(path === '' ? name : `${path}.${name}`, where));
  }
}
