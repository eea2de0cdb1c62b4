import { isMarker, valueBehind } from '../constructs/core/marker';
import { canonicalQuantity } from '../constructs/core/quantity';
import { sourceOf } from '../constructs/core/value';
import type { GraphNode } from './graph';
import { at, isRecord, list, text } from './json-value';
import { podSpecOf } from './pods';

type Facts = Readonly<Record<string, string>>;

/**
 * What of a node cannot change in place, or not without a loss: Kubernetes' immutable fields, the claims that hold data, and the major
 * version of the database that wrote it. In words, for the lock. https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
export function fixedOf(node: GraphNode): Facts | undefined {
  const facts =
    node.object === undefined ? cloudFacts(node) : { ...objectFacts(node, node.object.kind), ...imported(node) };
  const known = Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, fact]]));
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** Kinds of which the API server fills in what nobody can change: once taken over they must stay so, see bridge/adoption.ts. */
const FILLED = new Set(['Service', 'PersistentVolumeClaim', 'Job', 'StatefulSet']);

function imported({ object, options }: GraphNode): Found {
  return object !== undefined && FILLED.has(object.kind) && options.import !== undefined
    ? { import: options.import }
    : {};
}

type Found = Record<string, string | undefined>;

function objectFacts({ inputs }: GraphNode, kind: string): Found {
  const spec = inputs.spec;
  switch (kind) {
    case 'StatefulSet':
      return {
        ...claimTemplates(spec),
        engine: engineIn(kind, inputs),
        selector: labels(at(spec, 'selector', 'matchLabels')),
        serviceName: word(at(spec, 'serviceName')),
        whenDeleted: word(at(spec, 'persistentVolumeClaimRetentionPolicy', 'whenDeleted')) ?? 'Retain',
      };
    case 'Deployment':
    case 'DaemonSet':
      return { engine: engineIn(kind, inputs), selector: labels(at(spec, 'selector', 'matchLabels')) };
    case 'PersistentVolumeClaim':
      return { claim: claim(spec) };
    case 'Cluster': {
      const image = word(at(spec, 'imageName'));
      return { engine: image === undefined ? undefined : engineOf(image) };
    }
    default:
      return {};
  }
}

/** `engineVersion` of RDS and ElastiCache, `version` of a flexible server, `databaseVersion` of Cloud SQL. */
function cloudFacts({ type, inputs }: GraphNode): Found {
  if (type === 'azure-native:dbforpostgresql:Server') return { engine: `postgres ${word(inputs.version)}` };
  const ofGoogle = /^POSTGRES_(\d+)/.exec(word(inputs.databaseVersion) ?? '')?.[1];
  if (ofGoogle !== undefined) return { engine: `postgres ${ofGoogle}` };
  const [engine, version] = [word(inputs.engine), word(inputs.engineVersion)];
  const major = /^\d+/.exec(version ?? '')?.[0];
  return engine === undefined || major === undefined ? {} : { engine: `${engine} ${major}` };
}

/** `claim data` → `20Gi, standard, ReadWriteOnce`. */
function claimTemplates(spec: unknown): Found {
  const templates = list(at(spec, 'volumeClaimTemplates'));
  return Object.fromEntries(
    templates.map((template) => [`claim ${word(at(template, 'metadata', 'name'))}`, claim(at(template, 'spec'))]),
  );
}

function claim(spec: unknown): string {
  const asked = word(at(spec, 'resources', 'requests', 'storage'));
  const size = asked === undefined ? 'no size' : canonicalQuantity(asked);
  const modes = list(at(spec, 'accessModes')).map(String).join('+');
  return [size, word(at(spec, 'storageClassName')) ?? 'default class', modes].join(', ');
}

function labels(thing: unknown): string | undefined {
  if (!isRecord(thing)) return undefined;
  return Object.keys(thing)
    .sort()
    .map((key) => `${key}=${word(thing[key])}`)
    .join(',');
}

/** The database in a workload whose volume outlives its pods. */
function engineIn(kind: string, inputs: GraphNode['inputs']): string | undefined {
  const pod = podSpecOf(kind, inputs);
  const isKept =
    list(at(inputs, 'spec', 'volumeClaimTemplates')).length > 0 ||
    list(pod?.volumes).some((volume) => at(volume, 'persistentVolumeClaim') !== undefined);
  if (!isKept) return undefined;
  return list(pod?.containers)
    .map((container) => engineOf(word(at(container, 'image')) ?? ''))
    .find((engine) => engine !== undefined);
}

const ENGINES: readonly [RegExp, string][] = [
  [/^(postgres|postgresql|postgis|pgvector|timescaledb)/, 'postgres'],
  [/^valkey/, 'valkey'],
  [/^redis(?!.*exporter)/, 'redis'],
];

/** `docker.io/library/postgres:17.11-trixie` → `postgres 17`; `pgvector/pgvector:pg17` as well. */
function engineOf(image: string): string | undefined {
  const [repository = '', tag = ''] = (image.split('/').at(-1) ?? '').split('@')[0]?.split(':') ?? [];
  const engine = ENGINES.find(([pattern]) => pattern.test(repository))?.[1];
  const major = (/pg(\d+)/.exec(tag) ?? /^v?(\d+)/.exec(tag))?.[1];
  return engine === undefined || major === undefined || repository.includes('exporter')
    ? undefined
    : `${engine} ${major}`;
}

/** A text; of a value that is known only after apply, where it comes from. */
function word(thing: unknown): string | undefined {
  const plain = text(thing);
  if (plain === undefined) return undefined;
  return isMarker(plain) ? `<${sourceOf(valueBehind(plain))}>` : plain;
}
