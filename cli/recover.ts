import { fork } from 'node:child_process';
import { join } from 'node:path';
import { ProblemsError } from '../constructs/core/problem';
import type { Operation, Told } from '../operate/engine';
import { recover } from '../operate/recover';
import { explanations } from '../operate/why';
import { pageOf } from '../plan/page';
import { renderProblems } from '../plan/render-problems';
import { packageRoot } from './package-root';
import { openProject, type Project } from './project';

export interface RecoverOptions {
  readonly env: string;
  readonly force: boolean;
}

/** Brings a stack to converge. True where it did. */
export async function recoverStack({ env, force }: RecoverOptions): Promise<boolean> {
  const project = openProject(process.cwd(), env);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`\n  recovering ${project.name}/${env}`);
  try {
    const { adopted, changed } = await recover((operation, onStep) => inOwnProcess(operation, project, onStep), {
      force,
      say,
    });
    const taken = adopted.length === 0 ? '' : `, ${adopted.length} taken over`;
    say(`\n  Converged: ${changed} changed${taken}; the last up changed nothing.\n`);
    return true;
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    const page = pageOf(process.stdout, process.env);
    const why = explanations(error.problems);
    say(
      [
        '',
        ...renderProblems(error.problems, page),
        ...why,
        '',
        `  Mend it, then: npx seaworthy recover --env ${env}`,
        '',
      ].join('\n'),
    );
    return false;
  }
}

function inOwnProcess(
  operation: Operation,
  { folder, name, environment, entry }: Project,
  onStep: (told: Told) => void,
): Promise<readonly Told[]> {
  const worker = fork(join(packageRoot(), 'bin', 'engine-worker.js'), [], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const told: Told[] = [];
  worker.on('message', (message: Told) => {
    told.push(message);
    onStep(message);
  });
  worker.send({ operation, project: { folder, name, environment, entry } });
  // Its last messages may come after its end.
  const ended = new Promise<number | null>((resolve) => worker.once('exit', resolve));
  const heard = new Promise<void>((resolve) => worker.once('disconnect', resolve));
  return Promise.all([ended, heard]).then(([code]) => {
    const isComplete = told.some((t) => t.kind === 'ended');
    const message = `the process of the engine ended with ${code}`;
    return isComplete ? told : [...told, { kind: 'ended', isFine: false, message }];
  });
}
