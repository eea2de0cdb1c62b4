import { ProblemsError } from '../constructs/core/problem';
import { RefusedError } from './register';

/** Wraps a program; what it returns are the stack's outputs. Wraps it so that what is wrong with its configuration or constructs reaches the reader as problems, not as a stack trace. */
export function program<Outputs>(main: () => Promise<Outputs>): () => Promise<Outputs> {
  return async () => {
    try {
      return await main();
    } catch (error) {
      throw error instanceof ProblemsError ? new RefusedError(error.problems) : error;
    }
  };
}
