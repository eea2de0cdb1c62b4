import { isIP } from 'node:net';
import { cidrMisfit, DNS_SUBDOMAIN, fitting, hostMisfit, shown } from '../../constructs/core/forms';
import { at, isRecord, list } from '../json-value';
import { type Findings, knownNumber, knownText } from './findings';
import { labelProblems } from './labels';
import { duplicates, fieldKey, oneOfFields } from './lists';
import { pathMisfit } from './paths';

type Inputs = Readonly<Record<string, unknown>>;

const SERVICE_TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];

/** Services, Ingresses and network policies: what of one object must fit together. */
export function networkProblems(kind: string, inputs: Inputs, findings: Findings): void {
  if (kind === 'Service') serviceProblems(inputs.spec, findings);
  if (kind === 'Ingress') ingressProblems(inputs, findings);
  if (kind === 'NetworkPolicy') policyProblems(inputs.spec, findings);
}

function serviceProblems(spec: unknown, findings: Findings): void {
  labelProblems(at(spec, 'selector'), 'spec.selector', findings);
  const type = at(spec, 'type') === undefined ? 'ClusterIP' : knownText(at(spec, 'type'));
  if (type !== undefined && !SERVICE_TYPES.includes(type)) {
    findings.tell(
      'SW-FIELD-001',
      `spec.type is "${shown(type)}"; it takes ${SERVICE_TYPES.join(', ')}.`,
      "type: 'ClusterIP'",
    );
  }
  const ports = list(at(spec, 'ports'));
  const clusterIp = knownText(at(spec, 'clusterIP'));
  if (clusterIp !== undefined && clusterIp !== '' && clusterIp !== 'None' && isIP(clusterIp) === 0) {
    findings.tell(
      'SW-FIELD-001',
      `spec.clusterIP is "${shown(clusterIp)}"; it takes an address, or None.`,
      "clusterIP: 'None'",
    );
  }
  if (type === 'ExternalName') externalName(spec, findings);
  else if (ports.length === 0 && clusterIp !== 'None') {
    findings.tell('SW-FIELD-006', 'spec.ports is empty.', 'ports: [{ port: 80 }]');
  }
  if (ports.length > 1 && ports.some((port) => at(port, 'name') === undefined || at(port, 'name') === '')) {
    findings.tell(
      'SW-FIELD-006',
      'spec.ports are several, and each needs a name.',
      "ports: [{ name: 'http', port: 80 }]",
    );
  }
  duplicates(ports, 'spec.ports', findings, (port) => fieldKey(port, 'name'), 'name');
  const pair = (port: unknown) => {
    const number = fieldKey(port, 'port');
    return number === undefined ? undefined : `${number} (${fieldKey(port, 'protocol') ?? 'TCP'})`;
  };
  duplicates(ports, 'spec.ports', findings, pair, 'port');
  if (type !== 'ClusterIP') return;
  ports.forEach((port, i) => {
    if ((knownNumber(at(port, 'nodePort')) ?? 0) === 0) return;
    findings.tell(
      'SW-FIELD-006',
      `spec.ports[${i}].nodePort needs the type NodePort or LoadBalancer.`,
      "type: 'NodePort'",
    );
  });
}

function externalName(spec: unknown, findings: Findings): void {
  const name = knownText(at(spec, 'externalName'))?.replace(/\.$/, '');
  const what = name === undefined ? undefined : hostMisfit(name);
  if (name !== undefined && what !== undefined) {
    findings.tell('SW-FIELD-001', `spec.externalName ${what}.`, `externalName: '${fitting(name, DNS_SUBDOMAIN)}'`);
  }
}

function ingressProblems(inputs: Inputs, findings: Findings): void {
  const rules = list(at(inputs, 'spec', 'rules'));
  const backend = at(inputs, 'spec', 'defaultBackend');
  if (rules.length === 0 && backend === undefined) {
    findings.tell(
      'SW-FIELD-006',
      'spec has no rules and no defaultBackend.',
      "rules: [{ host: 'shop.acme.org', http: … }]",
    );
  }
  if (backend !== undefined) backendProblems(backend, 'spec.defaultBackend', findings);
  const legacy = at(inputs, 'metadata', 'annotations', 'kubernetes.io/ingress.class');
  if (legacy !== undefined && at(inputs, 'spec', 'ingressClassName') !== undefined) {
    const what =
      'it has spec.ingressClassName and the annotation kubernetes.io/ingress.class; it takes one of the two.';
    findings.tell('SW-FIELD-006', what, 'remove the annotation');
  }
  rules.forEach((rule, i) => {
    ruleProblems(rule, `spec.rules[${i}]`, findings);
  });
  list(at(inputs, 'spec', 'tls')).forEach((tls, i) => {
    list(at(tls, 'hosts')).forEach((host, j) => {
      hostProblem(host, `spec.tls[${i}].hosts[${j}]`, findings);
    });
  });
}

