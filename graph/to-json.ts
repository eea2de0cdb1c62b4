import { ApiObject } from 'cdk8s';
import type { CloudResource } from '../constructs/core/cloud-resource';
import type { HelmRelease } from '../constructs/core/helm-release';
import type { Problem } from '../constructs/core/problem';
import { fromOutput, isOutput } from '../constructs/core/value';
import { isRecord } from './json-value';

/**
 * Renders nodes to JSON with markers as leaves. While it lives, it listens to what cdk8s resolves before the typed classes of
 * cdk8s-plus map it, because those drop fields that they do not know without a word.
 */
export class ToJson {
  private readonly original = ApiObject.prototype.toJson;
  private seen: unknown;

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

  ofObject(object: ApiObject): Record<string, unknown> | undefined {
    this.seen = undefined;
    try {
      const json: unknown = withoutUndefined(object.toJson());
      for (const field of droppedFields(this.seen, json, '')) this.problems.push(dropped(object, field));
      return isRecord(json) ? json : undefined;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.problems.push({ code: 'SW-GRAPH-004', severity: 'error', where: object.node.path, what });
      return undefined;
    }
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
  const fix = `check the spelling; for a field newer than Kubernetes 1.27: ApiObject.of(x).addJsonPatch(JsonPatch.add('${path}', …))`;
  return { code: 'SW-GRAPH-003', severity: 'error', where: object.node.path, what, fix };
}

function withoutUndefined(thing: unknown): unknown {
  if (Array.isArray(thing)) return thing.map(withoutUndefined);
  if (!isRecord(thing)) return thing;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(thing))
    if (value !== undefined && value !== null) kept[key] = withoutUndefined(value);
  return kept;
}

/** Outputs become markers; what cdk8s would resolve in an object (Lazy, Size …) does not occur in inputs of a cloud. */
function withMarkers(thing: unknown): unknown {
  if (isOutput(thing)) return fromOutput(thing);
  if (Array.isArray(thing)) return thing.map(withMarkers);
  if (!isRecord(thing)) return thing;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(thing)) if (value !== undefined) kept[key] = withMarkers(value);
  return kept;
}
