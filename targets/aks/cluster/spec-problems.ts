import { rangeOf } from '../../../constructs/core/addresses';
import type { Problem } from '../../../constructs/core/problem';
import type { AksSpec } from './aks-spec';

/** What Azure would refuse when half of it is made. */
export function specProblems(spec: AksSpec): Problem[] {
  const error = (code: string, what: string, fix: string): Problem => ({ code, severity: 'error', what, fix });
  const pools = (['nodes', 'spot'] as const).flatMap((pool) => {
    const { least, most } = spec[pool];
    const what = `aks:${pool}.most is ${most}, and aks:${pool}.count ${least}.`;
    return most > 0 && most < least ? [error('SW-AKS-011', what, `aks:${pool}.most: ${least}`)] : [];
  });
  const ranges = overlapping(spec).map(([a, b]) =>
    error('SW-AKS-012', `aks:${a} and aks:${b} overlap; each needs addresses of its own.`, `aks:${a}: another range`),
  );
  return [...pools, ...ranges];
}

function overlapping(spec: AksSpec): [string, string][] {
  const named = (['cidr', 'podCidr', 'serviceCidr'] as const).flatMap((name) => {
    const range = rangeOf(spec[name]);
    return range === undefined ? [] : [{ name, range }];
  });
  return named.flatMap((a, i) =>
    named
      .slice(i + 1)
      .filter((b) => a.range.first <= b.range.last && b.range.first <= a.range.last)
      .map((b): [string, string] => [a.name, b.name]),
  );
}
