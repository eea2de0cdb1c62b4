import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMarker } from '../constructs/core/marker';
import type { Problem } from '../constructs/core/problem';
import { VERSIONS } from '../constructs/core/versions';
import { customFieldProblems, schemasOf } from './custom-fields';
import { missingField, unknownField, wrongType } from './field-problems';
import type { GraphNode } from './graph';
import { isRecord } from './json-value';

/** `group/Kind` of what belongs to no namespace; `v1` is the core group. */
const CLUSTER_KINDS = [
  'v1/Namespace',
  'v1/Node',
  'v1/PersistentVolume',
  'v1/ComponentStatus',
  ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'ValidatingAdmissionPolicy'].map(
    (k) => `admissionregistration.k8s.io/${k}`,
  ),
  ...['ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'].map(
    (k) => `admissionregistration.k8s.io/${k}`,
  ),
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'certificates.k8s.io/CertificateSigningRequest',
  'certificates.k8s.io/ClusterTrustBundle',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/IPAddress',
  'networking.k8s.io/ServiceCIDR',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/ResourceSlice',
  'scheduling.k8s.io/PriorityClass',
  ...['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment', 'VolumeAttributesClass'].map(
    (k) => `storage.k8s.io/${k}`,
  ),
  'cert-manager.io/ClusterIssuer',
  'external-secrets.io/ClusterSecretStore',
  'external-secrets.io/ClusterExternalSecret',
  'gateway.networking.k8s.io/GatewayClass',
];

/** Asked with `apiVersion/Kind`. */
export const CLUSTER_SCOPED = {
  has(apiVersionAndKind: string): boolean {
    const [first, second, third] = apiVersionAndKind.split('/');
    return clusterKinds.has(third === undefined ? `${first}/${second}` : `${first}/${third}`);
  },
};
const clusterKinds = new Set(CLUSTER_KINDS);

interface FieldTable {
  readonly versions: readonly [number, number];
  readonly kinds: Readonly<Record<string, readonly [number, number, number]>>;
  readonly types: readonly Readonly<Record<string, string>>[];
}

const table: FieldTable = JSON.parse(readFileSync(join(__dirname, 'kubernetes-fields.json'), 'utf8'));
const [FIRST_MINOR, LAST_MINOR] = table.versions;
const kinds = new Map(Object.entries(table.kinds));
const types = table.types.map((fields) => new Map(Object.entries(fields)));

/**
 * Checks every field of every object against the Kubernetes version of the target, because neither Pulumi nor the API server names an
 * unknown field when it creates an object. Custom resources are checked where their CRD is in the graph; `uncheckedKinds` names the rest.
 */
export function fieldProblems(nodes: readonly GraphNode[], kubernetesVersion: string): Problem[] {
  const minor = Number(kubernetesVersion.split('.')[1]);
  if (!(minor >= 24)) {
    const what = `Kubernetes ${kubernetesVersion} is below 1.24, the oldest that is supported.`;
    return [{ code: 'SW-SCHEMA-004', severity: 'error', what, fix: 'seaworthy:kubernetesVersion: "1.35"' }];
  }
  const old = minor < Number(VERSIONS.kubernetes.version.split('.')[1]) ? [outOfSupport(kubernetesVersion)] : [];
  const checked = Math.min(Math.max(minor, FIRST_MINOR), LAST_MINOR);
  return [...old, ...nodes.flatMap((node) => objectProblems(node, checked)), ...customFieldProblems(nodes)];
}

function outOfSupport(found: string): Problem {
  const what = `Kubernetes ${found} is out of support; the oldest in support is ${VERSIONS.kubernetes.version}.`;
  return { code: 'SW-SCHEMA-007', severity: 'warning', what, fix: 'upgrade the cluster' };
}

/** Kinds whose fields nothing here knows. */
export function uncheckedKinds(nodes: readonly GraphNode[]): string[] {
  const schemas = schemasOf(nodes);
  const unknown = nodes.flatMap(({ object }) => {
    if (object === undefined || isBuiltIn(object.apiVersion)) return [];
    return schemas.has(`${object.apiVersion}/${object.kind}`) ? [] : [object.kind];
  });
  return [...new Set(unknown)].sort();
}

/** Whether it is one of the API groups of Kubernetes itself. */
export function isBuiltIn(apiVersion: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return GROUPS.has(group ?? '');
}
const GROUPS = new Set([...kinds.keys()].map((key) => (key.split('/').length === 2 ? '' : key.split('/')[0])));

