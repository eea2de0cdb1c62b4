import { at, list } from '../../graph/json-value';
import { FETCHED, judge, objectsOf, VARIANTS, yamlFile } from '../support/judges';
import { ACCEPTED, accepting, scored } from '../support/kube-score';
import { platformGraph, talosGraph } from '../support/systems';

jest.setTimeout(300_000);

const SCHEMAS = [
  `${FETCHED}/schemas/kubernetes/{{.ResourceKind}}{{.KindSuffix}}.json`,
  `${FETCHED}/schemas/{{.ResourceKind}}{{.KindSuffix}}.json`,
];
const kubeconform = (file: string) =>
  judge('kubeconform', [
    '-strict',
    '-summary',
    '-output',
    'json',
    ...SCHEMAS.flatMap((s) => ['-schema-location', s]),
    file,
  ]);

describe.each(Object.entries(VARIANTS))('%s', (_name, graph) => {
  const objects = objectsOf(graph());

  test('kubeconform, strict: every object is of a known kind, and as its schema says', () => {
    const { status, stdout } = kubeconform(yamlFile(objects));
    const report: unknown = JSON.parse(stdout);
    expect(list(at(report, 'resources'))).toEqual([]);
    expect(at(report, 'summary')).toEqual({ valid: objects.length, invalid: 0, errors: 0, skipped: 0 });
    expect(status).toBe(0);
  });

  test('kube-score: nothing, but what is accepted with a reason', () => {
    expect(scored([yamlFile(objects)]).filter((finding) => accepting(finding) === undefined)).toEqual([]);
  });
});

test('every acceptance is needed', () => {
  const found = [...Object.values(VARIANTS), platformGraph].flatMap((graph) => scored([yamlFile(objectsOf(graph()))]));
  expect(ACCEPTED.filter((accepted) => !found.some((finding) => accepting(finding) === accepted))).toEqual([]);
});

test('a broken manifest is found: an unknown field, an unknown kind', () => {
  const [first] = objectsOf(talosGraph('dev'));
  const broken = [
    { ...first, speck: {} },
    { apiVersion: 'shop.acme.org/v1', kind: 'Basket', metadata: { name: 'b' } },
  ];
  const { status, stdout } = kubeconform(yamlFile(broken));
  expect(at(JSON.parse(stdout), 'summary')).toMatchObject({ invalid: 1, errors: 1 });
  expect(status).toBe(1);
});
