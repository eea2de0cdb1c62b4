import type { Problem } from '../../constructs/core/problem';
import { isSystem } from '../../constructs/core/system';
import type { Graph, GraphNode } from '../graph';
import { knownText } from '../values/findings';
import { isClass, SHARED } from './kinds';
import { Known, type World } from './known';
import { keyOf, type Named } from './name';
import { namedBy } from './named';
import { keyProblem, notAsked, nowhere, ownProblem, type Unmade, unseen } from './told';

export type { Beside, World } from './known';

/** What becomes of a name that nobody makes here. */
type Verdict = 'there' | 'by hand' | 'own' | 'nowhere' | 'not asked' | 'of another system' | 'unseen';

/**
 * Names close: what an object, a chart's value or a cloud's resource names is made by this stack, by the stack beside, stands on the list of
 * what the target brings, or is told here, once. What nobody could see is a warning, with the command that looks.
 */
export function nameProblems(graph: Graph, world: World = {}): Problem[] {
  const known = new Known(graph, world);
  const systems = new Set(graph.nodes.filter((n) => isSystem(n.construct)).map((n) => n.path));
  const unmade = new Map<string, Unmade>();
  const keys = new Map<string, Problem>();
  for (const node of graph.nodes) {
    for (const named of namedBy(node)) {
      const here = known.madeAs(named, node);
      const made = here.length > 0 || !isKnown(named) ? here : known.elsewhere(named);
      for (const [id, problem] of keyProblem(node, named, made)) if (!keys.has(id)) keys.set(id, problem);
      if (made.length === 0 && isKnown(named)) collect(unmade, node, named, systems);
    }
  }
  return [...keys.values(), ...problemsOf([...unmade.values()], known)];
}

/** And needed: what is known only after apply is left to it. */
function isKnown({ name, namespace = '', optional }: Named): boolean {
  return optional !== true && knownText(name) !== undefined && knownText(namespace) !== undefined;
}

function collect(unmade: Map<string, Unmade>, node: GraphNode, named: Named, systems: ReadonlySet<string>): void {
  // One API of a group stands for all.
  const key = named.kind === 'API' ? `API ${named.name.split('/')[0]}` : keyOf(named);
  const isOurs = node.part !== undefined || systems.has(node.system ?? '');
  const before = unmade.get(key);
  if (before === undefined) {
    unmade.set(key, { named, first: node, last: node, others: 0, isOurs, isMild: named.mild === true });
    return;
  }
  if (before.last !== node) before.others += 1;
  before.last = node;
  before.isOurs ||= isOurs;
  before.isMild &&= named.mild === true;
}

function problemsOf(unmade: readonly Unmade[], known: Known): Problem[] {
  const { beside, brings } = known.world;
  const judged = unmade.map((one) => ({ one, verdict: verdictOn(one.named, known) }));
  const all = (verdict: Verdict) => judged.filter((j) => j.verdict === verdict).map(({ one }) => one);
  return [
    ...all('own').map((one) => ownProblem(one, known.mayBeMadeUnseen(one.named))),
    ...all('nowhere').map((one) => nowhere(one, beside?.stack)),
    ...notAsked(all('not asked'), beside?.stack),
    ...unseen(all('by hand'), () => false),
    // A class that the target has not is made by a stack that nobody named, or by none: a claim keeps it for ever.
    ...unseen(all('unseen'), ({ kind }) => brings !== undefined && isClass(kind)),
  ];
}

function verdictOn(named: Named, known: Known): Verdict {
  const brought = known.broughtAs(named);
  if (brought !== undefined) return brought.byHand === true ? 'by hand' : 'there';
  // A person's, who has the way to the store: https://external-secrets.io/latest/api/secretstore/
  if (named.kind === 'SecretStore') return 'by hand';
  if (known.isOwn(named)) return 'own';
  // By a stack above, where this one is not the add-ons' own.
  if (named.later === true && !known.isPlatform) return 'there';
  if (!SHARED.has(named.kind)) return 'unseen';
  const { beside, brings } = known.world;
  const isAsked = beside?.makes !== undefined && (beside.isPartial !== true || named.kind === 'API');
  if (beside !== undefined && !isAsked) return 'not asked';
  if (known.world.isPart === true) return 'of another system';
  if (known.mayBeMadeUnseen({ ...named, namespace: '' })) return 'unseen';
  // What an operator serves is asked of the stack with the operators, whatever is known of the target.
  const isSeen = brings !== undefined || (isAsked && named.kind === 'API');
  return isSeen && (isAsked || known.isPlatform) ? 'nowhere' : 'unseen';
}
