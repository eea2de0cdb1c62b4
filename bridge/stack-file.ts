import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ConfigEntry } from '../constructs/core/config-source';
import type { Problem } from '../constructs/core/problem';
import { isRecord } from '../graph/json-value';

export interface StackFile {
  /** `Pulumi.dev.yaml` */
  readonly file: string;
  readonly entries: readonly ConfigEntry[];
  readonly problems: readonly Problem[];
}

/** Reads `Pulumi.<stack>.yaml` with the line of each key. Encrypted values keep their place, never their text. */
export function readStackFile(folder: string, stack: string): StackFile | undefined {
  const file = `Pulumi.${stack}.yaml`;
  const path = join(folder, file);
  if (!existsSync(path)) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const problems = document.errors.map((error): Problem => {
    const line = error.linePos?.[0].line;
    const what = `${file} is not YAML: ${error.message.split('\n')[0]}`;
    return { code: 'SW-CONFIG-010', severity: 'error', what, where: line === undefined ? file : `${file}:${line}` };
  });
  const config = document.get('config');
  if (!isMap(config)) return { file, entries: [], problems };
  const entries = config.items.flatMap(({ key, value }): ConfigEntry[] => {
    if (!isScalar(key)) return [];
    const plain: unknown = value === null ? null : document.createNode(value).toJSON();
    const line = key.range === undefined || key.range === null ? {} : { line: lines.linePos(key.range[0]).line };
    return entriesOf(String(key.value), plain).map((entry) => ({ ...entry, ...line }));
  });
  return { file, entries, problems };
}

/** A structure with something encrypted in it is an entry for each of its leaves, so that what is plain can be read. */
function entriesOf(key: string, plain: unknown): ConfigEntry[] {
  if (!holdsSecret(plain)) {
    return [{ key, value: typeof plain === 'object' ? JSON.stringify(plain) : String(plain), secret: false }];
  }
  if (!isRecord(plain) || 'secure' in plain) return [{ key, value: '', secret: true }];
  return Object.entries(plain).flatMap(([name, held]) => entriesOf(`${key}.${name}`, held));
}

function holdsSecret(plain: unknown): boolean {
  if (Array.isArray(plain)) return plain.some(holdsSecret);
  if (!isRecord(plain)) return false;
  return 'secure' in plain || Object.values(plain).some(holdsSecret);
}
