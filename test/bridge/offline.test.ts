import { ComponentResource } from '@pulumi/pulumi/resource';
import { invoke } from '@pulumi/pulumi/runtime/invoke';
import { StackReference } from '@pulumi/pulumi/stackReference';
import { RandomPassword } from '@pulumi/random';
import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { register } from '../../bridge';
import { runOffline } from '../../bridge/offline';
import { monitorOf, Recorder } from '../../bridge/recorder';
import { openSession } from '../../bridge/session';
import { base64, fromOutput } from '../../constructs';
import { nodeOptions } from '../../constructs/core/node-options';
import { configSecret } from '../../constructs/core/value';
import { at } from '../../graph/json-value';
import { named, type Offline, refusals, registered } from '../support/offline';

const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

function offline(program: () => unknown) {
  openSession([]);
  return runOffline({ project: 'test', stack: 'dev', config: {}, secretKeys: [] }, program);
}

test('what another stack says is unknown', async () => {
  const resources = await offline(async () => {
    const platform = new StackReference('acme/platform/dev');
    const app = new App();
    const data = { host: fromOutput(platform.getOutput('host')) };
    new k8s.KubeConfigMap(new Chart(app, 'shop'), 'map', { metadata: { name: 'map' }, data });
    await register(app);
  });
  expect(named(resources, 'shop/map').inputs.data).toEqual({ host: UNKNOWN });
});

test('a function of a provider is refused: it would have to be asked', async () => {
  const asking = () => offline(() => invoke('aws:ec2/getAmi:getAmi', {}));
  await expect(asking()).rejects.toThrow(
    /offline preview contacts nothing, and the function aws:ec2\/getAmi:getAmi would/,
  );
});

test('a call of a newer SDK is answered as an engine without it would: UNIMPLEMENTED', async () => {
  const ask: unknown = Reflect.get(monitorOf(new Recorder('test', 'dev', true)), 'getDeploymentInfo');
  const answer = await new Promise((resolve) => {
    if (typeof ask === 'function') ask({}, (error: unknown) => resolve(error));
    else resolve('there is no such call');
  });
  expect(answer).toMatchObject({ code: 12 });
});

test('URNs are as the engine makes them: types of all parents, less the stack', async () => {
  const resources = await offline(() => {
    const outer = new ComponentResource('acme:a:Outer', 'o');
    new ComponentResource('acme:a:Inner', 'i', {}, { parent: outer });
  });
  expect(resources.map((r) => r.urn)).toEqual([
    'urn:pulumi:dev::test::pulumi:pulumi:Stack::test-dev',
    'urn:pulumi:dev::test::acme:a:Outer::o',
    'urn:pulumi:dev::test::acme:a:Outer$acme:a:Inner::i',
  ]);
});

describe('secrets, whoever made them', () => {
  const SECRET = '1b47061264138c4ac30d75fd1eb44270';
  const isSecretOnWire = (leaf: unknown) => Object.values(Object(leaf)).includes(SECRET);

  test('each entry of a Secret of a foreign chart is secret; an open one is not', async () => {
    const resources = await registered((app) => {
      const chart = new Chart(app, 'shop');
      const metadata = { name: 'api' };
      const made = new k8s.KubeSecret(chart, 'secret', {
        metadata,
        stringData: { key: 'hunter2' },
        data: { b: 'eA==', open: 'eA==' },
      });
      nodeOptions(made, { openKeys: ['open'] });
    });
    const { inputs } = named(resources, 'shop/secret');
    expect(isSecretOnWire(at(inputs, 'stringData', 'key'))).toBe(true);
    expect(isSecretOnWire(at(inputs, 'data', 'b'))).toBe(true);
    expect(at(inputs, 'data', 'open')).toBe('eA==');
  });

  test('an output that a foreign resource calls secret is refused where everybody can read it', async () => {
    const asking = offline(async () => {
      const app = new App();
      const password = new RandomPassword('password', { length: 12 });
      const data = { password: fromOutput(password.result) };
      new k8s.KubeConfigMap(new Chart(app, 'shop'), 'map', { metadata: { name: 'map' }, data });
      await register(app);
    });
    expect(await refusals(asking)).toMatchObject([{ code: 'SW-SECRET-003', where: 'shop/map' }]);
  });

  const reading = (how: Offline) =>
    registered((app) => {
      const data = { key: base64(configSecret('shop:stripe.key')) };
      new k8s.KubeSecret(new Chart(app, 'shop'), 'secret', { metadata: { name: 'stripe' }, data });
    }, how);

  test('a key of the configuration that nobody set stops, with the line to paste', async () => {
    expect(await refusals(reading({}))).toMatchObject([
      {
        code: 'SW-SECRET-008',
        where: 'shop/secret',
        fix: 'pulumi config set --secret --stack dev --path shop:stripe.key',
      },
    ]);
  });

  test.each(['shop:stripe.key', 'shop:stripe'])('and one that is there as %s does not', async (key) => {
    const resources = await reading({ config: { [key]: 'x' }, secretKeys: [key] });
    expect(named(resources, 'shop/secret').type).toBe('kubernetes:core/v1:Secret');
  });
});
