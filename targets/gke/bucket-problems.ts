import type { StoreRequest } from '../../constructs/core/platform';
import type { Problem } from '../../constructs/core/problem';

/** A hundred years: https://cloud.google.com/storage/docs/bucket-lock#retention-periods */
const MOST_DAYS = 36_500;

export function keptTooLong({ keepDays, locked }: StoreRequest): Problem[] {
  if (!locked || keepDays <= MOST_DAYS) return [];
  const what = `keep is ${keepDays} days; a bucket of Google Cloud is locked for ${MOST_DAYS} at most.`;
  return [{ code: 'SW-GKE-003', severity: 'error', what, fix: `keep: Duration.days(${MOST_DAYS})` }];
}
