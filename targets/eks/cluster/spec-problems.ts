import { rangeOf } from '../../../constructs/core/addresses';
import type { Problem } from '../../../constructs/core/problem';
import type { EksSpec, NodePool } from './eks-spec';
import { isArm } from './nodes';

/** What AWS would refuse when half of it is made. */
export function specProblems(spec: EksSpec): Problem[] {
  const problems: Problem[] = [];
  const error = (code: string, what: string, fix: string) => problems.push({ code, severity: 'error', what, fix });
  const { zones, region, cidr, serviceCidr } = spec;
  const strange = zones.filter((zone) => zone.slice(0, -1) !== region);
  if (strange.length > 0)
    error(
      'SW-EKS-002',
      `eks:zones has ${strange.join(', ')}, and the region is ${region}.`,
      `eks:zones: [${region}a, ${region}b]`,
    );
  if (new Set(zones).size < 2 || new Set(zones).size !== zones.length || zones.length > 4) {
    const what = `eks:zones is ${zones.join(', ')}; EKS and RDS need two different zones at least, and the ranges here are for four.`;
    error('SW-EKS-002', what, `eks:zones: [${region}a, ${region}b, ${region}c]`);
  }
  if (overlaps(cidr, serviceCidr)) {
    const what = `eks:serviceCidr ${serviceCidr} and eks:cidr ${cidr} overlap; addresses of Services are none of the network’s.`;
    error('SW-EKS-003', what, 'eks:serviceCidr: 10.100.0.0/16');
  }
  for (const [key, pool] of [
    ['nodes', spec.nodes],
    ['spot', spec.spot],
  ] as const) {
    const wrong = poolProblem(key, pool);
    if (wrong !== undefined) error('SW-EKS-004', ...wrong);
  }
  return problems;
}

/** What, and its fix. */
function poolProblem(key: 'nodes' | 'spot', pool: NodePool): [string, string] | undefined {
  const { types, least, most } = pool;
  if (most > 0 && most < least)
    return [`eks:${key}.most is ${most}, and eks:${key}.count ${least}.`, `eks:${key}.most: ${least}`];
  const arms = types.map((type) => isArm({ types: [type] }));
  if (new Set(arms).size < 2) return undefined;
  const what = `eks:${key}.types has ${types.join(', ')}: of two architectures, where nodes of a group start from one image.`;
  return [what, `eks:${key}.types: [${types.filter((_, i) => arms[i] === arms[0]).join(', ')}]`];
}

function overlaps(a: string, b: string): boolean {
  const [one, other] = [rangeOf(a), rangeOf(b)];
  return one !== undefined && other !== undefined && one.first <= other.last && other.first <= one.last;
}
