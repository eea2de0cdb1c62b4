import type { Output } from '@pulumi/pulumi/output';
import type { IConstruct } from 'constructs';
import { isMarker, marker, numberMarker, valueBehind } from './marker';
import type { Value } from './value-type';

export type {
  Attribute,
  Base64,
  Composed,
  ConfigSecret,
  Digest,
  Encoding,
  Foreign,
  SopsSecret,
  Value,
} from './value-type';

/** Text that may hold one whole marker (from this module) or be a Pulumi Output of text. */
export type Text = string | number | Output<string> | Output<number> | Output<string | undefined>;

/** The marker of an attribute: use it wherever a string is asked for. */
export function attribute(of: IConstruct, path: string, options: { secret?: boolean } = {}): string {
  return marker({ kind: 'attribute', of, path, secret: options.secret ?? false });
}

/** As {@link attribute}, where a number is asked for (a port). Arithmetic on it is refused. */
export function numberAttribute(of: IConstruct, path: string): number {
  return numberMarker({ kind: 'attribute', of, path, secret: false });
}

/** The marker of an encrypted value of the stack's configuration. */
export function configSecret(key: string): string {
  return marker({ kind: 'config', key });
}

/** The marker of a value of a file that SOPS encrypted. */
export function sopsSecret(file: string, key: string): string {
  return marker({ kind: 'sops', file, key });
}

/** The marker of a Pulumi Output, for props that ask for a string. */
export function fromOutput(output: object): string {
  return marker({ kind: 'foreign', output });
}

/** The marker of a Pulumi Output of a number, for props that ask for a number. */
export function numberFromOutput(output: object): number {
  return numberMarker({ kind: 'foreign', output });
}

/** Text, marker or Output → the value behind it, or the plain text. */
export function toValue(part: Text): Value | string {
  if (isOutput(part)) return { kind: 'foreign', output: part };
  if (typeof part === 'string' || typeof part === 'number') return isMarker(part) ? valueBehind(part) : String(part);
  throw new TypeError('a part of a text must be a string, a number or a Pulumi Output');
}

/** Whether anything in it is a secret, as far as is known before a Pulumi Output is. */
export function isSecret(value: Value): boolean {
  switch (value.kind) {
    case 'attribute':
      return value.secret;
    case 'config':
    case 'sops':
      return true;
    case 'foreign':
    case 'digest':
      return false;
    case 'composed':
      return value.pieces.some((p) => typeof p !== 'string' && isSecret(p.value));
    case 'base64':
      return typeof value.of !== 'string' && isSecret(value.of);
    default:
      return value satisfies never;
  }
}

/** The values that it is made of. */
export function leavesOf(value: Value): Value[] {
  switch (value.kind) {
    case 'composed':
      return value.pieces.flatMap((p) => (typeof p === 'string' ? [] : leavesOf(p.value)));
    case 'base64':
      return typeof value.of === 'string' ? [] : leavesOf(value.of);
    case 'digest':
      return [...value.of.flatMap(leavesIn), ...(value.key === undefined ? [] : leavesOf(value.key))];
    default:
      return [value];
  }
}

/** The leaves of every marker inside a JSON structure. */
export function leavesIn(structure: unknown): Value[] {
  if (typeof structure === 'string' || typeof structure === 'number') {
    return isMarker(structure) ? leavesOf(valueBehind(structure)) : [];
  }
  if (structure === null || typeof structure !== 'object') return [];
  return Object.values(structure).flatMap(leavesIn);
}

/** In words, for a person: `talos/postgres/instance.address`. Never the value. */
export function sourceOf(value: Value): string {
  switch (value.kind) {
    case 'attribute':
      return `${value.of.node.path}.${value.path}`;
    case 'config':
      return `config ${value.key}`;
    case 'sops':
      return `${value.file} ${value.key}`;
    case 'foreign':
      return 'a Pulumi Output';
    case 'digest':
      return value.key === undefined ? 'digest of what the pod reads' : 'keyed digest of what the pod reads';
    case 'composed':
    case 'base64':
      return [...new Set(leavesOf(value).map(sourceOf))].join(', ');
    default:
      return value satisfies never;
  }
}

/** Pulumi marks its Outputs with this property; asking for it loads no SDK. */
export function isOutput(thing: unknown): thing is Output<string> {
  return typeof thing === 'object' && thing !== null && '__pulumiOutput' in thing && thing.__pulumiOutput === true;
}
