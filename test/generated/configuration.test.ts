import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { runProject } from '../../cli/run-project';
import { isRecord } from '../../graph/json-value';
import { previewOf } from '../../plan/preview';
import { renderPreview } from '../../plan/render-preview';
import { faults, type Told, toldBy } from '../support/as-told';
import { copyOfProject, ROOT } from '../support/command';
import { type Change, withNonsense } from '../support/nonsense';

jest.setTimeout(300_000);

/** The same files each time, unless somebody asks for more: GENERATED_RUNS=500 GENERATED_SEED=7. */
const numRuns = Number(process.env.GENERATED_RUNS ?? 16);
const seed = Number(process.env.GENERATED_SEED ?? 9);
const SYSTEMS = ['talos', 'tallow', 'ticolops', 'todo', 'alcs', 'platform'];
const LOCK = 'identity.dev.lock.json';

const here = process.cwd();
const { folder, dispose } = copyOfProject();
afterAll(() => {
  process.chdir(here);
  dispose();
});

/** What people write into YAML and JSON in the place of a good value. */
const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    0,
    -1,
    1.5,
    1e21,
    true,
    false,
    [],
    {},
    [null],
    { a: 1 },
    'no',
    '~',
    '0123456',
  ),
  fc.constantFrom(
    'a'.repeat(300),
    '__proto__',
    'constructor',
    '$(A)$$',
    '\u2028',
    '\u0000',
    '\u001b[2J',
    '🚀é',
    '2026-01-01',
  ),
  fc.constantFrom(
    '0.0.0.0/0',
    '../..',
    '{{ x }}',
    '${x}',
    "'; drop",
    '*',
    'localhost',
    'https://u:hunter2-never-shown@a.b',
  ),
  fc.constantFrom(
    '10Gi',
    '6h',
    '99999999999999999999Gi',
    '-1Gi',
    '61 * * * *',
    'example.com',
    '1.2.3.4:99999',
    'a,b',
    '-',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.jsonValue({ maxDepth: 2 }),
);

type Mutation =
  | { readonly kind: 'value'; readonly change: Change }
  | { readonly kind: 'key'; readonly at: number; readonly key: string; readonly value: unknown }
  | { readonly kind: 'text'; readonly at: number; readonly length: number; readonly text: string }
  | { readonly kind: 'line'; readonly at: number; readonly does: 'repeat' | 'drop' };

const KEYS = [
  'host',
  'tag',
  'namespace',
  'profile',
  'target',
  'toString',
  '__proto__',
  'Host',
  'a b',
  '',
  'secrets',
  'kubernetesVersion',
];
const key = fc.oneof(
  fc
    .tuple(fc.constantFrom(...SYSTEMS, 'seaworthy', 'eks', 'aws'), fc.constantFrom(...KEYS))
    .map((parts) => parts.join(':')),
  fc.constantFrom(...KEYS, 'a:b:c', 'talos:config:host', 'config', 'talos:monitoring.runbooks', 'talos:resources.cpu'),
);
const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant<'value'>('value'),
        change: fc.record({ steps: fc.array(fc.nat(60), { minLength: 1, maxLength: 4 }), to: scalar }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant<'key'>('key'), at: fc.nat(60), key, value: scalar }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant<'text'>('text'),
        at: fc.nat(5000),
        length: fc.nat(12),
        text: fc.oneof(
          fc.string({ unit: 'binary', maxLength: 6 }),
          fc.constantFrom('\t', '&a ', '*a', '<<: ', '!!binary ', '- ', '{', '"', '\n', '#'),
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant<'line'>('line'),
        at: fc.nat(200),
        does: fc.constantFrom<'repeat' | 'drop'>('repeat', 'drop'),
      }),
    },
  ),
  { minLength: 1, maxLength: 3 },
);

