import { all, type Output, output, secret, unknown, unsecret } from '@pulumi/pulumi/output';
import type { Resource } from '@pulumi/pulumi/resource';
import { isDryRun } from '@pulumi/pulumi/runtime/settings';
import type { IConstruct } from 'constructs';
import { encoded } from '../constructs/core/compose';
import { isMarker, valueBehind } from '../constructs/core/marker';
import { lineOf, type Problem } from '../constructs/core/problem';
import { type Attribute, type Composed, type Digest, isOutput, sourceOf, type Value } from '../constructs/core/value';
import { digestText } from '../graph/digest-text';
import { isRecord, pathText } from '../graph/json-value';
import { fieldBelow, unwritableIn } from '../graph/unwritable';
import { secretConfig } from './config';
import { session } from './session';
import { decrypted } from './sops';
import { ToldError } from './told-error';

/** Puts Outputs back where markers are: each a leaf of the inputs, so that one unknown hides nothing but itself. */
export class Restorer {
  constructor(private readonly resourceOf: (construct: IConstruct) => Resource | undefined) {}

  /** JSON with markers → the same with Outputs as leaves. `where` is the node's path: for what goes wrong once values are known. */
  restore(thing: unknown, where: string): unknown {
    const path: (string | number)[] = [];
    const walk = (here: unknown): unknown => {
      if (typeof here === 'string' || typeof here === 'number') {
        return isMarker(here) ? this.value(valueBehind(here), { where, field: pathText(path) }) : here;
      }
      if (Array.isArray(here)) return here.map((item, i) => below(i, item));
      if (!isRecord(here)) return here;
      const restored: Record<string, unknown> = {};
      for (const key of Object.keys(here)) restored[key] = below(key, here[key]);
      return restored;
    };
    const below = (key: string | number, item: unknown): unknown => {
      path.push(key);
      const restored = walk(item);
      path.pop();
      return restored;
    };
    return walk(thing);
  }

  private value(value: Value, place: Place): Output<unknown> {
    switch (value.kind) {
      case 'attribute':
        return this.attribute(value);
      case 'foreign':
        // Before the SDK copies it: in the copy a Date is an empty object.
        return isOutput(value.output)
          ? outputOf(value.output.apply((known) => writable(known, place)))
          : outputOf(value.output);
      case 'config': {
        const plain = secretConfig(value.key);
        return secret(output<unknown>(plain ?? unknown));
      }
      case 'sops':
        return secret(output<unknown>(decrypted(value.file, value.key) ?? unknown));
      case 'composed': {
        const parts = value.pieces.map((piece) => (typeof piece === 'string' ? piece : this.value(piece.value, place)));
        return all(parts).apply((known) => known.map((part, i) => written(part, value.pieces[i], place)).join(''));
      }
      case 'base64': {
        const of = typeof value.of === 'string' ? output<unknown>(value.of) : this.value(value.of, place);
        return of.apply((known) => Buffer.from(plainText(known, value, place)).toString('base64'));
      }
      case 'digest':
        return this.digest(value, place);
      default:
        return value satisfies never;
    }
  }

  private attribute({ of, path, secret: isSecret }: Attribute): Output<unknown> {
    const resource = this.resourceOf(of);
    if (resource === undefined)
      throw new ToldError(`${of.node.path}.${path} is used, but ${of.node.path} is not in what was registered`);
    const [first = '', ...rest] = path.split(/[.[\]]+/).filter((step) => step !== '');
    const id: unknown = Reflect.get(resource, 'id');
    const held = toldByStack(resource, first) ?? Reflect.get(resource, first);
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
  private digest({ of, key }: Digest, place: Place): Output<unknown> {
    const keyText = key === undefined ? output<unknown>('') : this.value(key, place);
    const content = output(this.restore(of, place.where));
    const digest = all([keyText, content]).apply(([k, known]) => digestText(known, typeof k === 'string' ? k : ''));
    return unsecret(digest);
  }
}

/** Of a StackReference: each output with its own secretness, where all of them together are secret as soon as one is. */
function toldByStack(resource: Resource, name: string): unknown {
  return 'getOutput' in resource && typeof resource.getOutput === 'function' ? resource.getOutput(name) : undefined;
}

/** Where a value goes. */
interface Place {
  readonly where: string;
  readonly field: string;
}

function written(known: unknown, piece: Composed['pieces'][number] | undefined, place: Place): string {
  if (typeof piece !== 'object') return String(known);
  const plain = plainText(known, piece.value, place);
  try {
    return encoded(plain, piece.encode);
  } catch (error) {
    throw failed(place, `${sourceOf(piece.value)} ${error instanceof Error ? error.message : String(error)}`);
  }
}

function plainText(known: unknown, value: Value, place: Place): string {
  if (typeof known === 'string') return known;
  if (typeof known === 'number' || typeof known === 'boolean') return String(known);
  throw failed(
    place,
    `${sourceOf(value)} is ${known === undefined ? 'missing' : 'a structure'}, where a text is needed`,
  );
}

/** What somebody's Output turns out to be: all of it goes to the engine as JSON, which would hold nothing of a Map, and less of a bigint. */
function writable(known: unknown, place: Place): unknown {
  const found = unwritableIn(known);
  if (found === undefined) return known;
  const field = fieldBelow(place.field, found.path);
  const fix = 'a text, a number, a list or a plain object: output.apply((value) => value.toISOString()), of a Date say';
  throw failed({ ...place, field }, `a Pulumi Output is ${found.is}, which no object can hold`, 'SW-VALUE-004', fix);
}

/** What goes wrong once values are known is told with its field, to the engine and to a command of ours. Never with the value. */
function failed({ where, field }: Place, why: string, code = 'SW-VALUE-003', fix = NO_TEXT): ToldError {
  const what = `${field}: ${why}.`;
  const problem: Problem = { code, severity: 'error', where, what, fix };
  session().failures.push(problem);
  return new ToldError(lineOf(problem));
}

const NO_TEXT = 'uri(…) where it goes into a URL; an output that is a text where a text is needed';

/** Anything, as an Output of something that nobody knows the type of. */
export function outputOf(thing: unknown): Output<unknown> {
  return output<unknown>(thing);
}
