import { existsSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Problem } from '../constructs/core/problem';
import type { SecretBackend } from '../constructs/core/secret-source';
import { placeOf, textOf, yamlFault } from '../constructs/core/yaml-fault';
import { at, isRecord, text } from '../graph/json-value';

type Kind = 'sops' | 'sealed';

/** The file beside `Pulumi.<env>.yaml` that holds an environment's encrypted secrets. */
export function secretFile(kind: Kind, environment: string): string {
  return `secrets.${environment}.${kind}.yaml`;
}

/** What of it can be read without a key: names, and ciphertexts. Never a secret. */
export function readSecretFile(
  kind: Kind,
  environment: string,
): { readonly backend: SecretBackend; readonly problems: readonly Problem[] } {
  const file = secretFile(kind, environment);
  const read = existsSync(file) ? textOf(readFileSync(file)) : { text: '' };
  const documents = 'text' in read ? parseAllDocuments(read.text, { logLevel: 'error' }) : [];
  const broken = 'empty' in documents ? [] : documents.flatMap((document) => document.errors);
  const problems = [
    ...('fault' in read ? [notYaml(file, file, read.fault)] : []),
    ...broken.map((error) => notYaml(file, placeOf(file, error), yamlFault(error))),
    ...missing(kind, file),
  ];
  const contents =
    'empty' in documents || broken.length > 0 ? [] : documents.map((document): unknown => document.toJS());
  if (kind === 'sealed') {
    return { backend: { kind, file, ciphertexts: ciphertextsIn(contents) }, problems };
  }
  const leaves = contents.filter(isRecord).flatMap(({ sops: _, ...own }) => leavesOf(own, ''));
  return {
    backend: { kind, file, keys: leaves.map(([key]) => key) },
    problems: [...problems, ...plainValues(file, leaves)],
  };
}

function missing(kind: Kind, file: string): Problem[] {
  if (existsSync(file)) return [];
  const fix = kind === 'sops' ? `sops edit ${file}` : `kubeseal -o yaml >> ${file}`;
  const what = `there is no ${file}, which seaworthy:secrets: ${kind} reads.`;
  return [{ code: 'SW-CONFIG-013', severity: 'error', where: file, what, fix }];
}

function notYaml(file: string, where: string, why: string): Problem {
  const what = `${file} is not YAML: ${why}.`;
  return { code: 'SW-CONFIG-010', severity: 'error', where, what, fix: `mend ${where}` };
}

/** `talos-postgres.password` → its text. */
function leavesOf(thing: unknown, path: string): [string, unknown][] {
  if (!isRecord(thing)) return [[path, thing]];
  return Object.entries(thing).flatMap(([key, value]) => leavesOf(value, path === '' ? key : `${path}.${key}`));
}

/** https://getsops.io/docs/#encryption-protocol */
function plainValues(file: string, leaves: readonly [string, unknown][]): Problem[] {
  return leaves
    .filter(([, value]) => typeof value !== 'string' || !value.startsWith('ENC['))
    .map(([key]): Problem => {
      const what = `${key} is in plain text in ${file}.`;
      return { code: 'SW-SOPS-002', severity: 'error', where: file, what, fix: `sops encrypt --in-place ${file}` };
    });
}

/** Ciphertexts of the SealedSecrets in a file, by `namespace/name` and key: `kubeseal -o yaml` writes one document for each. */
function ciphertextsIn(documents: readonly unknown[]): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  for (const document of documents) {
    const name = text(at(document, 'metadata', 'name'));
    const data = at(document, 'spec', 'encryptedData');
    if (at(document, 'kind') !== 'SealedSecret' || name === undefined || !isRecord(data)) continue;
    const texts = Object.entries(data).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []));
    const where = `${text(at(document, 'metadata', 'namespace')) ?? ''}/${name}`;
    found[where] = { ...found[where], ...Object.fromEntries(texts) };
  }
  return found;
}
