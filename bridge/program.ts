import { ProblemsError } from '../constructs/core/problem';
import { RefusedError } from './register';
import { stoppedProgram } from './stopped';

/** Wraps a program; what it returns are the stack's outputs. Wraps it so that what is wrong with its configuration or constructs reaches the reader as problems, not as a stack trace. */
export function program<Outputs>(main: () => Promise<Outputs>): () => Promise<Outputs> {
  return async () => {
    try {
      return await main();
    } catch (error) {
      if (error instanceof ProblemsError) throw new RefusedError(error.problems);
      const stopped = stoppedProgram(error);
      throw stopped === undefined ? error : new RefusedError([stopped]);
    }
  };
}
