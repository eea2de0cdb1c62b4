/**
 * Schedules as Kubernetes reads them: five fields of https://github.com/robfig/cron/blob/v3.0.1/parser.go, or one of its words. Other
 * crons know more (L, W, #, 7 for Sunday, ranges that wrap around); the API server refuses those.
 */
interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly [Field, Field, Field, Field, Field] = [
  { name: 'minute', from: 0, to: 59, names: [] },
  { name: 'hour', from: 0, to: 23, names: [] },
  { name: 'day of the month', from: 1, to: 31, names: [] },
  { name: 'month', from: 1, to: 12, names: MONTHS },
  { name: 'day of the week', from: 0, to: 6, names: DAYS },
];
const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const WORDS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
/** https://pkg.go.dev/time#ParseDuration */
const EVERY = /^@every ([+-]?(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/;

/** The values of a field; `any` where a star leaves it open. */
interface Times {
  readonly values: ReadonlySet<number>;
  readonly any: boolean;
}

/** Why Kubernetes refuses a schedule; undefined where it takes it. */
export function refusalOf(schedule: string): string | undefined {
  if (/^\s*(CRON_)?TZ=/.test(schedule)) return 'a time zone stands in timeZone, not in the schedule';
  if (schedule.startsWith('@')) {
    const isKnown = WORDS.includes(schedule) || EVERY.test(schedule);
    return isKnown ? undefined : `${schedule} is none of ${WORDS.join(', ')} and "@every 5m"`;
  }
  const texts = fieldsOf(schedule);
  if (texts.length !== FIELDS.length) return `it has ${texts.length} fields, and needs ${FIELDS.length}`;
  return FIELDS.map((field, i) => timesOf(texts[i] ?? '', field)).find((times) => typeof times === 'string');
}

/** Whether a schedule that Kubernetes takes names days that no calendar has: 31 February. */
export function neverComes(schedule: string): boolean {
  const texts = fieldsOf(schedule);
  if (schedule.startsWith('@') || texts.length !== FIELDS.length) return false;
  const [, , days, months, weekdays] = FIELDS.map((field, i) => timesOf(texts[i] ?? '', field));
  if (typeof days !== 'object' || typeof months !== 'object' || typeof weekdays !== 'object') return false;
  // With a day of the week beside a day of the month, either is enough.
  if (!days.any && !weekdays.any) return false;
  return ![...months.values].some((month) => [...days.values].some((day) => day <= (LONGEST_MONTH[month - 1] ?? 31)));
}

function fieldsOf(schedule: string): string[] {
  return schedule.split(/\s+/).filter((text) => text !== '');
}

function timesOf(text: string, field: Field): Times | string {
  const parts = text.split(',').filter((part) => part !== '');
  if (parts.length === 0) return `"${text}" names no ${field.name}`;
  const values = new Set<number>();
  let any = false;
  for (const part of parts) {
    const range = rangeOf(part, field);
    if (typeof range === 'string') return range;
    for (let n = range.from; n <= range.to; n += range.step) values.add(n);
    any ||= range.any;
  }
  return { values, any };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly any: boolean;
}

function rangeOf(part: string, field: Field): Range | string {
  const [span = '', stepText, ...tooMany] = part.split('/');
  const [low = '', high, ...more] = span.split('-');
  if (tooMany.length > 0 || more.length > 0) return `"${part}" is no range of a ${field.name}`;
  const isStar = low === '*' || low === '?';
  const from = isStar ? field.from : numberOf(low, field.names);
  const to = isStar ? field.to : high === undefined ? from : numberOf(high, field.names);
  const step = stepText === undefined ? 1 : numberOf(stepText, []);
  if (from === undefined || to === undefined || step === undefined) return `"${part}" is no ${field.name}`;
  const last = stepText !== undefined && high === undefined ? field.to : to;
  return spanProblem(part, field, { from, to: last, step }) ?? { from, to: last, step, any: isStar && step === 1 };
}

function spanProblem(part: string, field: Field, { from, to, step }: Omit<Range, 'any'>): string | undefined {
  if (from < field.from) return `"${part}" begins below ${field.from}, the first ${field.name}`;
  if (to > field.to) return `"${part}" ends above ${field.to}, the last ${field.name}${sunday(part, field)}`;
  if (from > to) return `"${part}" ends before it begins; write two ranges`;
  return step === 0 ? `"${part}" has steps of 0` : undefined;
}

function sunday(part: string, field: Field): string {
  return field.names === DAYS && part.includes('7') ? ' (Sunday is 0)' : '';
}

function numberOf(text: string, names: readonly string[]): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return names === MONTHS ? named + 1 : named;
  return /^\+?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
