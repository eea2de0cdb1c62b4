import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Problem, ProblemsError } from '../constructs/core/problem';
import { BESIDE, told, writeThrough } from '../constructs/core/whole-file';

/** Whose folders they are: a folder of another project is not touched, one of another environment is made anew. */
export interface Maker {
  readonly project: string;
  readonly environment: string;
}

/** Content by path within the folder. */
export type Contents = ReadonlyMap<string, string>;

/** In each folder that we made, and no YAML: kubectl passes it by. Its lines: what it is, whose, and what we put there. */
const MARK = '.seaworthy';
const HEAD =
  'Made by `npx seaworthy synth`, and made anew by it. What is not listed here is somebody else’s, and stays.';

/**
 * Makes folders below `root` anew. All of them are written beside first and then moved into place, one rename after the other: a kill or a
 * full disk leaves the old ones, whole. What somebody put into a folder of ours stays. A folder of ours that the same project and
 * environment no longer make is deleted; one without our mark is never touched.
 * @throws ProblemsError SW-FILE-002 where a folder of that name is not ours; nothing is changed then
 */
export function makeFolders(root: string, folders: ReadonlyMap<string, Contents>, maker: Maker): void {
  told(root, () => mkdirSync(root, { recursive: true }));
  mendKilled(root);
  const problems = [...folders.keys()].flatMap((name) => notOurs(join(root, name), maker));
  if (problems.length > 0) throw new ProblemsError(problems);
  const stage = join(root, `${BESIDE}${process.pid}-${randomBytes(4).toString('hex')}`);
  told(root, () => {
    try {
      mkdirSync(stage);
      for (const [name, contents] of folders) {
        writeFolder(join(stage, `new-${name}`), contents, maker);
        carry(join(root, name), join(stage, `new-${name}`), contents);
      }
      const gone = madeFolders(root).filter((name) => !folders.has(name) && isOf(join(root, name), maker));
      swap(root, stage, [...folders.keys()], gone);
    } finally {
      rmSync(stage, { recursive: true, force: true });
    }
  });
}

/** The folders in `root` that have our mark. */
export function madeFolders(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !entry.name.startsWith(BESIDE) && markOf(join(root, entry.name)) !== undefined,
    )
    .map(({ name }) => name)
    .sort();
}

function writeFolder(folder: string, contents: Contents, { project, environment }: Maker): void {
  mkdirSync(folder);
  for (const [file, content] of contents) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeThrough(join(folder, file), content);
  }
  writeThrough(join(folder, MARK), [HEAD, `${project} ${environment}`, ...contents.keys(), ''].join('\n'));
}

/** What somebody else put into the folder, into the one that takes its place. */
function carry(from: string, to: string, contents: Contents): void {
  const mark = markOf(from);
  if (mark === undefined) return;
  const ours = new Set([MARK, ...mark.files]);
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const file = path.slice(from.length + 1);
    if (!ours.has(file) && !contents.has(file))
      cpSync(path, join(to, file), { preserveTimestamps: true, verbatimSymlinks: true });
  }
}

/** Old ones out of the way, new ones in; what was done is undone where a step fails. */
function swap(root: string, stage: string, names: readonly string[], gone: readonly string[]): void {
  const undo: (() => void)[] = [];
  const move = (from: string, to: string) => {
    renameSync(from, to);
    undo.unshift(() => renameSync(to, from));
  };
  try {
    for (const name of [...names, ...gone]) {
      if (existsSync(join(root, name))) move(join(root, name), join(stage, `old-${name}`));
      if (names.includes(name)) move(join(stage, `new-${name}`), join(root, name));
    }
  } catch (error) {
    for (const step of undo) step();
    throw error;
  }
}

/** What a run that was killed left: the old folder returns where the new one did not arrive. */
function mendKilled(root: string): void {
  for (const stage of readdirSync(root).filter((name) => name.startsWith(BESIDE))) {
    const pid = new RegExp(`^\\${BESIDE}(\\d+)-[0-9a-f]{8}$`).exec(stage)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    for (const old of readdirSync(join(root, stage)).filter((name) => name.startsWith('old-'))) {
      const place = join(root, old.slice('old-'.length));
      if (!existsSync(place)) renameSync(join(root, stage, old), place);
    }
    rmSync(join(root, stage), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}

interface Mark {
  readonly of: string;
  readonly files: readonly string[];
}

function markOf(folder: string): Mark | undefined {
  const path = join(folder, MARK);
  const [head, of = '', ...files] = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return head === HEAD ? { of, files: files.filter((file) => file !== '') } : undefined;
}

function isOf(folder: string, { project, environment }: Maker): boolean {
  return markOf(folder)?.of === `${project} ${environment}`;
}

function notOurs(folder: string, { project }: Maker): Problem[] {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined || (found.isDirectory() && readdirSync(folder).length === 0)) return [];
  const mark = found.isDirectory() ? markOf(folder) : undefined;
  if (mark?.of.split(' ')[0] === project) return [];
  const why =
    mark === undefined
      ? 'was not made by seaworthy (it has no mark of ours), and would be replaced'
      : `was made from the project ${mark.of.split(' ')[0]}, and would be replaced`;
  const what = `${folder} ${why}. Nothing was changed.`;
  const fix = 'another folder behind --out; or move that one away';
  return [{ code: 'SW-FILE-002', severity: 'error', where: folder, what, fix }];
}