function ruleProblems(rule: unknown, path: string, findings: Findings): void {
  hostProblem(at(rule, 'host'), `${path}.host`, findings);
  list(at(rule, 'http', 'paths')).forEach((entry, i) => {
    const here = `${path}.http.paths[${i}]`;
    const asked = at(entry, 'path') === undefined ? '' : knownText(at(entry, 'path'));
    const what = asked === undefined ? undefined : pathMisfit(asked, knownText(at(entry, 'pathType')));
    if (what !== undefined) findings.tell('SW-FIELD-001', `${here}.path ${what}.`, "path: '/api'");
    backendProblems(at(entry, 'backend'), `${here}.backend`, findings);
  });
}

function hostProblem(host: unknown, path: string, findings: Findings): void {
  const known = knownText(host);
  const what = known === undefined || known === '' ? undefined : hostMisfit(known, { wildcard: true });
  if (known === undefined || what === undefined) return;
  findings.tell('SW-FIELD-001', `${path} ${what}.`, `host: '${fitting(known, DNS_SUBDOMAIN)}'`);
}

function backendProblems(backend: unknown, path: string, findings: Findings): void {
  oneOfFields(backend, ['service', 'resource'], path, findings);
  const service = at(backend, 'service');
  if (service === undefined) return;
  oneOfFields(at(service, 'port'), ['number', 'name'], `${path}.service.port`, findings);
}

function policyProblems(spec: unknown, findings: Findings): void {
  for (const [direction, side] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    list(at(spec, direction)).forEach((rule, i) => {
      list(at(rule, 'ports')).forEach((port, j) => {
        portRange(port, `spec.${direction}[${i}].ports[${j}]`, findings);
      });
      list(at(rule, side)).forEach((peer, j) => {
        peerProblems(peer, `spec.${direction}[${i}].${side}[${j}]`, findings);
      });
    });
  }
}

function portRange(port: unknown, path: string, findings: Findings): void {
  const last = knownNumber(at(port, 'endPort'));
  if (last === undefined) return;
  const first = at(port, 'port');
  if (first === undefined || typeof first === 'string') {
    findings.tell('SW-FIELD-006', `${path}.endPort needs a port in numbers, where the range begins.`, 'port: 1024');
  } else if (typeof first === 'number' && last < first) {
    findings.tell('SW-FIELD-004', `${path}.endPort is ${last}, below its port, ${first}.`, `endPort: ${first}`);
  }
}

function peerProblems(peer: unknown, path: string, findings: Findings): void {
  if (!isRecord(peer)) return;
  const block = peer.ipBlock;
  const [byAddress, byLabels] = [
    block !== undefined,
    peer.podSelector !== undefined || peer.namespaceSelector !== undefined,
  ];
  if (!byAddress && !byLabels) findings.tell('SW-FIELD-006', `${path} is empty.`, 'podSelector: {}');
  if (byAddress && byLabels) {
    findings.tell(
      'SW-FIELD-006',
      `${path} has ipBlock beside a selector; it takes one of the two.`,
      'write two entries',
    );
  }
  const whole = knownText(at(block, 'cidr'));
  if (whole === undefined || cidrMisfit(whole) !== undefined) return;
  list(at(block, 'except')).forEach((part, i) => {
    const known = knownText(part);
    if (known === undefined || cidrMisfit(known) !== undefined || isStrictlyWithin(known, whole)) return;
    findings.tell(
      'SW-FIELD-004',
      `${path}.ipBlock.except[${i}], ${known}, is no smaller part of ${whole}.`,
      `remove '${known}'`,
    );
  });
}

/** Whether a range lies in another, and is not all of it. */
function isStrictlyWithin(part: string, whole: string): boolean {
  const [a, b] = [bitsOf(part), bitsOf(whole)];
  return a.length > b.length && a.startsWith(b);
}

/** The fixed bits of a range, with a letter for its family. */
function bitsOf(cidr: string): string {
  const [address = '', length = '0'] = cidr.split('/');
  const isV6 = isIP(address) === 6;
  const bits = isV6
    ? v6Bits(address)
    : octets(address)
        .map((octet) => octet.toString(2).padStart(8, '0'))
        .join('');
  return `${isV6 ? 's' : 'f'}${bits.slice(0, Number(length))}`;
}

function v6Bits(address: string): string {
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const [front, back] = [head, tail ?? ''].map((half) => half.split(':').filter((group) => group !== ''));
  const gap = tail === undefined ? 0 : 8 - (front?.length ?? 0) - (back?.length ?? 0);
  const groups = [...(front ?? []), ...Array.from({ length: gap }, () => '0'), ...(back ?? [])];
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

function octets(address: string): number[] {
  return address.split('.').map(Number);
}
