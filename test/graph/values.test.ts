import { changed, foundIn, GOOD } from '../support/kube-values';
import { REFUSED, TAKEN } from '../support/refused-values';

const inWords = ({ of, path, value }: { of: string; path: readonly (string | number)[]; value: unknown }) =>
  `${of} ${path.join('.')}: ${JSON.stringify(value).slice(0, 60)}`;

test.each(Object.entries(GOOD))('a good %s has no problem', (_kind, object) => {
  expect(foundIn(changed(object, ['metadata', 'labels'], { app: 'web' })).map((p) => p.what)).toEqual([]);
});

test.each(REFUSED.map((refused) => ({ ...refused, name: inWords(refused) })))(
  'refused: $name',
  ({ of, path, value, code }) => {
    expect(foundIn(changed(GOOD[of], path, value)).map((p) => p.code)).toContain(code);
  },
);

test.each(TAKEN.map((taken) => ({ ...taken, name: inWords(taken) })))('taken: $name', ({ of, path, value }) => {
  expect(foundIn(changed(GOOD[of], path, value)).map((p) => p.what)).toEqual([]);
});

test('every problem of a value has its place and a text to paste', () => {
  const problems = REFUSED.flatMap(({ of, path, value }) => foundIn(changed(GOOD[of], path, value)));
  expect(problems.filter((p) => p.where === undefined || (p.fix ?? '') === '')).toEqual([]);
});

test('a Service that names a port which its pods do not have is told', () => {
  const service = changed(GOOD.service, ['spec', 'ports', 0, 'targetPort'], 'metrics');
  expect(foundIn(service, GOOD.deployment).map((p) => p.code)).toEqual(['SW-LINK-002']);
});

test('an Ingress that routes to a port which its Service does not have is told', () => {
  const path = ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'port', 'number'];
  expect(foundIn(GOOD.service, changed(GOOD.ingress, path, 8080)).map((p) => p.code)).toEqual(['SW-LINK-002']);
});

test('one host and path in two Ingresses is told', () => {
  expect(foundIn(GOOD.ingress, changed(GOOD.ingress, ['metadata', 'name'], 'second')).map((p) => p.code)).toEqual([
    'SW-EXPOSE-005',
  ]);
});

test('two Ingresses whose certificates are to lie in one Secret, for different hosts, are told', () => {
  const issued = changed(GOOD.ingress, ['metadata', 'annotations'], { 'cert-manager.io/cluster-issuer': 'acme' });
  const other = changed(changed(issued, ['metadata', 'name'], 'second'), ['spec', 'rules', 0, 'host'], 'b.acme.org');
  const codes = foundIn(issued, changed(other, ['spec', 'tls', 0, 'hosts'], ['b.acme.org'])).map((p) => p.code);
  expect(codes).toEqual(['SW-EXPOSE-006']);
});

test('a long id in a dozen labels of a part is told once', () => {
  const labels = { app: 'a'.repeat(64) };
  const object = changed(
    changed(GOOD.deployment, ['spec', 'selector', 'matchLabels'], labels),
    ['metadata', 'labels'],
    labels,
  );
  const problems = foundIn(changed(object, ['spec', 'template', 'metadata', 'labels'], labels));
  expect(problems.map((p) => p.code)).toEqual(['SW-LABEL-001']);
});
