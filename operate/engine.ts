import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EngineEvent, Stack } from '@pulumi/pulumi/automation';
import { ConcurrentUpdateError, LocalWorkspace } from '@pulumi/pulumi/automation';
import { isRecord } from '../graph/json-value';
import { type Exported, judged, type Pending, pendingIn, withPending } from './state';

/** A stack of a project on disk, and how its program is started. */
export interface EngineProject {
  readonly folder: string;
  readonly name: string;
  readonly environment: string;
  readonly entry: string;
}

export type Operation = 'pending' | 'adopt' | 'up' | 'cancel' | 'mend';

/** What an operation of the engine tells, as it goes. */
export type Told =
  | { readonly kind: 'step'; readonly op: string; readonly urn: string }
  | { readonly kind: 'failure'; readonly urn: string; readonly message: string }
  | { readonly kind: 'pending'; readonly creating: readonly Pending[]; readonly others: number }
  | {
      readonly kind: 'adopted';
      readonly ours: readonly Pending[];
      readonly foreign: readonly (Pending & { readonly why: string })[];
    }
  | { readonly kind: 'locked'; readonly message: string }
  | { readonly kind: 'ended'; readonly isFine: boolean; readonly message: string };

/**
 * One operation of the real engine on a project's stack, with the project's own program and backend. To be run in a process of its own: what fails rejects promises inside of the SDK.
 */
export async function perform(operation: Operation, project: EngineProject, tell: (told: Told) => void): Promise<void> {
  process.chdir(project.folder);
  const printed: string[] = [];
  try {
    if (operation === 'mend') {
      await mendState(project);
      tell({ kind: 'ended', isFine: true, message: '' });
      return;
    }
    const stack = await open(project);
    await run(operation, { stack, project }, tell, (text) => printed.push(text));
    tell({ kind: 'ended', isFine: true, message: '' });
  } catch (error) {
    // The SDK may fail once more while it cleans up, and lose what the engine said: that is read from its own words then.
    const thrown = error instanceof Error ? error.message : String(error);
    const said = printed.join('');
    const message = thrown.includes(said) ? thrown : `${said}\n${thrown}`;
    if (error instanceof ConcurrentUpdateError || LOCKED.test(message)) tell({ kind: 'locked', message });
    tell({ kind: 'ended', isFine: false, message });
  }
}

/** As the SDK knows them: @pulumi/pulumi/automation/errors */
const LOCKED = /\[409\] Conflict: Another update is currently in progress|the stack is currently locked by/;

/**
 * Beside each file of a backend on disk lies one with its attributes, which is written in two steps: an engine that is killed between them
 * leaves it empty, and the state cannot be read any more, though it is whole. Without it, it can.
 * https://github.com/google/go-cloud/blob/master/blob/fileblob/attrs.go
 */
async function mendState({ folder }: EngineProject): Promise<void> {
  const { url } = await (await LocalWorkspace.create({ workDir: folder })).whoAmI();
  if (url === undefined || !url.startsWith('file://')) return;
  const state = join(fileURLToPath(url), '.pulumi');
  for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
    const path = join(state, name);
    if (name.endsWith('.attrs') && statSync(path).size === 0) rmSync(path);
  }
}

function open({ folder, name, environment, entry }: EngineProject): Promise<Stack> {
  const program = async (): Promise<void> => {
    const exported: unknown = require(entry);
    await (typeof exported === 'function' ? exported() : exported);
  };
  return LocalWorkspace.selectStack(
    { stackName: environment, projectName: name, program },
    { workDir: folder, envVars: { PULUMI_SKIP_UPDATE_CHECK: 'true' } },
  );
}

interface Opened {
  readonly stack: Stack;
  readonly project: EngineProject;
}

async function run(
  operation: Operation,
  opened: Opened,
  tell: (told: Told) => void,
  onError: (text: string) => void,
): Promise<void> {
  const { stack, project } = opened;
  const onEvent = (event: EngineEvent) => {
    const { resourcePreEvent: begun, diagnosticEvent: said } = event;
    if (begun !== undefined && begun.metadata.op !== 'same')
      tell({ kind: 'step', op: begun.metadata.op, urn: begun.metadata.urn });
    if (said?.severity === 'error') tell({ kind: 'failure', urn: said.urn ?? '', message: said.message });
  };
  switch (operation) {
    case 'pending':
      return tell({ kind: 'pending', ...pendingIn(noted(project) ?? (await exported(project))) });
    case 'adopt':
      return adopt(opened, () => stack.refresh({ onEvent, onError }), tell);
    case 'up':
      await stack.up({ onEvent, onError, continueOnError: true });
      return;
    case 'cancel':
      return stack.cancel();
    case 'mend':
      return; // Needs no stack: done before one is opened.
    default:
      operation satisfies never;
  }
}

/**
 * What was being created is looked for, by a refresh, and kept where it is shown to be this stack's own; see state.ts. What was under way is
 * noted beside Pulumi.yaml for as long as that takes, because an import of a state forgets it: whatever happens, the next recover goes on.
 */
async function adopt(
  { stack, project }: Opened,
  refresh: () => Promise<unknown>,
  tell: (told: Told) => void,
): Promise<void> {
  const note = noteOf(project);
  const before = noted(project) ?? (await exported(project));
  const since = await lastGoodUpdate(stack);
  if (!existsSync(note)) {
    writeFileSync(note, JSON.stringify(before), { mode: 0o600 });
    try {
      await imported(project, withPending(before));
    } catch (error) {
      rmSync(note);
      throw error;
    }
  }
  await refresh();
  const { state, ours, foreign } = judged(before, await exported(project), since);
  await imported(project, state);
  rmSync(note);
  tell({ kind: 'adopted', ours, foreign });
}

function noteOf({ folder, environment }: EngineProject): string {
  return join(folder, `.seaworthy-recover.${environment}.json`);
}

/** The state as an earlier recover found it, that did not come to its end. */
function noted(project: EngineProject): Exported | undefined {
  const note = noteOf(project);
  if (!existsSync(note)) return undefined;
  const state: unknown = JSON.parse(readFileSync(note, 'utf8'));
  return isRecord(state) ? state : undefined;
}

/** When the last update that went well ended: it left nothing under way, so what is under way is younger. */
async function lastGoodUpdate(stack: Stack): Promise<Date | undefined> {
  const updates = await stack.history(20, 1);
  const last = updates.find(({ kind, result }) => kind === 'update' && result === 'succeeded');
  return last?.endTime === undefined ? undefined : new Date(last.endTime);
}

/** As the engine keeps it: what is secret stays encrypted, here and on disk. */
async function exported({ folder, environment }: EngineProject): Promise<Exported> {
  const { stdout } = await pulumi(folder, ['stack', 'export', '--stack', environment]);
  const state: unknown = JSON.parse(stdout);
  return isRecord(state) ? state : {};
}

async function imported({ folder, environment }: EngineProject, state: Exported): Promise<void> {
  const draft = mkdtempSync(join(tmpdir(), 'seaworthy-state-'));
  try {
    const file = join(draft, 'state.json');
    writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
    await pulumi(folder, ['stack', 'import', '--stack', environment, '--file', file]);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

const execute = promisify(execFile);

function pulumi(folder: string, args: readonly string[]): Promise<{ readonly stdout: string }> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' };
  return execute('pulumi', [...args, '--non-interactive'], { cwd: folder, env, maxBuffer: 2 ** 30 });
}
