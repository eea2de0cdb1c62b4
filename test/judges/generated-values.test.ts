import fc from 'fast-check';
import { isRecord } from '../../graph/json-value';
import { ControlPlane } from '../support/control-plane';
import { BIN } from '../support/judges';
import { type KubeClient, KubeError, type KubeObject } from '../support/kube-client';
import { changed, foundIn, GOOD, type GoodKind } from '../support/kube-values';

jest.setTimeout(600_000);

/** The same values each time, unless somebody asks for more: GENERATED_RUNS=5000 GENERATED_SEED=7. */
const numRuns = Number(process.env.GENERATED_RUNS ?? 600);
const seed = Number(process.env.GENERATED_SEED ?? 9);

const cluster = new ControlPlane(BIN);
let client: KubeClient;
beforeAll(async () => {
  await cluster.start();
  client = cluster.client();
});
afterAll(() => cluster.stop());

type Path = readonly (string | number)[];

/** Every place in an object that holds a text or a number, but for what it is. */
function leavesIn(thing: unknown, path: Path = []): Path[] {
  if (Array.isArray(thing)) return thing.flatMap((item, i) => leavesIn(item, [...path, i]));
  if (isRecord(thing)) return Object.entries(thing).flatMap(([key, item]) => leavesIn(item, [...path, key]));
  return path[0] === 'apiVersion' || path[0] === 'kind' || path.join('.') === 'metadata.namespace' ? [] : [path];
}

const PLACES = Object.entries(GOOD).flatMap(([of, object]) => leavesIn(object).map((path) => ({ of, path })));

/** Labels, and what is nearly one. */
const word = fc.oneof(
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/),
  fc.stringMatching(/^[A-Za-z0-9._/*-]{1,6}$/),
  fc.nat(300).map((n) => 'a'.repeat(n)),
);
const text = fc.oneof(
  word,
  fc.array(word, { minLength: 2, maxLength: 4 }).map((words) => words.join('.')),
  fc
    .tuple(
      fc.integer({ min: -2, max: 2000 }),
      fc.constantFrom('', 'm', 'Mi', 'Gi', 'G', 'k', 'MB', 'e3', ' Gi', '.5Gi', 'n'),
    )
    .map(([n, unit]) => `${n}${unit}`),
  fc.tuple(fc.ipV4(), fc.integer({ min: -1, max: 34 })).map(([ip, bits]) => `${ip}/${bits}`),
  fc.ipV4(),
  fc
    .array(
      fc.constantFrom(
        '*',
        '*/5',
        '0',
        '59',
        '60',
        '1-5',
        '5-1',
        '1,2',
        'MON',
        'sun',
        'L',
        '?',
        '@daily',
        '1/2',
        '*/0',
        '*/61',
      ),
      { minLength: 4, maxLength: 6 },
    )
    .map((fields) => fields.join(' ')),
  fc.constantFrom(
    '/',
    '/a',
    'a',
    '/a//b',
    '/../a',
    '/a?b',
    '/%2f',
    '*.acme.org',
    'a.*.org',
    'ReadWriteMany',
    'TCP',
    'UDP',
    'SCTP',
    'tcp',
    'Never',
    'Exact',
    'Prefix',
    '',
  ),
);
const given: fc.Arbitrary<unknown> = fc.oneof({ weight: 4, arbitrary: text }, fc.integer({ min: -2, max: 70_000 }));

/** What only we refuse, and why. */
const OURS: readonly [place: RegExp, why: string][] = [
  [/^secret data\./, 'a secret in plain text in the program'],
  [/^service spec\.ports\.0\.name$/, 'two dashes are no name of the port of a container, which it stands for'],
  [/^quota spec\.hard/, 'a dash is no amount, though it is read as nought'],
  [/^binding metadata\.name$/, 'longer than any other object may be called'],
  [/\.image$/, 'no node can pull it: the kubelet refuses it, later'],
  [/^budget metadata\.name$/, 'the API server judges no name of a budget; others of the same object it does'],
  [/^ingress spec\.tls\.0\./, 'a certificate for an address, or in a Secret without a name, is served to nobody'],
];

/** By the API server in a dry run: whether it takes the object, or what it says against it. */
async function refusalOf(object: KubeObject): Promise<string | undefined> {
  const path = await client.pathOf(changed(object, ['metadata', 'name'], 'x'));
  try {
    await client.call('POST', `${path.slice(0, -2)}?dryRun=All&fieldValidation=Strict`, object);
    return undefined;
  } catch (error) {
    if (!(error instanceof KubeError) || ![400, 403, 404, 409, 413, 422].includes(error.status)) throw error;
    return error.status === 409 || error.status === 404 ? undefined : error.message;
  }
}

test(`what the API server refuses of any value, we refuse first; what we refuse, it refuses (seed ${seed})`, async () => {
  const values = fc.sample(fc.tuple(fc.constantFrom(...PLACES), given), { numRuns, seed });
  const surprising: string[] = [];
  for (const [{ of, path }, value] of values) {
    const object = changed(changed(GOOD[of as GoodKind], ['metadata', 'labels'], { app: 'web' }), path, value);
    const [ours, theirs] = [foundIn(object), await refusalOf(object)];
    if (ours.length > 0 === (theirs !== undefined)) continue;
    if (theirs === undefined && OURS.some(([place]) => place.test(`${of} ${path.join('.')}`))) continue;
    surprising.push(
      `${of} ${path.join('.')} = ${JSON.stringify(value).slice(0, 70)}: ${theirs === undefined ? `only we refuse: ${ours[0]?.what}` : `only the API server refuses: ${theirs.slice(0, 200)}`}`,
    );
  }
  expect(surprising).toEqual([]);
});
