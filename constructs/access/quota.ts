import type { Size } from 'cdk8s';
import { type Cpu, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import { quantity, sizeText } from '../core/pod';
import { type Problem, report } from '../core/problem';

export interface QuotaProps {
  /** CPU that all pods together may ask for. */
  readonly cpu: Cpu;
  /** Memory that all pods together may ask for. */
  readonly memory: Size;
  /** Room that all claims together may ask for. */
  readonly storage: Size;
  /** @default 100 */
  readonly pods?: number;
}

/**
 * The most that a system may cost: what its pods and claims may ask for together, and what a container gets that asks for nothing.
 * Creates: ResourceQuota, LimitRange.
 * Limitation: requests are bounded, not what is used beyond them.
 *
 *     new Quota(this, 'quota', { cpu: Cpu.units(20), memory: Size.gibibytes(40), storage: Size.gibibytes(100) });
 */
export class Quota extends Construct {
  constructor(scope: Construct, id: string, { cpu, memory, storage, pods = 100 }: QuotaProps) {
    super(scope, id);
    const name = nameOf(this);
    new k8s.KubeResourceQuota(this, 'quota', {
      metadata: { name },
      spec: {
        hard: {
          'requests.cpu': quantity(cpu.amount),
          'requests.memory': quantity(sizeText(memory)),
          'requests.storage': quantity(sizeText(storage)),
          pods: quantity(`${pods}`),
        },
      },
    });
    new k8s.KubeLimitRange(this, 'defaults', {
      metadata: { name },
      spec: {
        limits: [
          {
            type: 'Container',
            defaultRequest: { cpu: quantity('50m'), memory: quantity('64Mi') },
            default: { cpu: quantity('500m'), memory: quantity('256Mi') },
          },
        ],
      },
    });
    part(this, 'seaworthy:access:Quota', () => [
      `at most ${cpu.amount} CPU, ${sizeText(memory)} memory, ${sizeText(storage)} storage`,
      `${pods} pods`,
    ]);
    report(this, () => problemsWith(pods));
  }
}

function problemsWith(pods: number): Problem[] {
  if (Number.isInteger(pods) && pods >= 1) return [];
  const what = `pods is ${pods}; it must be a whole number of 1 or more.`;
  return [{ code: 'SW-QUOTA-001', severity: 'error', what, fix: 'pods: 100' }];
}
