import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { placeInProgram } from '../bridge/stopped';
import { lineOf, ProblemsError } from '../constructs/core/problem';
import { at, text } from '../graph/json-value';
import { packageRoot } from './package-root';

const EXIT = { fine: 0, user: 1, bug: 2 } as const;

/** The `seaworthy` command. Each command loads what it needs when it runs. */
async function main(argv: readonly string[]): Promise<void> {
  const command = new Command('seaworthy')
    .description('Your architecture as typed parts and edges: see what it becomes, before anything does.')
    .version(version(), '-V, --version')
    .showHelpAfterError('(seaworthy --help shows what there is)')
    .exitOverride()
    .configureOutput({ outputError: (message, write) => write(`\n  ${message}`) });

  command
    .command('preview')
    .description('show what an environment would be, without credentials, cluster or network')
    .option('-e, --env <name>', 'environment: the NAME of Pulumi.NAME.yaml', 'dev')
    .option('-s, --system <name>', 'only this system')
    .option('-p, --part <name>', 'only this part')
    .option('-a, --all', 'list every object with its URN', false)
    .option('--json', 'one JSON object, for machines (plan/preview.schema.json)', false)
    .option('-w, --watch', 'draw again after each save', false)
    .addHelpText(
      'after',
      '\nExamples:\n  npx seaworthy preview\n  npx seaworthy preview --env prod --system talos\n  npx seaworthy preview --env prod --json | jq .problems',
    )
    .action(async (options) => exitWith(await loadPreview().preview(options)));

  command
    .command('synth')
    .description(
      'write an environment as YAML: one folder a system, one file an object, a Kustomization, never a secret',
    )
    .requiredOption('-e, --env <name>', 'environment: the NAME of Pulumi.NAME.yaml')
    .requiredOption('-o, --out <folder>', 'where to write; made if it is not there')
    .addHelpText(
      'after',
      '\nExamples:\n  npx seaworthy synth --env dev --out yaml && kubectl apply -k yaml\n  npx seaworthy synth --env dev --out yaml && kubectl diff -k yaml    (what a change would do, once it is applied)\nHelm releases need Flux in the cluster; Secrets with placeholders are yours to make. Both are named as it ends.',
    )
    .action(async (options) => exitWith(await loadSynth().synth(options)));

  command
    .command('compose')
    .description('write a system as a Docker Compose project: for a laptop without Kubernetes, or for one server')
    .requiredOption('-s, --system <name>', 'which system')
    .option('-e, --env <name>', 'environment: the NAME of Pulumi.NAME.yaml', 'dev')
    .option('-o, --out <folder>', 'where to write; a folder for the system is made in it', 'compose')
    .option(
      '--production',
      'for one server: two copies of what may have several, nginx with TLS before them, nothing else open (docs/compose.md)',
      false,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  npx seaworthy compose --system tallow && cd compose/tallow && docker compose up\n  npx seaworthy compose --system tallow --production && cd compose/tallow-production && docker compose up -d',
    )
    .action(async (options) => exitWith(await loadCompose().compose(options)));

  command
    .command('lock')
    .description('accept what every object is called, so that a later rename is refused before it deletes something')
    .option('-e, --env <name>', 'environment: the NAME of Pulumi.NAME.yaml', 'dev')
    .option('--check', 'write nothing; fail where the lock is not up to date', false)
    .addHelpText('after', '\nExample:\n  npx seaworthy lock --env prod && git add identity.prod.lock.json')
    .action(async (options) => exitWith(await loadLock().lock(options)));

  command
    .command('recover')
    .description(
      'after an up that was killed, or whose API server went away: finish it with the program as it stands, as `pulumi up --yes` would',
    )
    .requiredOption('-e, --env <name>', 'environment: the NAME of Pulumi.NAME.yaml')
    .option('--force', 'break a lock of another machine', false)
    .addHelpText('after', '\nExample:\n  npx seaworthy recover --env prod')
    .action(async (options) => exitWith(await loadRecover().recoverStack(options)));

  await command.parseAsync([...argv]);
}

const loadPreview = (): typeof import('./preview') => require('./preview');
const loadCompose = (): typeof import('./compose') => require('./compose');
const loadSynth = (): typeof import('./synth') => require('./synth');
const loadRecover = (): typeof import('./recover') => require('./recover');
const loadLock = (): typeof import('./lock') => require('./lock');

function exitWith(isFine: boolean): void {
  process.exitCode = isFine ? EXIT.fine : EXIT.user;
}

function version(): string {
  return text(at(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')), 'version')) ?? '0';
}

/** What a person is told of an error: their problem with its fix, where their program broke, or that the bug is ours. */
function explain(error: unknown): number {
  if (error instanceof ProblemsError) {
    process.stderr.write(`\n${error.problems.map(lineOf).join('\n')}\n\n`);
    return EXIT.user;
  }
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) {
    return 'exitCode' in error && error.exitCode === 0 ? EXIT.fine : EXIT.user;
  }
  const stack = error instanceof Error ? error.stack || error.message : String(error);
  const place = placeInProgram(stack);
  if (place !== undefined) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\n  Your program stopped at ${place}:\n  ${message}\n  Nothing was changed.\n\n`);
    return EXIT.user;
  }
  process.stderr.write(
    `\n  This is a bug of seaworthy, not yours. Nothing was changed.\n  Please send the lines below, and what you ran, to its maintainers.\n\n${stack}\n`,
  );
  return EXIT.bug;
}

// Who reads may stop reading, as `head` does: that is their end, and no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

main(process.argv).catch((error: unknown) => {
  process.exitCode = explain(error);
});
