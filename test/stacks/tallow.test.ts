import { at, isRecord, list } from '../../graph/json-value';
import { Look } from '../support/look';
import { systemGraph } from '../support/systems';

const NGINX = 'nginx.ingress.kubernetes.io/';
const [dev, staging, prod] = [
  systemGraph('tallow', 'dev'),
  systemGraph('tallow', 'staging'),
  systemGraph('tallow', 'prod'),
].map((graph) => new Look(graph));
if (dev === undefined || staging === undefined || prod === undefined) throw new Error('three environments');
const own = new Look(
  systemGraph('tallow', 'prod', {
    'tallow:frontDoor': 'nginx',
    'tallow:turn.placement': 'in-cluster-public',
    'tallow:turn.externalAddress': '203.0.113.7',
  }),
);
const app = (look: Look, ...path: (string | number)[]) => at(look.container('Deployment', 'tallow-app'), ...path);
const signaling = (look: Look, ...path: (string | number)[]) =>
  at(look.container('Deployment', 'tallow-signaling'), ...path);

test('TLW-01 everything that has a namespace is in tallow, which is made', () => {
  expect(prod.names('Namespace')).toEqual(['tallow']);
  const strangers = prod.graph.nodes.filter((n) => ![undefined, 'tallow'].includes(n.object?.namespace));
  expect(strangers).toEqual([]);
});

test('TLW-02 the app is Deployment tallow-app on 3000, with its Service', () => {
  expect(app(prod, 'ports', 0, 'containerPort')).toBe(3000);
  expect(prod.spec('Service', 'tallow-app', 'ports', 0, 'port')).toBe(3000);
});

test('TLW-03 signaling is a Deployment on 3001', () => {
  expect(signaling(prod, 'ports', 0, 'containerPort')).toBe(3001);
});

test.each([
  ['TLW-04', 'livenessProbe', '/api/health'],
  ['TLW-05', 'readinessProbe', '/api/ready'],
])('%s the app’s %s asks %s on 3000', (_id, probe, path) => {
  expect(app(prod, probe, 'httpGet')).toEqual({ path, port: 3000 });
});

test('TLW-06 readiness can be true: the app reaches signaling, the public name, and DNS', () => {
  expect(prod.opens('app-to-signaling', 'egress', 3001)).toBe(true);
  expect(prod.opens('signaling-from-app', 'ingress', 3001)).toBe(true);
  expect(prod.opens('app-to-front-door', 'egress', 443)).toBe(true);
  expect(prod.opens('allow-dns', 'egress', 53)).toBe(true);
});

test('TLW-07 signaling is asked /health on 3001', () => {
  for (const probe of ['livenessProbe', 'readinessProbe']) {
    expect(signaling(prod, probe, 'httpGet')).toEqual({ path: '/health', port: 3001 });
  }
});

test('TLW-08 every container that stays has liveness and readiness', () => {
  for (const look of [dev, prod, own]) {
    const staying = look.pods().filter(({ owner }) => /^(Deployment|StatefulSet)/.test(owner));
    expect(staying.length).toBeGreaterThanOrEqual(3);
    for (const { owner, spec } of staying) {
      for (const container of list(spec.containers)) {
        expect({
          owner,
          live: isRecord(at(container, 'livenessProbe')),
          ready: isRecord(at(container, 'readinessProbe')),
        }).toEqual({
          owner,
          live: true,
          ready: true,
        });
      }
    }
  }
});

test('TLW-09 both stop in order: a pause before the order, and time after it', () => {
  expect(prod.spec('Deployment', 'tallow-app', 'template', 'spec', 'terminationGracePeriodSeconds')).toBe(60);
  expect(prod.spec('Deployment', 'tallow-signaling', 'template', 'spec', 'terminationGracePeriodSeconds')).toBe(90);
  expect(at(signaling(prod), 'lifecycle', 'preStop')).toEqual({ sleep: { seconds: 10 } });
});

test('TLW-11 the environments differ by their variables, and the app has no other configuration', () => {
  expect(prod.env('Deployment', 'tallow-app').ALLOWED_ORIGINS).not.toBe(
    dev.env('Deployment', 'tallow-app').ALLOWED_ORIGINS,
  );
  const values = list(app(prod, 'env')).filter((v) => at(v, 'value') !== undefined);
  expect(values).toEqual([]);
});

