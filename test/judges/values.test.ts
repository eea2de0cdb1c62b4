import { ControlPlane } from '../support/control-plane';
import { BIN } from '../support/judges';
import { type KubeClient, KubeError, type KubeObject } from '../support/kube-client';
import { changed, GOOD } from '../support/kube-values';
import { REFUSED, TAKEN } from '../support/refused-values';

jest.setTimeout(300_000);

/** What graph/values refuses and takes, beside what a real API server does, by a dry run. */
const cluster = new ControlPlane(BIN);
let client: KubeClient;
beforeAll(async () => {
  await cluster.start();
  client = cluster.client();
});
afterAll(() => cluster.stop());

async function isTaken(object: KubeObject): Promise<boolean> {
  // Of any name: a wrong one is no part of a path.
  const path = await client.pathOf(changed(object, ['metadata', 'name'], 'x'));
  try {
    await client.call('POST', `${path.slice(0, -2)}?dryRun=All`, object);
    return true;
  } catch (error) {
    if (error instanceof KubeError && [400, 409, 413, 422].includes(error.status)) return error.status === 409;
    throw error;
  }
}

const inWords = (value: { of: string; path: readonly (string | number)[]; value: unknown }) =>
  `${value.of} ${value.path.join('.')}: ${JSON.stringify(value.value).slice(0, 60)}`;

test('what we refuse, the API server refuses, or the list says why we do', async () => {
  const surprising: string[] = [];
  for (const refused of REFUSED) {
    const taken = await isTaken(changed(GOOD[refused.of], refused.path, refused.value));
    if (taken !== (refused.taken !== undefined)) surprising.push(`${taken ? 'taken' : 'refused'} ${inWords(refused)}`);
  }
  expect(surprising).toEqual([]);
});

test('what we take, the API server takes', async () => {
  const refused: string[] = [];
  for (const taken of TAKEN) {
    if (!(await isTaken(changed(GOOD[taken.of], taken.path, taken.value)))) refused.push(inWords(taken));
  }
  for (const object of Object.values(GOOD)) {
    if (!(await isTaken(changed(object, ['metadata', 'labels'], { app: 'web' })))) refused.push(object.kind);
  }
  expect(refused).toEqual([]);
});
