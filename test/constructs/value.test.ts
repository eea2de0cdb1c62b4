import { base64, json, jsonString, text, uri } from '../../constructs';
import { isMarker, resetMarkers, valueBehind } from '../../constructs/core/marker';
import { configSecret, isSecret, sourceOf } from '../../constructs/core/value';

beforeEach(() => resetMarkers());
const password = () => configSecret('shop:password');

test('a text of plain parts is plain', () => {
  expect(text`http://${'shop'}:${8080}/${uri('a b/c')}`).toBe('http://shop:8080/a%20b%2Fc');
});

test('a text with a value is a marker that knows its source', () => {
  const composed = text`postgres://${uri('shop')}:${uri(password())}@db`;
  expect(isMarker(composed)).toBe(true);
  expect(sourceOf(valueBehind(composed))).toBe('config shop:password');
});

test('secretness of a part is that of the whole', () => {
  expect(isSecret(valueBehind(text`a${password()}`))).toBe(true);
  expect(isSecret(valueBehind(base64(password())))).toBe(true);
});

test('a text of one value alone is that value', () => {
  const marker = password();
  expect(valueBehind(text`${marker}`)).toBe(valueBehind(marker));
});

test('JSON of plain leaves is plain JSON', () => {
  expect(JSON.parse(json({ a: [1, 'b', true] }))).toEqual({ a: [1, 'b', true] });
  // A structure may have a word of ours.
  expect(json({ kind: 'Config', users: [] })).toBe('{"kind":"Config","users":[]}');
});

test('JSON of an object of Kubernetes is plain JSON: its kind makes it no value', () => {
  const config = { kind: 'Config', clusters: [{ kind: 'attribute', name: 'a' }] };
  expect(JSON.parse(json(config))).toEqual(config);
});

test('JSON with a value escapes what is put in later', () => {
  const value = valueBehind(json({ key: password() }));
  expect(value).toMatchObject({ kind: 'composed', pieces: ['{"key":"', { encode: 'json' }, '"}'] });
});

test('JSON of a structure that has a kind is that structure', () => {
  expect(JSON.parse(json({ kind: 'Config', users: [] }))).toEqual({ kind: 'Config', users: [] });
});

test('a part for a JSON literal is escaped at once where it is known', () => {
  expect(text`{"a":"${jsonString('say "hi"')}"}`).toBe('{"a":"say \\"hi\\""}');
});

test('base64 of a plain text is made at once', () => {
  expect(base64('shop')).toBe('c2hvcA==');
});
