import { opensTheWorld } from '../constructs/core/addresses';
import type { Problem } from '../constructs/core/problem';
import { isSystem } from '../constructs/core/system';
import type { GraphNode } from './graph';
import { at, eachLeaf, list } from './json-value';

/**
 * What opens more than it says: a policy to a range that is most of all addresses, private networks and metadata services among them, or to
 * anywhere; a security group that lets the world in. Refused in a System, named elsewhere.
 */
export function openWorldProblems(nodes: readonly GraphNode[]): Problem[] {
  const systems = new Set(nodes.filter((n) => isSystem(n.construct)).map((n) => n.path));
  return nodes.flatMap((node) => {
    const severity = node.system !== undefined && systems.has(node.system) ? 'error' : 'warning';
    const fix = "the ranges that are meant, or an External: cidr: '10.0.0.0/16'";
    return placesOf(node).map((what): Problem => ({ code: 'SW-NETWORK-001', severity, where: node.path, what, fix }));
  });
}

function placesOf(node: GraphNode): string[] {
  if (node.object?.kind === 'NetworkPolicy' && node.object.apiVersion === 'networking.k8s.io/v1') return ofPolicy(node);
  return /^aws:.*securitygroup/i.test(node.type) ? ofSecurityGroup(node) : [];
}

/** Who comes in from the world is answered with what the port serves; who goes out to all of it reaches what is private, too. */
function ofPolicy({ inputs }: GraphNode): string[] {
  return list(at(inputs, 'spec', 'egress')).flatMap((rule, i) => {
    const place = `spec.egress[${i}]`;
    const peers = list(at(rule, 'to'));
    if (peers.length === 0) return [`${place} names no peer, and lets the pods out to anywhere.`];
    return peers.flatMap((peer, j) => {
      const cidr = at(peer, 'ipBlock', 'cidr');
      const isWide =
        typeof cidr === 'string' && opensTheWorld(cidr) && list(at(peer, 'ipBlock', 'except')).length === 0;
      return isWide ? [`${place}.to[${j}].ipBlock.cidr is ${cidr}, with what is private.`] : [];
    });
  });
}

function ofSecurityGroup({ inputs, type }: GraphNode): string[] {
  if (/egressrule/i.test(type) || inputs.type === 'egress') return [];
  const { egress: _, ...others } = inputs;
  const found: string[] = [];
  eachLeaf(others, (leaf, path, isKey) => {
    if (!isKey && typeof leaf === 'string' && opensTheWorld(leaf))
      found.push(`${path()} is ${leaf}, which is the world.`);
  });
  return found;
}
