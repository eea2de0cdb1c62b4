import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { at, isRecord, text } from '../../graph/json-value';
import { BIN, objectNamed, objectsOf, VARIANTS } from './judges';
import { eventually, freePort } from './processes';

export interface RunningCollector {
  /** `grpc`, `http`, `own`, `received`, `health` */
  port(name: string): number;
  stop(): void;
}

/** The rendered configuration with ports of this machine, and a file where the spans go instead of the network. */
async function runnable(variant: string, folder: string): Promise<{ file: string; port: (name: string) => number }> {
  const make = VARIANTS[variant];
  if (make === undefined) throw new Error(`there is no variant ${variant}`);
  const map = objectNamed(objectsOf(make()), 'ConfigMap', 'talos-tracing-config');
  let rendered = text(at(map, 'data', 'config.yaml')) ?? '';
  const ports = new Map<string, number>();
  for (const [name, fixed] of Object.entries({ grpc: 4317, http: 4318, own: 8888, received: 8889, health: 13133 })) {
    ports.set(name, await freePort());
    rendered = rendered
      .replaceAll(`0.0.0.0:${fixed}`, `127.0.0.1:${ports.get(name)}`)
      .replace(`port: ${fixed}`, `port: ${ports.get(name)}`);
  }
  const config: unknown = parse(rendered);
  const [processors, exporters, pipelines] = [
    at(config, 'processors'),
    at(config, 'exporters'),
    at(config, 'service', 'pipelines', 'traces'),
  ];
  if (!isRecord(config) || !isRecord(processors) || !isRecord(exporters) || !isRecord(pipelines))
    throw new Error(rendered);
  exporters.file = { path: join(folder, 'spans.json') };
  pipelines.exporters = ['file', 'otlp_grpc'];
  Object.assign(exporters.otlp_grpc ?? {}, { retry_on_failure: { enabled: false } });
  Object.assign(processors.tail_sampling ?? {}, { decision_wait: '1s' });
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(config));
  return { file, port: (name) => ports.get(name) ?? 0 };
}

/** A real Collector on the configuration that we render; spans end in spans.json of the folder. */
export async function startCollector(variant: string, folder: string): Promise<RunningCollector> {
  const { file, port } = await runnable(variant, folder);
  const env = { ...process.env, OTLP_UPSTREAM: 'http://127.0.0.1:1' };
  const collector = spawn(join(BIN, 'otelcol'), ['--config', file], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  collector.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  try {
    await eventually('the Collector is healthy', 20, async () => {
      const answer = await fetch(`http://127.0.0.1:${port('health')}/`);
      return answer.ok ? true : undefined;
    });
  } catch (error) {
    collector.kill();
    throw new Error(`${error instanceof Error ? error.message : ''}\n${said}`);
  }
  return { port, stop: () => collector.kill() };
}
