import { randomBytes } from 'node:crypto';
import { CloudResource } from '../constructs/core/cloud-resource';
import { isMarker, valueBehind } from '../constructs/core/marker';
import type { Encoding, Value } from '../constructs/core/value';
import { sourceOf } from '../constructs/core/value';

/** What Pulumi would make up by itself, and a laptop may: attributes of these, and no others. */
const MADE_UP: Readonly<Record<string, readonly string[]>> = {
  'random:index/randomPassword:RandomPassword': ['result'],
  'random:index/randomString:RandomString': ['result'],
  'random:index/randomBytes:RandomBytes': ['base64', 'hex'],
};

/** A text; or what is missing for it, in words. */
export type Resolved = { readonly text: string } | { readonly missing: readonly string[] };

/**
 * Makes texts of markers on a laptop: what Pulumi would make up is made up here, and is the same wherever it stands; what people, clouds and
 * other programs give is missing, and is never made up.
 */
export class LocalValues {
  private readonly known = new Map<string, string>();

  /** What stood in the file already: a volume may depend on it. */
  remember(held: unknown, text: string): void {
    const source = sourceAlone(held);
    if (source !== undefined && text !== '') this.known.set(source, text);
  }

  resolve(held: unknown): Resolved {
    if (typeof held !== 'string' && typeof held !== 'number') return { text: String(held) };
    return isMarker(held) ? this.valueOf(valueBehind(held)) : { text: String(held) };
  }

  private valueOf(value: Value): Resolved {
    switch (value.kind) {
      case 'composed': {
        const pieces = value.pieces.map((piece) => {
          return typeof piece === 'string' ? { text: piece } : encoded(this.valueOf(piece.value), piece.encode);
        });
        return joined(pieces);
      }
      case 'base64': {
        const of = typeof value.of === 'string' ? { text: value.of } : this.valueOf(value.of);
        return 'text' in of ? { text: Buffer.from(of.text).toString('base64') } : of;
      }
      case 'digest':
        return { text: '' };
      case 'attribute':
        return this.found(sourceOf(value), () => madeUp(value.of, value.path));
      case 'config':
      case 'sops':
      case 'foreign':
        return this.found(sourceOf(value), () => undefined);
      default:
        return value satisfies never;
    }
  }

  private found(source: string, make: () => string | undefined): Resolved {
    const text = this.known.get(source) ?? make();
    if (text === undefined) return { missing: [source.replace(/^config /, '')] };
    this.known.set(source, text);
    return { text };
  }
}

/** Letters and digits, as Pulumi's own. */
function madeUp(of: unknown, path: string): string | undefined {
  if (!CloudResource.isCloudResource(of) || MADE_UP[of.type]?.includes(path) !== true) return undefined;
  const length = Number(Reflect.get(of.inputs, 'length') ?? 32);
  if (!Number.isInteger(length)) return undefined;
  const fresh = randomBytes(length);
  if (path === 'base64') return fresh.toString('base64');
  return path === 'hex' ? fresh.toString('hex') : fresh.toString('hex').slice(0, length);
}

/** Where a text is one value and nothing else. Outputs from outside are told apart by nobody. */
function sourceAlone(held: unknown): string | undefined {
  if ((typeof held !== 'string' && typeof held !== 'number') || !isMarker(held)) return undefined;
  let value: Value | string = valueBehind(held);
  while (typeof value !== 'string' && value.kind === 'base64') value = value.of;
  if (typeof value !== 'string' && value.kind === 'composed' && value.pieces.length === 1) {
    const [only] = value.pieces;
    if (typeof only === 'object' && (only.encode === 'none' || only.encode === 'url-safe')) value = only.value;
  }
  if (typeof value === 'string' || value.kind === 'composed' || value.kind === 'foreign') return undefined;
  return sourceOf(value);
}

function joined(pieces: readonly Resolved[]): Resolved {
  const missing = pieces.flatMap((piece) => ('missing' in piece ? piece.missing : []));
  if (missing.length > 0) return { missing: [...new Set(missing)] };
  return { text: pieces.map((piece) => ('text' in piece ? piece.text : '')).join('') };
}

function encoded(of: Resolved, encoding: Encoding): Resolved {
  if ('missing' in of) return of;
  switch (encoding) {
    case 'uri':
      return { text: encodeURIComponent(of.text) };
    case 'json':
      return { text: JSON.stringify(of.text).slice(1, -1) };
    case 'without-scheme':
      return { text: of.text.replace(/^https?:\/\//, '') };
    case 'none':
    case 'url-safe':
      return of;
    default:
      return encoding satisfies never;
  }
}
