import { RunError } from '@pulumi/pulumi/errors';

/**
 * An error for people: its message says all, and it has no stack. The language host renders whatever has one by `util.inspect`, which takes
 * some twenty seconds of CPU where the lines are mapped back to their sources.
 * https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/run/error.ts
 */
export class ToldError extends RunError {
  override readonly stack = '';
}
