import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type Problem, ProblemsError } from '../constructs/core/problem';
import { told, writeWhole } from '../constructs/core/whole-file';
import type { Graph } from '../graph/graph';
import { type Composed, composeOf, MOUNTED } from '../plan/compose';
import { counted } from '../plan/render-problems';
import { yamlText } from '../plan/yaml-text';
import { variablesOf, withVariables } from './env-file';
import { faultsOf, isOwn, localCertificate } from './local-certificate';
import { runProject } from './run-project';

export interface ComposeOptions {
  readonly env: string;
  readonly system: string;
  readonly out: string;
  readonly production: boolean;
}

/** Begins what we write, so that it is known again. */
const MARK = '# Made by: npx seaworthy compose';

/** Writes a Docker Compose project of one system. What stands in its `.env` stays as it is. */
export async function compose({ env, system, out, production }: ComposeOptions): Promise<boolean> {
  const home = process.cwd();
  const { graphs, problems } = await runProject(home, env, system);
  const errors = problems.filter((p) => p.severity === 'error');
  if (errors.length > 0) throw new ProblemsError(errors);
  const graph = graphs.find((g) => g.nodes.some((n) => n.system === system));
  if (graph === undefined) throw new ProblemsError([noSystem(graphs, env, system)]);
  if (graph.nodes.some((n) => n.object?.kind === 'ExternalSecret' || n.object?.kind === 'SealedSecret')) {
    const what = `${env} keeps its secrets where Docker cannot read them, and its data with a cloud.`;
    const fix = `npx seaworthy compose --system ${system} --env dev --production, or an environment of its own with seaworthy:target: existing and seaworthy:secrets: pulumi (docs/compose.md)`;
    throw new ProblemsError([{ code: 'SW-COMPOSE-002', severity: 'error', where: system, what, fix }]);
  }
  const folder = join(
    isAbsolute(out) ? out : relative(process.cwd(), resolve(home, out)),
    production ? `${system}-production` : system,
  );
  refuseForeign(folder);
  const secrets = join(folder, '.env');
  const kept = existsSync(secrets) ? told(secrets, () => readFileSync(secrets, 'utf8')) : '';
  const variables = variablesOf(kept, secrets);
  const composed = composeOf(graph, system, { variant: production ? 'production' : 'laptop', kept: variables });
  if (composed.problems.length > 0) throw new ProblemsError(composed.problems);
  write(folder, composed, {
    kept,
    variables,
    command: `--system ${system} --env ${env}${production ? ' --production' : ''}`,
  });
  return true;
}

function noSystem(graphs: readonly Graph[], env: string, system: string): Problem {
  const known = [...new Set(graphs.flatMap((g) => g.nodes.flatMap((n) => n.system ?? [])))];
  const what = `there is no system ${system} in ${env}${known.length === 0 ? '' : `; there are ${known.join(', ')}`}.`;
  const fix =
    known[0] === undefined
      ? `npx seaworthy preview --env ${env}`
      : `npx seaworthy compose --system ${known[0]} --env ${env}`;
  return { code: 'SW-PROJECT-008', severity: 'error', what, fix };
}

/** A project of somebody else's is not overwritten. */
function refuseForeign(folder: string): void {
  const isOurs = (file: string) => told(file, () => readFileSync(file, 'utf8')).startsWith(MARK);
  const file = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']
    .map((name) => join(folder, name))
    .find((path) => existsSync(path) && !isOurs(path));
  const hasOurs = existsSync(join(folder, 'compose.yaml')) || hasMark(join(folder, '.gitignore'));
  const foreign = file ?? (existsSync(join(folder, MOUNTED)) && !hasOurs ? join(folder, MOUNTED) : undefined);
  if (foreign === undefined) return;
  const what = 'it was not made by seaworthy, and would be lost.';
  throw new ProblemsError([
    { code: 'SW-COMPOSE-003', severity: 'error', where: foreign, what, fix: '--out another-folder, or move it away' },
  ]);
}

function hasMark(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').includes(MARK);
}

interface Before {
  /** Text of `.env`. */
  readonly kept: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Options of the command that makes it anew. */
  readonly command: string;
}

