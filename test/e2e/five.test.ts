import type { ConfigMap, Stack } from '@pulumi/pulumi/automation';

import main = require('../../index');

import { readStackFile } from '../../bridge/stack-file';
import { at, isRecord, list, text } from '../../graph/json-value';
import { Bed, operation } from '../support/bed';
import { ROOT } from '../support/command';

jest.setTimeout(600_000);

const NAMESPACES = ['alcs', 'tallow', 'talos-system', 'ticolops', 'todo-chatbot'];
const bed = new Bed();
beforeAll(() => bed.start());
afterAll(() => bed.stop());

/** The committed configuration of an environment, with what stands for a placeholder, and the cluster of the test. */
function configOf(environment: 'dev' | 'prod' | 'platform' | 'cluster', more: ConfigMap): ConfigMap {
  const entries = readStackFile(ROOT, environment)?.entries ?? [];
  const real = (value: string) =>
    value
      .replaceAll(/registry\.(placeholder\.invalid|example\.com)/g, 'registry.acme.org')
      .replaceAll(/(sns:us-east-1:|iam::)placeholder/g, '$1123456789012')
      .replaceAll('203.0.113.0/24', '198.18.0.0/24')
      .replaceAll(/(your-?domain|example)\.com/g, 'acme.org')
      .replaceAll('placeholder.invalid', 'acme.org')
      .replaceAll(/placeholder for [^"]*/g, '+49 30 123456')
      .replaceAll(/"?placeholder"?(?=$)/g, '123456789012')
      .replaceAll('PLACEHOLDER', 'ABC')
      .replaceAll('placeholder', 'acme');
  const committed = Object.fromEntries(entries.map(({ key, value }) => [key, { value: real(value) }]));
  return { ...committed, 'seaworthy:kubeconfig': { value: bed.cluster.kubeconfig, secret: true }, ...more };
}

/** The cluster's own stack, at the stand-in of its cloud; its facts are its outputs. */
async function clusterStack(): Promise<string> {
  const stack = await bed.engine.stack('seaworthy', 'five-cluster', main, configOf('cluster', {}));
  await operation(stack, 'up');
  const told = await stack.outputs();
  expect(told.subnetCidrs?.value).toEqual(['10.0.0.0/19', '10.0.32.0/19', '10.0.64.0/19']);
  expect(told.oidcIssuer?.value).toBe('oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF');
  return 'organization/seaworthy/five-cluster';
}

/** The platform goes up next, as a stack of its own. */
async function platformStack(clusterStack: string): Promise<string> {
  const addOns = '["cert-manager","external-secrets","prometheus","ingress-nginx","metrics-server","velero"]';
  const webhook = { value: 'https://events.acme.org/on-call', secret: true };
  const config = configOf('platform', {
    'platform:addOns': { value: addOns },
    'platform:onCall.webhook': webhook,
    'seaworthy:clusterStack': { value: clusterStack },
  });
  const stack = await bed.engine.stack('seaworthy', 'five-platform', main, config);
  await operation(stack, 'up');
  expect((await stack.outputs()).serves?.value).toEqual([
    'cert-manager.io',
    'external-secrets.io',
    'metrics.k8s.io',
    'monitoring.coreos.com',
    'velero.io',
  ]);
  return 'organization/seaworthy/five-platform';
}

/** What production stands on, goes up before it. */
async function layers(): Promise<ConfigMap> {
  const cluster = await clusterStack();
  const platform = await platformStack(cluster);
  return { 'seaworthy:clusterStack': { value: cluster }, 'seaworthy:platformStack': { value: platform } };
}

/** Of the cluster that is made, as its own stack tells them. */
const SUBNETS = ['10.0.0.0/19', '10.0.32.0/19', '10.0.64.0/19'];

/** Ranges that a policy of Talos lets out to. */
async function openedTo(name: string): Promise<unknown[]> {
  const metadata = { name, namespace: 'talos-system' };
  const policy = await bed.cluster
    .client()
    .get({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata });
  return list(at(policy, 'spec', 'egress', 0, 'to')).map((peer) => at(peer, 'ipBlock', 'cidr'));
}

const secretConfig = (value: string) => ({ value, secret: true });

// First: nothing is there yet that would be told before it.
test('a platform that was never applied is told by its name, and nothing is changed', () => {
  const { status, output } = bed.apart(
    'preview',
    bed.devConfig({ 'seaworthy:platformStack': { value: 'organization/seaworthy/nowhere' } }),
  );
  expect(output).toMatch(/unknown stack "organization\/seaworthy\/nowhere"/);
  expect(output).not.toMatch(/ at .*\.ts:\d+/);
  expect(status).toBe(1);
});

describe.each([
  [
    'dev',
    {
      'tallow:resend': secretConfig('{"apiKey":"re_test"}'),
      'alcs:anthropic': secretConfig('{"apiKey":"sk-ant-test"}'),
      'alcs:openai': secretConfig('{"apiKey":"sk-test"}'),
    },
  ],
  ['prod', {}],
] as const)('all five systems in %s, on a real engine and a real API server', (environment, more) => {
  let stack: Stack;
  beforeAll(async () => {
    const joined = environment === 'prod' ? await layers() : {};
    stack = await bed.engine.stack(
      'seaworthy',
      `five-${environment}`,
      main,
      configOf(environment, { ...more, ...joined }),
    );
  });

  test('what is previewed goes up', async () => {
    const previewed = (await operation(stack, 'preview')).changes.sort();
    expect(previewed.length).toBeGreaterThan(350);
    expect((await operation(stack, 'up')).changes.sort()).toEqual(previewed);
    const live = await bed.cluster.client().list('v1', 'Namespace');
    const names = live.map((n) => text(at(n, 'metadata', 'name')) ?? '');
    expect(names.filter((name) => NAMESPACES.includes(name)).sort()).toEqual(NAMESPACES);
    if (environment === 'prod') expect(await openedTo('gateway-to-postgres')).toEqual(SUBNETS);
  });

  test('a second up changes nothing', async () => {
    expect((await operation(stack, 'up')).changes).toEqual([]);
  });

  test(environment === 'dev' ? 'destroy leaves nothing, claims included' : 'destroy is refused', async () => {
    if (environment === 'prod') {
      await expect(operation(stack, 'destroy')).rejects.toThrow(/protect/);
      return;
    }
    await operation(stack, 'destroy');
    const client = bed.cluster.client();
    const names = (await client.list('v1', 'Namespace')).map((n) => text(at(n, 'metadata', 'name')) ?? '');
    expect(names.filter((name) => NAMESPACES.includes(name))).toEqual([]);
    for (const namespace of NAMESPACES) {
      expect(await client.list('v1', 'PersistentVolumeClaim', namespace)).toEqual([]);
    }
    const classes = await client.list('storage.k8s.io/v1', 'StorageClass');
    expect(classes.map((c) => text(at(c, 'metadata', 'name')))).not.toContain('fast-ssd');
    const roles = await client.list('rbac.authorization.k8s.io/v1', 'ClusterRole');
    expect(roles.filter((r) => isRecord(r.metadata) && r.metadata.name === 'todo-backend')).toEqual([]);
  });
});
