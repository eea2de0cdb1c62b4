import { at, isRecord } from '../graph/json-value';

/** Signatures of Pulumi's wire format. https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  '04da6b54-80e4-46f7-96ec-b56ff0331ba9',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
]);

/** What stands in a preview where a value may not be shown, or is not known. */
export interface Hidden {
  readonly secret?: true;
  /** Where the value will come from. */
  readonly unknown?: string;
}

/** Inputs as they were sent, with secrets and unknowns replaced; `sources` is the same tree from the graph, which knows where from. */
export function readable(sent: unknown, sources: unknown): unknown {
  if (UNKNOWNS.has(sent)) return unknownFrom(sources);
  if (Array.isArray(sent)) return sent.map((item, i) => readable(item, at(sources, i)));
  if (!isRecord(sent)) return sent;
  if (sent[SIGNATURE] === SECRET)
    return UNKNOWNS.has(sent.value) ? { ...unknownFrom(sources), secret: true } : { secret: true };
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, readable(value, at(sources, key))]));
}

function unknownFrom(source: unknown): Hidden {
  const from = at(source, '$value', 'from');
  const names = Array.isArray(from) ? from.join(', ') : 'the program';
  return at(source, '$value', 'secret') === true ? { unknown: names, secret: true } : { unknown: names };
}

/** The places in readable inputs where something is hidden. */
export function hiddenIn(thing: unknown): Hidden[] {
  if (Array.isArray(thing)) return thing.flatMap(hiddenIn);
  if (!isRecord(thing)) return [];
  const keys = Object.keys(thing);
  const isHidden = keys.length > 0 && keys.every((key) => key === 'secret' || key === 'unknown');
  if (isHidden && (thing.secret === true || typeof thing.unknown === 'string')) {
    return [
      {
        ...(thing.secret === true ? { secret: true } : {}),
        ...(typeof thing.unknown === 'string' ? { unknown: thing.unknown } : {}),
      },
    ];
  }
  return Object.values(thing).flatMap(hiddenIn);
}
