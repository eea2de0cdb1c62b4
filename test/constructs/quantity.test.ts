import { canonicalQuantity, compareQuantities } from '../../constructs/core/quantity';

test.each([
  ['1000m', '1'],
  ['100m', '100m'],
  ['1500m', '1500m'],
  ['0.5', '500m'],
  ['1000', '1k'],
  ['1024', '1024'],
  ['2048Mi', '2Gi'],
  ['1000Mi', '1000Mi'],
  ['0.5Gi', '512Mi'],
  ['512Ki', '512Ki'],
  ['0.5Ki', '512'],
  ['0.001', '1m'],
  ['10.0Gi', '10Gi'],
  ['0', '0'],
  ['1e3', '1e3'],
  ['no quantity', 'no quantity'],
])('the API server keeps %s as %s', (written, kept) => {
  expect(canonicalQuantity(written)).toBe(kept);
});

test.each([
  ['1Gi', '1024Mi', 0],
  ['1G', '1Gi', -1],
  ['2', '1500m', 1],
  ['2', 'much', undefined],
])('%s against %s', (one, other, expected) => {
  expect(compareQuantities(one, other)).toBe(expected);
});