/** compose.yaml comes last: what it names is there. */
function write(folder: string, composed: Composed, { kept, variables, command }: Before): void {
  const { file, files, env, addresses, leftOut } = composed;
  told(folder, () => mkdirSync(folder, { recursive: true }));
  ignore(join(folder, '.gitignore'));
  const made = withCertificates(composed, variables);
  const fresh = Object.entries(made).filter(([name]) => variables[name] === undefined);
  const lines = fresh.map(([name, value]) => ({ name, value, ...comment(env[name]) }));
  const secrets = join(folder, '.env');
  const head =
    kept === '' && lines.length > 0
      ? `${MARK} ${command}. What stands here stays; delete a line to have it made anew.\n`
      : kept;
  writeWhole(secrets, withVariables(head, lines), { mode: 0o600 });
  const now = { ...made, ...variables };
  for (const [path, content] of Object.entries(files)) {
    const isSecret = 'variable' in content;
    const text = isSecret ? (now[content.variable] ?? '') : content.text;
    writeMounted(join(folder, path), text, !isSecret && content.isProgram ? 0o755 : 0o644, isSecret);
  }
  writeWhole(
    join(folder, 'compose.yaml'),
    `${MARK} ${command}. Changes are lost; it comes from the program's parts and edges.\n${yamlText(file)}`,
  );
  const missing = Object.entries(env).filter(([name, { missing: of }]) => of.length > 0 && (now[name] ?? '') === '');
  const inWords = (optional: boolean) =>
    missing
      .filter(([, v]) => v.optional === optional)
      .map(([name, v]) => `${v.missing.join(', ')} (${name})`)
      .join(', ');
  const [wanted, possible] = [inWords(false), inWords(true)];
  const report = [
    `${counted(Object.keys(file.services).length, 'service')} in ${join(folder, 'compose.yaml')}`,
    `${counted(Object.keys(now).length, 'secret')} in ${secrets}, which Git ignores${kept === '' ? '' : '; those that were there stay'}`,
    ...stale(composed, variables, now),
    ...(wanted === '' ? [] : [`fill in by hand, in .env: ${wanted}; then run this again`]),
    ...(possible === '' ? [] : [`may be filled in: ${possible}`]),
    ...(leftOut.length === 0 ? [] : [`not in it: ${leftOut.join(', ')}`]),
    ...untrusted(composed, now),
    ...(addresses.length === 0 ? [] : [`answers at: ${addresses.join(', ')}`]),
    `Next: cd ${folder} && docker compose up`,
  ];
  process.stdout.write(`\n  ${report.join('\n  ')}\n\n`);
}

/** Of a front door for the world. */
function untrusted({ file, certificates }: Composed, now: Readonly<Record<string, string>>): string[] {
  if (file.services['front-door'] === undefined) return [];
  const own = certificates.filter(({ crt }) => isOwn(now[crt] ?? '')).map(({ crt, key }) => `${crt} and ${key}`);
  return own.length === 0 ? [] : [`no browser trusts what openssl made; write your own into .env: ${own.join(', ')}`];
}

/** A file that stays the same stays untouched: a running container has it mounted. */
function writeMounted(path: string, text: string, mode: number, isSecret: boolean): void {
  told(dirname(path), () => mkdirSync(dirname(path), { recursive: true }));
  // Whoever is not its owner does not get to the files; inside of a container the user of the image reads them.
  if (isSecret) told(dirname(path), () => chmodSync(dirname(path), 0o700));
  if (existsSync(path) && readFileSync(path, 'utf8') === text) told(path, () => chmodSync(path, mode));
  else writeWhole(path, text, { mode });
}

function ignore(path: string): void {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = before.split('\n').map((line) => line.trim());
  const fresh = ['.env', `${MOUNTED}/secrets/`].filter((line) => !lines.includes(line));
  if (fresh.length > 0)
    writeWhole(path, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${MARK}\n${fresh.join('\n')}\n`);
}

function comment(variable: Composed['env'][string] | undefined): { comment?: string } {
  if (variable === undefined || variable.missing.length === 0) return {};
  return { comment: `${variable.optional ? 'may be filled in' : 'fill in'}: ${variable.missing.join(', ')}` };
}

/** In the cluster cert-manager makes them. */
function withCertificates(
  { env, certificates }: Composed,
  kept: Readonly<Record<string, string>>,
): Record<string, string> {
  const all = Object.fromEntries(Object.entries(env).map(([name, { text }]) => [name, text]));
  for (const { crt, key, ca, names } of certificates) {
    const isThere = (kept[crt] ?? '') !== '' && (kept[key] ?? '') !== '';
    const pair = isThere ? { crt: kept[crt] ?? '', key: kept[key] ?? '' } : localCertificate(names);
    all[crt] = pair.crt;
    all[key] = pair.key;
    if (ca !== undefined) all[ca] = pair.crt;
  }
  return all;
}

/** What was kept, and would be another today. */
function stale(
  { env, certificates }: Composed,
  kept: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  const changed = Object.entries(env)
    .filter(([name, { text }]) => text !== '' && kept[name] !== undefined && kept[name] !== text)
    .map(([name]) => name);
  const bad = certificates.flatMap(({ crt, key, names }) => {
    const faults = faultsOf(now[crt] ?? '', names);
    return faults.length === 0
      ? []
      : [`certificate ${crt} ${faults.join(' and ')}: delete the lines of ${crt} and ${key} in .env`];
  });
  return [
    ...(changed.length === 0 ? [] : [`kept as it stood, though the program says otherwise: ${changed.join(', ')}`]),
    ...bad,
  ];
}
