import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ProblemsError } from './problem';

export interface WholeFileOptions {
  /** Rights of the file, also where it stood there before. @default those it had; of a new one, what the umask leaves of 0666 */
  readonly mode?: number;
}

/** Begins the name of what is written beside, before it is moved into place: whoever finds one left over may delete it. */
export const BESIDE = '.seaworthy-';

/**
 * Writes a file beside itself and moves it into place: whatever happens meanwhile (a kill, a full disk, a power cut), the old or the new
 * stands there, whole. A link stays one: what it leads to is written.
 * @throws ProblemsError SW-FILE-001 where the disk, the rights or the path do not allow it; nothing is changed then
 */
export function writeWhole(path: string, content: string, options: WholeFileOptions = {}): void {
  told(path, () => {
    const target = targetOf(path);
    const mode = options.mode ?? modeOf(target);
    const beside = join(
      dirname(target),
      `${BESIDE}${basename(target).slice(0, 100)}-${randomBytes(4).toString('hex')}`,
    );
    try {
      writeThrough(beside, content, mode);
      renameSync(beside, target);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  });
}

/** Writes a new file down to the disk. `mode` is what it has then, whatever the umask. */
export function writeThrough(path: string, content: string, mode?: number): void {
  const file = openSync(path, 'wx', mode ?? 0o666);
  try {
    if (mode !== undefined) fchmodSync(file, mode);
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Does something with the file system; what it refuses becomes a problem with its fix. */
export function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const why = WHY[codeOf(error)];
    if (why === undefined) throw error;
    const what = `${path} cannot be written: ${why.what}. What stood there is as it was.`;
    throw new ProblemsError([{ code: 'SW-FILE-001', severity: 'error', where: path, what, fix: why.fix }]);
  }
}

/** `ENOSPC`; not by the class of the error, which may be another realm's. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

const RIGHTS = { what: 'you have no right to', fix: 'another folder, or the rights of this one: ls -ld' };
const NO_FOLDER = { what: 'a file stands where a folder must', fix: 'name another folder, or move that file away' };
const FULL = { what: 'the disk is full', fix: 'make room: df -h' };

/** https://nodejs.org/api/errors.html#common-system-errors */
const WHY: Readonly<Record<string, { readonly what: string; readonly fix: string }>> = {
  ENOSPC: FULL,
  EDQUOT: { what: 'your share of the disk is used up', fix: 'make room: quota' },
  EFBIG: { what: 'the file would be larger than the system allows', fix: 'ulimit -f' },
  EIO: { what: 'the disk cannot be read or written', fix: 'look at the disk: dmesg' },
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EROFS: { what: 'the disk is mounted for reading only', fix: 'a folder on another disk' },
  ENOTDIR: NO_FOLDER,
  EEXIST: NO_FOLDER,
  EISDIR: { what: 'a folder stands where the file must', fix: 'move that folder away' },
  ENOENT: { what: 'its folder is not there', fix: 'make the folder first: mkdir -p' },
  ELOOP: { what: 'its links go round in a circle', fix: 'a path without such links' },
  ENAMETOOLONG: { what: 'the path is too long for the system', fix: 'a shorter path' },
  EBUSY: { what: 'another program holds it', fix: 'end that program, and run this again' },
  EMFILE: { what: 'too many files are open', fix: 'ulimit -n 4096' },
};

function targetOf(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? realpathSync(path) : path;
}

function modeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : found.mode & 0o7777;
}
