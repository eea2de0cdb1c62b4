import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as a person sees them. */
  readonly output: string;
}

/** Runs the real command, as a person does. */
export function seaworthy(
  args: readonly string[],
  options: { folder?: string; environment?: NodeJS.ProcessEnv } = {},
): CommandResult {
  const { folder = ROOT, environment = {} } = options;
  const env: NodeJS.ProcessEnv = { ...process.env, CI: '', ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'bin', 'seaworthy.js'), ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  return { status, stdout, stderr, output: stdout + stderr };
}

/** A copy of this project to break; its code is this one's. */
export function copyOfProject(): { folder: string; dispose: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-project-'));
  for (const name of [
    'Pulumi.yaml',
    'Pulumi.dev.yaml',
    'Pulumi.prod.yaml',
    'Pulumi.staging.yaml',
    'index.ts',
    'package.json',
    'tsconfig.json',
  ]) {
    cpSync(join(ROOT, name), join(folder, name));
  }
  for (const name of ['bridge', 'constructs', 'graph', 'stacks', 'targets', 'node_modules'])
    symlinkSync(join(ROOT, name), join(folder, name));
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