/** A file that somebody changed; structures first, then its text. */
function mutated(before: string, many: readonly Mutation[], write: (thing: unknown) => string): string {
  const structure = many.reduce<unknown>((made, one) => {
    if (one.kind === 'value') return withNonsense(made, one.change);
    return one.kind === 'key' ? withKey(made, one) : made;
  }, parse(before));
  return many.reduce((text, one) => {
    if (one.kind === 'text')
      return text.slice(0, one.at % text.length) + one.text + text.slice((one.at % text.length) + one.length);
    if (one.kind !== 'line') return text;
    const lines = text.split('\n');
    const at = one.at % lines.length;
    lines.splice(at, one.does === 'drop' ? 1 : 0, ...(one.does === 'drop' ? [] : [lines[at] ?? '']));
    return lines.join('\n');
  }, write(structure));
}

/** One more key, beside those of the configuration or of a structure in it. */
function withKey(made: unknown, { at, key: name, value }: Extract<Mutation, { kind: 'key' }>): unknown {
  if (!isRecord(made)) return { [name]: value };
  const keys = Object.keys(made);
  const inside = keys[at % (keys.length + 1)];
  if (inside === undefined || !isRecord(made[inside])) return { ...made, [name]: value };
  return { ...made, [inside]: { ...made[inside], [name]: value } };
}

/** What `seaworthy preview` would show; an error that is not for people is thrown. */
async function previewed(environment: string): Promise<Told> {
  try {
    const { graphs, resources, problems, target } = await runProject(folder, environment);
    const preview = previewOf({ environment, target, graphs, resources, problems });
    const drawn = renderPreview(preview, {
      page: { width: 80, colour: false },
      all: true,
      problemsFirst: false,
      seconds: 0,
    });
    return { problems, text: drawn + JSON.stringify(preview) };
  } catch (error) {
    const known = toldBy(error);
    if (known === undefined) throw error;
    return known;
  }
}

const file = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

/** One system of an environment: the others would only cost time. */
function configOf(environment: string, system: string): string {
  const whole: unknown = parse(file(`Pulumi.${environment}.yaml`));
  const config = isRecord(whole) && isRecord(whole.config) ? whole.config : {};
  const kept = Object.entries(config).filter(
    ([name]) => !SYSTEMS.some((s) => s !== system && name.startsWith(`${s}:`)),
  );
  return stringify({
    ...(isRecord(whole) ? whole : {}),
    config: { ...Object.fromEntries(kept), 'seaworthy:systems': [system] },
  });
}

test(`any configuration of the five systems: a preview, or problems with code, place and fix (seed ${seed})`, async () => {
  const environments = fc.constantFrom('dev', 'prod', 'staging');
  await fc.assert(
    fc.asyncProperty(environments, fc.constantFrom(...SYSTEMS), mutations, async (environment, system, many) => {
      const name = `Pulumi.${environment}.yaml`;
      write(
        name,
        mutated(configOf(environment, system), many, (thing) => stringify(thing) ?? ''),
      );
      try {
        expect(faults(await previewed(environment))).toEqual([]);
      } finally {
        write(name, file(name));
      }
    }),
    { numRuns, seed },
  );
});

test(`any lock: a preview, or problems with code, place and fix (seed ${seed})`, async () => {
  write('Pulumi.dev.yaml', configOf('dev', 'talos'));
  await fc.assert(
    fc.asyncProperty(mutations, async (many) => {
      write(
        LOCK,
        mutated(file(LOCK), many, (thing) => JSON.stringify(thing, null, 2) ?? ''),
      );
      expect(faults(await previewed('dev'))).toEqual([]);
    }),
    { numRuns: Math.ceil(numRuns / 2), seed },
  );
  if (existsSync(join(folder, LOCK))) rmSync(join(folder, LOCK));
});

test(`any Pulumi.yaml: a preview, or problems with code, place and fix (seed ${seed})`, async () => {
  write('Pulumi.dev.yaml', configOf('dev', 'talos'));
  await fc.assert(
    fc.asyncProperty(mutations, async (many) => {
      write(
        'Pulumi.yaml',
        mutated(file('Pulumi.yaml'), many, (thing) => stringify(thing) ?? ''),
      );
      expect(faults(await previewed('dev'))).toEqual([]);
    }),
    { numRuns: Math.ceil(numRuns / 2), seed },
  );
});
