import { Lazy } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { literal } from '../core/expansion';
import { type Problem, report } from '../core/problem';
import { fromOutput, isOutput } from '../core/value';
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
    const checked = checkedValue(name, value);
    if ('code' in checked) report(this.part, () => [checked]);
    else this.held.set(name, checked);
  }

  /** Those of a part's props; from a ConfigMap of that name where one is to hold them. */
  setAll(plain: Readonly<Record<string, string>> = {}, configMap?: string): void {
    for (const [name, value] of Object.entries(plain)) {
      const checked = checkedValue(name, { value });
      const isPlain = configMap === undefined || 'code' in checked;
      this.set(name, isPlain ? { value } : { configMapKeyRef: { name: configMap, key: name } });
    }
  }

  /** For a container; read once the whole tree is built. */
  lazily(): k8s.EnvVar[] {
    return Lazy.any({ produce: () => variables(this.held) });
  }
}

function variables(env: ReadonlyMap<string, EnvValue>): k8s.EnvVar[] {
  return [...env].map(([name, held]) => {
    return 'value' in held ? { name, value: literal(held.value) } : { name, valueFrom: held };
  });
}

/** A program that is not type-checked gives anything: `process.env.X`, which nobody set, or a number. */
function checkedValue(name: string, given: EnvValue): EnvValue | Problem {
  if (!('value' in given)) return given;
  const value: unknown = given.value;
  if (typeof value === 'string') return given;
  if (isOutput(value)) return { value: fromOutput(value) };
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  const what = `variable ${name} is ${isPlain ? `${value}, which is no text` : value === undefined ? 'undefined: nobody set it' : 'no text'}.`;
  const fix = isPlain ? `${name}: '${value}'` : `${name}: '…', or leave it out`;
  return { code: 'SW-ENV-002', severity: 'error', what, fix };
}
