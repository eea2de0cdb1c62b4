import fc from 'fast-check';
import { parse } from 'yaml';
import { yamlText } from '../../plan/yaml-text';

/** Texts that readers of YAML 1.1 are known to take for something else. */
const HARD = [
  ...['no', 'NO', 'y', 'Y', 'on', 'off', 'yes', 'null', '~', 'true', '', ' ', '  lead', 'trail  ', '=', '<<', '<'],
  ...[
    '1_000',
    '0o14',
    '014',
    '0x1F',
    '0b11',
    '1e3',
    '1.',
    '.5',
    '.inf',
    '-.INF',
    '.nan',
    '+1',
    '12:30:45',
    '1:20',
    '190:20:30',
  ],
  ...[
    '2001-12-14',
    '2001-12-14t21:59:43.10-05:00',
    '0123456',
    '12e5678',
    '1.10',
    '- a: b',
    '? a',
    ': a',
    'a: b',
    'a #b',
    '#a',
  ],
  ...[
    '\tx\n',
    'x\n\ty\n',
    ' \n',
    '\n',
    '\n\n',
    'a\n',
    'a\n\n',
    'a\r\nb',
    'a\u0085b',
    'a\u2028#b',
    'a\u2029b',
    'a\u007fb',
    'a\u009fb',
  ],
  ...[
    '\ufeffa',
    'a\u0000b',
    '🚀 é',
    '---',
    '---\na',
    '...',
    '%TAG',
    '@a',
    '`a',
    '*a',
    '&a',
    '!a',
    '|',
    '>',
    '{a}',
    '[a]',
    '"',
    "'",
    "it's",
  ],
];

describe('what is written is what is read, in YAML 1.1 and 1.2', () => {
  test.each(HARD.map((hard) => [JSON.stringify(hard), hard]))('%s', (_shown, hard) => {
    const thing = { value: hard, list: [hard, { [hard]: hard }], [hard]: 1 };
    const written = yamlText(thing);
    for (const version of ['1.1', '1.2'] as const) expect(parse(written, { version, merge: false })).toEqual(thing);
  });

  test('and any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        for (const version of ['1.1', '1.2'] as const)
          expect(parse(yamlText({ any, [`k${any}`]: [any] }), { version })).toEqual({ any, [`k${any}`]: [any] });
      }),
    );
  });
});

test('what ends a line in YAML 1.1 alone is written as its number', () => {
  expect(yamlText({ a: 'x\u2028#y\u0085\u007f' })).toBe('a: "x\\u2028#y\\u0085\\u007f"\n');
});

test('one thing in two places is written twice: kustomize and Docker read no anchors in their own way', () => {
  const shared = { a: 1 };
  expect(yamlText({ one: shared, two: shared })).toBe('one:\n  a: 1\ntwo:\n  a: 1\n');
});
