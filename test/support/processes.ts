import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Programs that a test started; ended together, in the opposite order. */
export class Processes {
  private readonly running: ChildProcess[] = [];

  constructor(private readonly logs: string) {}

  start(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env): ChildProcess {
    const name = program.split('/').at(-1) ?? program;
    const child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(this.logs, `${name}.log`), { flags: 'a' });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.running.push(child);
    return child;
  }

  async stop(): Promise<void> {
    for (const child of this.running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    }
  }
}

/** A port of the loopback that nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Asks again until it is so. @throws Error with `what` after `seconds` */
export async function eventually<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let failure: unknown;
  while (Date.now() < end) {
    try {
      const found = await ask();
      if (found !== undefined) return found;
    } catch (error) {
      failure = error;
    }
    await sleep(200);
  }
  throw new Error(`${what}: not within ${seconds} s${failure instanceof Error ? ` (${failure.message})` : ''}`);
}
