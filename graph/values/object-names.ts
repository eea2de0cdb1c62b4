import {
  DNS_LABEL,
  DNS_SUBDOMAIN,
  type Form,
  fitting,
  misfit,
  PATH_SEGMENT,
  SERVICE_NAME,
} from '../../constructs/core/forms';
import type { GraphNode } from '../graph';
import { at, isRecord, text } from '../json-value';
import { type Findings, knownText } from './findings';
import { annotationProblems, labelProblems } from './labels';

/** A name of its kind, and why it is shorter than others. */
interface NameRule {
  readonly form: Form;
  readonly because?: string;
}

const shorter = (form: Form, longest: number, because: string): NameRule => ({ form: { ...form, longest }, because });
const role: NameRule = { form: PATH_SEGMENT };

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/; kinds that are not here take a DNS subdomain. */
const NAMES: Readonly<Record<string, NameRule>> = {
  'v1/Service': { form: SERVICE_NAME },
  'v1/Namespace': { form: DNS_LABEL },
  // Its Jobs are called by it and eleven letters of their time.
  'batch/CronJob': shorter(DNS_SUBDOMAIN, 52, 'its Jobs are called by it and eleven letters more'),
  'batch/Job': shorter(DNS_SUBDOMAIN, 63, 'its pods carry it in a label'),
  // https://github.com/kubernetes/kubernetes/issues/64023
  'apps/StatefulSet': shorter(DNS_LABEL, 52, 'its pods carry it and eleven letters more in a label'),
  'storage.k8s.io/CSIDriver': shorter(DNS_SUBDOMAIN, 63, ''),
  'rbac.authorization.k8s.io/Role': role,
  'rbac.authorization.k8s.io/ClusterRole': role,
  'rbac.authorization.k8s.io/RoleBinding': role,
  'rbac.authorization.k8s.io/ClusterRoleBinding': role,
};

const SUBDOMAIN: NameRule = { form: DNS_SUBDOMAIN };

/** Names and metadata of every object, whoever serves its kind. */
export function objectNames({ object, inputs }: GraphNode, findings: Findings): void {
  if (object === undefined) return;
  const { apiVersion, kind } = object;
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : 'v1';
  nameProblems(knownText(object.name), kind, NAMES[`${group}/${kind}`] ?? SUBDOMAIN, findings);
  const namespace = knownText(object.namespace);
  const ofNamespace = namespace === undefined ? undefined : misfit(namespace, DNS_LABEL);
  if (namespace !== undefined && ofNamespace !== undefined) {
    const fix = `namespace: '${fitting(namespace, DNS_LABEL)}'`;
    findings.tell('SW-NAME-001', `metadata.namespace ${ofNamespace}.`, fix);
  }
  const metadata = isRecord(inputs.metadata) ? inputs.metadata : {};
  labelProblems(metadata.labels, 'metadata.labels', findings);
  annotationProblems(metadata.annotations, 'metadata.annotations', findings);
  if (kind === 'CustomResourceDefinition') crdName(inputs, findings);
}

function nameProblems(name: string | undefined, kind: string, { form, because }: NameRule, findings: Findings): void {
  if (name === undefined) return;
  const what = name === '' ? 'is empty' : misfit(name, form);
  if (what === undefined) return;
  const why = because !== undefined && because !== '' && name.length > form.longest ? `: ${because}` : '';
  const fix = `name: '${fitting(name, form)}', or a shorter id`;
  findings.tell('SW-NAME-001', `the name of the ${kind} ${what}${why}.`, fix);
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/ */
function crdName(inputs: Readonly<Record<string, unknown>>, findings: Findings): void {
  const name = knownText(at(inputs, 'metadata', 'name'));
  const [plural, group] = [text(at(inputs, 'spec', 'names', 'plural')), text(at(inputs, 'spec', 'group'))];
  if (name === undefined || plural === undefined || group === undefined || name === `${plural}.${group}`) return;
  const what = `the name of a CustomResourceDefinition is <plural>.<group>, and "${name}" is not "${plural}.${group}".`;
  findings.tell('SW-NAME-001', what, `name: '${plural}.${group}'`);
}
