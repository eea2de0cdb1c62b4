import { toString as describe } from 'cronstrue';
import type { Problem } from './problem';

/** `at 03:00, only on Sunday, UTC`; the schedule itself where it is none. */
export function scheduleInWords(schedule: string): string {
  const words = described(schedule);
  return 'failure' in words ? schedule : `${words.text.charAt(0).toLowerCase()}${words.text.slice(1)}, UTC`;
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax */
export function scheduleProblems(schedule: string): Problem[] {
  const words = described(schedule);
  if (!('failure' in words)) return [];
  const what = `schedule is "${schedule}", which is no schedule of cron: ${words.failure}.`;
  return [{ code: 'SW-SCHEDULE-001', severity: 'error', what, fix: "schedule: '0 2 * * *'" }];
}

function described(schedule: string): { readonly text: string } | { readonly failure: string } {
  try {
    return { text: describe(schedule, { use24HourTimeFormat: true, verbose: false }) };
  } catch (error) {
    return {
      failure: String(error)
        .replace(/^Error: /, '')
        .replace(/\.$/, ''),
    };
  }
}
