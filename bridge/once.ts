import type { Resource } from '@pulumi/pulumi/resource';
import { getStackResource } from '@pulumi/pulumi/runtime/stack';
import type { Problem } from '../constructs/core/problem';
import { placeInProgram } from './stopped';

/** One root for each run of a program, and runs may follow each other in a process. */
const registeredIn = new WeakSet<Resource>();

/** A second `register` in one run of a program: names, providers and checks are those of one app. */
export function secondTime(): Problem[] {
  const root = getStackResource();
  if (root === undefined) return [];
  if (!registeredIn.has(root)) {
    registeredIn.add(root);
    return [];
  }
  const what = 'register was called a second time; what it is given is checked and named as one whole, once.';
  const fix = 'put everything into one App, and await register(app) once, at the end';
  const where = placeInProgram(new Error().stack ?? '');
  return [{ code: 'SW-REGISTER-001', severity: 'error', ...(where === undefined ? {} : { where }), what, fix }];
}
