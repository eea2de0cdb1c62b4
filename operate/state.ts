import { compareQuantities } from '../constructs/core/quantity';
import { at, isRecord, list, text } from '../graph/json-value';

/** What `pulumi stack export` writes: secrets stay encrypted. */
export type Exported = Readonly<Record<string, unknown>>;

/** A create that was under way when the engine ended. */
export interface Pending {
  readonly urn: string;
  /** `namespace/name`, where it is an object of Kubernetes. */
  readonly id?: string;
}

type Resource = Readonly<Record<string, unknown>>;

/** https://www.pulumi.com/docs/iac/support/troubleshooting/#interrupted-updates */
export function pendingIn(state: Exported): { creating: Pending[]; others: number } {
  const all = list(at(state, 'deployment', 'pending_operations'));
  const creating = creations(state).map((resource): Pending => {
    const id = idOf(resource);
    return { urn: urnOf(resource), ...(id === undefined ? {} : { id }) };
  });
  return { creating, others: all.length - creating.length };
}

function creations(state: Exported): Resource[] {
  const all = list(at(state, 'deployment', 'pending_operations'));
  return all.flatMap((operation) => {
    const resource = at(operation, 'resource');
    return at(operation, 'type') === 'creating' && isRecord(resource) ? [resource] : [];
  });
}

/**
 * Each object whose creation was under way becomes a resource, so that a refresh looks whether it is there; the operations themselves go. Until
 * it is known whose they are, they are protected, and left where they are should somebody delete them from the state. Not `import`: with
 * inputs that are not all of the object that replaces Services, claims, Jobs and StatefulSets.
 */
export function withPending(state: Exported): Exported {
  const known = resourcesOf(state);
  const taken = creations(state).flatMap((resource): Resource[] => {
    const id = idOf(resource);
    if (id === undefined || known.some((r) => urnOf(r) === urnOf(resource) && isLive(r, id))) return [];
    return [{ ...resource, id, custom: true, outputs: resource.inputs, protect: true, retainOnDelete: true }];
  });
  const urns = new Set(taken.map(urnOf));
  const kept = known.flatMap((r): Resource[] => {
    if (!urns.has(urnOf(r)) || r.delete === true) return [r];
    // What was deleted so as to be replaced is no more; what was to be deleted afterwards still is to be.
    return r.pendingReplacement === true ? [] : [{ ...r, delete: true }];
  });
  return withResources(state, [...kept, ...taken]);
}

/** The same object, and not one that this creation was to replace. */
function isLive(resource: Resource, id: string): boolean {
  return resource.delete !== true && resource.pendingReplacement !== true && resource.id === id;
}

/** What became of the creations, once a refresh has looked. */
export interface Judged {
  readonly state: Exported;
  readonly ours: readonly Pending[];
  /** They exist, and nothing shows that this stack made them. */
  readonly foreign: readonly (Pending & { readonly why: string })[];
}

/** Keeps in the state what this stack's own interrupted creation made, and takes out what only has its name. */
export function judged(before: Exported, refreshed: Exported, since: Date | undefined): Judged {
  const ours: Pending[] = [];
  const foreign: (Pending & { why: string })[] = [];
  const sent = new Map(creations(before).map((resource) => [urnOf(resource), resource]));
  const added = new Set(
    resourcesOf(withPending(before))
      .filter((r) => r.retainOnDelete === true)
      .map(urnOf),
  );
  const resources = resourcesOf(refreshed).flatMap((resource): Resource[] => {
    const creation = sent.get(urnOf(resource));
    // What an up has been at since is as the program says.
    const isUnjudged = resource.retainOnDelete === true && resource.delete !== true && added.has(urnOf(resource));
    if (creation === undefined || !isUnjudged) return [resource];
    const pending = { urn: urnOf(resource), id: text(resource.id) ?? '' };
    const why = isRelease(resource)
      ? foreignRelease(creation, resource, refreshed)
      : notOurs(creation.inputs, resource.outputs, since);
    if (why === undefined) ours.push(pending);
    else foreign.push({ ...pending, why });
    const { protect: _p, retainOnDelete: _r, ...plain } = resource;
    const own = {
      ...(creation.protect === true ? { protect: true } : {}),
      ...(creation.retainOnDelete === true ? { retainOnDelete: true } : {}),
    };
    return why === undefined ? [{ ...plain, ...own }] : [];
  });
  return { state: withResources(refreshed, resources), ours, foreign };
}

