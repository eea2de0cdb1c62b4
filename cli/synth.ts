import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ProblemsError } from '../constructs/core/problem';
import { writeWhole } from '../constructs/core/whole-file';
import { madeFolders, makeFolders } from '../plan/made-folder';
import { counted } from '../plan/render-problems';
import { KUSTOMIZATION, kustomization, type YamlFiles, yamlFiles } from '../plan/yaml';
import { runProject } from './run-project';

export interface SynthOptions {
  readonly env: string;
  readonly out: string;
}

/** Writes YAML; refuses, and writes nothing, where something is wrong. */
export async function synth({ env, out }: SynthOptions): Promise<boolean> {
  if (out.trim() === '') {
    const what = '--out is empty; it must name the folder to write into.';
    throw new ProblemsError([{ code: 'SW-FILE-003', severity: 'error', what, fix: '--out yaml' }]);
  }
  const root = resolve(process.cwd(), out);
  const { project, graphs, problems } = await runProject(process.cwd(), env);
  const errors = problems.filter((p) => p.severity === 'error');
  if (errors.length > 0) throw new ProblemsError(errors);
  const files = yamlFiles(graphs);
  makeFolders(root, files.folders, { project: project.name, environment: env });
  const lines = [...notes(files, out), ...rootNotes(root, out)];
  process.stdout.write(`\n  ${lines.join('\n  ')}\n\n`);
  return true;
}

/** What the files are not: each by name. */
function notes({ objects, secrets, unknown, releases, groups, cloud }: YamlFiles, out: string): string[] {
  const listed = (some: readonly string[]) => some.map((one) => `    ${one}`);
  const lines = [`${counted(objects, 'file')} in ${out}`];
  if (secrets.length > 0) {
    lines.push(
      `${counted(secrets.length, 'Secret')} with placeholders, which the API server refuses, and which no ${KUSTOMIZATION} lists: make them by hand, or use External Secrets`,
      ...listed(secrets),
    );
  }
  if (unknown.length > 0) {
    const sources = [...new Set(unknown.map((u) => u.source))].sort();
    lines.push(
      `${counted(sources.length, 'value')} known only after apply, written as <…>: ${sources.join(', ')}. Patch them before you apply`,
      ...listed(unknown.map(({ file, field }) => `${file} ${field}`)),
    );
  }
  if (releases.length > 0) {
    lines.push(
      `${counted(releases.length, 'Helm release')} for Flux, which must be in the cluster (https://fluxcd.io/flux/installation/)`,
      ...listed(releases),
    );
  }
  if (groups.length > 0) lines.push(`The cluster must serve, by operators: ${groups.join(', ')}`);
  if (cloud > 0) lines.push(`${counted(cloud, 'resource')} of a cloud or provider left out: Pulumi makes those`);
  return lines;
}

const MADE = '# Made by: npx seaworthy synth\n';

/** One Kustomization for all of it, unless somebody has one of their own there. */
function rootNotes(root: string, out: string): string[] {
  const own = ['kustomization.yaml', 'kustomization.yml', KUSTOMIZATION].find((name) => {
    const path = join(root, name);
    return existsSync(path) && !readFileSync(path, 'utf8').startsWith(MADE);
  });
  if (own !== undefined) return [`${join(out, own)} is yours, and stays as it is`];
  const folders = madeFolders(root).filter((folder) => existsSync(join(root, folder, KUSTOMIZATION)));
  if (folders.length === 0) return [];
  writeWhole(join(root, KUSTOMIZATION), MADE + kustomization(folders));
  return [`Next: kubectl apply -k ${out}; and from then on: kubectl diff -k ${out}`];
}
