import { at, list } from '../../graph/json-value';
import { judged, pendingIn, withPending } from '../../operate/state';

const URN = 'urn:pulumi:dev::shop::kubernetes:core/v1:Service::shop/api/service';
const CLOUD = 'urn:pulumi:dev::shop::aws:rds/instance:Instance::shop/db';
const SECRET = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', ciphertext: 'v1:…' };
const inputs = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'api', namespace: 'shop', annotations: { token: SECRET } },
  spec: { ports: [{ port: 80 }], selector: { app: 'api' } },
};
const creating = (more: object = {}) => ({
  type: 'creating',
  resource: { urn: URN, type: 'kubernetes:core/v1:Service', custom: true, inputs, ...more },
});
const state = (operations: object[], resources: object[] = []) => ({
  version: 3,
  deployment: { manifest: {}, resources, pending_operations: operations },
});
const live = (more: object = {}, metadata: object = {}) => ({
  ...inputs,
  metadata: {
    name: 'api',
    namespace: 'shop',
    annotations: { token: 'hidden' },
    creationTimestamp: '2026-11-21T10:00:00Z',
    managedFields: [{ manager: 'pulumi-kubernetes-1a2b3c4d', operation: 'Apply' }],
    ...metadata,
  },
  spec: {
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    selector: { app: 'api' },
    clusterIP: '10.96.0.7',
    ...more,
  },
});
const resourcesIn = (thing: unknown) => list(at(thing, 'deployment', 'resources'));

describe('what was being created', () => {
  test('becomes a resource with what was sent as its outputs, and not an import; the operation goes', () => {
    const kept = withPending(state([creating()]));
    expect(resourcesIn(kept)).toEqual([
      expect.objectContaining({
        urn: URN,
        id: 'shop/api',
        inputs,
        outputs: inputs,
        protect: true,
        retainOnDelete: true,
      }),
    ]);
    expect(at(kept, 'deployment', 'pending_operations')).toBeUndefined();
  });

  test('in a cloud has no id that could be known', () => {
    const cloud = {
      type: 'creating',
      resource: { urn: CLOUD, type: 'aws:rds/instance:Instance', inputs: { identifier: 'db' } },
    };
    expect(pendingIn(state([cloud]))).toEqual({ creating: [{ urn: CLOUD }], others: 0 });
    expect(resourcesIn(withPending(state([cloud])))).toEqual([]);
  });

  test('in place of what was to be replaced leaves that to be deleted', () => {
    const old = { urn: URN, type: 'kubernetes:core/v1:Service', id: 'shop/old' };
    expect(resourcesIn(withPending(state([creating()], [old]))).map((r) => [at(r, 'id'), at(r, 'delete')])).toEqual([
      ['shop/old', true],
      ['shop/api', undefined],
    ]);
    const gone = { ...old, id: 'shop/api', pendingReplacement: true };
    expect(resourcesIn(withPending(state([creating()], [gone]))).map((r) => at(r, 'id'))).toEqual(['shop/api']);
  });
});

describe('what a refresh found under its name', () => {
  const before = state([creating()]);
  const judge = (outputs: object | undefined, since?: string) => {
    const [resource] = resourcesIn(withPending(before));
    const refreshed = {
      version: 3,
      deployment: { resources: outputs === undefined ? [] : [{ ...Object(resource), outputs }] },
    };
    return judged(before, refreshed, since === undefined ? undefined : new Date(since));
  };

  test('is ours where Pulumi made it, of what was sent, in the interrupted update; it is protected no more', () => {
    const { ours, foreign, state: after } = judge(live(), '2026-11-21T09:00:00Z');
    expect([ours, foreign]).toEqual([[{ urn: URN, id: 'shop/api' }], []]);
    expect(resourcesIn(after)).toEqual([expect.not.objectContaining({ protect: true })]);
  });

  test.each([
    [
      'somebody made with kubectl',
      live({}, { managedFields: [{ manager: 'kubectl-create' }] }),
      /made by kubectl-create, not by Pulumi/,
    ],
    [
      'is otherwise than what was sent',
      live({ selector: { app: 'other' } }),
      /its spec.selector.app is not what was being created/,
    ],
    [
      'is older than the interrupted update',
      live({}, { creationTimestamp: '2026-11-20T10:00:00Z' }),
      /before the interrupted update/,
    ],
    ['says nothing of who made it', live({}, { managedFields: [] }), /made by somebody unknown/],
  ])('is not where %s: it leaves the state, and nothing else', (_whose, outputs, why) => {
    const { ours, foreign, state: after } = judge(outputs, '2026-11-21T09:00:00Z');
    expect(ours).toEqual([]);
    expect(foreign).toEqual([{ urn: URN, id: 'shop/api', why: expect.stringMatching(why) }]);
    expect(resourcesIn(after)).toEqual([]);
  });

  test.each([
    ['in a namespace of this stack', [{ urn: 'n', type: 'kubernetes:core/v1:Namespace', id: 'monitoring' }], 1],
    ['in a namespace of others', [], 0],
  ])('is a Helm release: ours %s', (_where, resources, ours) => {
    const inputs = { name: 'prometheus', namespace: 'monitoring', chart: 'kube-prometheus-stack', version: '1.0.0' };
    const resource = { urn: 'r', type: 'kubernetes:helm.sh/v3:Release', inputs };
    const interrupted = state([{ type: 'creating', resource }], resources);
    expect(judged(interrupted, withPending(interrupted), undefined).ours).toHaveLength(ours);
  });

  test('is nothing where the API server never heard of it', () => {
    expect(judge(undefined)).toMatchObject({ ours: [], foreign: [] });
  });
});
