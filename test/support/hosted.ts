import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStackFile } from '../../bridge/stack-file';
import { GrpcMonitor } from './grpc-monitor';

const ROOT = join(__dirname, '..', '..');

/**
 * Runs index.ts as Pulumi's nodejs language host does, with our recorder behind gRPC and a DOUBLE of an API server that only says it is
 * there; prints what was heard, and the CPU seconds of the host. `without` are keys of the configuration to leave out. A process of its own, because messages of gRPC do not pass the walls of jest.
 * https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/pulumi-language-nodejs/main.go
 */
async function main(stack: string, without: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-host-'));
  const server = createServer((_request, response) => response.end('{"gitVersion":"v1.35.4"}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const contexts = [{ name: 'minikube', context: { cluster: 'minikube' } }];
  writeFileSync(
    join(folder, 'config'),
    JSON.stringify({ contexts, clusters: [{ name: 'minikube', cluster: { server: url } }] }),
  );
  const monitor = new GrpcMonitor('seaworthy', stack);
  const { status, output } = await hosted(stack, without, await monitor.listen(), folder);
  const cpuSeconds = Number(readFileSync(join(folder, 'cpu'), 'utf8'));
  monitor.close();
  server.close();
  rmSync(folder, { recursive: true });
  process.stdout.write(
    JSON.stringify({ status, output, cpuSeconds, logs: monitor.logs, resources: monitor.recorder.resources }),
  );
}

function hosted(
  stack: string,
  without: readonly string[],
  address: string,
  folder: string,
): Promise<{ status: number | null; output: string }> {
  const entries = readStackFile(ROOT, stack)?.entries.filter(({ key }) => !without.includes(key)) ?? [];
  const config = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
  const run = join(ROOT, 'node_modules', '@pulumi', 'pulumi', 'cmd', 'run');
  const about = ['--monitor', address, '--engine', address, '--project', 'seaworthy', '--stack', stack, '--pwd', ROOT];
  const env = {
    ...process.env,
    KUBECONFIG: join(folder, 'config'),
    CPU_SECONDS_FILE: join(folder, 'cpu'),
    PULUMI_NODEJS_TYPESCRIPT: 'true',
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: '[]',
  };
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        '--require',
        join(ROOT, 'test', 'support', 'cpu-at-exit.js'),
        run,
        ...about,
        '--dry-run',
        '--parallel',
        '16',
        'index.ts',
      ],
      {
        cwd: ROOT,
        env,
      },
    );
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('exit', (status) => resolve({ status, output: Buffer.concat(chunks).toString() }));
  });
}

main(process.argv[1] ?? 'dev', process.argv.slice(2));
