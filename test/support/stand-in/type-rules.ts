import type { Properties } from './server';

/** What a type of a cloud takes, and what it answers: as far as tests need it. */
export interface TypeRules {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** A change of these replaces the resource. */
  readonly fixed: readonly string[];
  readonly outputs: (inputs: Properties, id: string) => Properties;
}

export const arn = (service: string, name: unknown) => `arn:aws:${service}:eu-central-1:123456789012:${String(name)}`;
