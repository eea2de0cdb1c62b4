import { shown } from '../../constructs/core/forms';
import type { Problem, Severity } from '../../constructs/core/problem';
import type { GraphNode } from '../graph';
import { knownText } from '../values/findings';
import { addOnOf, inWords, lookFor, makerOf, SHARED, without } from './kinds';
import { keyOf, type Made, type Named } from './name';

/** A name that nobody makes here, and who asks for it first. */
export interface Unmade {
  readonly named: Named;
  readonly first: GraphNode;
  last: GraphNode;
  others: number;
  /** One of them is of a System, or a part: who wrote that makes what it reads. */
  isOurs: boolean;
  isMild: boolean;
}

/** A key that is read and is not there, by what it is told once: a pod would never start (CreateContainerConfigError). */
export function keyProblem(node: GraphNode, named: Named, made: readonly Made[]): [string, Problem][] {
  const { kind, name, key, optional, verb } = named;
  const wanted = knownText(key?.name);
  if (key === undefined || wanted === undefined || optional === true) return [];
  if (made.length === 0 || made.some(({ keys }) => keys === undefined || keys.includes(wanted))) return [];
  const [severity, where, one] = ['error', node.path, shown(wanted)] as const;
  const id = `${keyOf(named)} ${wanted}`;
  if (kind === 'Gateway') {
    const listeners = made.flatMap(({ keys = [] }) => keys).join(', ');
    const what = `it ${verb} the listener "${one}" of Gateway ${name}, which has no such listener (${listeners}): no request comes in.`;
    return [
      [id, { code: 'SW-LINK-003', severity, where, what, fix: `one of ${listeners}, or add ${one} to the Gateway` }],
    ];
  }
  if (kind === 'ClusterSecretStore') {
    const what = `it ${verb} ClusterSecretStore ${name}, which the namespace ${one} may not use: no Secret ever appears, and no pod starts.`;
    const fix = `${one} among platform:secretStore.namespaces of the platform's stack, and pulumi up there first`;
    return [[id, { code: 'SW-LINK-004', severity, where, what, fix }]];
  }
  const what = `${shown(key.by)} reads the key "${one}" of ${kind} ${name}, which has no such key: ${key.otherwise ?? 'the pod would never start'}.`;
  const fix = `add ${one} to ${kind} ${name}, or give it a value`;
  return [[`${where} ${what}`, { code: 'SW-LINK-001', severity, where, what, fix }]];
}

/** In a namespace of this very stack. `isOpen`: an operator that nobody knows may make it there. */
export function ownProblem(one: Unmade, isOpen: boolean): Problem {
  const { named, first } = one;
  const { kind, name, namespace = '' } = named;
  const by = `bring(…, { kind: '${kind}', name: '${name}', namespace: '${namespace}', source: '…' })`;
  const fix = `make it here, or say who does: ${by}; by hand: ${makerOf(named)}`;
  const what = sentence(one, `which nobody makes: ${without(named)}`);
  return {
    code: 'SW-MAKER-001',
    severity: severityFor(one, isOpen ? 'warning' : 'error'),
    where: first.path,
    what,
    fix,
  };
}

/** Of the whole cluster, where all that could make it is seen. */
export function nowhere(one: Unmade, stack: string | undefined): Problem {
  const { named, first } = one;
  const [severity, where] = [severityFor(one, 'error'), first.path];
  if (stack !== undefined && named.kind === 'API') {
    const what = sentence(one, `which no add-on of the platform's stack ${stack} serves`);
    const fix = `add it to platform:addOns of ${stack}, and pulumi up there first`;
    return { code: 'SW-PLATFORM-004', severity, where, what, fix };
  }
  const who =
    stack === undefined ? 'neither the target brings nor this stack makes' : `neither ${stack} nor the target has`;
  const what = sentence(one, `which ${who}: ${without(named)}`);
  const fix = `${makerOf(named)}${stack === undefined ? '' : ` (${stack})`}; or, where it is there: ${saidThere(named)}`;
  return { code: 'SW-MAKER-002', severity, where, what, fix };
}

/**
 * It may be there: who could say so is not known. One problem for each add-on. None of a door to a namespace that may not be there, or of a
 * dashboard that Grafana may not find: nothing stands still for it.
 */
export function unseen(all: readonly Unmade[], keepsForEver: (named: Named) => boolean): Problem[] {
  const groups = new Map<string, Unmade[]>();
  for (const one of all) {
    if (one.isMild && SHARED.has(one.named.kind)) continue;
    const group = addOnOf(one.named) ?? `${one.named.kind} ${one.named.namespace} ${one.named.name}`;
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  const isApi = ({ named }: Unmade) => (named.kind === 'API' ? 0 : 1);
  const sorted = [...groups.values()].map((group) => group.sort((a, b) => isApi(a) - isApi(b)));
  return sorted.flatMap(([one, ...more]): Problem[] => {
    if (one === undefined) return [];
    const { named, first } = one;
    const severity = severityFor(one, keepsForEver(named) ? 'placeholder' : 'warning');
    const also = more.length === 0 ? '' : `, with ${more.map((m) => inWords(m.named)).join(' and ')}`;
    const what = sentence(
      one,
      `which must be there${also}: nobody who is known here makes it, and without it ${without(named)}`,
    );
    const fix = `${lookFor(named)}; where it is missing: ${makerOf(named)}; where it is there: ${saidThere(named)}`;
    return [{ code: 'SW-MAKER-003', severity, where: first.path, what, fix }];
  });
}

/** One line for all that the stack beside must make, where nobody could ask it. */
export function notAsked(all: readonly Unmade[], stack = ''): Problem[] {
  if (all.length === 0) return [];
  const names = [...new Set(all.map(({ named }) => inWords(named)))].sort();
  const what = `${names.join(', ')}: the stack ${stack} must make ${names.length === 1 ? 'it' : 'them'}, which only an up can ask; its lock would say so here.`;
  const fix = `npx seaworthy lock --env ${stack.split('/').at(-1)}`;
  return [{ code: 'SW-MAKER-004', severity: 'warning', where: 'seaworthy:platformStack', what, fix }];
}

function severityFor({ isOurs, isMild }: Unmade, severity: Severity): Severity {
  return isOurs && !isMild ? severity : 'warning';
}

function sentence({ named, others }: Unmade, rest: string): string {
  const isOfApi = named.kind === 'API' && !named.name.endsWith('/*');
  const says = isOfApi ? `is a ${named.name.replace(/^(.*)\/(.*)$/, '$2 of $1')}` : `${named.verb} ${inWords(named)}`;
  const more = others === 0 ? '' : ` ${others === 1 ? '1 other names' : `${others} others name`} it too.`;
  return `it ${says}, ${rest}.${more}`;
}

/** How a reader says that it is there. */
function saidThere({ kind, name, namespace }: Named): string {
  const called = kind === 'API' ? name.split('/')[0] : name;
  const stack = SHARED.has(kind) ? 'seaworthy:platformStack, or ' : '';
  return `${stack}seaworthy:brings: ['${kind} ${namespace === undefined ? '' : `${namespace}/`}${called}']`;
}
