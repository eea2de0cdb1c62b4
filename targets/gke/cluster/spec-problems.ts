import { rangeOf } from '../../../constructs/core/addresses';
import type { Problem } from '../../../constructs/core/problem';
import type { GkeSpec } from './gke-spec';

/** A node takes a /24 of the range of pods, for 110 of them: https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing_secondary_range_pods */
const BITS_OF_A_NODE = 8;

/** What Google would refuse when half of it is made. */
export function specProblems(spec: GkeSpec): Problem[] {
  const error = (code: string, what: string, fix: string): Problem => ({ code, severity: 'error', what, fix });
  const nodes = spec.nodes.most + spec.spot.most;
  const room = 2 ** (32 - BITS_OF_A_NODE - (rangeOf(spec.podCidr)?.length ?? 0));
  return [
    ...overlapping(spec).map(([a, b]) =>
      error('SW-GKE-005', `gke:${a} and gke:${b} overlap; each needs addresses of its own.`, `gke:${a}: another range`),
    ),
    ...(nodes > room
      ? [
          error(
            'SW-GKE-006',
            `gke:podCidr ${spec.podCidr} is enough for ${room} nodes, and there may be ${nodes}.`,
            'gke:podCidr: 10.4.0.0/14',
          ),
        ]
      : []),
    ...(['nodes', 'spot'] as const).flatMap((pool) => {
      const { least, most } = spec[pool];
      const what = `gke:${pool}.most is ${most}, and gke:${pool}.count ${least}.`;
      return most > 0 && most < least ? [error('SW-GKE-006', what, `gke:${pool}.most: ${least}`)] : [];
    }),
  ];
}

function overlapping(spec: GkeSpec): [string, string][] {
  const named = (['nodeCidr', 'podCidr', 'serviceCidr', 'controlPlaneCidr', 'privateServicesCidr'] as const).flatMap(
    (name) => {
      const range = rangeOf(spec[name]);
      return range === undefined ? [] : [{ name, range }];
    },
  );
  return named.flatMap((a, i) =>
    named.slice(i + 1).flatMap((b): [string, string][] => {
      const isApart = a.range.last < b.range.first || b.range.last < a.range.first;
      return isApart ? [] : [[b.name, a.name]];
    }),
  );
}
