import { randomBytes } from 'node:crypto';
import { CloudResource } from '../constructs/core/cloud-resource';
import { isMarker, valueBehind } from '../constructs/core/marker';
import type { Value } from '../constructs/core/value';
import { sourceOf } from '../constructs/core/value';

/** Makes texts of markers on a laptop: what Pulumi would generate is generated here, what people give is left to be filled in. */
export class LocalValues {
  private readonly made = new Map<string, string>();
  /** Secrets that people must give, in words. */
  readonly missing = new Set<string>();

  text(held: unknown): string {
    if (typeof held !== 'string' && typeof held !== 'number') return String(held);
    return isMarker(held) ? this.known(valueBehind(held)) : String(held);
  }

  private known(value: Value): string {
    switch (value.kind) {
      case 'attribute':
        return this.generated(sourceOf(value), value.of);
      case 'composed':
        return value.pieces
          .map((piece) => (typeof piece === 'string' ? piece : encoded(this.known(piece.value), piece.encode)))
          .join('');
      case 'base64':
        return Buffer.from(typeof value.of === 'string' ? value.of : this.known(value.of)).toString('base64');
      case 'config':
      case 'sops':
        this.missing.add(sourceOf(value).replace(/^config /, ''));
        return '';
      case 'foreign':
      case 'digest':
        return '';
      default:
        return value satisfies never;
    }
  }

  /** Letters and digits, as Pulumi's own; the same for the same place. */
  private generated(source: string, of: unknown): string {
    const known = this.made.get(source);
    if (known !== undefined) return known;
    const isBytes = CloudResource.isCloudResource(of) && of.type === 'random:index/randomBytes:RandomBytes';
    const length = CloudResource.isCloudResource(of) ? Number(Reflect.get(of.inputs, 'length') ?? 32) : 32;
    const fresh = isBytes
      ? randomBytes(length).toString('base64')
      : randomBytes(length).toString('hex').slice(0, length);
    this.made.set(source, fresh);
    return fresh;
  }
}

function encoded(text: string, encoding: 'none' | 'uri' | 'json' | 'url-safe'): string {
  switch (encoding) {
    case 'uri':
      return encodeURIComponent(text);
    case 'json':
      return JSON.stringify(text).slice(1, -1);
    case 'none':
    case 'url-safe':
      return text;
    default:
      return encoding satisfies never;
  }
}
