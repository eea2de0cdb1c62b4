import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineEvent, Stack } from '@pulumi/pulumi/automation';
import { ConcurrentUpdateError, LocalWorkspace } from '@pulumi/pulumi/automation';
import { session } from '../bridge/session';
import { at, list, text } from '../graph/json-value';

/** A stack of a project on disk, and how its program is started. */
export interface EngineProject {
  readonly folder: string;
  readonly name: string;
  readonly environment: string;
  readonly entry: string;
}

export type Operation = 'pending' | 'up' | 'clear' | 'cancel' | 'mend';

/** A create that was under way when the engine ended. */
export interface Pending {
  readonly urn: string;
  /** `namespace/name`, where it is an object of Kubernetes. */
  readonly id?: string;
}

/** What an operation of the engine tells, as it goes. */
export type Told =
  | { readonly kind: 'step'; readonly op: string; readonly urn: string }
  | { readonly kind: 'failure'; readonly urn: string; readonly message: string }
  | { readonly kind: 'pending'; readonly creating: readonly Pending[]; readonly others: number }
  | { readonly kind: 'locked'; readonly message: string }
  | { readonly kind: 'ended'; readonly isFine: boolean; readonly message: string };

/**
 * One operation of the real engine on a project's stack, with the project's own program and backend. `adopt` names objects that exist
 * already and are to be taken over, by construct path. To be run in a process of its own: what fails rejects promises inside of the SDK.
 */
export async function perform(
  operation: Operation,
  project: EngineProject,
  adopt: Readonly<Record<string, string>>,
  tell: (told: Told) => void,
): Promise<void> {
  process.chdir(project.folder);
  session().adopt = adopt;
  const printed: string[] = [];
  try {
    if (operation === 'mend') {
      await mendState(project);
      tell({ kind: 'ended', isFine: true, message: '' });
      return;
    }
    const stack = await open(project);
    await run(operation, stack, tell, (text) => printed.push(text));
    tell({ kind: 'ended', isFine: true, message: '' });
  } catch (error) {
    // The SDK may fail once more while it cleans up, and lose what the engine said: that is read from its own words then.
    const thrown = error instanceof Error ? error.message : String(error);
    const said = printed.join('');
    const message = thrown.includes(said) ? thrown : `${said}\n${thrown}`;
    if (error instanceof ConcurrentUpdateError || LOCKED.test(said)) tell({ kind: 'locked', message });
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

async function run(
  operation: Operation,
  stack: Stack,
  tell: (told: Told) => void,
  onError: (text: string) => void,
): Promise<void> {
  const onEvent = (event: EngineEvent) => {
    const { resourcePreEvent: begun, diagnosticEvent: said } = event;
    if (begun !== undefined && begun.metadata.op !== 'same')
      tell({ kind: 'step', op: begun.metadata.op, urn: begun.metadata.urn });
    if (said?.severity === 'error') tell({ kind: 'failure', urn: said.urn ?? '', message: said.message });
  };
  switch (operation) {
    case 'pending':
      return tell(pendingIn((await stack.exportStack()).deployment));
    case 'up':
      await stack.up({ onEvent, onError, continueOnError: true });
      return;
    case 'clear':
      await stack.refresh({ onEvent, onError, clearPendingCreates: true });
      return;
    case 'cancel':
      return stack.cancel();
    case 'mend':
      return; // Needs no stack: done before one is opened.
    default:
      operation satisfies never;
  }
}

/** https://www.pulumi.com/docs/iac/support/troubleshooting/#interrupted-updates */
function pendingIn(deployment: unknown): Told {
  const all = list(at(deployment, 'pending_operations'));
  const creating = all.filter((operation) => at(operation, 'type') === 'creating');
  return {
    kind: 'pending',
    creating: creating.map((operation) => {
      const urn = text(at(operation, 'resource', 'urn')) ?? '';
      const inputs = at(operation, 'resource', 'inputs');
      // A Helm release has its name where objects have their metadata.
      const metadata = at(inputs, 'metadata') ?? inputs;
      const [namespace, name] = [text(at(metadata, 'namespace')), text(at(metadata, 'name'))];
      if (name === undefined) return { urn };
      return { urn, id: namespace === undefined ? name : `${namespace}/${name}` };
    }),
    others: all.length - creating.length,
  };
}
