import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { faultsOfText } from '../support/as-told';
import { copyOfProject, ROOT } from '../support/command';

jest.setTimeout(600_000);

/** The same lines each time, unless somebody asks for more: GENERATED_RUNS=200 GENERATED_SEED=7. */
const numRuns = Number(process.env.GENERATED_RUNS ?? 10);
const seed = Number(process.env.GENERATED_SEED ?? 9);
/** Longer than any of them takes on a machine that has other work. */
const HANGS_MS = 120_000;

const { folder, dispose } = copyOfProject();
afterAll(dispose);
writeFileSync(
  join(folder, 'Pulumi.dev.yaml'),
  'config:\n  seaworthy:target: minikube\n  seaworthy:profile: dev\n  seaworthy:systems: [todo]\n  todo:domain: todo.local.test\n',
);
writeFileSync(join(folder, 'a-file'), '');
mkdirSync(join(folder, 'theirs'));
writeFileSync(join(folder, 'theirs', 'note.txt'), 'not ours');

const value = fc.constantFrom(
  'dev',
  'prod',
  'nowhere',
  'todo',
  'gateway',
  '',
  ' ',
  '-',
  'theirs/../made',
  'a-file',
  'theirs',
  'a/b',
  'toString',
  '*',
  'é',
  'x'.repeat(300),
  '\u001b[2J',
);
const flag = fc.oneof(
  fc
    .tuple(fc.constantFrom('--env', '-e', '--system', '-s', '--part', '-p', '--out', '-o'), value)
    .map((pair) => [...pair]),
  fc.tuple(fc.constantFrom('--env', '--system', '--out'), value).map(([name, given]) => [`${name}=${given}`]),
  fc
    .constantFrom(
      '--json',
      '--all',
      '--check',
      '--production',
      '--force',
      '--help',
      '--version',
      '--no-such',
      '--',
      '-x',
      '--json=yes',
    )
    .map((one) => [one]),
  value.map((one) => [one]),
);
/** Not `recover`, whose engine is a real one's business, nor `--watch`, which is to stay. */
const lines = fc
  .tuple(fc.constantFrom('preview', 'synth', 'compose', 'lock', 'perview', ''), fc.array(flag, { maxLength: 4 }))
  .map(([name, flags]) => [name, ...flags.flat()]);

test(`any command line: what it asks for, or what is wrong with it and what to do (seed ${seed})`, () => {
  fc.assert(
    fc.property(lines, (args) => {
      const { status, signal, stdout, stderr } = spawnSync(
        process.execPath,
        [join(ROOT, 'bin', 'seaworthy.js'), ...args],
        {
          cwd: folder,
          encoding: 'utf8',
          timeout: HANGS_MS,
          env: { ...process.env, CI: '', NO_COLOR: '1' },
        },
      );
      const shown = stdout + stderr;
      expect({ signal, faults: faultsOfText(shown) }).toEqual({ signal: null, faults: [] });
      expect([0, 1]).toContain(status);
      // Who is refused is told what to do: a Fix of ours, or the command's own help.
      if (status === 1) expect(shown).toMatch(/Fix: \S|--help|"fix": ?"|is not up to date/);
      expect(readdirSync(join(folder, 'theirs'))).toContain('note.txt');
    }),
    { numRuns, seed },
  );
});
