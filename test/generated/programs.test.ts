import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { session } from '../../bridge/session';
import { stoppedProgram } from '../../bridge/stopped';
import { lineOf, type Problem, ProblemsError } from '../../constructs/core/problem';
import { previewOf } from '../../plan/preview';
import { renderPreview } from '../../plan/render-preview';
import { type AnyProgram, anyProgram, PARTS } from '../support/any-part';
import { changes, HIDDEN } from '../support/nonsense';
import { registered } from '../support/offline';

jest.setTimeout(300_000);

/** The same programs each time, unless somebody asks for more: GENERATED_RUNS=5000 GENERATED_SEED=7. */
const numRuns = Number(process.env.GENERATED_RUNS ?? 60);
const seed = Number(process.env.GENERATED_SEED ?? 9);
const KNOWN = readFileSync(join(__dirname, '..', '..', 'docs', 'problems.md'), 'utf8');

const programs: fc.Arbitrary<AnyProgram> = fc.record({
  part: fc.constantFrom(...Object.keys(PARTS)),
  id: fc.oneof(
    { weight: 5, arbitrary: fc.constant('x') },
    fc.constantFrom('API', 'a b', '1', 'é', 'a'.repeat(70), 'near-db'),
  ),
  changes,
});

/** What the command would say; undefined where it would call it a bug of ours. */
async function told(program: AnyProgram): Promise<{ problems: readonly Problem[]; text: string } | undefined> {
  let mine: Problem | undefined;
  const build = anyProgram(program);
  try {
    const resources = await registered((app) => {
      try {
        build(app);
      } catch (error) {
        if (error instanceof ProblemsError) throw error;
        // Only here the reader's own lines are on the stack.
        mine = stoppedProgram(error);
        throw error;
      }
    });
    const { graphs } = session();
    const problems = graphs.flatMap((graph) => graph.problems);
    const preview = previewOf({ environment: 'dev', target: 'any', graphs, resources, problems });
    const page = { width: 80, colour: false };
    const drawn = renderPreview(preview, { page, all: true, problemsFirst: false, seconds: 0 });
    return { problems, text: drawn + JSON.stringify(preview) };
  } catch (error) {
    if (mine !== undefined) return { problems: [mine], text: lineOf(mine) };
    if (!(error instanceof Error) || !('problems' in error) || !Array.isArray(error.problems)) throw error;
    const problems: readonly Problem[] = error.problems;
    return { problems, text: problems.map(lineOf).join('\n') };
  }
}

/** What is wrong with how something is told. */
function faults({ problems, text }: { problems: readonly Problem[]; text: string }): string[] {
  const badly = problems.filter((p) => !KNOWN.includes(p.code) || !p.fix?.trim() || !p.where?.trim() || !p.what.trim());
  const shown = JSON.stringify(problems) + text;
  return [
    ...badly.map((p) => `without code, place, text or fix: ${JSON.stringify(p)}`),
    ...(/swv[0-9a-z]+vws/i.test(shown) ? [`a marker: ${/.{80}swv[0-9a-z]+vws.{0,40}/is.exec(shown)?.[0]}`] : []),
    ...(shown.includes(HIDDEN) ? ['a secret in clear'] : []),
    ...(/\n {4}at .*:\d+:\d+/.test(shown) ? ['a stack'] : []),
  ];
}

test(`any props of any part: a preview, or problems with code, place and fix (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      expect(faults((await told(program)) ?? { problems: [], text: '' })).toEqual([]);
    }),
    { numRuns, seed },
  );
});

test.each(Object.keys(PARTS))('%s as it should be stops nothing', async (part) => {
  const { problems = [] } = (await told({ part, id: 'x', changes: [] })) ?? {};
  expect(problems.filter((p) => p.code === 'SW-PROGRAM-001')).toEqual([]);
});
