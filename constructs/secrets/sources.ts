import type { RandomBytes, RandomBytesArgs, RandomPassword, RandomPasswordArgs } from '@pulumi/random';
import type { Construct } from 'constructs';
import { CloudResource } from '../core/cloud-resource';
import { keyOf } from '../core/labels';
import { type Problem, report } from '../core/problem';
import type { SecretBackend, SecretSource } from '../core/secret-source';
import { systemOf } from '../core/system';
import { configSecret, sopsSecret } from '../core/value';

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

/** A path of a secret, as the store behind External Secrets names it. */
export function keyInStore({ keys }: Pick<Extract<SecretBackend, { kind: 'external' }>, 'keys'>, path: string): string {
  return keys === 'dashes' ? path.replaceAll(/[^A-Za-z0-9-]/g, '-') : path;
}

/** A password of a part that runs in the cluster: generated, or from wherever this environment keeps its secrets. */
export function passwordOf(part: Construct, field = 'password', options: { length?: number } = {}): SecretSource {
  const backend = systemOf(part).platform.secrets;
  const key = `${keyOf(part)}.${field}`;
  switch (backend.kind) {
    case 'pulumi':
      return generated(part, field, options);
    case 'external':
      return fromStore(keyInStore(backend, `${backend.prefix}/${keyOf(part)}`), field);
    case 'sops':
      report(part, () => (backend.keys.includes(key) ? [] : [missing(backend.file, key)]));
      return { from: 'pulumi', value: sopsSecret(backend.file, key) };
    case 'sealed':
      return { from: 'sealed' };
    default:
      return backend satisfies never;
  }
}

function missing(file: string, key: string): Problem {
  const [name = '', field = ''] = key.split('.');
  const what = `${file} has no ${key}, which this part needs.`;
  return { code: 'SW-SOPS-001', severity: 'error', what, fix: `sops set ${file} '["${name}"]["${field}"]' '"…"'` };
}

/** Random bytes in base64: keys of APIs and of signatures. `at` is where they lie, if they do not come from Pulumi. */
export function randomBytes(
  part: Construct,
  length: number,
  at: Pick<GivenSecret, 'name' | 'field' | 'storeKey'>,
): SecretSource {
  const backend = systemOf(part).platform.secrets;
  if (backend.kind !== 'pulumi') return given(part, { ...at, config: 'none:needed' }, undefined);
  const bytes = new CloudResource<RandomBytesArgs, RandomBytes>(part, at.field, {
    type: 'random:index/randomBytes:RandomBytes',
    inputs: { length },
    secretOutputs: ['base64', 'hex'],
  });
  return { from: 'pulumi', value: bytes.secretOutput('base64') };
}

export interface GivenSecret {
  /** Name in the store, or in the encrypted file: `talos-otlp`. */
  readonly name: string;
  /** Field of it: `key`. */
  readonly field: string;
  /** The whole key in the store, where somebody fixed it: `alcs/production`. @default the backend's prefix and `name` */
  readonly storeKey?: string;
  /** Key of the stack's configuration, where Pulumi keeps secrets: `talos:tracing.key`. */
  readonly config: `${string}:${string}`;
}

/** A secret that people give: a key of somebody else's service. Where it is kept depends on the environment; `configured` is what its stack has. */
export function given(inside: Construct, secret: GivenSecret, configured: SecretSource | undefined): SecretSource {
  const { name, field, config } = secret;
  const backend = systemOf(inside).platform.secrets;
  switch (backend.kind) {
    case 'pulumi':
      report(inside, () => (configured === undefined ? [notConfigured(config)] : []));
      return configured ?? fromConfig(config);
    case 'external':
      return fromStore(keyInStore(backend, secret.storeKey ?? `${backend.prefix}/${name}`), field);
    case 'sops': {
      const key = `${name}.${field}`;
      report(inside, () => (backend.keys.includes(key) ? [] : [missing(backend.file, key)]));
      return { from: 'pulumi', value: sopsSecret(backend.file, key) };
    }
    case 'sealed':
      return { from: 'sealed' };
    default:
      return backend satisfies never;
  }
}

function notConfigured(config: string): Problem {
  const what = `${config} is needed, and not set; \`pulumi up\` will refuse to go on without it.`;
  return { code: 'SW-SECRET-007', severity: 'placeholder', what, fix: `pulumi config set --secret --path ${config}` };
}
