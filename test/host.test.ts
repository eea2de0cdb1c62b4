import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { at, list } from '../graph/json-value';
import { readable } from '../plan/wire';
import { ROOT, seaworthy } from './support/command';

jest.setTimeout(60_000);

function hosted(...args: string[]): unknown {
  const script = `require('./bin/transpile').transpileOnLoad(); require(${JSON.stringify(join(ROOT, 'test', 'support', 'hosted.ts'))})`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script, ...args], { cwd: ROOT, encoding: 'utf8' }));
}

test("Pulumi's nodejs host runs index.ts without a build step, and hears over gRPC what our preview says", () => {
  const heard = hosted('dev');
  expect([at(heard, 'status'), at(heard, 'output'), at(heard, 'logs')]).toEqual([0, '', []]);
  const own = list(at(heard, 'resources'));
  const preview = list(JSON.parse(seaworthy(['preview', '--json']).stdout).resources);
  expect(byUrn(own.map((r) => [at(r, 'urn'), readable(at(r, 'inputs'), {})]))).toEqual(
    byUrn(preview.map((r) => [at(r, 'urn'), at(r, 'inputs')])),
  );
});

test('a refusal costs the host no more than a preview: errors for people have no stack to render', () => {
  const refused = hosted('dev', 'seaworthy:target');
  expect(at(refused, 'logs')).toEqual([expect.stringMatching(/^1 problem\. Nothing was changed\.\n\n.*SW-CONFIG-002/)]);
  expect(at(refused, 'cpuSeconds')).toBeLessThan(8);
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