/** Clocks of two machines. */
const SLACK_MS = 60_000;

/** Why an object cannot be what was being created; undefined where all speaks for it. */
function notOurs(inputs: unknown, live: unknown, since: Date | undefined): string | undefined {
  const managers = list(at(live, 'metadata', 'managedFields')).map((entry) => text(at(entry, 'manager')) ?? '');
  // https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
  if (!managers.some((manager) => manager.startsWith('pulumi-kubernetes'))) {
    return `it was made by ${managers[0] ?? 'somebody unknown'}, not by Pulumi`;
  }
  const created = text(at(live, 'metadata', 'creationTimestamp'));
  if (since !== undefined && created !== undefined && Date.parse(created) + SLACK_MS < since.getTime()) {
    return `it was made on ${created}, before the interrupted update`;
  }
  const other = difference(inputs, live, '');
  return other === undefined ? undefined : `its ${other} is not what was being created`;
}

/** Nothing in a Helm release says who made it. In a namespace of this stack nobody else makes one of this chart. */
function foreignRelease({ inputs }: Resource, { outputs }: Resource, state: Exported): string | undefined {
  const namespace = text(at(inputs, 'namespace'));
  const isOwn = resourcesOf(state).some(({ type, id }) => type === 'kubernetes:core/v1:Namespace' && id === namespace);
  if (!isOwn) return 'nothing in a Helm release says who made it, and its namespace is not of this stack';
  const other = ['chart', 'version'].find(
    (field) => difference(at(inputs, field), at(outputs, field), field) !== undefined,
  );
  return other === undefined ? undefined : `its ${other} is not what was being installed`;
}

/** The first field that was sent off and is otherwise. What is secret cannot be compared, what the server adds does not count, and it keeps `stringData` elsewhere. */
function difference(sent: unknown, live: unknown, path: string): string | undefined {
  if (path === 'stringData' || isSecret(sent) || isSecret(live)) return undefined;
  if (isRecord(sent)) {
    return firstOf(
      Object.entries(sent).map(([key, value]) => () => {
        const below = path === '' ? key : `${path}.${key}`;
        return isScaled(below) ? undefined : difference(value, at(live, key), below);
      }),
    );
  }
  if (Array.isArray(sent)) {
    return firstOf(sent.map((item, i) => () => difference(item, list(live)[i], `${path}[${i}]`)));
  }
  if (sent === live || isEmpty(sent)) return undefined;
  return compareQuantities(String(sent), String(live)) === 0 ? undefined : path;
}

/** An autoscaler may have been at work since. */
function isScaled(path: string): boolean {
  return path === 'spec.replicas';
}

/** The server keeps no empty values. */
function isEmpty(sent: unknown): boolean {
  return sent === '' || sent === null || sent === false || sent === 0;
}

/** Pulumi's word for what is secret. */
const SECRET = '4dabf18193072939515e22adb298388d';

function isSecret(thing: unknown): boolean {
  return isRecord(thing) && SECRET in thing;
}

function firstOf(asked: readonly (() => string | undefined)[]): string | undefined {
  for (const ask of asked) {
    const found = ask();
    if (found !== undefined) return found;
  }
  return undefined;
}

function resourcesOf(state: Exported): Resource[] {
  return list(at(state, 'deployment', 'resources')).filter(isRecord);
}

function withResources(state: Exported, resources: readonly Resource[]): Exported {
  const deployment = at(state, 'deployment');
  const { pending_operations: _, ...rest } = isRecord(deployment) ? deployment : {};
  return { ...state, deployment: { ...rest, resources } };
}

function urnOf(resource: Resource): string {
  return text(resource.urn) ?? '';
}

function isRelease({ type }: Resource): boolean {
  return text(type)?.startsWith('kubernetes:helm.sh/') === true;
}

/** Of objects of Kubernetes; a Helm release has its name where objects have their metadata. */
function idOf(resource: Resource): string | undefined {
  const type = text(resource.type) ?? '';
  if (!type.startsWith('kubernetes:')) return undefined;
  const metadata = isRelease(resource) ? resource.inputs : at(resource, 'inputs', 'metadata');
  const [namespace, name] = [text(at(metadata, 'namespace')), text(at(metadata, 'name'))];
  if (name === undefined) return undefined;
  return namespace === undefined ? name : `${namespace}/${name}`;
}
