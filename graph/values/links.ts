import { shown } from '../../constructs/core/forms';
import type { Problem } from '../../constructs/core/problem';
import type { GraphNode } from '../graph';
import { at, isRecord, list, text } from '../json-value';
import { podSpecOf, podTemplateOf } from '../pods';
import { Findings, knownNumber, knownText } from './findings';

/** Kinds of Gateway API and Envoy Gateway that name a Service and a port of it. */
const ROUTES = new Set(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute', 'SecurityPolicy']);

/** Ports that a Service, an Ingress or a route names of other objects of the graph. */
export function linkProblems(nodes: readonly GraphNode[]): Problem[] {
  const found = new Objects(nodes);
  return nodes.flatMap((node) => {
    const { object, path } = node;
    if (object === undefined) return [];
    const findings = new Findings(path);
    if (object.kind === 'Service' && object.apiVersion === 'v1') targetProblems(node, found, findings);
    if (object.kind === 'Ingress') backendProblems(node, found, findings);
    if (ROUTES.has(object.kind)) routeProblems(node, found, findings);
    return findings.problems;
  });
}

interface PodLabels {
  readonly labels: Readonly<Record<string, unknown>>;
  readonly ports: ReadonlySet<string>;
}

/** Objects by what others call them, so that each reference is one look. */
class Objects {
  private readonly byName = new Map<string, GraphNode>();
  private readonly byLabel = new Map<string, PodLabels[]>();

  constructor(nodes: readonly GraphNode[]) {
    for (const node of nodes) {
      if (node.object === undefined) continue;
      this.byName.set(keyOf(node, node.object.kind, node.object.name), node);
      const template =
        podTemplateOf(node.object.kind, node.inputs) ?? (node.object.kind === 'Pod' ? node.inputs : undefined);
      const labels = at(template, 'metadata', 'labels');
      const pod = podSpecOf(node.object.kind, node.inputs);
      if (isRecord(labels) && pod !== undefined) this.addPod(node, { labels, ports: portNames(pod) });
    }
  }

  named(from: GraphNode, kind: string, name: string): GraphNode | undefined {
    return this.byName.get(keyOf(from, kind, name));
  }

  /** Pods that a selector takes, in the namespace of the object that has it. */
  selected(from: GraphNode, selector: Readonly<Record<string, unknown>>): PodLabels[] {
    const pairs = Object.entries(selector);
    const [fewest = []] = pairs
      .map(([key, value]) => this.byLabel.get(keyOf(from, 'Pod', `${key}=${value}`)) ?? [])
      .sort((a, b) => a.length - b.length);
    return fewest.filter(({ labels }) => pairs.every(([key, value]) => labels[key] === value));
  }

  private addPod(node: GraphNode, pod: PodLabels): void {
    for (const [key, value] of Object.entries(pod.labels)) {
      const label = keyOf(node, 'Pod', `${key}=${value}`);
      const known = this.byLabel.get(label);
      if (known === undefined) this.byLabel.set(label, [pod]);
      else known.push(pod);
    }
  }
}

function keyOf({ provider = '', object }: GraphNode, kind: string, name: string): string {
  return `${provider} ${kind} ${object?.namespace ?? ''}/${name}`;
}

function portNames(pod: Record<string, unknown>): ReadonlySet<string> {
  const containers = [...list(pod.containers), ...list(pod.initContainers)];
  return new Set(containers.flatMap((c) => list(at(c, 'ports')).flatMap((port) => text(at(port, 'name')) ?? [])));
}

/** A name of a port leads to a port of that name in each pod that is selected, or nowhere. */
function targetProblems(node: GraphNode, found: Objects, findings: Findings): void {
  const selector = at(node.inputs, 'spec', 'selector');
  if (!isRecord(selector) || Object.keys(selector).length === 0) return;
  const pods = found.selected(node, selector);
  if (pods.length === 0) return;
  list(at(node.inputs, 'spec', 'ports')).forEach((port, i) => {
    const target = knownText(at(port, 'targetPort'));
    if (target === undefined || /^\d*$/.test(target) || pods.some(({ ports }) => ports.has(target))) return;
    const have = [...new Set(pods.flatMap(({ ports }) => [...ports]))];
    const what = `spec.ports[${i}].targetPort is "${shown(target)}", and no pod that it selects has a port of that name${have.length === 0 ? '' : ` (${have.join(', ')})`}.`;
    findings.tell('SW-LINK-002', what, `targetPort: '${have[0] ?? 'http'}'`);
  });
}

function backendProblems(node: GraphNode, found: Objects, findings: Findings): void {
  const paths = list(at(node.inputs, 'spec', 'rules')).flatMap((rule) => list(at(rule, 'http', 'paths')));
  for (const backend of [...paths.map((path) => at(path, 'backend')), at(node.inputs, 'spec', 'defaultBackend')]) {
    const asked = at(backend, 'service', 'port');
    const port = { number: knownNumber(at(asked, 'number')), word: knownText(at(asked, 'name')) };
    const first = portMissing(node, { name: at(backend, 'service', 'name'), ...port }, found);
    if (first !== undefined) findings.tell('SW-LINK-002', first.what, `port: { number: ${first.port} }`);
  }
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference: a Service, of the same namespace, where nothing else is said */
function routeProblems(node: GraphNode, found: Objects, findings: Findings): void {
  const asking = ['http', 'grpc'].map((protocol) => at(node.inputs, 'spec', 'extAuth', protocol));
  for (const rule of [...list(at(node.inputs, 'spec', 'rules')), ...asking]) {
    for (const ref of list(at(rule, 'backendRefs'))) {
      const isService = (knownText(at(ref, 'kind')) ?? 'Service') === 'Service' && at(ref, 'namespace') === undefined;
      const asked = { name: isService ? at(ref, 'name') : undefined, number: knownNumber(at(ref, 'port')) };
      const first = portMissing(node, asked, found);
      if (first !== undefined) findings.tell('SW-LINK-002', first.what, `port: ${first.port}`);
    }
  }
}

interface AskedPort {
  readonly name: unknown;
  readonly number?: number | undefined;
  readonly word?: string | undefined;
}

/** What is to be said of a port that the Service has not, and one that it has; nothing of a Service that is not here. */
function portMissing(
  node: GraphNode,
  { name, number, word }: AskedPort,
  found: Objects,
): { what: string; port: number } | undefined {
  const called = knownText(name);
  const service = called === undefined ? undefined : found.named(node, 'Service', called);
  if (service === undefined || at(service.inputs, 'spec', 'type') === 'ExternalName') return undefined;
  const ports = list(at(service.inputs, 'spec', 'ports'));
  const isThere = ports.some((port) => {
    const [its, itsName] = [at(port, 'port'), at(port, 'name')];
    if (knownNumber(its) === undefined) return true;
    return word === undefined ? number === undefined || its === number : itsName === word;
  });
  const first = at(ports[0], 'port');
  const what = `it routes to port ${word ?? number} of Service ${called}, which has no such port.`;
  return isThere ? undefined : { what, port: typeof first === 'number' ? first : 80 };
}