test('TLW-12 what fails starts again', () => {
  expect(prod.spec('Deployment', 'tallow-app', 'template', 'spec', 'restartPolicy')).toBeUndefined();
  expect(app(prod, 'livenessProbe')).toBeDefined();
});

test('TLW-13 the app’s environment is a ConfigMap; with nginx its configuration is another', () => {
  expect(prod.data('ConfigMap', 'tallow-config')).toMatchObject({
    NEXT_PUBLIC_SIGNALING_URL: 'https://your-domain.com',
  });
  expect(String(own.data('ConfigMap', 'tallow-nginx-config')['nginx.conf'])).toMatch(/ssl_protocols TLSv1.2 TLSv1.3;/);
});

test('TLW-14 no secret is in the rendered objects of production: they come from the store', () => {
  expect(prod.names('Secret')).toEqual([]);
  expect(prod.names('ExternalSecret')).toContain('tallow-secrets');
});

test('TLW-15, TLW-32 with nginx: ClusterIP for each workload, and a LoadBalancer before nginx', () => {
  const types = Object.fromEntries(own.kinds('Service').map((s) => [s.object?.name, at(s.inputs, 'spec', 'type')]));
  expect(types).toMatchObject({
    'tallow-app': 'ClusterIP',
    'tallow-signaling': 'ClusterIP',
    'tallow-nginx-public': 'LoadBalancer',
  });
  expect(own.spec('Service', 'tallow-nginx-public', 'selector')).toEqual({ app: 'tallow-nginx' });
  expect(own.names('Ingress')).toEqual([]);
});

test('TLW-16 one host with TLS: / to the app, the socket’s path to signaling', () => {
  const path = (name: string) => prod.spec('Ingress', name, 'rules', 0, 'http', 'paths', 0);
  expect(path('tallow')).toMatchObject({
    path: '/',
    backend: { service: { name: 'tallow-app', port: { number: 3000 } } },
  });
  expect(path('tallow-signaling')).toMatchObject({
    path: '/socket.io',
    backend: { service: { name: 'tallow-signaling', port: { number: 3001 } } },
  });
  for (const name of ['tallow', 'tallow-signaling']) {
    expect(prod.spec('Ingress', name, 'tls', 0)).toEqual({ secretName: 'tallow-tls', hosts: ['your-domain.com'] });
  }
});

test('TLW-17 certificates come from cert-manager, and its solver is reached', () => {
  expect(prod.annotations('Ingress', 'tallow')['cert-manager.io/cluster-issuer']).toBe('letsencrypt-prod');
  expect(prod.opens('acme-solver-from-front-door', 'ingress', 8089)).toBe(true);
});

test('TLW-18 nobody comes in without TLS', () => {
  expect(prod.annotations('Ingress', 'tallow')[`${NGINX}force-ssl-redirect`]).toBe('true');
  expect(String(own.data('ConfigMap', 'tallow-nginx-config')['nginx.conf'])).toMatch(/return 308 https:/);
});

test.each([
  ['TLW-19', 'tallow-app', 3, 10],
  ['TLW-20', 'tallow-signaling', 2, 6],
])('%s %s scales from %d to %d by CPU and memory', (_id, name, min, max) => {
  expect(prod.spec('HorizontalPodAutoscaler', name)).toMatchObject({ minReplicas: min, maxReplicas: max });
  const metrics = list(prod.spec('HorizontalPodAutoscaler', name, 'metrics')).map((m) => at(m, 'resource', 'name'));
  expect(metrics).toEqual(['cpu', 'memory']);
});

test('TLW-21 evictions spare all but one copy of either', () => {
  for (const name of ['tallow-app', 'tallow-signaling']) {
    expect(prod.spec('PodDisruptionBudget', name, 'maxUnavailable')).toBe(1);
  }
});

test('TLW-22 Redis is reached by the app, signaling and the backup, and nobody else', () => {
  const into = prod
    .kinds('NetworkPolicy')
    .filter((p) => at(p.inputs, 'spec', 'podSelector', 'matchLabels', 'app') === 'tallow-redis')
    .flatMap((p) =>
      list(at(p.inputs, 'spec', 'ingress')).map((rule) => at(rule, 'from', 0, 'podSelector', 'matchLabels', 'app')),
    );
  expect(into.sort()).toEqual(['tallow-app', 'tallow-backup', 'tallow-signaling']);
});

