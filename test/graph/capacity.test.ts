import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonPatch, Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import { Gateway, Job, Quota, System } from '../../constructs';
import { mostRequestsOf, quotaProblems, requestsOf } from '../../graph/capacity';
import { ROOT } from '../support/command';
import { graphOf } from '../support/offline';
import { FIVE, systemGraph } from '../support/systems';

const GIBI = 1024 ** 3;
const resources = {
  cpu: { request: Cpu.millis(500), limit: Cpu.units(1) },
  memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) },
};

function shop(quota?: { cpu: number; memory: number; pods?: number }) {
  return graphOf((app) => {
    const system = new System(app, 'shop', { namespace: 'shop' });
    const image = 'ghcr.io/acme/api:1.4.2';
    new Gateway(system, 'api', { image, port: 8080, scale: { min: 1, max: 2 }, resources });
    new Job(system, 'report', { image, command: ['report'], schedule: '0 6 * * 1', resources });
    if (quota === undefined) return;
    const { cpu, memory, ...pods } = quota;
    new Quota(system, 'quota', {
      cpu: Cpu.units(cpu),
      memory: Size.gibibytes(memory),
      storage: Size.gibibytes(10),
      ...pods,
    });
  }).nodes;
}

test('what pods ask for: those that stay with their first copies, and the largest of those that come and go', () => {
  expect(requestsOf(shop())).toEqual({ cpu: 1, memory: GIBI, pods: 2 });
  expect(mostRequestsOf(shop())).toEqual({ cpu: 1.5, memory: 1.5 * GIBI, pods: 3 });
});

test('a container that runs first counts where it asks for more, one that stays beside the others with them', () => {
  const container = (name: string, cpu: string, more = {}) => ({
    name,
    image: 'acme/app:1.0.0',
    resources: { limits: { cpu: k8s.Quantity.fromString(cpu) } },
    ...more,
  });
  const pods = (...initContainers: object[]) =>
    requestsOf(
      graphOf((app) => {
        const system = new System(app, 'shop', { namespace: 'shop' });
        const set = new k8s.KubeStatefulSet(system, 'db', {
          metadata: { name: 'db' },
          spec: {
            serviceName: 'db',
            replicas: 3,
            selector: { matchLabels: { app: 'db' } },
            template: { metadata: { labels: { app: 'db' } }, spec: { containers: [container('db', '1')] } },
          },
        });
        set.addJsonPatch(JsonPatch.add('/spec/template/spec/initContainers', initContainers));
      }).nodes,
    ).cpu;
  expect(pods()).toBe(3);
  expect(pods(container('first', '2'))).toBe(6);
  expect(pods(container('first', '500m'))).toBe(3);
  const beside = { name: 'beside', image: 'acme/app:1.0.0', resources: { limits: { cpu: '500m' } } };
  expect(pods({ ...beside, restartPolicy: 'Always' })).toBe(4.5);
});

test.each([
  ['a quota below the first copies', { cpu: 0.5, memory: 8 }, ['error']],
  ['a quota below the last copies', { cpu: 1, memory: 8 }, ['warning']],
  ['a quota of memory', { cpu: 4, memory: 1 }, ['warning']],
  ['a quota of pods', { cpu: 4, memory: 8, pods: 1 }, ['error']],
  ['a quota that holds all', { cpu: 2, memory: 2 }, []],
])('%s', (_, quota, expected) => {
  const found = quotaProblems(shop(quota));
  expect(found.map((p) => [p.code, p.severity, p.where])).toEqual(
    expected.map((severity) => ['SW-QUOTA-002', severity, 'shop/quota/quota']),
  );
});

test.each(FIVE)('the minikube of its page holds %s', (system) => {
  const page = readFileSync(join(ROOT, 'docs', 'systems', `${system}.md`), 'utf8');
  const [, cpus, memory] = /^minikube start --cpus (\d+) --memory (\d+)g /m.exec(page) ?? [];
  const asked = requestsOf(systemGraph(system, 'dev').nodes);
  // What minikube's own pods, the add-ons and cert-manager ask for: see plan/render-preview.ts.
  expect(Number(cpus)).toBeGreaterThanOrEqual(asked.cpu + 1);
  expect(Number(memory)).toBeGreaterThanOrEqual(asked.memory / GIBI + 2);
});
