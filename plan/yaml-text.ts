import { type ScalarTag, stringify } from 'yaml';

/**
 * Texts that YAML's readers understand differently when they stand there bare. Ends of lines to YAML 1.1 alone (U+0085, U+2028, U+2029), what
 * a reader in Go takes for no text at all (controls, U+007F, byte order marks), a first line or any line that begins with white space, and
 * all that begins as a number, a date or a mark of YAML does.
 */
const HARD = /(?![\n\t])\p{Cc}|\p{Cs}|[\u2028\u2029\ufeff\ufffe\uffff]|^[\s.+~=<0-9-]|\n *\t/u;

/** Such a text as JSON has it, which is YAML of every version; with all that a reader may stumble over written as its number. */
const QUOTED: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  identify: (value) => typeof value === 'string' && HARD.test(value),
  resolve: (text) => text,
  stringify: ({ value }) =>
    JSON.stringify(String(value)).replaceAll(
      /\p{Cc}|[\u2028\u2029\ufeff\ufffe\uffff]/gu,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
};

/** JSON as YAML that is the same to readers of YAML 1.1 and 1.2: kubectl's and Docker's in Go, and Python's. */
export function yamlText(thing: unknown): string {
  return stringify(thing, {
    lineWidth: 0,
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
    customTags: (tags) => [QUOTED, ...tags],
  });
}
