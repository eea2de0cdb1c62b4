import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import type { RedisRequest } from '../core/platform';
import { type Problem, report } from '../core/problem';
import { systemOf } from '../core/system';
import { redisInCluster } from './redis-in-cluster';

const SMALLEST = Size.mebibytes(64);

export interface RedisProps {
  /** Name of the Service in the cluster, where a brief fixes it. @default `<system>-<id>` */
  readonly name?: string;
  /** Memory for data; the container limit is 25 % above it. @default 256 MiB */
  readonly memory?: Size;
  /** What a full server does: refuse writes (sessions, queues) or drop the oldest keys (caches). @default 'refuse' */
  readonly whenFull?: 'refuse' | 'drop-oldest';
  /** Where it runs: as the platform offers it (ElastiCache), or always in the cluster. @default 'platform' */
  readonly placement?: 'platform' | 'in-cluster';
}

/**
 * One Redis, with a password.
 * Creates: what the target offers (on EKS an ElastiCache replication group with its subnet group and security group); in the
 * cluster a Deployment, a Service, a Secret, a ServiceAccount.
 * Limitation: in the cluster nothing survives the pod; it is a cache.
 */
export class Redis extends Construct implements HasEndpoint {
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, props: RedisProps = {}) {
    super(scope, id);
    const { platform } = systemOf(this);
    const request: RedisRequest = {
      name: props.name ?? nameOf(this),
      memory: props.memory ?? Size.mebibytes(256),
      whenFull: props.whenFull ?? 'refuse',
    };
    const offered = props.placement === 'in-cluster' ? undefined : platform.redis?.(this, request);
    const { endpoint, facts } = offered ?? redisInCluster(this, request);
    this.endpoint = endpoint;
    part(this, 'seaworthy:data:Redis', () => facts);
    report(this, () => problemsWith(request.memory));
  }
}

function problemsWith(memory: Size): Problem[] {
  if (memory.toMebibytes() >= SMALLEST.toMebibytes()) return [];
  const what = `memory is ${memory.toMebibytes()} MiB; Redis needs at least ${SMALLEST.toMebibytes()} MiB to start.`;
  return [{ code: 'SW-REDIS-001', severity: 'error', what, fix: 'memory: Size.mebibytes(64)' }];
}
