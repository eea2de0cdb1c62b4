import fc from 'fast-check';
import {
  isMarker,
  marker,
  misuseOf,
  numberMarker,
  numberMisuseOf,
  resetMarkers,
  valueBehind,
} from '../../constructs/core/marker';
import type { Value } from '../../constructs/core/value';

const secret: Value = { kind: 'config', key: 'shop:password' };

beforeEach(() => resetMarkers('0a1b2c3d4'));

describe('a string marker', () => {
  test('gives its value back', () => {
    expect(valueBehind(marker(secret))).toBe(secret);
  });

  test.each([
    ['URL encoding', encodeURIComponent],
    ['JSON', (m: string) => JSON.parse(JSON.stringify(m))],
    ['lower case', (m: string) => m.toLowerCase()],
  ])('survives %s', (_name, change) => {
    expect(valueBehind(change(marker(secret)))).toBe(secret);
  });

  test('is a DNS label', () => {
    expect(marker(secret)).toMatch(/^[a-z]([a-z0-9]{0,61}[a-z0-9])?$/);
  });

  test.each<[string, (m: string) => string, RegExp]>([
    ['base64', (m) => Buffer.from(m).toString('base64'), /base64/],
    ['base64, one byte on', (m) => Buffer.from(`x${m}`).toString('base64'), /base64/],
    ['base64, two bytes on', (m) => Buffer.from(`xy${m}z`).toString('base64'), /base64/],
    ['base64url', (m) => Buffer.from(`user:${m}`).toString('base64url'), /base64/],
    ['hex', (m) => Buffer.from(m).toString('hex'), /hex/],
    ['HEX', (m) => Buffer.from(m).toString('hex').toUpperCase(), /hex/],
    ['upper case', (m) => m.toUpperCase(), /case/],
    ['its head', (m) => m.slice(0, 15), /cut/],
    ['its tail', (m) => m.slice(-14), /cut/],
    ['something added', (m) => `${m}:5432`, /added/],
    ['something put before', (m) => `postgres://${m}`, /added/],
    ['a changed letter', (m) => m.slice(0, 14) + (m[14] === 'z' ? 'y' : 'z') + m.slice(15), /added/],
    ['a changed check digit', (m) => m.slice(0, 19) + (m[19] === '1' ? '2' : '1') + m.slice(20), /added/],
  ])('is found out by %s', (_name, change, words) => {
    expect(misuseOf(change(marker(secret)))).toMatch(words);
  });

  test('of another program run is found out', () => {
    const old = marker(secret);
    resetMarkers('999888777');
    expect(misuseOf(old)).toMatch(/another program run/);
  });

  test('is found out where an Output was put into a template literal', () => {
    expect(misuseOf('x Calling [toString] on an [Output<T>] is not supported')).toMatch(/template literal/);
  });

  test('is never seen in what is none', () => {
    fc.assert(fc.property(fc.string(), (plain) => misuseOf(plain) === undefined && !isMarker(plain)));
  });
});

describe('a number marker', () => {
  test('gives its value back', () => {
    expect(valueBehind(numberMarker(secret))).toBe(secret);
  });

  test.each<[string, (n: number) => number]>([
    ['adding', (n) => n + 1],
    ['doubling', (n) => n * 2],
    ['rounding', Math.round],
    ['cutting off the fraction', Math.floor],
    ['turning to thousands', (n) => n * 1000],
  ])('is broken by %s', (_name, change) => {
    const changed = change(numberMarker(secret));
    expect(isMarker(changed)).toBe(false);
    expect(numberMisuseOf(changed)).toMatch(/arithmetic/);
  });

  test.each([0, 8000, 65535, 2 ** 32, 2 ** 36, 2 ** 37, 64 * 1024 ** 3, 1e12])('%d is no marker', (plain) => {
    marker(secret);
    expect(numberMisuseOf(plain)).toBeUndefined();
  });
});
