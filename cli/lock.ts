import { lockFile, readLock, writeLock } from '../bridge/lock-file';
import { placeholdersIn } from '../constructs/core/placeholder';
import { ProblemsError } from '../constructs/core/problem';
import { isAcceptable, lockOf } from '../graph/identity';
import { counted } from '../plan/render-problems';
import { runProject } from './run-project';

export interface LockOptions {
  readonly env: string;
  readonly check: boolean;
}

/** Writes the identity lock of an environment. What the lock refuses is accepted here, but for what would fail. */
export async function lock({ env, check }: LockOptions): Promise<boolean> {
  const { project, graphs, problems } = await runProject(process.cwd(), env);
  const others = problems.filter((p) => p.severity === 'error' && !isAcceptable(p));
  if (others.length > 0) throw new ProblemsError(others);
  const wanted = lockOf(project.name, graphs, placeholdersIn(project.config));
  const isSame = JSON.stringify(readLock(project.folder, env, project.name).lock) === JSON.stringify(wanted);
  const file = lockFile(env);
  if (check) {
    process.stdout.write(
      isSame ? `${file} is up to date.\n` : `${file} is not up to date. Fix: npx seaworthy lock --env ${env}\n`,
    );
    return isSame;
  }
  if (!isSame) writeLock(project.folder, env, wanted);
  const names = counted(Object.keys(wanted.resources).length, 'name');
  process.stdout.write(isSame ? `${file} was up to date: ${names}.\n` : `${file} written: ${names}. Commit it.\n`);
  return true;
}
