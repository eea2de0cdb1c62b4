import { ProblemsError } from '../constructs/core/problem';
import { counted } from '../plan/render-problems';
import { writeYaml } from '../plan/yaml';
import { runProject } from './run-project';

export interface SynthOptions {
  readonly env: string;
  readonly out: string;
}

/** Writes YAML; refuses, and writes nothing, where something is wrong. */
export async function synth({ env, out }: SynthOptions): Promise<boolean> {
  const folder = process.cwd();
  const { graphs, problems } = await runProject(folder, env);
  const errors = problems.filter((p) => p.severity === 'error');
  if (errors.length > 0) throw new ProblemsError(errors);
  const written = writeYaml(graphs, folder, out);
  const notes = [
    `${counted(written.files, 'file')} in ${out}`,
    ...(written.secrets.length === 0
      ? []
      : [
          `${counted(written.secrets.length, 'Secret')} with placeholders, which the API server refuses: fill them, or use External Secrets`,
        ]),
    ...(written.unknown.length === 0
      ? []
      : [
          `${counted(written.unknown.length, 'value')} known only after apply, written as <…>: ${written.unknown.join(', ')}`,
        ]),
    ...(written.cloud === 0
      ? []
      : [`${counted(written.cloud, 'resource')} of a cloud or provider left out: Pulumi makes those`]),
  ];
  process.stdout.write(`\n  ${notes.join('\n  ')}\n\n`);
  return true;
}
