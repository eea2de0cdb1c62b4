import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import { register } from '../../bridge';
import { runOffline } from '../../bridge/offline';
import { Recorder, type RegisteredResource } from '../../bridge/recorder';
import { openSession } from '../../bridge/session';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { STACK_REFERENCE, StackOutputs } from '../../constructs/core/stack-outputs';
import { named, refusals, registered } from '../support/offline';

const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
const STACK = 'acme/seaworthy/cluster';

/** Takes a text and two of a list from the stack of a cluster. */
function group(app: Construct): void {
  const stack = new StackOutputs(app, 'cluster-stack', STACK);
  const inputs = { name: 'a', vpcId: stack.text('vpc'), subnets: stack.texts('subnets', 2) };
  new CloudResource(app, 'group', { type: 'aws:ec2/securityGroup:SecurityGroup', inputs });
}

/** As an engine runs it: the other stack is asked. */
async function withStack(
  outputs: object,
  told: (said: unknown) => void = () => {},
): Promise<readonly RegisteredResource[]> {
  openSession([]).offline = false;
  const recorder = new Recorder('test', 'dev', true, (type, _name, inputs) =>
    type === STACK_REFERENCE ? outputs : inputs,
  );
  return runOffline({ project: 'test', stack: 'dev', config: {}, secretKeys: [], recorder }, async () => {
    const app = new App();
    group(app);
    told(await register(app));
  });
}

test('offline, what another stack tells is unknown, leaf by leaf', async () => {
  const { inputs } = named(await registered(group), 'group');
  expect(inputs).toEqual({ name: 'a', vpcId: UNKNOWN, subnets: [UNKNOWN, UNKNOWN] });
});

test('with an engine, it is what the stack says', async () => {
  const { inputs } = named(await withStack({ vpc: 'vpc-1', subnets: ['subnet-1', 'subnet-2', 'subnet-3'] }), 'group');
  expect(inputs).toEqual({ name: 'a', vpcId: 'vpc-1', subnets: ['subnet-1', 'subnet-2'] });
});

test.each([
  [{}, '"vpc", "subnets[0]", "subnets[1]". Was it applied yet?'],
  [{ vpc: 'vpc-1', subnets: ['subnet-1'] }, '"subnets[1]". It is another kind of stack'],
])('what the stack does not tell is refused before anything is registered: %j', async (outputs, missing) => {
  const [problem, ...others] = await refusals(withStack(outputs));
  expect(problem).toMatchObject({ code: 'SW-STACK-001', where: 'cluster-stack' });
  expect(problem?.what).toContain(missing);
  expect(others).toEqual([]);
});

test('another stack is read, and no resource of this one', async () => {
  expect((await registered(group)).map(({ type }) => type)).not.toContain(STACK_REFERENCE);
});

test('what a stack tells others is exported beside what it serves', async () => {
  let told: Readonly<Record<string, unknown>> = {};
  openSession([]);
  await runOffline({ project: 'test', stack: 'dev', config: {}, secretKeys: [], preview: false }, async () => {
    const app = new App();
    const vpc = new CloudResource(app, 'vpc', { type: 'aws:ec2/vpc:Vpc', inputs: { cidrBlock: '10.0.0.0/16' } });
    told = await register(app, { outputs: { vpc: vpc.output('id'), subnetCidrs: ['10.0.0.0/20'] } });
  });
  expect(told).toMatchObject({ serves: [], subnetCidrs: ['10.0.0.0/20'] });
  expect(await resolved(told.vpc)).toBe('vpc-id');
});

function resolved(output: unknown): Promise<unknown> {
  return typeof output === 'object' && output !== null && 'promise' in output && typeof output.promise === 'function'
    ? output.promise()
    : Promise.reject(new Error('it is no Output'));
}
