/** Why a text is no YAML, in words of ours: the reader's own messages quote the file, which may hold secrets. */
const WORDS: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias (*name) takes no tag and no anchor',
  BAD_ALIAS: 'an alias (*name) leads nowhere',
  BAD_COLLECTION_TYPE: 'a tag asks for a list or a structure where there is none',
  BAD_DIRECTIVE: 'a line begins with %, which is a directive of YAML',
  BAD_DQ_ESCAPE: 'there is no such escape (\\…) within double quotes',
  BAD_INDENT: 'the indentation is wrong',
  BAD_PROP_ORDER: 'a tag or an anchor stands at the wrong place',
  BAD_SCALAR_START: 'a value begins with a sign that YAML keeps for itself; quote it',
  BLOCK_AS_IMPLICIT_KEY: 'a value has a colon in it; quote it, or begin a new line',
  BLOCK_IN_FLOW: 'a block stands between brackets',
  DUPLICATE_KEY: 'a key stands there twice',
  KEY_OVER_1024_CHARS: 'a key is longer than 1,024 signs; quote what has a colon in it',
  MISSING_CHAR: 'a quote, a bracket, a comma or a colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key is longer than one line; a colon may be missing',
  MULTIPLE_ANCHORS: 'one value has several anchors',
  MULTIPLE_DOCS: 'there is more than one document in it (---)',
  MULTIPLE_TAGS: 'one value has several tags',
  NON_STRING_KEY: 'a key is no text',
  TAB_AS_INDENT: 'a tab stands where only spaces may',
  TAG_RESOLVE_FAILED: 'a tag (!name) cannot be read',
  UNEXPECTED_TOKEN: 'something stands where nothing may; a quote or an indentation may be missing',
};

/** As YAML's reader tells it. */
interface YamlError {
  readonly code: string;
  readonly linePos?: readonly [{ readonly line: number }, ...unknown[]] | undefined;
}

/** Never with a text of the file. */
export function yamlFault({ code }: YamlError): string {
  return WORDS[code] ?? 'it cannot be read';
}

/** `Pulumi.dev.yaml:7` */
export function placeOf(file: string, { linePos }: YamlError): string {
  return linePos === undefined ? file : `${file}:${linePos[0].line}`;
}

/** Text of a file, or why it is none. A byte order mark at its beginning is read over, as the engine does. */
export function textOf(bytes: Uint8Array): { readonly text: string } | { readonly fault: string } {
  if (bytes[0] === 0xff || bytes[0] === 0xfe) return { fault: 'it is in UTF-16' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? { fault: 'it has bytes of value 0' } : { text };
  } catch {
    return { fault: 'it is not in UTF-8' };
  }
}
