import { fork } from 'node:child_process';
import { type FSWatcher, readdirSync, watch as watchFolder } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './package-root';
import type { PreviewOptions } from './preview-options';

/** Saves come in bursts: editors write, rename and touch. */
const SETTLE_MS = 60;
const IGNORED = /(^|\/)(node_modules|\.git|dist|\.seaworthy)(\/|$)|~$|\.sw.$/;
const CLEAR = '\u001b[2J\u001b[3J\u001b[H';

/**
 * Draws again after each save, and marks the lines that changed. Each drawing is a process of its own that has loaded all libraries
 * beforehand and only waits for the word, so that nothing of an earlier program stays, and no time is lost.
 */
export function watch(options: PreviewOptions): Promise<boolean> {
  let spare = warmed();
  let shown: readonly string[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    const child = spare;
    spare = warmed();
    child.once('message', (text) => {
      const lines = String(text).split('\n');
      process.stdout.write(`${process.stdout.isTTY ? CLEAR : ''}${marked(lines, shown)}\n`);
      shown = lines;
    });
    child.send({ ...options, watch: false });
  };
  draw();
  return new Promise((resolve) => {
    const saved = (_event: string, file: string | null) => {
      if (file === null || IGNORED.test(file)) return;
      clearTimeout(timer);
      timer = setTimeout(draw, SETTLE_MS);
    };
    const watchers = watched(process.cwd(), saved);
    process.once('SIGINT', () => {
      for (const watcher of watchers) watcher.close();
      spare.kill();
      resolve(true);
    });
  });
}

/** The folder itself, and all below it but what is ignored: node_modules alone has thousands of folders to watch. */
function watched(root: string, saved: (event: string, file: string | null) => void): FSWatcher[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !IGNORED.test(entry.name),
  );
  const below = folders.map(({ name }) => watchFolder(join(root, name), { recursive: true }, saved));
  return [watchFolder(root, saved), ...below];
}

function warmed() {
  const width = `${process.stdout.columns ?? ''}`;
  return fork(join(packageRoot(), 'bin', 'preview-worker.js'), [], {
    env: { ...process.env, SEAWORTHY_COLUMNS: width, ...(process.stdout.isTTY ? { SEAWORTHY_TTY: '1' } : {}) },
  });
}

/** A bar before each line that was not there before. */
function marked(lines: readonly string[], before: readonly string[] | undefined): string {
  if (before === undefined) return lines.join('\n');
  const known = new Set(before);
  return lines
    .map((line) => (line === '' || known.has(line) || / · .* s$/.test(line) ? line : `▎${line.replace(/^ /, '')}`))
    .join('\n');
}
