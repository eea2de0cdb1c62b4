import { lockOf } from '../../graph/identity';
import { at, isRecord, list } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { legible } from '../support/legible';
import { objectIn, talosGraph } from '../support/systems';

const prod = talosGraph('prod');
const dev = talosGraph('dev');
const NAMESPACE = 'talos-system';

const deployment = (graph = prod) => objectIn(graph, 'Deployment', 'talos-gateway').inputs;
const podSpec = (graph = prod) => at(deployment(graph), 'spec', 'template', 'spec');
const container = (graph = prod) => at(podSpec(graph), 'containers', 0);
const ingress = () => objectIn(prod, 'Ingress', 'talos-api').inputs;

test('TAL-43 liveness', () => {
  expect(at(container(), 'livenessProbe')).toEqual({
    httpGet: { path: '/health/live', port: 8000 },
    initialDelaySeconds: 10,
    periodSeconds: 30,
    timeoutSeconds: 5,
    failureThreshold: 3,
  });
});

test('TAL-44 readiness', () => {
  expect(at(container(), 'readinessProbe')).toEqual({
    httpGet: { path: '/health/ready', port: 8000 },
    initialDelaySeconds: 5,
    periodSeconds: 10,
    timeoutSeconds: 3,
    successThreshold: 1,
    failureThreshold: 3,
  });
});

test('TAL-45 the policies let readiness reach Postgres and Redis, on both sides', () => {
  const open = dev.nodes.filter((n) => n.object?.kind === 'NetworkPolicy').map((n) => n.object?.name);
  expect(open).toEqual(
    expect.arrayContaining(['gateway-to-postgres', 'postgres-from-gateway', 'gateway-to-redis', 'redis-from-gateway']),
  );
  const egress = objectIn(prod, 'NetworkPolicy', 'gateway-to-postgres').inputs;
  expect(legible(at(egress, 'spec', 'egress', 0))).toEqual({
    to: [0, 1, 2].map((zone) => ({ ipBlock: { cidr: `<cluster-stack.subnetCidrs[${zone}]>` } })),
    ports: [{ port: 5432, protocol: 'TCP' }],
  });
});

test.each(['talos-dashboard', 'talos-audit', 'talos-mcp'])('TAL-46 %s is asked at /healthz and /readyz', (name) => {
  const first = at(objectIn(prod, 'Deployment', name).inputs, 'spec', 'template', 'spec', 'containers', 0);
  expect([at(first, 'livenessProbe', 'httpGet', 'path'), at(first, 'readinessProbe', 'httpGet', 'path')]).toEqual([
    '/healthz',
    '/readyz',
  ]);
});

test('TAL-48 the grace period is in the pod, 60 s', () => {
  expect(at(podSpec(), 'terminationGracePeriodSeconds')).toBe(60);
  expect(at(deployment(), 'spec', 'terminationGracePeriodSeconds')).toBeUndefined();
});

test('TAL-49 preStop sleeps 5 s', () => {
  expect(at(container(), 'name')).toBe('gateway');
  expect(at(container(), 'lifecycle', 'preStop', 'exec', 'command')).toEqual(['/bin/sh', '-c', 'sleep 5']);
});

test.each([dev, prod])(
  'TAL-58, TAL-60 every pod: no root, 1001 for ours, nothing writable but /tmp, no capabilities, seccomp',
  (graph) => {
    expect(at(podSpec(graph), 'securityContext')).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1001,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    const specs = graph.nodes.map((n) => at(n.inputs, 'spec', 'template', 'spec')).filter(isRecord);
    for (const spec of specs) {
      expect(at(spec, 'securityContext', 'runAsNonRoot')).toBe(true);
      for (const each of list(spec.containers)) {
        expect(at(each, 'securityContext')).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(list(at(each, 'volumeMounts')).map((m) => at(m, 'mountPath'))).toContain('/tmp');
      }
    }
  },
);

test('TAL-61, TAL-84 everything is denied, DNS and the front door are open', () => {
  expect(objectIn(prod, 'NetworkPolicy', 'default-deny').inputs.spec).toEqual({
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
  });
  expect(at(objectIn(prod, 'NetworkPolicy', 'allow-dns').inputs, 'spec', 'egress', 0, 'ports')).toHaveLength(2);
  expect(at(objectIn(prod, 'NetworkPolicy', 'gateway-from-front-door').inputs, 'spec', 'ingress', 0)).toEqual({
    from: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } },
        podSelector: {
          matchLabels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
        },
      },
    ],
    ports: [{ port: 8000, protocol: 'TCP' }],
  });
});

