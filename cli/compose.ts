import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ProblemsError } from '../constructs/core/problem';
import { type Composed, composeOf } from '../plan/compose';
import { counted } from '../plan/render-problems';
import { runProject } from './run-project';

export interface ComposeOptions {
  readonly env: string;
  readonly system: string;
  readonly out: string;
}

/** Writes a Docker Compose project of one system. Secrets that were made before stay as they are. */
export async function compose({ env, system, out }: ComposeOptions): Promise<boolean> {
  const { graphs, problems } = await runProject(process.cwd(), env, system);
  const errors = problems.filter((p) => p.severity === 'error');
  if (errors.length > 0) throw new ProblemsError(errors);
  const graph = graphs.find((g) => g.nodes.some((n) => n.system === system));
  if (graph === undefined) {
    const what = `there is no system ${system} in ${env}.`;
    throw new ProblemsError([
      { code: 'SW-PROJECT-008', severity: 'error', what, fix: `npx seaworthy preview --env ${env}` },
    ]);
  }
  if (graph.nodes.some((n) => n.object?.kind === 'ExternalSecret' || n.object?.kind === 'SealedSecret')) {
    const what = `${env} keeps its secrets outside of Pulumi, where Docker cannot read them.`;
    throw new ProblemsError([
      { code: 'SW-COMPOSE-002', severity: 'error', what, fix: 'npx seaworthy compose --env dev' },
    ]);
  }
  write(composeOf(graph, system), join(out, system), system);
  return true;
}

function write({ file, env, missing, leftOut }: Composed, folder: string, system: string): void {
  mkdirSync(folder, { recursive: true });
  const secrets = join(folder, '.env');
  const kept = existsSync(secrets) ? variablesOf(readFileSync(secrets, 'utf8')) : {};
  const all = { ...withCertificates(env), ...kept };
  writeFileSync(join(folder, '.gitignore'), '.env\n');
  writeFileSync(
    secrets,
    Object.entries(all)
      .map(([name, value]) => `${name}=${quoted(value)}\n`)
      .join(''),
    { mode: 0o600 },
  );
  const head = `# Made by: npx seaworthy compose --system ${system}. Changes are lost; the architecture is in stacks/.\n`;
  writeFileSync(join(folder, 'compose.yaml'), head + stringify(file, { lineWidth: 0 }));
  const lines = [
    `${counted(Object.keys(file.services).length, 'service')} in ${join(folder, 'compose.yaml')}`,
    `${counted(Object.keys(all).length, 'secret')} in ${secrets}, which Git ignores${Object.keys(kept).length > 0 ? '; those that were there stay' : ''}`,
    ...(missing.length === 0 ? [] : [`fill in by hand, in .env: ${missing.join(', ')}`]),
    ...(leftOut.length === 0 ? [] : [`not in it: ${leftOut.join(', ')}`]),
    `Next: cd ${folder} && docker compose up`,
  ];
  process.stdout.write(`\n  ${lines.join('\n  ')}\n\n`);
}

/** Single quotes keep every sign as it is, and lines too; a quote itself ends one and begins the next. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "\\'")}'`;
}

function variablesOf(text: string): Record<string, string> {
  const found = [...text.matchAll(/^([A-Z0-9_]+)='((?:\\'|[^'])*)'$/gm)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value.replaceAll("\\'", "'")]));
}

/** In the cluster cert-manager makes them; here openssl does, for a year. */
function withCertificates(env: Readonly<Record<string, string>>): Record<string, string> {
  const all = { ...env };
  for (const certificate of Object.keys(env).filter((name) => name.endsWith('__TLS_CRT'))) {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-tls-'));
    const [key, crt] = [join(folder, 'key'), join(folder, 'crt')];
    const args = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '365',
      '-subj',
      '/CN=localhost',
      '-keyout',
      key,
      '-out',
      crt,
    ];
    const { status } = spawnSync('openssl', args, { stdio: 'ignore' });
    if (status !== 0) {
      const what = 'a service needs a certificate, and the program openssl is not on PATH to make one.';
      throw new ProblemsError([{ code: 'SW-COMPOSE-001', severity: 'error', what, fix: 'install openssl' }]);
    }
    all[certificate] = readFileSync(crt, 'utf8');
    all[certificate.replace(/CRT$/, 'KEY')] = readFileSync(key, 'utf8');
    rmSync(folder, { recursive: true });
  }
  return all;
}
