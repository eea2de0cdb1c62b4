import { Lazy } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { report } from '../core/problem';
import type { EnvValue } from '../core/workload';

/** Variables of a container, filled by its part and by edges. */
export class Variables {
  private readonly held = new Map<string, EnvValue>();

  constructor(private readonly part: Construct) {}

  set(name: string, value: EnvValue): void {
    const before = this.held.get(name);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(value)) {
      const what = `variable ${name} is set twice; a program would see only one of the two.`;
      report(this.part, () => [{ code: 'SW-ENV-001', severity: 'error', what, fix: `remove one ${name}` }]);
    }
    this.held.set(name, value);
  }

  /** For a container; read once the whole tree is built. */
  lazily(): k8s.EnvVar[] {
    return Lazy.any({ produce: () => variables(this.held) });
  }
}

function variables(env: ReadonlyMap<string, EnvValue>): k8s.EnvVar[] {
  return [...env].map(([name, held]) => {
    return 'value' in held ? { name, value: held.value } : { name, valueFrom: held };
  });
}
