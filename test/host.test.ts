import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { at, list } from '../graph/json-value';
import { readable } from '../plan/wire';
import { ROOT, seaworthy } from './support/command';

jest.setTimeout(60_000);

test("Pulumi's nodejs host runs index.ts without a build step, and hears over gRPC what our preview says", () => {
  const script = `require('./bin/transpile').transpileOnLoad(); require(${JSON.stringify(join(ROOT, 'test', 'support', 'hosted.ts'))})`;
  const heard: unknown = JSON.parse(
    execFileSync(process.execPath, ['-e', script, 'dev'], { cwd: ROOT, encoding: 'utf8' }),
  );
  expect([at(heard, 'status'), at(heard, 'output'), at(heard, 'logs')]).toEqual([0, '', []]);
  const own = list(at(heard, 'resources'));
  const preview = list(JSON.parse(seaworthy(['preview', '--json']).stdout).resources);
  expect(byUrn(own.map((r) => [at(r, 'urn'), readable(at(r, 'inputs'), {})]))).toEqual(
    byUrn(preview.map((r) => [at(r, 'urn'), at(r, 'inputs')])),
  );
});

/** Inputs by URN, less the words about what is hidden: where an unknown comes from is the graph's knowledge. */
function byUrn(inputs: [unknown, unknown][]): Map<unknown, unknown> {
  const isHidden = (leaf: unknown) => at(leaf, 'unknown') !== undefined || at(leaf, 'secret') !== undefined;
  return new Map(
    inputs.map(([urn, plain]) => [
      urn,
      JSON.parse(JSON.stringify(plain, (_key, leaf) => (isHidden(leaf) ? 'hidden' : leaf))),
    ]),
  );
}
