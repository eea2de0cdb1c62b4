import { variablesOf, withVariables } from '../../cli/env-file';

const read = (text: string) => variablesOf(text, '.env');

test.each([
  ['bare', 'A=sk-ant-mine\n', 'sk-ant-mine'],
  ['bare, with a comment', 'A=b # c\n', 'b'],
  ['bare, with a hash inside', 'A=b#c\n', 'b#c'],
  ['in single quotes', 'A=\'b $C "d" \\n\'\n', 'b $C "d" \\n'],
  ['in single quotes, with one inside', "A='it\\'s'\n", "it's"],
  ['in double quotes', 'A="b \\"c\\" \\$D"\n', 'b "c" $D'],
  ['over lines', "A='b\nc'\n", 'b\nc'],
  ['exported', 'export A=b\n', 'b'],
  ['with spaces', '  A = b\n', 'b'],
  ['of another', 'B=c\nA="${B}/d"\n', 'c/d'],
  ['from Windows', 'A=b\r\n', 'b'],
  ['empty', 'A=\n', ''],
])('a variable is read as docker compose reads it: %s', (_, text, value) => {
  expect(read(text).A).toBe(value);
});

test('small letters are a name', () => {
  expect(read('lower_case=b\n')).toEqual({ lower_case: 'b' });
});

test('what is there stays byte for byte, and what is new comes below', () => {
  const before = '# mine\nB=1\n\nA="2"  # last';
  expect(withVariables(before, [{ name: 'C', value: '3' }])).toBe(`${before}\nC='3'\n`);
});

test.each(["it's", 'back\\', "both\\'s", 'a\nb', '$HOME ${X}', '"', ''])(
  'what is written is read again: %j',
  (value) => {
    expect(read(withVariables('', [{ name: 'A', value }])).A).toBe(value);
  },
);

test('a quote that does not end is told by its line, without the secret', () => {
  expect(() => read("A=1\nB='secret\n")).toThrow(/\.env:2.*SW-COMPOSE-005(?![\s\S]*secret)/);
});
