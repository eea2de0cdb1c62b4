import { ComponentResource } from '@pulumi/pulumi/resource';
import { invoke } from '@pulumi/pulumi/runtime/invoke';
import { StackReference } from '@pulumi/pulumi/stackReference';
import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { register } from '../../bridge';
import { runOffline } from '../../bridge/offline';
import { monitorOf, Recorder } from '../../bridge/recorder';
import { openSession } from '../../bridge/session';
import { fromOutput } from '../../constructs';
import { named } from '../support/offline';

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
