import type { Platform } from '../constructs/core/platform';

/** What every system is given. */
export interface Surroundings<Settings> {
  readonly platform: Platform;
  readonly environment: string;
  readonly settings: Settings;
}
