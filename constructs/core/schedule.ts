import { toString as describe } from 'cronstrue';
import { neverComes, refusalOf } from './cron';
import type { Problem } from './problem';

/** `at 03:00, only on Sunday, UTC`; the schedule itself where there are no words for it. */
export function scheduleInWords(schedule: string): string {
  const words = refusalOf(schedule) === undefined ? described(schedule) : undefined;
  return words === undefined ? schedule : `${words.charAt(0).toLowerCase()}${words.slice(1)}, UTC`;
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax, by Kubernetes' own rules. */
export function scheduleProblems(schedule: string, field = 'schedule'): Problem[] {
  const refusal = refusalOf(schedule);
  if (refusal !== undefined) {
    const what = `${field} is "${schedule}", which is no schedule that Kubernetes takes: ${refusal}.`;
    return [{ code: 'SW-SCHEDULE-001', severity: 'error', what, fix: "schedule: '0 2 * * *'" }];
  }
  if (!neverComes(schedule)) return [];
  const what = `${field} is "${schedule}", a day that no month has: it never runs.`;
  return [{ code: 'SW-SCHEDULE-002', severity: 'warning', what, fix: "schedule: '0 2 1 * *'" }];
}

function described(schedule: string): string | undefined {
  try {
    return describe(schedule, { use24HourTimeFormat: true, verbose: false });
  } catch {
    return undefined;
  }
}
