import { Size, SizeRoundingBehavior } from 'cdk8s';
import type { Problem } from './problem';

/** How many copies of a pod run. */
export type Copies =
  | {
      /** Fewest copies. */
      readonly min: number;
      /** Most copies; the same as `min` for a fixed number. */
      readonly max: number;
      /** Copies are added above this part of the CPU request, in percent. @default 70 */
      readonly cpu?: number;
      /** Copies are added above this part of the memory request, in percent. @default memory is not looked at */
      readonly memory?: number;
      readonly exactlyOneBecause?: never;
    }
  | {
      /** Exactly one, for this reason: no number is left to patch, and the old one stops before the new one starts. */
      readonly exactlyOneBecause: string;
      readonly min?: never;
      readonly max?: never;
      readonly cpu?: never;
      readonly memory?: never;
    };

export type Scale = Extract<Copies, { min: number }>;

const DEFAULT_CPU = 70;

/** The copies that an environment allows: never more than its profile's `mostCopies`, and at most that many as a floor. */
export function copiesWithin(copies: Copies, most: number): Copies {
  if (copies.exactlyOneBecause !== undefined) return copies;
  return { ...copies, min: most < copies.min ? 1 : copies.min, max: Math.min(copies.max, most) };
}

/** The scale, where an autoscaler owns the number. */
export function scaleOf(copies: Copies): Scale | undefined {
  return copies.exactlyOneBecause === undefined && copies.max > copies.min ? copies : undefined;
}

export function initialCopies(copies: Copies): number {
  return copies.min ?? 1;
}

/** Whether there can ever be a second copy, so that one may be spared. */
export function canBeSeveral(copies: Copies): boolean {
  return (copies.max ?? 1) > 1;
}

export function cpuTarget(copies: Scale): number {
  return copies.cpu ?? DEFAULT_CPU;
}

/** Most pods at one time: while it rolls, one more than its copies, unless the old one stops before. */
export function mostPods(copies: Copies): number {
  return copies.exactlyOneBecause === undefined ? copies.max + 1 : 1;
}

/** `3–10 copies at 70 % CPU` */
export function copiesInWords(copies: Copies): string {
  if (copies.exactlyOneBecause !== undefined) return `exactly 1 copy: ${copies.exactlyOneBecause}`;
  if (copies.max === copies.min) return copies.min === 1 ? '1 copy' : `${copies.min} copies`;
  const memory = copies.memory === undefined ? '' : `, ${copies.memory} % memory`;
  return `${copies.min}–${copies.max} copies at ${cpuTarget(copies)} % CPU${memory}`;
}

export function copiesProblems(copies: Copies): Problem[] {
  if (copies.exactlyOneBecause !== undefined) return [];
  const problems: Problem[] = [];
  if (!Number.isInteger(copies.min) || copies.min < 1) {
    problems.push({
      code: 'SW-COPIES-001',
      severity: 'error',
      what: `copies.min is ${copies.min}; it must be a whole number of 1 or more.`,
      fix: 'copies: { min: 1, max: 3 }',
    });
  }
  if (!Number.isInteger(copies.max) || copies.max < copies.min) {
    problems.push({
      code: 'SW-COPIES-002',
      severity: 'error',
      what: `copies.max is ${copies.max}; it must be a whole number of ${copies.min} (copies.min) or more.`,
      fix: `copies: { min: ${copies.min}, max: ${Math.max(copies.min, 3)} }`,
    });
  }
  return problems;
}

/** What a program of Node, Python or the JVM holds with nothing to do, and does not give back. */
const IDLE = Size.mebibytes(150);

/** Copies that are added for memory go only where one without work is below the target. */
export function idleProblems(copies: Copies, request: Size | undefined): Problem[] {
  const { memory } = scaleOf(copies) ?? {};
  if (memory === undefined || request === undefined) return [];
  const target = Math.floor((request.toMebibytes({ rounding: SizeRoundingBehavior.FLOOR }) * memory) / 100);
  if (target >= IDLE.toMebibytes()) return [];
  const what = `copies are added above ${target} MiB each (${memory} % of the memory that is requested); a program holds about that much with nothing to do, and copies that were added would never go.`;
  const fix = `memory: { request: Size.mebibytes(${Math.ceil((IDLE.toMebibytes() * 100) / memory / 64) * 64}) }, or copies by CPU alone`;
  return [{ code: 'SW-COPIES-003', severity: 'warning', what, fix }];
}
