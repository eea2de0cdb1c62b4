import { ApiObject, JsonPatch } from 'cdk8s';
import type { CloudResource } from '../constructs/core/cloud-resource';
import type { HelmRelease } from '../constructs/core/helm-release';
import { legible } from '../constructs/core/legible';
import type { ObjectPatch } from '../constructs/core/patch';
import type { Problem } from '../constructs/core/problem';
import { fromOutput, isOutput } from '../constructs/core/value';
import { isRecord } from './json-value';
import { unwritable } from './unwritable';

interface Written {
  readonly json: unknown;
  /** Fields that are not in it, and were given. */
  readonly lost: readonly string[];
}

/**
 * Renders nodes to JSON with markers as leaves. While it lives, it listens to what cdk8s resolves before the typed classes of
 * cdk8s-plus map it, because those drop fields that they do not know without a word.
 */
export class ToJson {
  private readonly original = ApiObject.prototype.toJson;
  private seen: unknown;
  /** Patches that found an object. */
  readonly applied = new Set<ObjectPatch>();

  constructor(private readonly problems: Problem[]) {
    const hear = (resolved: unknown) => {
      this.seen = resolved;
    };
    const { original } = this;
    ApiObject.prototype.toJson = function (this: ApiObject) {
      const resolved: unknown = original.call(this);
      hear(resolved);
      return resolved;
    };
  }

  dispose(): void {
    ApiObject.prototype.toJson = this.original;
  }

  /** The object, with what was to be changed of it once it is written. */
  ofObject(object: ApiObject, patches: readonly ObjectPatch[] = []): Record<string, unknown> | undefined {
    try {
      const { json, lost } = this.written(object);
      for (const field of lost) this.problems.push(dropped(object, field));
      const operations = patches.flatMap((patch) => patch.operations);
      const patched: unknown = operations.length === 0 ? json : withoutUndefined(JsonPatch.apply(json, ...operations));
      return isRecord(patched) ? patched : undefined;
    } catch (error) {
      const what = legible(error instanceof Error ? error.message : String(error));
      const fix = 'look at the value that the message names: it is missing, or of another type than its prop says';
      this.problems.push({ code: 'SW-GRAPH-004', severity: 'error', where: object.node.path, what, fix });
      return undefined;
    }
  }

  /**
   * cdk8s applies a JSON patch before a typed class maps the object, and that class loses what it does not know: a field newer than it. Then
   * the patch is applied to what the class wrote.
   */
  private written(object: ApiObject): Written {
    const asCdk8s = this.rendered(object);
    const patches: unknown = Reflect.get(object, 'patches');
    if (asCdk8s.lost.length === 0 || !Array.isArray(patches) || patches.length === 0) return asCdk8s;
    Reflect.set(object, 'patches', []);
    try {
      const { json, lost } = this.rendered(object);
      return { json: JsonPatch.apply(json, ...patches), lost };
    } finally {
      Reflect.set(object, 'patches', patches);
    }
  }

  private rendered(object: ApiObject): Written {
    this.seen = undefined;
    const json = withoutUndefined(object.toJson());
    return { json, lost: droppedFields(this.seen, json, '') };
  }

  ofCloudResource(resource: CloudResource): Record<string, unknown> {
    const json = withMarkers(resource.inputs);
    return isRecord(json) ? json : {};
  }

  ofRelease(release: HelmRelease): Record<string, unknown> {
    const json = withMarkers(release.inputs());
    return isRecord(json) ? json : {};
  }
}

/** Fields given by the program that are not in the rendered object. `_default` and its like are cdk8s' names for words of JavaScript. */
function droppedFields(given: unknown, rendered: unknown, path: string): string[] {
  if (Array.isArray(given)) {
    if (!Array.isArray(rendered)) return [];
    return given.flatMap((item, i) => droppedFields(item, rendered[i], `${path}[${i}]`));
  }
  if (!isRecord(given) || !isRecord(rendered)) return [];
  const names = new Map(Object.keys(rendered).map((name) => [comparable(name), name]));
  return Object.entries(given).flatMap(([key, value]) => {
    const here = path === '' ? key : `${path}.${key}`;
    const name = names.get(comparable(key));
    return name === undefined ? [here] : droppedFields(value, rendered[name], here);
  });
}

/** `clusterIp` and `clusterIP`, `_default` and `default` are one field. */
function comparable(name: string): string {
  return name.replace(/^_+/, '').toLowerCase();
}

function dropped(object: ApiObject, field: string): Problem {
  const what = `${field} is not a field that cdk8s-plus-27 knows on ${object.kind}, and was dropped from the object.`;
  const path = `/${field.replaceAll('.', '/').replaceAll(/\[(\d+)\]/g, '/$1')}`;
  const fix = `check the spelling; for a field newer than Kubernetes 1.27: patch(part, '${object.kind}', JsonPatch.add('${path}', …))`;
  return { code: 'SW-GRAPH-003', severity: 'error', where: object.node.path, what, fix };
}

function withoutUndefined(thing: unknown): unknown {
  if (Array.isArray(thing)) return thing.map(withoutUndefined);
  if (!isRecord(thing)) return writable(thing);
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(thing))
    if (value !== undefined && value !== null) kept[key] = withoutUndefined(value);
  return kept;
}

/** Outputs become markers; what cdk8s would resolve in an object (Lazy, Size …) does not occur in inputs of a cloud. */
function withMarkers(thing: unknown): unknown {
  if (isOutput(thing)) return fromOutput(thing);
  writable(thing);
  if (Array.isArray(thing)) return thing.map(withMarkers);
  if (!isRecord(thing)) return writable(thing);
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(thing)) if (value !== undefined) kept[key] = withMarkers(value);
  return kept;
}

/** What JSON cannot hold would stop in the middle of an up, or hang it. @throws TypeError */
function writable(thing: unknown): unknown {
  const is = unwritable(thing);
  if (is === undefined) return thing;
  const shown = typeof thing === 'object' || typeof thing === 'function' ? 'a value' : String(thing);
  throw new TypeError(`${shown} is ${is}, which no object can hold: a number or a text`);
}
