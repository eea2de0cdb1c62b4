import type { Problem } from '../../constructs/core/problem';

/** Settings of the namespace that only some parts need, and are not there. */
export function missing(keys: Readonly<Record<string, unknown>>): Problem[] {
  return Object.entries(keys).flatMap(([key, value]): Problem[] => {
    if (value !== undefined) return [];
    const what = `${key} is not set, and this part needs it.`;
    return [{ code: 'SW-AKS-001', severity: 'error', what, fix: `pulumi config set ${key} …` }];
  });
}
