import fc from 'fast-check';
import { session } from '../../bridge/session';
import { stoppedProgram } from '../../bridge/stopped';
import { lineOf, type Problem, ProblemsError } from '../../constructs/core/problem';
import { previewOf } from '../../plan/preview';
import { renderPreview } from '../../plan/render-preview';
import { type AnyProgram, anyProgram, PARTS } from '../support/any-part';
import { faults, type Told, toldBy } from '../support/as-told';
import { changes } from '../support/nonsense';
import { registered } from '../support/offline';

jest.setTimeout(300_000);

/** The same programs each time, unless somebody asks for more: GENERATED_RUNS=5000 GENERATED_SEED=7. */
const numRuns = Number(process.env.GENERATED_RUNS ?? 60);
const seed = Number(process.env.GENERATED_SEED ?? 9);

const programs: fc.Arbitrary<AnyProgram> = fc.record({
  part: fc.constantFrom(...Object.keys(PARTS)),
  id: fc.oneof(
    { weight: 5, arbitrary: fc.constant('x') },
    fc.constantFrom('API', 'a b', '1', 'é', 'a'.repeat(70), 'near-db'),
  ),
  changes,
});

/** What the command would say; undefined where it would call it a bug of ours. */
async function told(program: AnyProgram): Promise<Told | undefined> {
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
    const known = toldBy(error);
    if (known === undefined) throw error;
    return known;
  }
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
