import { createHash } from 'node:crypto';
import type { RandomString, RandomStringArgs } from '@pulumi/random';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { text } from '../../constructs/core/compose';

const LENGTH = 5;

/**
 * The marker of a name that nobody has: buckets share one world, and a Cloud SQL instance's name is taken for a week after it is deleted.
 * Letters, digits and dashes, at most `longest`.
 */
export function uniqueName(scope: Construct, name: string, longest: number): string {
  const suffix = new CloudResource<RandomStringArgs, RandomString>(scope, 'suffix', {
    type: 'random:index/randomString:RandomString',
    inputs: { length: LENGTH, special: false, upper: false },
  });
  return text`${name.slice(0, longest - LENGTH - 1)}-${suffix.output('result')}`;
}

/** A name as it is, or as much of it as fits and a digest of the rest, so that no two become one. */
export function shortened(name: string, longest: number): string {
  return name.length <= longest ? name : `${name.slice(0, longest - 7)}-${digestOf(name)}`;
}

/** Six letters and digits that are of this text. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}
