import type { Problem } from '../constructs/core/problem';
import { type GraphNode, identityKey, type ObjectIdentity } from '../graph/graph';
import { at, isRecord, list, text } from '../graph/json-value';
import { ownerOf, STACK_ANNOTATION } from '../graph/owner';
import type { ApiServer, Reply } from './api-server';

/** For all questions together: more is not worth waiting for, the up itself asks too. */
const PATIENCE_MS = 15_000;
/** Less than all of an object: never the data of a Secret. https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

type Asked = GraphNode & { readonly object: ObjectIdentity };

/** What a cluster holds of a program that the program's stack did not make. */
export interface Existing {
  readonly problems: readonly Problem[];
  /** Why something could not be asked. */
  readonly unasked: ReadonlyMap<string, string>;
}

/**
 * What exists, and is somebody else's: an up creates, and is refused where something of that kind and name is there. A program does not see
 * the state of its stack; what Pulumi made says so among its managers, and a Namespace of ours says of which stack it is.
 */
export async function existing(server: ApiServer, nodes: readonly GraphNode[], stack: string): Promise<Existing> {
  const asking = new Asking(server, Date.now() + PATIENCE_MS);
  const asked = nodes.filter((node): node is Asked => node.form === 'object' && isAsked(node));
  const areNamespaces = asked.filter(({ object }) => object.kind === 'Namespace');
  const found = await Promise.all(areNamespaces.map((node) => asking.look(node)));
  // What is in a namespace that is not there is not there, either.
  const missing = new Set(areNamespaces.filter((_, i) => found[i] === 'missing').map(({ object }) => object.name));
  const others = asked.filter(({ object: { kind, namespace } }) => {
    return kind !== 'Namespace' && (namespace === undefined || !missing.has(namespace));
  });
  const lives = await Promise.all(others.map((node) => asking.look(node)));
  const problems = [...areNamespaces, ...others].flatMap((node, i) => {
    const live = [...found, ...lives][i];
    return isRecord(live) ? foreign(node, live, stack) : [];
  });
  return { problems, unasked: asking.unasked };
}

/** What is to be taken over may be there. */
function isAsked({ object, options }: GraphNode): boolean {
  return object !== undefined && object.name !== '' && options.import === undefined;
}

class Asking {
  readonly unasked = new Map<string, string>();
  private readonly kinds = new Map<string, Promise<Reply>>();

  constructor(
    private readonly server: ApiServer,
    private readonly end: number,
  ) {}

  /** Its metadata; undefined where nobody knows. */
  async look({ object }: Asked): Promise<Record<string, unknown> | 'missing' | undefined> {
    const { apiVersion, kind, name, namespace } = object;
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known = this.kinds.get(group) ?? this.get(group);
    this.kinds.set(group, known);
    const served = await known;
    if (!('status' in served) || served.status !== 200) return this.notFound(object, served);
    const resource = list(at(served.body, 'resources')).find(
      (r) => at(r, 'kind') === kind && text(at(r, 'name'))?.includes('/') === false,
    );
    if (resource === undefined) return 'missing';
    const within = at(resource, 'namespaced') === true ? `/namespaces/${namespace ?? 'default'}` : '';
    const path = `${group}${within}/${text(at(resource, 'name'))}/${encodeURIComponent(name)}`;
    const live = await this.get(path, METADATA_ONLY);
    const metadata = 'status' in live && live.status === 200 ? at(live.body, 'metadata') : undefined;
    return isRecord(metadata) ? metadata : this.notFound(object, live);
  }

  private notFound({ kind }: ObjectIdentity, reply: Reply): 'missing' | undefined {
    if ('status' in reply && reply.status === 404) return 'missing';
    const why = 'failure' in reply ? reply.failure : `the API server answers ${reply.status}`;
    this.unasked.set(kind, why);
    return undefined;
  }

  private async get(path: string, accept?: string): Promise<Reply> {
    const left = this.end - Date.now();
    if (left <= 0) return LATE;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Reply>((resolve) => {
      timer = setTimeout(() => resolve(LATE), left);
    });
    const reply = await Promise.race([this.server.get(path, accept), late]);
    clearTimeout(timer);
    return reply;
  }
}

const LATE: Reply = { failure: `no answer within ${PATIENCE_MS / 1000} s` };

function foreign(node: Asked, metadata: Record<string, unknown>, stack: string): Problem[] {
  // What is on its way out may be gone in time.
  if (metadata.deletionTimestamp !== undefined) return [];
  const managers = list(metadata.managedFields).map((entry) => text(at(entry, 'manager')) ?? '');
  const isPulumis = managers.some((manager) => manager.startsWith('pulumi'));
  const owner = ownerOf(metadata);
  if (isPulumis && (owner === undefined || owner === stack)) return [];
  const [{ object }, where] = [node, node.path];
  if (isPulumis) {
    const what = `${identityKey(object)} is of the stack ${owner}: this one, ${stack}, would create it, and be refused.`;
    const fix = `another name for one of the two; or, where ${owner} was renamed: kubectl annotate --overwrite ${object.kind.toLowerCase()} ${object.name} ${STACK_ANNOTATION}=${stack}`;
    return [{ code: 'SW-CLUSTER-008', severity: 'error', where, what, fix }];
  }
  const id = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
  const what = `${identityKey(object)} exists already, made by ${managers[0] ?? 'somebody unknown'}, not by Pulumi: an up creates it, and would be refused.`;
  const fix = `nodeOptions(object, { import: '${id}' }), to take it over and leave so; or another name`;
  return [{ code: 'SW-CLUSTER-007', severity: 'error', where, what, fix }];
}

/** Said, for it stops nothing. */
export function unaskedProblem({ unasked }: Existing, where: string): Problem[] {
  if (unasked.size === 0) return [];
  const kinds = [...unasked.keys()].sort();
  const shown = `${kinds.slice(0, 5).join(', ')}${kinds.length > 5 ? ` and ${kinds.length - 5} more kinds` : ''}`;
  const what = `whether ${shown} of these names exist already could not be asked (${[...unasked.values()][0]}); an up tells it.`;
  const fix = `the right to get them, for who previews: kubectl auth can-i get ${(kinds[0] ?? '').toLowerCase()}`;
  return [{ code: 'SW-CLUSTER-009', severity: 'warning', where, what, fix }];
}