function objectProblems(node: GraphNode, minor: number): Problem[] {
  const { object, path } = node;
  if (object === undefined || !isBuiltIn(object.apiVersion)) return [];
  const entry = kinds.get(`${object.apiVersion}/${object.kind}`);
  const [type, since, until] = entry ?? [];
  if (type === undefined || minor < (since ?? 0) || minor > (until ?? 0)) {
    const what = `Kubernetes 1.${minor} does not serve ${object.apiVersion} ${object.kind}${servedInWords(object.kind, minor)}.`;
    const [served] = servedAs(object.kind, minor);
    const fix = served === undefined ? `remove it, or seaworthy:kubernetesVersion` : `apiVersion: '${served}'`;
    return [{ code: 'SW-SCHEMA-002', severity: 'error', where: path, what, fix }];
  }
  const problems: Problem[] = [];
  check(node.inputs, `${type}`, '', { minor, where: path, problems });
  return problems;
}

function servedInWords(kind: string, minor: number): string {
  const served = servedAs(kind, minor);
  return served.length === 0 ? '' : `; it serves ${served.join(', ')}`;
}

/** Versions of APIs with a kind of that name. */
function servedAs(kind: string, minor: number): string[] {
  const served = [...kinds].filter(
    ([key, [, since, until]]) => key.endsWith(`/${kind}`) && minor >= (since ?? 0) && minor <= (until ?? 0),
  );
  return served.map(([key]) => key.slice(0, -kind.length - 1));
}

interface Context {
  readonly minor: number;
  readonly where: string;
  readonly problems: Problem[];
}

/** Walks a value along its spec (see tools/kubernetes-fields). */
function check(value: unknown, spec: string, path: string, context: Context): void {
  if ((typeof value === 'string' || typeof value === 'number') && isMarker(value)) return;
  const form = spec[0] ?? 'x';
  if (form === '[') checkList(value, spec.slice(1), path, context);
  else if (form === '{') checkMap(value, spec.slice(1), path, context);
  else if (form >= '0' && form <= '9') checkFields(value, types[Number.parseInt(spec, 10)] ?? new Map(), path, context);
  else if (SCALARS[form]?.is(value) === false)
    context.problems.push(wrongType(value, SCALARS[form].name, path, context.where));
}

function checkList(value: unknown, of: string, path: string, context: Context): void {
  if (!Array.isArray(value)) context.problems.push(wrongType(value, 'a list', path, context.where));
  else for (const [i, item] of value.entries()) check(item, of, `${path}[${i}]`, context);
}

function checkMap(value: unknown, of: string, path: string, context: Context): void {
  if (!isRecord(value)) context.problems.push(wrongType(value, 'a map', path, context.where));
  else for (const [key, item] of Object.entries(value)) check(item, of, `${path}.${key}`, context);
}

const SCALARS: Readonly<Record<string, { name: string; is: (value: unknown) => boolean }>> = {
  s: { name: 'a text', is: (value) => typeof value === 'string' },
  i: { name: 'a whole number', is: (value) => Number.isInteger(value) },
  n: { name: 'a number', is: (value) => typeof value === 'number' },
  b: { name: 'true or false', is: (value) => typeof value === 'boolean' },
};

function checkFields(value: unknown, fields: ReadonlyMap<string, string>, path: string, context: Context): void {
  const { minor, where, problems } = context;
  if (!isRecord(value)) {
    problems.push(wrongType(value, 'a map', path, where));
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    const here = path === '' ? name : `${path}.${name}`;
    const spec = fields.get(name);
    if (spec === undefined)
      problems.push(unknownField(name, fields.keys(), here, { where, of: `Kubernetes 1.${minor}` }));
    else if (inVersion(spec, minor)) check(item, spec, here, context);
    else problems.push(notInVersion(spec, here, context));
  }
  for (const [name, spec] of fields) {
    if (spec.includes('!') && inVersion(spec, minor) && value[name] === undefined) {
      problems.push(missingField(path === '' ? name : `${path}.${name}`, where));
    }
  }
}

function inVersion(spec: string, minor: number): boolean {
  const [since, until] = spec.split('@')[1]?.split('-').map(Number) ?? [];
  return since === undefined || until === undefined || (minor >= since && minor <= until);
}

function notInVersion(spec: string, path: string, { minor, where }: Context): Problem {
  const what = `${path} is not a field of Kubernetes 1.${minor}; it is one of 1.${spec.split('@')[1]?.replace('-', ' to 1.')}.`;
  const fix = `remove ${path}, or seaworthy:kubernetesVersion: "1.${spec.split('@')[1]?.split('-')[0]}"`;
  return { code: 'SW-SCHEMA-005', severity: 'error', where, what, fix };
}
