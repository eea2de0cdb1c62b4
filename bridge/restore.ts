import { createHash, createHmac } from 'node:crypto';
import { RunError } from '@pulumi/pulumi/errors';
import { all, type Output, output, secret, unknown, unsecret } from '@pulumi/pulumi/output';
import type { Resource } from '@pulumi/pulumi/resource';
import { isDryRun } from '@pulumi/pulumi/runtime/settings';
import type { IConstruct } from 'constructs';
import { isMarker, valueBehind } from '../constructs/core/marker';
import { type Attribute, type Digest, encoded, sourceOf, type Value } from '../constructs/core/value';
import { isRecord } from '../graph/json-value';
import { secretConfig } from './config';

/** Puts Outputs back where markers are: each a leaf of the inputs, so that one unknown hides nothing but itself. */
export class Restorer {
  constructor(private readonly resourceOf: (construct: IConstruct) => Resource | undefined) {}

  /** JSON with markers → the same with Outputs as leaves. */
  restore(thing: unknown): unknown {
    if (typeof thing === 'string' || typeof thing === 'number')
      return isMarker(thing) ? this.value(valueBehind(thing)) : thing;
    if (Array.isArray(thing)) return thing.map((item) => this.restore(item));
    if (!isRecord(thing)) return thing;
    const restored: Record<string, unknown> = {};
    for (const key of Object.keys(thing)) restored[key] = this.restore(thing[key]);
    return restored;
  }

  private value(value: Value): Output<unknown> {
    switch (value.kind) {
      case 'attribute':
        return this.attribute(value);
      case 'foreign':
        return output<unknown>(value.output);
      case 'config': {
        const plain = secretConfig(value.key);
        return secret(output<unknown>(plain ?? unknown));
      }
      case 'composed': {
        const parts = value.pieces.map((piece) => (typeof piece === 'string' ? piece : this.value(piece.value)));
        return all(parts).apply((known) =>
          known
            .map((part, i) => {
              const piece = value.pieces[i];
              return typeof piece === 'object' ? encoded(plainText(part, value), piece.encode) : part;
            })
            .join(''),
        );
      }
      case 'base64': {
        const of = typeof value.of === 'string' ? output<unknown>(value.of) : this.value(value.of);
        return of.apply((known) => Buffer.from(plainText(known, value)).toString('base64'));
      }
      case 'digest':
        return this.digest(value);
      default:
        return value satisfies never;
    }
  }

  private attribute({ of, path, secret: isSecret }: Attribute): Output<unknown> {
    const resource = this.resourceOf(of);
    if (resource === undefined)
      throw new RunError(`${of.node.path}.${path} is used, but ${of.node.path} is not in what was registered`);
    const [first = '', ...rest] = path.split(/[.[\]]+/).filter((step) => step !== '');
    const id: unknown = Reflect.get(resource, 'id');
    const held: unknown = Reflect.get(resource, first);
    // An object that does not exist yet has no id; whatever the engine says of its other outputs is a guess.
    const known = all([id, held]).apply(([, outcome]) => {
      const found = rest.reduce<unknown>(
        (here, step) => (typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined),
        outcome,
      );
      return found === undefined && isDryRun() ? unknown : found;
    });
    return isSecret ? secret(known) : known;
  }

  /** Not a secret any more: SHA-256 of public data, or an HMAC whose key nobody sees. */
  private digest({ of, key }: Digest): Output<unknown> {
    const keyText = key === undefined ? output<unknown>('') : this.value(key);
    const content = output(this.restore(of));
    const digest = all([keyText, content]).apply(([k, known]) => {
      const canonical = JSON.stringify(known);
      const hash = typeof k === 'string' && k !== '' ? createHmac('sha256', k) : createHash('sha256');
      return hash.update(canonical).digest('hex');
    });
    return unsecret(digest);
  }
}

/** Anything, as an Output of something that nobody knows the type of. */
export function outputOf(thing: unknown): Output<unknown> {
  return output<unknown>(thing);
}

function plainText(known: unknown, value: Value): string {
  if (typeof known === 'string') return known;
  if (typeof known === 'number' || typeof known === 'boolean') return String(known);
  throw new RunError(
    `a text needs ${sourceOf(value)}, which is not a text but ${known === undefined ? 'missing' : `a ${typeof known}`}`,
  );
}
