import { App, JsonPatch } from 'cdk8s';
import {
  fromOutput,
  generated,
  IN_CLUSTER,
  inject,
  Job,
  Migration,
  numberFromOutput,
  Postgres,
  patch,
  System,
  Worker,
} from '../../constructs';
import { at } from '../../graph/json-value';
import { untyped } from '../support/offline';
import { api, codesIn, containerIn, problemsIn, shop } from '../support/shop';
import { objectIn } from '../support/systems';

const IMAGE = 'ghcr.io/acme/api:1.0';
const output = { __pulumiOutput: true };

/** Every part that runs a program of the user's. */
const PARTS: readonly [string, string, string, (s: System, props: object) => void][] = [
  ['a Gateway', 'Deployment', 'shop-api', (s, props) => api(s, props)],
  ['a Worker', 'Deployment', 'shop-w', (s, props) => new Worker(s, 'w', { image: IMAGE, ...props })],
  [
    'a Job',
    'CronJob',
    'shop-j',
    (s, props) => new Job(s, 'j', { image: IMAGE, command: ['x'], schedule: '0 1 * * *', ...props }),
  ],
  [
    'a Migration',
    'Job',
    'shop-m-v1',
    (s, props) => new Migration(s, 'm', { image: IMAGE, command: ['x'], version: 1, ...props }),
  ],
];

describe.each(PARTS)('%s', (_name, kind, name, make) => {
  const codes = (props: object) => codesIn((s) => make(s, props));
  const container = (props: object) =>
    containerIn(
      shop((s) => make(s, props)),
      kind,
      name,
    );

  test('an image without a tag is refused', () =>
    expect(codes({ image: 'ghcr.io/acme/api' })).toEqual(['SW-IMAGE-001']));
  test('the image latest is refused', () =>
    expect(codes({ image: 'localhost:5000/api:latest' })).toEqual(['SW-IMAGE-001']));
  test('an image that nothing can pull is refused', () =>
    expect(codes({ image: 'ghcr.io/a b/api:1' })).toEqual(['SW-IMAGE-002']));
  test('an image that nobody set is refused', () => expect(codes({ image: undefined })).toContain('SW-IMAGE-002'));
  test('an image by digest is taken', () => expect(codes({ image: `acme/api@sha256:${'a'.repeat(64)}` })).toEqual([]));
  test('an Output is taken as the image', () => expect(codes({ image: untyped(output) })).toEqual([]));
  test('root is refused', () => expect(codes({ user: 0 })).toEqual(['SW-POD-001']));
  test('a variable that nobody set is told', () => expect(codes({ env: { A: undefined } })).toEqual(['SW-ENV-002']));
  test('a variable that is a number is told', () => expect(codes({ env: { A: 1 } })).toEqual(['SW-ENV-002']));
  test('a prop that it does not have is told', () => expect(codes({ enviroment: 1 })).toEqual(['SW-PROP-001']));
  test('its variables reach the program as they are written', () => {
    expect(at(container({ env: { A: 'a$(B)$$c$d' } }), 'env', 0)).toEqual({ name: 'A', value: 'a$$(B)$$$c$d' });
  });
  test('a secret by which its image is pulled', () => {
    const graph = shop((s) => make(s, { pullSecret: 'registry' }));
    const spec = JSON.stringify(objectIn(graph, kind, name).inputs);
    expect(spec).toContain('"imagePullSecrets":[{"name":"registry"}]');
  });
  test('in its command two dollars stay two, and a variable is one', () => {
    expect(at(container({ command: ['sh', '-c', 'echo $$ $(PORT)'] }), 'command', 2)).toBe('echo $$$ $(PORT)');
  });
});

test('a ConfigMap of variables holds them as they are: Kubernetes reads no dollars there', () => {
  const graph = shop((s) => api(s, { env: { A: '$(B)' }, envIn: 'shop-config' }));
  expect(objectIn(graph, 'ConfigMap', 'shop-config').inputs.data).toEqual({ A: '$(B)' });
});

test('a fix for an image in a registry with a port keeps the registry', () => {
  expect(problemsIn((s) => api(s, { image: 'localhost:5000/api' }))[0]?.fix).toBe("image: 'localhost:5000/api:1.2.3'");
});

test('a port that is known only after apply is told, in words', () => {
  const [problem] = problemsIn((s) => api(s, { port: numberFromOutput(output) }));
  expect(problem).toMatchObject({ code: 'SW-POD-002', what: expect.stringContaining('known only after apply') });
});

test('no marker is shown: a fact says what it stands for', () => {
  const { parts } = shop((s) => new Worker(s, 'w', { image: IMAGE, command: ['run', fromOutput(output)] }));
  expect(parts.flatMap((p) => p.facts)).toContain('run <a Pulumi Output>');
});