test('TLW-23 Redis is StatefulSet tallow-redis of one, with 10Gi at /data', () => {
  expect(prod.spec('StatefulSet', 'tallow-redis', 'replicas')).toBe(1);
  const claim = prod.spec('StatefulSet', 'tallow-redis', 'volumeClaimTemplates', 0);
  expect(at(claim, 'spec', 'resources', 'requests', 'storage')).toBe('10Gi');
  const mounts = list(at(prod.container('StatefulSet', 'tallow-redis'), 'volumeMounts'));
  expect(mounts).toContainEqual({ name: 'data', mountPath: '/data' });
});

test('TLW-24, TLW-72, TLW-79 a job copies Redis each night, and drops what is too old', () => {
  expect(prod.spec('CronJob', 'tallow-backup', 'schedule')).toBe('0 2 * * *');
  expect(prod.cloud('aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration')).toHaveLength(1);
  expect(String(prod.data('ConfigMap', 'tallow-backup-scripts')['dump-redis.sh'])).toContain('redis-check-rdb');
});

test('TLW-25 every container asks for CPU and memory, and is bounded; the namespace too', () => {
  for (const { owner, spec } of prod.pods()) {
    for (const container of [...list(spec.containers), ...list(spec.initContainers)]) {
      const { requests, limits } = Object(at(container, 'resources'));
      expect({ owner, requests, limits }).toEqual({
        owner,
        requests: { cpu: expect.any(String), memory: expect.any(String), 'ephemeral-storage': expect.any(String) },
        limits: { cpu: expect.any(String), memory: expect.any(String), 'ephemeral-storage': expect.any(String) },
      });
    }
  }
  expect(prod.spec('ResourceQuota', 'tallow-quota', 'hard', 'requests.cpu')).toBe('24');
});

test('TLW-26 no root, no writable root file system, no capability; Next.js has its cache', () => {
  for (const { owner, spec } of own.pods()) {
    expect({ owner, nonRoot: at(spec.securityContext, 'runAsNonRoot') }).toEqual({ owner, nonRoot: true });
    for (const container of list(spec.containers)) {
      expect(at(container, 'securityContext')).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
      expect(at(container, 'securityContext', 'capabilities', 'drop')).toEqual(['ALL']);
    }
  }
  expect(list(app(prod, 'volumeMounts')).map((m) => at(m, 'mountPath'))).toContain('/app/.next/cache');
});

test('TLW-27, TLW-31 a rollout takes no copy away before another is there', () => {
  for (const name of ['tallow-app', 'tallow-signaling']) {
    expect(prod.spec('Deployment', name, 'strategy')).toMatchObject({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 0 },
    });
  }
});

