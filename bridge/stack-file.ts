import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { ConfigEntry } from '../constructs/core/config-source';
import type { Problem } from '../constructs/core/problem';
import { placeOf, textOf, yamlFault } from '../constructs/core/yaml-fault';
import { type EngineTree, engineTree, jsonOf, NotForEngine } from './engine-tree';

export interface StackFile {
  /** `Pulumi.dev.yaml` */
  readonly file: string;
  readonly entries: readonly ConfigEntry[];
  readonly problems: readonly Problem[];
}

/**
 * Reads `Pulumi.<stack>.yaml` as the engine does, with the line of each key. Encrypted values keep their place, never their text.
 * A key without a namespace is the `project`'s.
 */
export function readStackFile(folder: string, stack: string, project?: string): StackFile | undefined {
  const file = `Pulumi.${stack}.yaml`;
  const path = join(folder, file);
  if (!existsSync(path)) return undefined;
  const read = textOf(readFileSync(path));
  if ('fault' in read) return { file, entries: [], problems: [notYaml(file, file, read.fault)] };
  const lines = new LineCounter();
  const document = parseDocument(read.text, { lineCounter: lines, logLevel: 'error' });
  const broken = document.errors.map((error) => notYaml(file, placeOf(file, error), yamlFault(error)));
  if (broken.length > 0) return { file, entries: [], problems: [...broken, ...lineEnds(file, read.text)] };
  const at = (offset: number | undefined) => (offset === undefined ? {} : { line: lines.linePos(offset).line });
  try {
    const { entries, problems } = configIn(engineTree(document), file, at, project);
    return { file, entries, problems: [...problems, ...lineEnds(file, read.text)] };
  } catch (error) {
    if (!(error instanceof NotForEngine)) throw error;
    const { line } = { line: undefined, ...at(error.offset) };
    return { file, entries: [], problems: [notYaml(file, line === undefined ? file : `${file}:${line}`, error.what)] };
  }
}

type LineOf = (offset: number | undefined) => { readonly line?: number };

function configIn(
  tree: EngineTree,
  file: string,
  lineOf: LineOf,
  project: string | undefined,
): Omit<StackFile, 'file'> {
  if (tree.form === 'scalar' && tree.scalar.kind === 'nothing') return { entries: [], problems: [] };
  if (tree.form !== 'map')
    return { entries: [], problems: [notYaml(file, file, 'it is no structure of keys and values')] };
  const slips = tree.entries
    .filter(({ key }) => /^conf/i.test(key) && key !== 'config')
    .map(({ key, offset }): Problem => {
      const { line } = { line: undefined, ...lineOf(offset) };
      const where = line === undefined ? file : `${file}:${line}`;
      const what = `${file} has ${JSON.stringify(key)}, which the engine does not read; what is below it has no effect.`;
      return { code: 'SW-CONFIG-016', severity: 'error', where, what, fix: 'config:' };
    });
  const config = tree.entries.find(({ key }) => key === 'config')?.value;
  if (config === undefined || (config.form === 'scalar' && config.scalar.kind === 'nothing'))
    return { entries: [], problems: slips };
  if (config.form !== 'map')
    return { entries: [], problems: [...slips, notYaml(file, file, 'config is no structure of keys and values')] };
  const entries: ConfigEntry[] = [];
  const problems = [...slips];
  for (const { key: written, value, offset } of config.entries) {
    const key = fullKey(written, project);
    const place = lineOf(offset);
    if (key === undefined) problems.push(noKey(written, file, place.line));
    else entries.push(...entriesOf(key, value).map((entry) => ({ ...entry, ...place })));
  }
  return { entries, problems };
}

/** `namespace:name`; the engine also reads `namespace:config:name`, and gives what has no namespace to the project. */
function fullKey(written: string, project: string | undefined): string | undefined {
  const parts = written.split(':');
  if (parts.length === 3 && parts[1] === 'config') return `${parts[0]}:${parts[2]}`;
  if (parts.length === 2) return written;
  return parts.length === 1 && project !== undefined && !/^(\d*|true|false)$/.test(written)
    ? `${project}:${written}`
    : undefined;
}

function noKey(written: string, file: string, line: number | undefined): Problem {
  const what = `${JSON.stringify(written)} is no key; the engine asks for <namespace>:<name>.`;
  const where = line === undefined ? file : `${file}:${line}`;
  return { code: 'SW-CONFIG-017', severity: 'error', where, what, fix: 'talos:host: talos.acme.org' };
}

/** A structure with something encrypted in it is an entry for each of its leaves, so that what is plain can be read. */
function entriesOf(key: string, tree: EngineTree): ConfigEntry[] {
  if (!holdsSecret(tree)) return [plainEntry(key, tree)];
  if (tree.form !== 'map' || isSecure(tree)) return [{ key, value: '', secret: true }];
  return tree.entries.flatMap(({ key: name, value }) => entriesOf(`${key}.${name}`, value));
}

function plainEntry(key: string, tree: EngineTree): ConfigEntry {
  if (tree.form !== 'scalar') {
    const written = changedIn(tree);
    return { key, value: jsonOf(tree), secret: false, ...(written === undefined ? {} : { changed: written }) };
  }
  const changed = changedIn(tree);
  return { key, value: tree.scalar.text, secret: false, ...(changed === undefined ? {} : { changed }) };
}

/** What was written as a number or a date, and reaches the program as another text: by path within the value. */
function changedIn(tree: EngineTree, path = ''): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  if (tree.form === 'scalar') {
    const { kind, text } = tree.scalar;
    if ((kind === 'number' || kind === 'moment') && text !== tree.source) found[path] = tree.source;
  }
  if (tree.form === 'list') for (const item of tree.items) Object.assign(found, changedIn(item, path));
  if (tree.form === 'map')
    for (const { key, value } of tree.entries)
      Object.assign(found, changedIn(value, path === '' ? key : `${path}.${key}`));
  return Object.keys(found).length === 0 ? undefined : found;
}

/** `{ secure: … }` and nothing beside it, as the engine has it. */
function isSecure(tree: EngineTree): boolean {
  if (tree.form !== 'map' || tree.entries.length !== 1) return false;
  const [only] = tree.entries;
  return only?.key === 'secure' && only.value.form === 'scalar' && only.value.scalar.kind === 'text';
}

function holdsSecret(tree: EngineTree): boolean {
  if (tree.form === 'list') return tree.items.some(holdsSecret);
  return tree.form === 'map' && (isSecure(tree) || tree.entries.some(({ value }) => holdsSecret(value)));
}

function notYaml(file: string, where: string, why: string): Problem {
  const what = `${file} is not YAML that the engine reads: ${why}.`;
  const fix = where === file ? `mend ${file}` : `mend ${where}`;
  return { code: 'SW-CONFIG-010', severity: 'error', where, what, fix };
}

/** Ends of lines to the engine, and to no editor: what stands behind one is another line to it. */
function lineEnds(file: string, text: string): Problem[] {
  const line = text.split('\n').findIndex((one) => /[\u0085\u2028\u2029]/.test(one));
  if (line < 0) return [];
  const what = `${file} has a line end of Unicode (U+0085, U+2028 or U+2029), which the engine takes for one and editors do not show.`;
  const fix = 'delete it; or write it as "\\u2028" within double quotes';
  return [{ code: 'SW-CONFIG-010', severity: 'error', where: `${file}:${line + 1}`, what, fix }];
}
