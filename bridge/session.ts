import type { ConfigEntry } from '../constructs/core/config-source';
import type { Problem } from '../constructs/core/problem';
import type { Graph } from '../graph/graph';

/**
 * What a command of ours and a program's `register` tell each other, in one process. Kept under a global symbol, so that two copies of
 * this module (the command's and the program's) speak through one.
 */
export interface Session {
  /** Set while a command runs the program without an engine: nothing is asked, nothing is contacted. */
  offline: boolean;
  /** Lines and encrypted keys of the configuration, when a command read the file. */
  config: readonly ConfigEntry[];
  /** Graphs that were registered, with what was found wrong. */
  graphs: Graph[];
  /** What went wrong once values were known. */
  failures: Problem[];
  /** The one system that a command asks about: a program may leave the others out. */
  only?: string | undefined;
  /** Facts of the program for the headline: target, Kubernetes version. */
  facts: { target?: string; environment?: string };
}

const SESSION = Symbol.for('seaworthy.session.1');

export function session(): Session {
  const holder: typeof globalThis & { [SESSION]?: Session } = globalThis;
  holder[SESSION] ??= { offline: false, config: [], graphs: [], failures: [], facts: {} };
  return holder[SESSION];
}

/** Starts anew, for a command. */
export function openSession(config: readonly ConfigEntry[], only?: string): Session {
  const fresh = { offline: true, config, graphs: [], failures: [], facts: {}, only };
  return Object.assign(session(), fresh);
}

/** The one system that a command asks about. */
export function onlySystem(): string | undefined {
  return session().only;
}