test('TLW-28 copies are spread over nodes, and run on one node where there is one', () => {
  for (const name of ['tallow-app', 'tallow-signaling']) {
    const spread = list(prod.spec('Deployment', name, 'template', 'spec', 'topologySpreadConstraints'));
    expect(spread[0]).toMatchObject({ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' });
  }
});

test('TLW-29 production starts with three and two copies; a client stays with its copy of signaling', () => {
  expect(prod.spec('Deployment', 'tallow-app', 'replicas')).toBe(3);
  expect(prod.spec('Deployment', 'tallow-signaling', 'replicas')).toBe(2);
  expect(prod.annotations('Ingress', 'tallow-signaling')[`${NGINX}affinity`]).toBe('cookie');
  expect(prod.env('Deployment', 'tallow-signaling').REDIS_URL).toBe('secret tallow-secrets/redis-url');
});

test('TLW-34 the front door limits what one address may ask', () => {
  expect(prod.annotations('Ingress', 'tallow')[`${NGINX}limit-rps`]).toBe('20');
});

test('TLW-36 a socket may be silent for an hour', () => {
  const annotations = prod.annotations('Ingress', 'tallow-signaling');
  expect(annotations[`${NGINX}proxy-read-timeout`]).toBe('3600');
  expect(annotations[`${NGINX}proxy-send-timeout`]).toBe('3600');
});

test('TLW-37 every answer of the front door has HSTS, CSP and XSS protection', () => {
  expect(prod.annotations('Ingress', 'tallow')[`${NGINX}custom-headers`]).toBe('tallow/tallow-headers');
  expect(prod.data('ConfigMap', 'tallow-headers')).toMatchObject({
    'Strict-Transport-Security': expect.stringMatching(/^max-age=31536000/),
    'Content-Security-Policy': expect.stringMatching(/default-src 'self'/),
    'X-XSS-Protection': '1; mode=block',
  });
});

test('TLW-39 connections to the app are kept', () => {
  expect(String(own.data('ConfigMap', 'tallow-nginx-config')['nginx.conf']).match(/keepalive 32;/g)).toHaveLength(2);
});

test('TLW-42 what is not an edge cannot talk', () => {
  expect(prod.spec('NetworkPolicy', 'default-deny')).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
});

test('TLW-43 Redis writes a log each second, and the whole now and then', () => {
  const args = list(at(prod.container('StatefulSet', 'tallow-redis'), 'args')).join(' ');
  expect(args).toMatch(/--save 3600 1 300 100 60 10000 --appendonly yes --appendfsync everysec/);
});

test('TLW-44, TLW-45 dev has the app, signaling, Redis, and coturn on 3478 by UDP and TCP; production has no coturn', () => {
  expect(dev.names('Deployment')).toEqual(['coturn', 'tallow-app', 'tallow-signaling']);
  expect(list(dev.spec('Service', 'coturn', 'ports')).map((p) => [at(p, 'port'), at(p, 'protocol')])).toEqual([
    [3478, 'UDP'],
    [3478, 'TCP'],
  ]);
  expect(prod.names('Deployment')).not.toContain('coturn');
});

test('TLW-47 on a laptop localhost is an allowed origin of signaling, in production it is not', () => {
  expect(dev.env('Deployment', 'tallow-signaling').ALLOWED_ORIGINS).toContain('http://localhost:3000');
  expect(prod.env('Deployment', 'tallow-signaling').ALLOWED_ORIGINS).toBe('https://your-domain.com');
});

test('TLW-48 Redis keeps its data in dev, too', () => {
  expect(dev.spec('StatefulSet', 'tallow-redis', 'volumeClaimTemplates', 0, 'metadata', 'name')).toBe('data');
});

describe('variables', () => {
  const env = prod.env('Deployment', 'tallow-app');
  test.each([
    ['TLW-49', 'NEXT_PUBLIC_SIGNALING_URL', 'https://your-domain.com'],
    ['TLW-50', 'ALLOWED_ORIGINS', 'https://your-domain.com'],
    ['TLW-51', 'RESEND_API_KEY', 'secret tallow-secrets/RESEND_API_KEY'],
    ['TLW-52', 'NEXT_PUBLIC_TURN_SERVER', 'turns:relay.metered.ca:443'],
    ['TLW-53', 'NEXT_PUBLIC_TURN_USERNAME', 'secret tallow-secrets/NEXT_PUBLIC_TURN_USERNAME'],
    ['TLW-53', 'NEXT_PUBLIC_TURN_CREDENTIAL', 'secret tallow-secrets/NEXT_PUBLIC_TURN_CREDENTIAL'],
    ['TLW-54', 'STRIPE_SECRET_KEY', 'secret tallow-stripe/STRIPE_SECRET_KEY'],
    ['TLW-54', 'STRIPE_WEBHOOK_SECRET', 'secret tallow-stripe/STRIPE_WEBHOOK_SECRET'],
    ['TLW-55', 'NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY', 'secret tallow-stripe/NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY'],
    ['TLW-56', 'REDIS_PASSWORD', 'secret tallow-secrets/redis-password'],
  ])('%s %s is %s', (_id, name, value) => {
    expect(env[name]).toBe(value);
  });

  test('TLW-49 the signaling URL is the host of the Ingress', () => {
    expect(env.NEXT_PUBLIC_SIGNALING_URL).toBe(`https://${String(prod.spec('Ingress', 'tallow', 'rules', 0, 'host'))}`);
  });

  test('TLW-54, TLW-55 what is optional does not stop a pod', () => {
    const optional = list(app(prod, 'env')).filter(
      (v) => at(v, 'valueFrom', 'secretKeyRef', 'name') === 'tallow-stripe',
    );
    expect(optional.map((v) => at(v, 'valueFrom', 'secretKeyRef', 'optional'))).toEqual([true, true, true]);
  });

  test('TLW-56 the password of Redis and of its clients is one, and generated', () => {
    const made = dev.cloud('random:index/randomPassword:RandomPassword').map((n) => n.path);
    expect(made).toContain('tallow/redis/password');
  });
});

test('TLW-57, TLW-77 a required secret that nobody set is told by name, and stops an up', () => {
  const here = new Look(systemGraph('tallow', 'prod', { 'seaworthy:secrets': 'pulumi' }));
  const told = here.graph.problems.filter((p) => p.code === 'SW-SECRET-007');
  expect(told.map((p) => p.what.split(' ')[0]).sort()).toEqual([
    'tallow:resend.apiKey',
    'tallow:turn.credential',
    'tallow:turn.username',
  ]);
  expect(new Set(told.map((p) => p.severity))).toEqual(new Set(['placeholder']));
  expect(() => systemGraph('tallow', 'prod', { 'tallow:host': '' })).toThrow(/SW-CONFIG-006 tallow:host/);
});

test('TLW-59 the namespace may ask for 100Gi of volumes', () => {
  expect(prod.spec('ResourceQuota', 'tallow-quota', 'hard', 'requests.storage')).toBe('100Gi');
});

test('TLW-61 only the app’s pods say that they are scraped at 3000, /api/metrics', () => {
  const annotations = (name: string) => prod.spec('Deployment', name, 'template', 'metadata', 'annotations');
  expect(annotations('tallow-app')).toMatchObject({
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': '3000',
    'prometheus.io/path': '/api/metrics',
  });
  expect(Object.keys(Object(annotations('tallow-signaling'))).filter((k) => k.startsWith('prometheus.io'))).toEqual([]);
});

test('TLW-62, TLW-64, TLW-78 the operator’s Prometheus reads /api/metrics, and there are alerts and a dashboard', () => {
  expect(prod.spec('ServiceMonitor', 'tallow-app', 'endpoints', 0)).toMatchObject({
    path: '/api/metrics',
    port: 'http',
  });
  expect(prod.names('ServiceMonitor')).toEqual(['tallow-app']);
  expect(Object.keys(prod.alerts('tallow-monitoring'))).toEqual(
    expect.arrayContaining(['NothingAvailable', 'BackupIsTooOld', 'VolumeIsFull']),
  );
  expect(prod.names('ConfigMap')).toContain('tallow-monitoring-dashboard');
});

test('TLW-67 what the app needs is made before it, and the front door after', () => {
  const edges = prod.graph.edges.map((e) => `${e.from} ${e.to}`);
  const before = (path: string, needed: RegExp) =>
    edges.some((edge) => edge.startsWith(`${path} `) && needed.test(edge.split(' ')[1] ?? ''));
  expect(before('tallow/app/deployment', /^tallow\/secret-tallow-secrets\/object$/)).toBe(true);
  expect(before('tallow/app/deployment', /^tallow\/app\/env$/)).toBe(true);
  expect(before('tallow/front-door-tallow/object', /^tallow\/app\/service$/)).toBe(true);
  expect(before('tallow/app/autoscaler', /^tallow\/app\/deployment$/)).toBe(true);
});

test('TLW-74 a drill loads the newest backup each Sunday', () => {
  expect(prod.spec('CronJob', 'tallow-drill', 'schedule')).toBe('0 3 * * 0');
});

test('TLW-76 staging differs from production in values only', () => {
  expect(staging.names('Deployment')).toEqual(prod.names('Deployment'));
  expect(staging.spec('HorizontalPodAutoscaler', 'tallow-app', 'maxReplicas')).toBe(4);
});

test('what nginx and TURN mount is there', () => expect(own.mountsOfNothing()).toEqual([]));

describe('a TURN server of one’s own for the world', () => {
  test('its load balancer has the port and each relay, by UDP, and keeps the client’s address', () => {
    const ports = list(own.spec('Service', 'coturn', 'ports'));
    expect(ports).toHaveLength(22);
    expect(own.spec('Service', 'coturn')).toMatchObject({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
  });
  test('it is refused without its public address, with one user for ever, and with more ports than listeners', () => {
    const graph = systemGraph('tallow', 'prod', { 'tallow:turn.placement': 'in-cluster-public' });
    expect(new Look(graph).codes()).toContain('SW-TURN-003');
  });
});