test('the kubelet waits before the order to stop, where it can', () => {
  const hook = (kubernetesVersion: string, waits?: 'shell') =>
    at(
      containerIn(
        shop((s) => api(s, waits === undefined ? {} : { shutdown: { waits } }), { ...IN_CLUSTER, kubernetesVersion }),
        'Deployment',
        'shop-api',
      ),
      'lifecycle',
      'preStop',
    );
  const byShell = { exec: { command: ['/bin/sh', '-c', 'sleep 5'] } };
  expect([hook('1.30'), hook('1.29'), hook('1.35', 'shell')]).toEqual([{ sleep: { seconds: 5 } }, byShell, byShell]);
});

test('liveness waits five minutes for a start, unless it has a delay of its own', () => {
  const startup = (probes: object) =>
    at(
      containerIn(
        shop((s) => api(s, probes)),
        'Deployment',
        'shop-api',
      ),
      'startupProbe',
    );
  expect(startup({})).toMatchObject({
    httpGet: { path: '/healthz', port: 8080 },
    periodSeconds: 5,
    failureThreshold: 60,
  });
  expect(startup({ probes: { live: { path: '/a', initialDelaySeconds: 60 }, ready: { path: '/b' } } })).toBeUndefined();
});

test.each([
  ['has no path', { live: { tcp: 8080 }, ready: { path: '/r' } }],
  ['must begin with a slash', { live: { path: '/l' }, ready: { path: 'r' } }],
])('a probe that %s is told', (_words, probes) => {
  expect(codesIn((s) => api(s, { probes: untyped(probes) }))).toEqual(['SW-PROBE-001']);
});

test('patch changes what is written, with fields newer than cdk8s-plus knows', () => {
  const sidecar = { name: 'proxy', image: 'acme/proxy:1', restartPolicy: 'Always' };
  const graph = shop((s) => {
    patch(api(s), 'Deployment', JsonPatch.add('/spec/template/spec/initContainers', [sidecar]));
    patch(s, 'Service', JsonPatch.add('/spec/trafficDistribution', 'PreferClose'));
  });
  expect(at(objectIn(graph, 'Deployment', 'shop-api').inputs, 'spec', 'template', 'spec', 'initContainers')).toEqual([
    sidecar,
  ]);
  expect(at(objectIn(graph, 'Service', 'shop-api').inputs, 'spec', 'trafficDistribution')).toBe('PreferClose');
});

test('patch of a kind that is not there is told', () => {
  expect(codesIn((s) => patch(api(s), 'StatefulSet', JsonPatch.remove('/spec/x')))).toEqual(['SW-PATCH-001']);
});

test("cdk8s' own synthesis of a System is refused, with what to do: it would write markers into Secrets", () => {
  const app = new App();
  api(new System(app, 'shop', { namespace: 'shop' }));
  expect(() => app.synth()).toThrow(/npx seaworthy synth --env dev/);
});

describe('what is no source of a secret is told with the workload, and not with itself', () => {
  const told = (source: unknown) =>
    problemsIn((s) => inject(api(s), 'TOKEN', untyped(source), { name: 'shop', key: 'token' })).map(
      ({ code, where, what, fix }) => ({ code, where, what, fix }),
    );
  test.each([
    ['a Pulumi Output', output],
    ['a Pulumi Output', fromOutput(output)],
    ['a text', 'hunter2'],
    ['undefined', undefined],
  ])('%s', (is, source) => {
    expect(told(source)).toMatchObject([
      {
        code: 'SW-SECRET-009',
        where: 'shop/api',
        what: `what is to fill the key token of Secret shop is ${is}, and no source of a secret.`,
      },
    ]);
  });

  test('the fix for an Output is taken', () => {
    const [{ fix } = { fix: '' }] = told(fromOutput(output));
    expect(fix).toContain("{ from: 'pulumi', value: fromOutput(output) }");
    expect(told({ from: 'pulumi', value: fromOutput(output) })).toEqual([]);
  });
});

test.each(['database', 'username'])('a %s that is known only after apply is told by its own name', (prop) => {
  const problems = problemsIn((s) => {
    new Postgres(s, 'db', { database: 'shop', [prop]: fromOutput(output) });
  });
  expect(problems.map(({ code, what }) => `${code} ${what.split(' ')[0]}`)).toEqual([`SW-VALUE-002 ${prop}`]);
});

test('a key called toString is told: Pulumi would wait for ever', () => {
  const told = problemsIn((s) => inject(api(s), 'TOKEN', generated(s, 'token'), { name: 'shop', key: 'toString' }));
  expect(told.map(({ code, where, what }) => `${code} ${where} ${what.split(' ')[0]}`)).toEqual([
    'SW-VALUE-005 shop/secret-shop/object data.toString',
  ]);
});
