import type { RandomPassword, RandomPasswordArgs } from '@pulumi/random';
import type { Construct } from 'constructs';
import { CloudResource } from '../core/cloud-resource';
import { nameOf } from '../core/labels';
import type { SecretSource } from '../core/secret-source';
import { systemOf } from '../core/system';
import { configSecret } from '../core/value';

/** Letters and digits only: safe in every file, shell and URL that a password lands in. 32 of 62 are 190 bits. */
const LENGTH = 32;

/** A password that Pulumi makes once and keeps encrypted in its state. Creates: `random:index/randomPassword:RandomPassword`. */
export function generated(scope: Construct, id: string, options: { length?: number } = {}): SecretSource {
  const inputs: RandomPasswordArgs = { length: options.length ?? LENGTH, special: false };
  const password = new CloudResource<RandomPasswordArgs, RandomPassword>(scope, id, {
    type: 'random:index/randomPassword:RandomPassword',
    inputs,
    secretOutputs: ['result', 'bcryptHash'],
  });
  return { from: 'pulumi', value: password.secretOutput('result') };
}

/** An encrypted value of the stack's configuration: `pulumi config set --secret shop:stripeKey`. */
export function fromConfig(key: `${string}:${string}`): SecretSource {
  return { from: 'pulumi', value: configSecret(key) };
}

/** A secret in the store behind External Secrets. It never enters Pulumi's state. */
export function fromStore(key: string, property?: string): SecretSource {
  return property === undefined ? { from: 'store', key } : { from: 'store', key, property };
}

/** The password of a part that runs in the cluster: generated, or where External Secrets write Secrets, from the store. */
export function passwordOf(part: Construct): SecretSource {
  const backend = systemOf(part).platform.secrets;
  if (backend.kind === 'pulumi') return generated(part, 'password');
  return fromStore(`${backend.prefix}/${nameOf(part)}`, 'password');
}
