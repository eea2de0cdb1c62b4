import { ProblemsError } from '../constructs/core/problem';
import { RefusedError } from './register';

/** Wraps a program, so that what is wrong with its configuration or constructs reaches the reader as problems, not as a stack trace. */
export function program(main: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      await main();
    } catch (error) {
      throw error instanceof ProblemsError ? new RefusedError(error.problems) : error;
    }
  };
}
