import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { ConfigMap, EngineEvent, Stack } from '@pulumi/pulumi/automation';
import { ControlPlane } from './control-plane';
import { Engine, Steps } from './engine';

const ROOT = join(__dirname, '..', '..');

/** A real engine and a real API server, made for one file of tests. */
export class Bed {
  readonly bin = execFileSync(join(ROOT, 'tools', 'build'), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  readonly cluster = new ControlPlane(this.bin);
  readonly engine = new Engine(this.bin);

  async start(): Promise<void> {
    await this.cluster.start();
    this.installCustomKinds();
  }

  kubectl(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const all = ['--kubeconfig', this.cluster.kubeconfigPath, ...args];
    return spawnSync(join(this.bin, 'kubectl'), all, { encoding: 'utf8', maxBuffer: 1e8 });
  }

  /** The real CRDs of the operators that our objects are for; the operators themselves do not run. */
  private installCustomKinds(): void {
    const fetched = execFileSync(join(ROOT, 'tools', 'fetch'), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { status, stderr } = this.kubectl('apply', '--server-side', '-f', join(fetched.trim(), 'crds'));
    if (status !== 0) throw new Error(stderr);
    this.kubectl('wait', '--for', 'condition=Established', '--timeout=60s', 'crd', '--all');
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    this.engine.dispose();
  }

  /** An operation by a process of its own, as a user's is: a refused program rejects promises of the SDK that jest would not forgive. */
  apart(name: 'preview' | 'up', config: ConfigMap, program = 'index.ts'): { status: number | null; output: string } {
    const script = join(__dirname, 'engine-apart.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, name, JSON.stringify(config), program], {
      encoding: 'utf8',
      env: { ...process.env, KUBECONFIG: this.cluster.kubeconfigPath },
    });
    return { status, output: stdout + stderr };
  }

  /** The configuration of dev, as in its file, on this cluster. */
  devConfig(more: ConfigMap = {}): ConfigMap {
    return {
      'seaworthy:target': { value: 'minikube' },
      'seaworthy:profile': { value: 'dev' },
      'seaworthy:systems': { value: '["platform","talos"]' },
      'platform:addOns': { value: '["prometheus"]' },
      'seaworthy:kubeconfig': { value: this.cluster.kubeconfig, secret: true },
      'talos:host': { value: 'talos.local.test' },
      'talos:tag': { value: '3f2c1ab' },
      'talos:monitoring.runbooks': { value: 'https://docs.talos.test/runbooks' },
      'talos:migrations': { value: '{"version":1,"tag":"3f2c1ab"}' },
      ...more,
    };
  }
}

/**
 * An operation of the engine, with its steps. The Automation API's up has no preview, a person's has: an up here has one, too.
 * @throws what the engine says, with its messages
 */
export async function operation(stack: Stack, name: 'preview' | 'up' | 'refresh' | 'destroy'): Promise<Steps> {
  const steps = new Steps();
  const { onEvent } = steps;
  try {
    const told = (event: EngineEvent) => event.diagnosticEvent !== undefined && onEvent(event);
    if (name === 'up') await stack.preview({ onEvent: told });
    await stack[name]({ onEvent });
  } catch (error) {
    throw new Error(`${steps.messages.join('\n')}\n${error instanceof Error ? error.message : String(error)}`);
  }
  return steps;
}
