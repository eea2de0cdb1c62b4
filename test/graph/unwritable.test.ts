import { unwritableIn } from '../../graph/unwritable';

test.each<[string, unknown, string]>([
  ['a bigint', 10n, 'a bigint'],
  ['a symbol', Symbol('a'), 'a symbol'],
  ['a function', () => 1, 'a function'],
  ['no number', Number.NaN, 'the number NaN'],
  ['an endless number', Number.POSITIVE_INFINITY, 'the number Infinity'],
  ['a Date', new Date(0), 'a Date'],
  ['a Map', new Map(), 'a Map'],
  ['a Set', new Set(), 'a Set'],
  ['an expression', /a/, 'a RegExp'],
  ['bytes', Buffer.from('a'), 'a Uint8Array'],
  ['an error', new Error('a'), 'a Error'],
])('JSON cannot hold %s, wherever it stands', (_is, value, is) => {
  expect(unwritableIn({ a: ['b', { c: value }] })).toEqual({ path: ['a', 1, 'c'], is });
});

test.each<[string, unknown]>([
  ['texts, numbers and flags', { a: ['b', 1, true, null, undefined] }],
  [
    'objects of a class',
    new (class Asset {
      readonly text = 'a';
    })(),
  ],
  ["Pulumi's own things", { a: { __pulumiOutput: true, apply: () => 1 } }],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
])('it holds %s', (_is, value) => expect(unwritableIn(value)).toBeUndefined());

test('it cannot hold a structure that holds itself', () => {
  const a: { b?: unknown } = {};
  a.b = [a];
  expect(unwritableIn(a)).toEqual({ path: ['b', 0], is: 'a structure that holds itself' });
});
