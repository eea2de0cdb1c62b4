import { Lazy, Size } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { Caller } from '../core/endpoint';
import { quantity, type Resources, resourceRequirements, sizeText } from '../core/pod';
import type { Problem } from '../core/problem';

/** Postgres' own default. https://www.postgresql.org/docs/current/runtime-config-connection.html */
const FEWEST = 100;
/** Those that are kept for superusers, for whoever looks, and for backups that run beside each other. */
const SPARE = 20;
/** What a backend holds beside the shared buffers: its catalogs, plans, a sort or two of work_mem. */
const MEBIBYTES_EACH = 4;
const BASE = Size.mebibytes(256);
const STEP = 128;

/** Most connections that all callers of a server hold together. */
export function connectionsFrom(callers: readonly Caller[]): number {
  return callers.reduce((sum, { pods, connections }) => sum + pods * connections, 0);
}

/** As many as its callers may open, and some to spare; never fewer than Postgres has by itself. */
export function mostConnections(callers: readonly Caller[]): number {
  return Math.max(FEWEST, connectionsFrom(callers) + SPARE);
}

/** `max_connections`, once every edge is known. */
export function mostConnectionsLazily(callers: readonly Caller[], text: (most: number) => string): string {
  return Lazy.any({ produce: () => text(mostConnections(callers)) });
}

/** Resources of a server in the cluster, with memory for all of its callers' connections. */
export function resourcesFor(callers: readonly Caller[], least: Resources): Resources {
  const needed = BASE.toMebibytes() + MEBIBYTES_EACH * connectionsFrom(callers);
  const limit = Math.max(least.memory.limit.toMebibytes(), Math.ceil(needed / STEP) * STEP);
  const request = Math.max(least.memory.request.toMebibytes(), limit / 2);
  return { cpu: least.cpu, memory: { request: Size.mebibytes(request), limit: Size.mebibytes(limit) } };
}

export function resourcesLazily(callers: readonly Caller[], least: Resources): k8s.ResourceRequirements {
  const { requests, limits } = resourceRequirements(least);
  const memory = (of: 'request' | 'limit') =>
    Lazy.any({ produce: () => quantity(sizeText(resourcesFor(callers, least).memory[of])) });
  return { requests: { ...requests, memory: memory('request') }, limits: { ...limits, memory: memory('limit') } };
}

export function sizeInWords(callers: readonly Caller[], least: Resources): string {
  return `${mostConnections(callers)} connections in ${sizeText(resourcesFor(callers, least).memory.limit)}`;
}

/** A server that somebody else sizes: by its class. */
export function tooMany(callers: readonly Caller[], most: number, of: string): Problem[] {
  const wanted = connectionsFrom(callers) + SPARE;
  if (wanted <= most) return [];
  const each = callers.map(({ path, pods, connections }) => `${path} ${pods} × ${connections}`).join(', ');
  const what = `its callers may open ${wanted - SPARE} connections (${each}), and ${SPARE} are kept; ${of} has ${most}.`;
  const pods = callers.reduce((sum, caller) => sum + caller.pods, 0);
  const fix = `connect(…, { connections: ${Math.max(1, Math.floor((most - SPARE) / Math.max(1, pods)))} }), and no more in the pool of each caller`;
  return [{ code: 'SW-POSTGRES-006', severity: 'error', what, fix }];
}