test('TAL-62 the migration is a Job with its version in its name; raising it makes a new one', () => {
  const job = objectIn(prod, 'Job', 'gateway-migrations-v1');
  expect(job.object?.apiVersion).toBe('batch/v1');
  const raised = talosGraph('prod', { 'talos:migrations': '{"version":2,"tag":"4a5b6c7"}' });
  expect(objectIn(raised, 'Job', 'gateway-migrations-v2').path).not.toBe(job.path);
  expect(soundness(raised, { kubernetesVersion: '1.35', environment: 'prod', lock: lockOf('test', [prod]) })).toEqual(
    [],
  );
});

test('TAL-63 it runs alembic upgrade head with the gateway image, pinned apart from the gateway, and the URL of the database', () => {
  const other = talosGraph('prod', { 'talos:tag': 'abc1234' });
  const migration = at(
    objectIn(other, 'Job', 'gateway-migrations-v1').inputs,
    'spec',
    'template',
    'spec',
    'containers',
    0,
  );
  expect(at(migration, 'image')).toBe('ghcr.io/talosprotocol/talos-gateway:3f2c1ab');
  expect(at(migration, 'command')).toEqual(['alembic', 'upgrade', 'head']);
  expect(at(migration, 'env')).toEqual([
    { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'talos-secrets', key: 'database-url' } } },
    { name: 'PGSSLMODE', value: 'verify-full' },
    { name: 'PGSSLROOTCERT', value: '/etc/authorities/postgres/ca.crt' },
  ]);
});

test('TAL-64 the gateway has no init container, and its rollout waits for the migration', () => {
  expect(at(podSpec(), 'initContainers')).toBeUndefined();
  const waits = prod.edges.filter((e) => e.to === 'talos/migrations/job-v1').map((e) => e.from);
  expect(waits).toEqual(expect.arrayContaining(['talos/gateway/account', 'talos/audit/account']));
});

test('TAL-65, TAL-66 the autoscaler: 3 to 10 at 70 % CPU, nothing else', () => {
  expect(objectIn(prod, 'HorizontalPodAutoscaler', 'talos-gateway').inputs).toMatchObject({
    apiVersion: 'autoscaling/v2',
  });
  expect(objectIn(prod, 'HorizontalPodAutoscaler', 'talos-gateway').inputs.spec).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'talos-gateway' },
    minReplicas: 3,
    maxReplicas: 10,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  });
});

test('TAL-67, TAL-83 requests and limits', () => {
  expect(at(container(), 'resources')).toMatchObject({
    requests: { cpu: '200m', memory: '256Mi' },
    limits: { cpu: '1', memory: '1Gi' },
  });
});

test('TAL-68 the number of copies is left to the autoscaler', () => {
  expect(objectIn(prod, 'Deployment', 'talos-gateway').options.ignoreChanges).toEqual(['spec.replicas']);
});

test('TAL-74 pods carry app=talos-gateway', () => {
  expect(at(deployment(), 'spec', 'template', 'metadata', 'labels', 'app')).toBe('talos-gateway');
});

test('TAL-76 Service talos-gateway on 8000', () => {
  expect(at(objectIn(prod, 'Service', 'talos-gateway').inputs, 'spec', 'ports', 0)).toMatchObject({
    port: 8000,
    targetPort: 'http',
  });
});

test('TAL-81 the database keeps backups', () => {
  expect(prod.nodes.find((n) => n.type === 'aws:rds/instance:Instance')?.inputs.backupRetentionPeriod).toBe(14);
});

test('TAL-85 the Namespace enforces Pod Security restricted', () => {
  expect(
    at(objectIn(prod, 'Namespace', NAMESPACE).inputs, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce'),
  ).toBe('restricted');
});

test('TAL-86 one address may make 20 requests a second', () => {
  expect(at(ingress(), 'metadata', 'annotations', 'nginx.ingress.kubernetes.io/limit-rps')).toBe('20');
});
