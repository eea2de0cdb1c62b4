import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import type { Endpoint } from '../core/endpoint';
import { named, nameOf } from '../core/labels';
import { part } from '../core/part';
import type { RedisRequest } from '../core/platform';
import { type Problem, report } from '../core/problem';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import { VERSIONS } from '../core/versions';
import type { Dumped, Dumping } from './dumps';
import { REDIS_USER, redisInCluster } from './redis-in-cluster';

const SMALLEST = Size.mebibytes(64);

export interface RedisProps {
  /** Name of the Service in the cluster, where somebody fixed it. @default `<system>-<id>` */
  readonly name?: string;
  /** Memory for data; the container's limit is 25 % above it, and where it `keeps` what it holds two and a half times as much. @default 256 MiB */
  readonly memory?: Size;
  /** What a full server does: refuse writes (sessions, queues) or drop the oldest keys (caches). @default 'refuse' */
  readonly whenFull?: 'refuse' | 'drop-oldest';
  /** In the cluster: room on disk for what must outlive the pod, twice its memory at least. @default nothing is kept */
  readonly keeps?: Size;
  /** In the cluster: it asks for no password, for this reason; policies alone guard it then. @default it asks for one */
  readonly openBecause?: string;
  /** Where it runs: as the platform offers it (ElastiCache), or always in the cluster. @default 'platform' */
  readonly placement?: 'platform' | 'in-cluster';
}

/**
 * One Redis, with a password.
 * Creates: what the target offers (on EKS an ElastiCache replication group with its subnet group and security group); in the
 * cluster a Deployment, or a StatefulSet with a volume where it `keeps` what it holds, a Service, a Secret, a ServiceAccount.
 * Limitation: in the cluster it is one server that stands still while its node is away, and without `keeps` it is a cache.
 *
 *     const redis = new Redis(this, 'redis', { keeps: Size.gibibytes(10) });
 */
export class Redis extends Construct implements Dumped, Monitored {
  readonly endpoint: Endpoint;
  readonly signals: readonly Signal[];
  readonly dumping: Dumping | undefined;

  constructor(scope: Construct, id: string, props: RedisProps = {}) {
    super(scope, id);
    named(this, props.name);
    const { platform } = systemOf(this);
    const request: RedisRequest = {
      name: nameOf(this),
      memory: props.memory ?? Size.mebibytes(256),
      whenFull: props.whenFull ?? 'refuse',
      ...(props.keeps === undefined ? {} : { keeps: props.keeps }),
      ...(props.openBecause === undefined ? {} : { openBecause: props.openBecause }),
    };
    const offered = props.placement === 'in-cluster' ? undefined : platform.redis?.(this, request);
    const { endpoint, facts, signals = [] } = offered ?? redisInCluster(this, request);
    this.endpoint = endpoint;
    this.signals = signals;
    this.dumping = offered === undefined ? dumpingOf(request) : undefined;
    part(this, 'seaworthy:data:Redis', () => facts);
    report(this, () => problemsWith(request));
  }
}

function dumpingOf({ memory }: RedisRequest): Dumping {
  return {
    image: VERSIONS.redis.image,
    user: REDIS_USER,
    variable: 'REDIS_URL',
    dump: 'dump-redis.sh',
    drill: 'drill-redis.sh',
    holds: memory,
    memory: Size.mebibytes(Math.max(512, Math.ceil(memory.toMebibytes() * 1.25))),
    reads: [],
  };
}

function problemsWith({ memory, keeps }: RedisRequest): Problem[] {
  const problems: Problem[] = [];
  if (memory.toMebibytes() < SMALLEST.toMebibytes()) {
    const what = `memory is ${memory.toMebibytes()} MiB; Redis needs at least ${SMALLEST.toMebibytes()} MiB to start.`;
    problems.push({ code: 'SW-REDIS-001', severity: 'error', what, fix: 'memory: Size.mebibytes(64)' });
  }
  if (keeps !== undefined && keeps.toMebibytes() < 2 * memory.toMebibytes()) {
    const what = `keeps is ${keeps.toMebibytes()} MiB; while Redis writes its log anew it needs twice its memory, ${2 * memory.toMebibytes()} MiB.`;
    problems.push({
      code: 'SW-REDIS-002',
      severity: 'error',
      what,
      fix: `keeps: Size.mebibytes(${2 * memory.toMebibytes()})`,
    });
  }
  return problems;
}
