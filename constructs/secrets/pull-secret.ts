import type { Construct } from 'constructs';
import type { SecretSource } from '../core/secret-source';
import { secretBundle } from './secret-bundle';

/** The key that the kubelet reads: https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/ */
const KEY = '.dockerconfigjson';

/**
 * A Secret by which nodes pull images of a private registry; gives its name, for `pullSecret` of a service. `source` is the text of a
 * `~/.docker/config.json` with `auths`.
 */
export function pullSecret(inside: Construct, name: string, source: SecretSource): string {
  const bundle = secretBundle(inside, name, 'secrets', 'kubernetes.io/dockerconfigjson');
  bundle.add(KEY, [{ secret: source, encode: 'none' }], inside.node.path);
  return name;
}
