import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  type ConfigMap,
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type PulumiFn,
  type Stack,
} from '@pulumi/pulumi/automation';
import { isRecord } from '../../graph/json-value';

const ROOT = join(__dirname, '..', '..');
const STAND_INS = { kubernetes: 'kubernetes', aws: 'cloud', random: 'cloud' } as const;

/** A real plugin is used where there is one; never a real cloud. */
function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** What happened to a resource. */
export interface Step {
  readonly urn: string;
  /** `create`, `update`, `replace`, `delete`, `same` … */
  readonly op: string;
  readonly type: string;
  readonly inputs: Record<string, unknown>;
  /** Property paths that changed. */
  readonly changed: readonly string[];
  readonly failed: boolean;
}

/** The real Pulumi engine on a file backend of its own, with stand-ins for providers that are in no registry. */
export class Engine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'seaworthy-engine-'));

  constructor(private readonly bin: string) {
    for (const name of ['home', 'state', 'bin', 'work']) mkdirSync(join(this.folder, name));
    for (const [provider, standIn] of Object.entries(STAND_INS)) {
      if (provider === 'aws' || !isOnPath(`pulumi-resource-${provider}`)) this.installStandIn(provider, standIn);
    }
  }

  /** The environment of the CLI, and of whoever calls it. */
  get environment(): Record<string, string> {
    return {
      PULUMI_HOME: join(this.folder, 'home'),
      PULUMI_BACKEND_URL: `file://${join(this.folder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: 'only for tests',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      PATH: [join(this.folder, 'bin'), this.bin, process.env.PATH ?? ''].join(delimiter),
    };
  }

  get stateFolder(): string {
    return join(this.folder, 'state');
  }

  /** Ends the providers that a killed engine left behind. */
  killProviders(): void {
    spawnSync('pkill', ['-KILL', '-f', join(this.folder, 'bin', 'pulumi-resource-')]);
  }

  async stack(project: string, name: string, program: PulumiFn, config: ConfigMap): Promise<Stack> {
    Object.assign(process.env, this.environment);
    const command = await PulumiCommand.get({ root: join(this.folder, 'cli'), skipVersionCheck: true }).catch(() =>
      PulumiCommand.get({ skipVersionCheck: true }),
    );
    const workDir = mkdtempSync(join(this.folder, 'work', 'w-'));
    const stack = await LocalWorkspace.createOrSelectStack(
      { projectName: project, stackName: name, program },
      { pulumiCommand: command, workDir, pulumiHome: join(this.folder, 'home'), envVars: this.environment },
    );
    await stack.setAllConfig(config);
    return stack;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private installStandIn(provider: string, standIn: string): void {
    const script = [
      `#!${process.execPath}`,
      `require(${JSON.stringify(join(ROOT, 'bin', 'transpile.js'))}).transpileOnLoad();`,
      `require(${JSON.stringify(join(ROOT, 'test', 'support', 'stand-in', `${standIn}.ts`))});`,
    ];
    writeFileSync(join(this.folder, 'bin', `pulumi-resource-${provider}`), `${script.join('\n')}\n`, { mode: 0o755 });
  }
}

/** Collects the steps of an operation from the engine's events. */
export class Steps {
  readonly all: Step[] = [];
  readonly messages: string[] = [];

  readonly onEvent = (event: EngineEvent): void => {
    const metadata = event.resourcePreEvent?.metadata;
    if (metadata !== undefined) {
      const inputs = isRecord(metadata.new?.inputs) ? metadata.new.inputs : {};
      const changed = Object.keys(metadata.detailedDiff ?? {}).concat(metadata.diffs ?? []);
      this.all.push({ urn: metadata.urn, op: metadata.op, type: metadata.type, inputs, changed, failed: false });
    }
    const message = event.diagnosticEvent?.message;
    const severity: string | undefined = event.diagnosticEvent?.severity;
    if (message !== undefined && severity !== 'debug') this.messages.push(message);
  };

  /** The resources that something happened to: `create talos/gateway/deployment`. */
  get changes(): string[] {
    return this.all
      .filter((s) => s.op !== 'same' && !s.type.startsWith('pulumi:pulumi:'))
      .map((s) => `${s.op} ${s.urn.split('::').at(-1)}`);
  }
}
