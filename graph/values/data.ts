import { DATA_KEY, DNS_SUBDOMAIN, fitting, misfit, shown } from '../../constructs/core/forms';
import { isMarker } from '../../constructs/core/marker';
import { at, isRecord, list } from '../json-value';
import { type Findings, formVerdict, knownText } from './findings';
import { bytes } from './labels';

type Inputs = Readonly<Record<string, unknown>>;

/** https://kubernetes.io/docs/concepts/configuration/configmap/#motivation */
const LARGEST = 1024 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
const NEEDED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** ConfigMaps, Secrets and rights: what of one object must fit together. */
export function dataProblems(kind: string, inputs: Inputs, findings: Findings): void {
  if (kind === 'ConfigMap') held(kind, inputs, ['data', 'binaryData'], findings);
  if (kind === 'Secret') {
    held(kind, inputs, ['data', 'stringData'], findings);
    typeProblems(inputs, findings);
  }
  if (kind === 'Role' || kind === 'ClusterRole') roleProblems(inputs, findings);
  if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') bindingProblems(kind, inputs, findings);
}

function held(kind: string, inputs: Inputs, fields: readonly string[], findings: Findings): void {
  const entries = fields.flatMap((field) => {
    const map = inputs[field];
    const isEncoded = field === 'binaryData' || (kind === 'Secret' && field === 'data');
    return isRecord(map) ? Object.entries(map).map(([key, value]) => ({ field, key, value, isEncoded })) : [];
  });
  let size = 0;
  for (const { field, key, value, isEncoded } of entries) {
    keyProblem(key, field, findings);
    const text = typeof value === 'string' && !isMarker(value) ? value : '';
    size += isEncoded ? Math.floor((text.length * 3) / 4) : bytes(text);
    if (!isEncoded || knownText(value) === undefined || BASE64.test(text.replace(/\s/g, ''))) continue;
    const plain = kind === 'Secret' ? 'stringData' : 'data';
    findings.tell('SW-FIELD-001', `${field}["${shown(key)}"] is not base64.`, `${plain}: { '${shown(key)}': … }`);
  }
  if (size > LARGEST) {
    const what = `it holds ${size} bytes; a ${kind} takes ${LARGEST}.`;
    findings.tell('SW-SIZE-001', what, 'split it into several, or put it into the image or a volume');
  }
  if (kind !== 'ConfigMap') return;
  const twice = entries.filter(({ field, key }) => field === 'data' && at(inputs.binaryData, key) !== undefined);
  for (const { key } of twice) {
    findings.tell('SW-FIELD-002', `data and binaryData both have the key ${shown(key)}.`, 'remove one of the two');
  }
}

function keyProblem(key: string, field: string, findings: Findings): void {
  const text = knownText(key);
  const what = text === undefined ? undefined : misfit(text, DATA_KEY);
  if (text !== undefined && what !== undefined) {
    findings.tell('SW-NAME-001', `a key of ${field} ${what}.`, `'${fitting(text, DATA_KEY)}': …`);
  }
}

function typeProblems(inputs: Inputs, findings: Findings): void {
  const type = knownText(inputs.type);
  const missing = (NEEDED_KEYS[type ?? ''] ?? []).filter(
    (key) => at(inputs.data, key) === undefined && at(inputs.stringData, key) === undefined,
  );
  if (missing.length > 0) {
    findings.tell('SW-FIELD-006', `a Secret of type ${type} needs the key ${missing.join(' and ')}.`, "type: 'Opaque'");
  }
}

function roleProblems(inputs: Inputs, findings: Findings): void {
  list(inputs.rules).forEach((rule, i) => {
    const has = (field: string) => list(at(rule, field)).length > 0;
    const here = `rules[${i}]`;
    if (!has('verbs')) findings.tell('SW-FIELD-006', `${here}.verbs is empty.`, "verbs: ['get', 'list', 'watch']");
    if (has('nonResourceURLs')) return;
    if (!has('apiGroups'))
      findings.tell('SW-FIELD-006', `${here}.apiGroups is empty; "" is that of pods and Services.`, "apiGroups: ['']");
    if (!has('resources')) findings.tell('SW-FIELD-006', `${here}.resources is empty.`, "resources: ['pods']");
  });
}

function bindingProblems(kind: string, inputs: Inputs, findings: Findings): void {
  const role = knownText(at(inputs, 'roleRef', 'kind'));
  const may = kind === 'ClusterRoleBinding' ? ['ClusterRole'] : ['Role', 'ClusterRole'];
  if (role !== undefined && !may.includes(role)) {
    findings.tell(
      'SW-FIELD-001',
      `roleRef.kind is "${shown(role)}"; a ${kind} takes ${may.join(' or ')}.`,
      `kind: '${may[0]}'`,
    );
  }
  list(inputs.subjects).forEach((subject, i) => {
    const place = at(subject, 'namespace');
    if (at(subject, 'kind') === 'ServiceAccount')
      findings.judge(`subjects[${i}].name`, formVerdict(at(subject, 'name'), DNS_SUBDOMAIN, 'name'), 'SW-NAME-001');
    if (at(subject, 'kind') !== 'ServiceAccount' || (place !== undefined && place !== '')) return;
    findings.tell('SW-FIELD-006', `subjects[${i}] is a ServiceAccount, and needs a namespace.`, "namespace: 'shop'");
  });
}
