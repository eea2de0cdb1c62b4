import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { OPERATORS, type OperatorAnswer } from '../core/operator';
import { type Problem, report } from '../core/problem';
import type { AddOnName } from './definition';
import type { PlatformOptions, SecretStore } from './values';

/** What the target makes for an operator that asks its cloud for something. */
export function inTheCloud(
  scope: Construct,
  name: AddOnName,
  namespace: string,
  options: PlatformOptions,
): OperatorAnswer | undefined {
  const asking = OPERATORS.find((operator) => operator === name);
  if (asking === undefined) return undefined;
  const made = options.operator?.(scope, {
    name: asking,
    namespace,
    account: name,
    ...(options.isOwnBucket ? {} : { bucket: options.velero.bucket }),
    ...(options.secretStore === undefined
      ? {}
      : { stacks: options.secretStore.stacks, keys: options.secretStore.keys }),
  });
  report(scope, () => (made === undefined && ONLY_IN_A_CLOUD.has(asking) ? [useless(asking)] : []));
  return made;
}

/** Without a cloud that knows them they do nothing. */
const ONLY_IN_A_CLOUD: ReadonlySet<string> = new Set(['cluster-autoscaler', 'aws-load-balancer-controller']);

function useless(name: string): Problem {
  const what = `${name} does nothing on this target, which has its own or has no cloud.`;
  return { code: 'SW-PLATFORM-007', severity: 'error', what, fix: `platform:addOns: without ${name}` };
}

/** https://external-secrets.io/latest/api/clustersecretstore/ */
export function secretStore(
  scope: Construct,
  provider: Readonly<Record<string, unknown>>,
  store: SecretStore | undefined,
): void {
  report(scope, () =>
    store === undefined || store.namespaces.length === 0 || store.stacks.length === 0 ? [UNUSED] : [],
  );
  if (store === undefined) return;
  new ApiObject(scope, 'store', {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: store.name },
    spec: { provider, conditions: [{ namespaces: [...store.namespaces] }] },
  });
}

const UNUSED: Problem = {
  code: 'SW-PLATFORM-008',
  severity: 'error',
  what: 'external-secrets makes a store of secrets here, and nobody says which namespaces may use it, and for which stacks.',
  fix: 'platform:secretStore.namespaces: [shop], and platform:secretStore.stacks: [prod]',
};
