import { Construct } from 'constructs';
import type { Problem } from '../core/problem';
import type { Workload } from '../core/workload';

/** The place of an edge in its caller. */
export class Edge extends Construct {
  constructor(
    from: Construct,
    id: string,
    private readonly to: Construct,
  ) {
    super(from, id);
  }

  leadsTo(other: Construct): boolean {
    return this.to === other;
  }
}

/**
 * Where what an edge makes stands: `to-<callee>`. A second edge to one callee opens nothing that is not open; a callee of the same id
 * elsewhere is called by its whole path.
 */
export function edgeBetween(from: Workload, to: Construct): { readonly edge: Edge; readonly isFirst: boolean } {
  const own = `to-${to.node.id}`;
  const far = `to-${to.node.path.replaceAll('/', '-')}`;
  const [taken, other] = [from.node.tryFindChild(own), from.node.tryFindChild(far)];
  const isKnown = [taken, other].some((edge) => edge instanceof Edge && edge.leadsTo(to));
  if (isKnown) return { edge: new Edge(from, freeId(from, own), to), isFirst: false };
  return { edge: new Edge(from, freeId(from, taken === undefined ? own : far), to), isFirst: true };
}

/** An id that nothing below has yet. Constructs of such ids make no objects, or are told apart by what they are of. */
export function freeId(scope: Construct, wanted: string): string {
  let id = wanted;
  for (let n = 2; scope.node.tryFindChild(id) !== undefined; n++) id = `${wanted}-${n}`;
  return id;
}

/** What a compiler would say of an edge: programs are not type-checked when they run. */
export function edgeProblems(to: unknown, env: Readonly<Record<string, unknown>> = {}): Problem[] {
  const endpoint: unknown = typeof to === 'object' && to !== null ? Reflect.get(to, 'endpoint') : undefined;
  if (typeof endpoint !== 'object' || endpoint === null) {
    const what = 'connect leads to what does not listen: it has no endpoint.';
    const fix = 'connect(caller, callee): the callee is a service, a database, a cache, an External';
    return [{ code: 'SW-EDGE-001', severity: 'error', what, fix }];
  }
  return Object.entries(env).flatMap(([name, shape]): Problem[] => {
    if (typeof shape === 'object' && shape !== null && 'part' in shape) return [];
    const what = `variable ${name} of the edge says ${typeof shape === 'function' ? 'url, without its brackets' : 'nothing of the callee'}.`;
    const fix = `${name}: url(), or host, port, address, username, password, database`;
    return [{ code: 'SW-EDGE-002', severity: 'error', what, fix }];
  });
}
