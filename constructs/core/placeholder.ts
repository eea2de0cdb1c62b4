import type { ConfigEntry } from './config-source';

/** What stands for names and addresses: reserved by RFC 2606 and RFC 5737, or used by the briefs, or said to be one; also in base64. */
const PLACEHOLDER =
  /\b(192\.0\.2|198\.51\.100|203\.0\.113)\.\d|(^|[./@-])(your-?domain\.com|example\.(com|org|net))($|[/:-])|placeholder|^cGxhY2Vob2xkZX/i;

export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value);
}

/** Values of a configuration that are nobody's yet; those within structures too. */
export function placeholdersIn(entries: readonly ConfigEntry[]): readonly string[] {
  const texts = entries.filter(({ secret }) => !secret).flatMap(({ value }) => textsIn(jsonOr(value)));
  return [...new Set(texts.filter(isPlaceholder))];
}

function jsonOr(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function textsIn(thing: unknown): string[] {
  if (typeof thing === 'string') return [thing];
  return typeof thing === 'object' && thing !== null ? Object.values(thing).flatMap(textsIn) : [];
}
