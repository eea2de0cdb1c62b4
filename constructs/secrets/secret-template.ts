import { text, uri } from '../core/compose';
import { isMarker, valueBehind } from '../core/marker';
import type { SecretSource } from '../core/secret-source';
import { sourceOf } from '../core/value';

/** A text with secrets in it, as a shape: who composes it (Pulumi, or the operator in the cluster) is decided by the backend. */
export type SecretTemplate = readonly (
  | string
  | { readonly plain: string; readonly encode: 'none' | 'uri' }
  | { readonly secret: SecretSource; readonly encode: 'none' | 'uri' }
)[];

/** What a person has to seal: the shape of the value, with a word where the secret goes. */
export function shapeOf(template: SecretTemplate): string {
  return template
    .map((piece) => {
      if (typeof piece === 'string') return piece.replaceAll('\n', '\\n');
      if ('secret' in piece) return '<password>';
      return isMarker(piece.plain) ? `<${sourceOf(valueBehind(piece.plain))}>` : piece.plain;
    })
    .join('');
}

/** Two edges to one endpoint may share a key. */
export function isSame(one: SecretTemplate, other: SecretTemplate): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The secrets in it; none where it is an address. */
export function sourcesOf(template: SecretTemplate): SecretSource[] {
  return template.flatMap((piece) => (typeof piece !== 'string' && 'secret' in piece ? [piece.secret] : []));
}

/** The text, with its secrets in it once they are known. */
export function composedByPulumi(template: SecretTemplate): string {
  return template.reduce<string>((before, piece) => {
    if (typeof piece === 'string') return text`${before}${piece}`;
    const raw = 'plain' in piece ? piece.plain : piece.secret.from === 'pulumi' ? piece.secret.value : '';
    return piece.encode === 'uri' ? text`${before}${uri(raw)}` : text`${before}${raw}`;
  }, '');
}

export type Names = Map<string, { name: string; source: Extract<SecretSource, { from: 'store' }> }>;

/** Names for the values of a store, in the order of their use. */
export function storeNames(templates: readonly SecretTemplate[]): Names {
  const names: Names = new Map();
  for (const source of templates.flatMap(sourcesOf)) {
    const address = storeAddress(source);
    if (source.from === 'store' && !names.has(address)) names.set(address, { name: `value${names.size + 1}`, source });
  }
  return names;
}

/** A Go template of External Secrets; `urlquery` percent-encodes. https://external-secrets.io/latest/guides/templating/ */
export function composedInCluster(template: SecretTemplate, names: Names): string {
  return template.reduce<string>((before, piece) => {
    if (typeof piece === 'string') return text`${before}${piece.replaceAll('{{', '{{ "{{" }}')}`;
    if ('plain' in piece)
      return piece.encode === 'uri' ? text`${before}${uri(piece.plain)}` : text`${before}${piece.plain}`;
    const name = names.get(storeAddress(piece.secret))?.name ?? 'unreachable';
    return text`${before}${piece.encode === 'uri' ? `{{ .${name} | urlquery }}` : `{{ .${name} }}`}`;
  }, '');
}

/** What tells one source from another; a marker where it is known only after apply. */
export function addressOf(source: SecretSource): string {
  switch (source.from) {
    case 'store':
      return source.key;
    case 'pulumi':
      return source.value;
    case 'sealed':
      return '';
    default:
      return source satisfies never;
  }
}

function storeAddress(source: SecretSource): string {
  return source.from === 'store' ? `${source.key}#${source.property ?? ''}` : addressOf(source);
}

export function remoteRef({ key, property }: Extract<SecretSource, { from: 'store' }>): Record<string, string> {
  return property === undefined ? { key } : { key, property };
}
