import { shown } from '../../constructs/core/forms';
import type { Problem } from '../../constructs/core/problem';
import type { GraphNode } from '../graph';
import { at, list } from '../json-value';
import { Findings, knownText } from './findings';

/** What Ingresses of one controller say together: each host and path once, and one certificate for each set of hosts. */
export function routeProblems(nodes: readonly GraphNode[]): Problem[] {
  const routes = new Map<string, string>();
  const certificates = new Map<string, { readonly hosts: string; readonly node: GraphNode }>();
  return nodes.flatMap((node) => {
    if (node.object?.kind !== 'Ingress') return [];
    const findings = new Findings(node.path);
    sameRoutes(node, routes, findings);
    sameCertificates(node, certificates, findings);
    return findings.problems;
  });
}

function sameRoutes(node: GraphNode, routes: Map<string, string>, findings: Findings): void {
  for (const { key, route } of routesOf(node)) {
    const other = routes.get(key);
    routes.set(key, other ?? node.path);
    if (other === undefined || isCanary(node)) continue;
    const by = other === node.path ? 'by this Ingress itself' : `by ${other}`;
    const what = `${shown(route)} is routed twice, here and ${by}; only one of the two would be reached.`;
    findings.tell('SW-EXPOSE-005', what, 'another path, or another host, for one of the two');
  }
}

/** Each with what makes it one to its controller. */
function routesOf({ provider = '', inputs }: GraphNode): { readonly key: string; readonly route: string }[] {
  const controller = knownText(at(inputs, 'spec', 'ingressClassName')) ?? '';
  return list(at(inputs, 'spec', 'rules')).flatMap((rule) => {
    const host = at(rule, 'host') === undefined ? '*' : knownText(at(rule, 'host'));
    return list(at(rule, 'http', 'paths')).flatMap((entry) => {
      const path = at(entry, 'path') === undefined ? '/' : knownText(at(entry, 'path'));
      if (host === undefined || path === undefined) return [];
      const route = `${host}${path}`;
      return [{ key: `${provider} ${controller} ${route} ${String(at(entry, 'pathType'))}`, route }];
    });
  });
}

/** https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary */
function isCanary({ inputs }: GraphNode): boolean {
  return at(inputs, 'metadata', 'annotations', 'nginx.ingress.kubernetes.io/canary') === 'true';
}

/** cert-manager makes one Certificate for each Secret, with the hosts of the Ingress that came first; the other is never served. */
function sameCertificates(
  node: GraphNode,
  certificates: Map<string, { readonly hosts: string; readonly node: GraphNode }>,
  findings: Findings,
): void {
  if (!isIssued(node)) return;
  for (const tls of list(at(node.inputs, 'spec', 'tls'))) {
    const secret = knownText(at(tls, 'secretName'));
    if (secret === undefined) continue;
    const hosts = list(at(tls, 'hosts')).map(String).sort().join(', ');
    const key = `${node.provider ?? ''} ${node.object?.namespace ?? ''}/${secret}`;
    const other = certificates.get(key);
    certificates.set(key, other ?? { hosts, node });
    if (other === undefined || other.hosts === hosts || other.node === node) continue;
    const what = `its certificate is to lie in Secret ${secret}, as that of ${other.node.path} does, for other hosts; cert-manager makes one of the two.`;
    findings.tell('SW-EXPOSE-006', what, `tlsSecret: '${node.object?.name ?? secret}-tls'`);
  }
}

function isIssued({ inputs }: GraphNode): boolean {
  return ['cluster-issuer', 'issuer'].some(
    (word) => at(inputs, 'metadata', 'annotations', `cert-manager.io/${word}`) !== undefined,
  );
}
