import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../../graph/graph';
import { at, isRecord, list, text } from '../../graph/json-value';
import { ROOT } from '../support/command';
import { filled } from '../support/filled';
import { objectIn, talosGraph } from '../support/systems';

const prod = talosGraph('prod');
const dev = talosGraph('dev');
const NAMESPACE = 'talos-system';
const SERVICES = ['talos-audit', 'talos-dashboard', 'talos-gateway', 'talos-mcp'];

const gateway = (graph: Graph) => at(objectIn(graph, 'Deployment', 'talos-gateway').inputs, 'spec', 'template', 'spec');
const env = (name: string, graph = prod) => {
  const found = list(at(gateway(graph), 'containers', 0, 'env')).find((v) => at(v, 'name') === name);
  return isRecord(found) ? found : {};
};
const kinds = (graph: Graph, kind: string) => graph.nodes.filter((n) => n.object?.kind === kind);
const names = (graph: Graph, kind: string) => kinds(graph, kind).flatMap((n) => n.object?.name ?? []);
const decoded = (graph: Graph, secret: string, key: string) => {
  const data = filled(objectIn(graph, 'Secret', secret).inputs.data);
  return Buffer.from(text(at(data, key)) ?? '', 'base64').toString();
};
const aws = (type: string) => prod.nodes.filter((n) => n.type === type);
const policy = (graph: Graph, name: string) => at(objectIn(graph, 'NetworkPolicy', name).inputs, 'spec');
const rulesOf = (graph: Graph) =>
  list(at(objectIn(graph, 'PrometheusRule', 'talos-monitoring').inputs, 'spec', 'groups')).flatMap((g) =>
    list(at(g, 'rules')),
  );
const alertsOf = (graph: Graph) => rulesOf(graph).flatMap((rule) => text(at(rule, 'alert')) ?? []);
const podSpecs = (graph: Graph): Record<string, unknown>[] =>
  graph.nodes.flatMap(({ object, inputs }) => {
    const spec =
      object?.kind === 'CronJob'
        ? at(inputs, 'spec', 'jobTemplate', 'spec', 'template', 'spec')
        : at(inputs, 'spec', 'template', 'spec');
    return isRecord(spec) && object !== undefined ? [spec] : [];
  });

describe('tracing', () => {
  test('TAL-12, TAL-92 talos-otlp holds the endpoint whenever tracing is on, and is not there when it is off', () => {
    for (const graph of [dev, prod]) expect(decoded(graph, 'talos-otlp', 'endpoint')).toBe('http://talos-tracing:4317');
    const off = talosGraph('dev', { 'talos:tracing.enabled': 'false' });
    expect(names(off, 'Secret')).not.toContain('talos-otlp');
    expect(env('TRACING_ENABLED', off).value).toBe('false');
  });

  test('TAL-34 with Jaeger there is a namespace observability, as closed as the other', () => {
    const labels = at(objectIn(dev, 'Namespace', 'observability').inputs, 'metadata', 'labels');
    expect(labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const denied = kinds(dev, 'NetworkPolicy')
      .filter((n) => n.object?.name === 'default-deny')
      .map((n) => n.object?.namespace);
    expect(denied).toEqual(expect.arrayContaining(['observability', NAMESPACE]));
    expect(names(prod, 'Namespace')).toEqual([NAMESPACE]);
  });

  test('TAL-36 the Jaeger operator’s CR has exactly the brief’s fields, and the storage that they need', () => {
    const graph = talosGraph('dev', {
      'talos:tracing.backend': 'jaeger-operator',
      'talos:tracing.elasticsearch': 'http://es:9200',
    });
    const { inputs } = objectIn(graph, 'Jaeger', 'talos-jaeger');
    expect(at(inputs, 'metadata', 'namespace')).toBe('observability');
    expect(inputs.spec).toEqual({
      strategy: 'production',
      collector: { maxReplicas: 5, resources: { limits: { cpu: '1000m', memory: '1Gi' } } },
      storage: { type: 'elasticsearch', options: { es: { 'server-urls': 'http://es:9200' } } },
    });
    const missing = talosGraph('dev', { 'talos:tracing.backend': 'jaeger-operator' }).problems.map((p) => p.code);
    expect(missing).toContain('SW-TALOS-003');
  });

  test('TAL-37 a managed endpoint: the Collector sends there, and there is no Jaeger', () => {
    expect(decoded(prod, 'talos-otlp-upstream', 'endpoint')).toBe('https://otlp.placeholder.invalid:4317');
    expect(prod.nodes.filter((n) => /jaeger/i.test(n.path))).toEqual([]);
    const keyed = talosGraph('prod', { 'talos:tracing.keyHeader': 'DD-API-KEY' });
    const config = text(at(objectIn(keyed, 'ConfigMap', 'talos-tracing-config').inputs, 'data', 'config.yaml'));
    expect(config).toContain('DD-API-KEY: ${env:OTLP_UPSTREAM_KEY}');
    expect(names(keyed, 'ExternalSecret')).toContain('talos-otlp-upstream');
    const managed = { 'talos:tracing.backend': 'managed', 'talos:tracing.endpoint': 'https://otlp.acme.org:4317' };
    const unset = talosGraph('dev', { ...managed, 'talos:tracing.keyHeader': 'DD-API-KEY' }).problems;
    expect(unset).toMatchObject([
      {
        code: 'SW-SECRET-007',
        severity: 'placeholder',
        what: expect.stringMatching(/^talos:tracing.key is needed, and not set;/),
      },
    ]);
    expect(talosGraph('dev', managed).problems).toEqual([]);
  });

  test('TAL-38, TAL-39, TAL-40 the gateway’s variables', () => {
    expect(env('TRACING_ENABLED').value).toBe('true');
    expect(env('OTEL_EXPORTER_OTLP_ENDPOINT').valueFrom).toEqual({
      secretKeyRef: { name: 'talos-otlp', key: 'endpoint' },
    });
    expect(env('OTEL_RESOURCE_ATTRIBUTES').value).toBe('service.name=talos-gateway,environment=prod');
    expect(env('OTEL_RESOURCE_ATTRIBUTES', dev).value).toBe('service.name=talos-gateway,environment=dev');
  });

  test('TAL-42 the gateway may reach the Collector at 4317, the Collector its backend, and nobody else that', () => {
    const collector = { matchLabels: { app: 'talos-tracing' } };
    expect(at(policy(prod, 'gateway-to-tracing'), 'egress', 0)).toMatchObject({
      to: [{ podSelector: collector }],
      ports: [{ port: 4317, protocol: 'TCP' }],
    });
    expect(at(policy(prod, 'tracing-from-gateway'), 'podSelector')).toEqual(collector);
    expect(policy(prod, 'tracing-to-upstream')).toMatchObject({
      podSelector: collector,
      egress: [{ ports: [{ port: 4317 }] }],
    });
    expect(policy(dev, 'tracing-to-tracing-jaeger')).toMatchObject({
      podSelector: collector,
      egress: [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } } }] }],
    });
  });

  test('TAL-93 redaction comes before anything is kept or sent', () => {
    for (const graph of [dev, prod]) {
      const config = text(at(objectIn(graph, 'ConfigMap', 'talos-tracing-config').inputs, 'data', 'config.yaml')) ?? '';
      expect(config).toMatch(/processors:\s+- memory_limiter\s+- redaction\s+- transform\s+- tail_sampling/);
    }
  });
});

test('TAL-50 preStop and drain fit into the grace period', () => {
  const spec = gateway(prod);
  const sleep = Number(
    /sleep (\d+)/.exec(String(at(spec, 'containers', 0, 'lifecycle', 'preStop', 'exec', 'command', 2)))?.[1],
  );
  expect(sleep + Number(env('SHUTDOWN_DRAIN_TIMEOUT_SECONDS').value)).toBeLessThanOrEqual(
    Number(at(spec, 'terminationGracePeriodSeconds')),
  );
});

test('TAL-94, TAL-95, TAL-96 probes and grace of the checklist', () => {
  const spec = gateway(prod);
  expect(at(spec, 'containers', 0, 'livenessProbe', 'httpGet', 'path')).toBe('/health/live');
  expect(at(spec, 'containers', 0, 'readinessProbe', 'httpGet', 'path')).toBe('/health/ready');
  expect(Number(at(spec, 'terminationGracePeriodSeconds'))).toBeGreaterThanOrEqual(60);
});

describe('monitoring', () => {
  test('TAL-52 the release prometheus of kube-prometheus-stack in monitoring, before what it serves', () => {
    const release = dev.nodes.find((n) => n.path === 'platform/prometheus/prometheus');
    expect(release?.inputs).toMatchObject({
      name: 'prometheus',
      namespace: 'monitoring',
      chart: 'oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack',
    });
    const waits = dev.edges.filter((e) => e.to === release?.path).map((e) => e.from);
    expect(waits).toEqual(expect.arrayContaining(['talos/monitoring/rules', 'talos/monitoring/talos-gateway/monitor']));
  });

  test('TAL-53 the three switches', () => {
    const off = (key: string) => talosGraph('dev', { [`talos:monitoring.${key}`]: 'false' });
    expect(names(dev, 'ServiceMonitor').length * names(dev, 'PrometheusRule').length).toBeGreaterThan(0);
    expect(names(off('serviceMonitor'), 'ServiceMonitor')).toEqual([]);
    expect(names(off('serviceMonitor'), 'PrometheusRule')).toHaveLength(1);
    expect(names(off('prometheusRule'), 'PrometheusRule')).toEqual([]);
    const none = off('enabled');
    expect([...names(none, 'ServiceMonitor'), ...names(none, 'PrometheusRule')]).toEqual([]);
  });

  test('TAL-54 one ServiceMonitor a service, on a port that the Service has, with a way in', () => {
    for (const name of SERVICES) {
      const monitor = objectIn(prod, 'ServiceMonitor', name).inputs;
      expect(at(monitor, 'metadata', 'labels', 'release')).toBe('prometheus');
      expect(at(monitor, 'spec', 'endpoints', 0)).toMatchObject({ port: 'http', path: '/metrics' });
      const service = objectIn(prod, 'Service', name).inputs;
      expect(at(service, 'metadata', 'labels')).toMatchObject(at(monitor, 'spec', 'selector', 'matchLabels') ?? {});
      expect(at(service, 'spec', 'ports', 0, 'name')).toBe('http');
      expect(at(policy(prod, `${name}-from-prometheus`), 'ingress', 0)).toMatchObject({
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ port: at(service, 'spec', 'ports', 0, 'port') }],
      });
    }
  });

  test('TAL-55, TAL-98 rejections of the rate limit are recorded, alerted and drawn', () => {
    expect(
      rulesOf(prod).some((rule) => at(rule, 'record') === 'namespace_service:http_server_rejections:ratio_rate5m'),
    ).toBe(true);
    expect(alertsOf(prod)).toContain('RequestsAreRejected');
    expect(JSON.stringify(objectIn(prod, 'ConfigMap', 'talos-monitoring-dashboard').inputs)).toContain(
      'Rejected by the rate limit',
    );
  });

  test('TAL-56, TAL-99 lost traces are alerted', () => {
    expect(alertsOf(prod)).toEqual(expect.arrayContaining(['TracesAreLost', 'TracesPileUp']));
  });

  test('TAL-57, TAL-82 production cannot be without alerts', () => {
    expect(alertsOf(prod).length).toBeGreaterThan(10);
    for (const key of ['enabled', 'prometheusRule']) {
      const codes = talosGraph('prod', { [`talos:monitoring.${key}`]: 'false' }).problems.map((p) => p.code);
      expect(codes).toContain('SW-TALOS-002');
    }
    expect(talosGraph('dev', { 'talos:monitoring.enabled': 'false' }).problems).toEqual([]);
  });
});

describe('data', () => {
  test('TAL-19 production refuses devMode', () => {
    expect(talosGraph('prod', { 'talos:devMode': 'true' }).problems.map((p) => p.code)).toContain('SW-TALOS-001');
    expect(talosGraph('dev', { 'talos:devMode': 'true' }).problems).toEqual([]);
  });

  test('TAL-69, TAL-81 a CronJob dumps with pg_dump and DATABASE_URL into a store that outlives it; RDS keeps backups too', () => {
    for (const graph of [dev, prod]) {
      const job = objectIn(graph, 'CronJob', 'talos-backup').inputs;
      const [dump] = list(at(job, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'initContainers'));
      expect(list(at(dump, 'env'))).toContainEqual({
        name: 'DATABASE_URL',
        valueFrom: { secretKeyRef: { name: 'talos-backup-postgres', key: 'database-url' } },
      });
      expect(at(objectIn(graph, 'ConfigMap', 'talos-backup-scripts').inputs, 'data', 'dump.sh')).toContain('pg_dump');
    }
    expect(names(dev, 'PersistentVolumeClaim')).toContain('talos-backups');
    expect(aws('aws:rds/instance:Instance')[0]?.inputs.backupRetentionPeriod).toBe(14);
  });

  test('in the cluster production is CloudNativePG: three servers, a log archive, the operator’s traffic open', () => {
    const graph = talosGraph('prod', { 'talos:database.placement': 'in-cluster' });
    const { inputs, options } = objectIn(graph, 'Cluster', 'talos-postgres');
    expect(inputs.spec).toMatchObject({
      instances: 3,
      plugins: [{ name: 'barman-cloud.cloudnative-pg.io', isWALArchiver: true }],
    });
    expect(options.protect).toBe(true);
    expect(objectIn(graph, 'ScheduledBackup', 'talos-postgres').inputs.spec).toMatchObject({ method: 'plugin' });
    const ports = list(at(policy(graph, 'talos-postgres-control'), 'ingress')).flatMap((rule) =>
      list(at(rule, 'ports')).map((p) => at(p, 'port')),
    );
    expect(new Set(ports)).toEqual(new Set([5432, 8000]));
  });

  test('TAL-71 the archive copies what is older than 90 days', () => {
    const job = objectIn(prod, 'CronJob', 'talos-archive').inputs;
    const [, archive] = list(at(job, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'initContainers'));
    expect(list(at(archive, 'env'))).toContainEqual({ name: 'HOT_RETENTION_DAYS', value: '90' });
  });

  test('TAL-72 cold storage: seven years, locked against everybody, versioned, encrypted, private', () => {
    const cold = (type: string) =>
      prod.nodes.find((n) => n.path.startsWith('talos/cold/') && n.type.endsWith(`:${type}`))?.inputs;
    expect(cold('Bucket')).toMatchObject({ objectLockEnabled: true, forceDestroy: false });
    expect(cold('BucketObjectLockConfiguration')).toMatchObject({
      rule: { defaultRetention: { mode: 'COMPLIANCE', days: 2557 } },
    });
    expect(cold('BucketLifecycleConfiguration')).toMatchObject({ rules: [{ expiration: { days: 2557 } }] });
    expect(cold('BucketVersioning')).toMatchObject({ versioningConfiguration: { status: 'Enabled' } });
    expect(cold('BucketServerSideEncryptionConfiguration')).toMatchObject({
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    });
    expect(cold('BucketPublicAccessBlock')).toMatchObject({ blockPublicAcls: true, restrictPublicBuckets: true });
  });

  test('who writes the archive reads it back, and cannot change or delete it; who backs up may hide what is old; the drill cannot write', () => {
    const actions = (part: string) => {
      const role = prod.nodes.find(
        (n) => n.path.startsWith(`talos/${part}/`) && n.type === 'aws:iam/rolePolicy:RolePolicy',
      );
      const statements: unknown = JSON.parse(String(filled(role?.inputs.policy)));
      return list(at(statements, 'Statement')).flatMap((s) => list(at(s, 'Action')));
    };
    expect(actions('archive')).toEqual(['s3:ListBucket', 's3:GetBucketLocation', 's3:PutObject', 's3:GetObject']);
    expect(actions('backup')).toEqual([
      's3:ListBucket',
      's3:GetBucketLocation',
      's3:PutObject',
      's3:GetObject',
      's3:DeleteObject',
    ]);
    expect(actions('drill')).toEqual(['s3:ListBucket', 's3:GetBucketLocation', 's3:GetObject']);
  });

  test('TAL-73 what holds data says so in its tags, and is encrypted at rest', () => {
    const stores = [
      ...aws('aws:rds/instance:Instance'),
      ...aws('aws:elasticache/replicationGroup:ReplicationGroup'),
      ...aws('aws:s3/bucket:Bucket'),
    ];
    expect(stores).toHaveLength(4);
    for (const store of stores) expect(store.inputs.tags).toMatchObject({ 'seaworthy:data': expect.any(String) });
    expect(aws('aws:rds/instance:Instance')[0]?.inputs.storageEncrypted).toBe(true);
    expect(aws('aws:elasticache/replicationGroup:ReplicationGroup')[0]?.inputs.atRestEncryptionEnabled).toBe(true);
  });

  test('TAL-88 the runbooks hold the steps of a restore', () => {
    const runbooks = readFileSync(join(ROOT, 'docs', 'runbooks.md'), 'utf8');
    expect(runbooks).toMatch(/# Disaster recovery[\s\S]*## Restore Postgres from a dump[\s\S]*pg_restore/);
  });
});

test('every policy is of the types of its rules: others would be ignored', () => {
  const graphs = [dev, prod, talosGraph('prod', { 'talos:database.placement': 'in-cluster' })];
  for (const { object, inputs } of graphs.flatMap((graph) => kinds(graph, 'NetworkPolicy'))) {
    if (object?.name === 'default-deny') continue;
    const spec = isRecord(inputs.spec) ? inputs.spec : {};
    const rules = [...('ingress' in spec ? ['Ingress'] : []), ...('egress' in spec ? ['Egress'] : [])];
    expect({ name: object?.name, types: spec.policyTypes }).toEqual({ name: object?.name, types: rules });
  }
});

test('TAL-07 each environment has its own tag', () => {
  const image = (graph: Graph) => at(gateway(graph), 'containers', 0, 'image');
  expect(image(talosGraph('prod', { 'talos:tag': 'aaa1111' }))).not.toBe(image(dev));
});

test('TAL-59 every container has a root file system that cannot be written, and a /tmp that can', () => {
  for (const graph of [dev, prod]) {
    for (const spec of podSpecs(graph)) {
      for (const container of [...list(spec.initContainers), ...list(spec.containers)]) {
        expect(at(container, 'securityContext', 'readOnlyRootFilesystem')).toBe(true);
        const tmp = list(at(container, 'volumeMounts')).find((m) => at(m, 'mountPath') === '/tmp');
        const volume = list(spec.volumes).find((v) => at(v, 'name') === at(tmp, 'name'));
        expect(at(volume, 'emptyDir')).toBeDefined();
      }
    }
  }
});

test('TAL-58 every pod of Talos’ own images is user 1001, and none is root', () => {
  for (const spec of podSpecs(prod)) {
    expect(at(spec, 'securityContext', 'runAsNonRoot')).toBe(true);
    const isTalos = list(spec.containers).some((c) => String(at(c, 'image')).includes('talosprotocol'));
    if (isTalos) expect(at(spec, 'securityContext', 'runAsUser')).toBe(1001);
  }
});

test('TAL-90, TAL-91 the rate limit is in Redis, whose URL is in a Secret', () => {
  expect(env('RATE_LIMIT_BACKEND').value).toBe('redis');
  expect(env('REDIS_URL').valueFrom).toEqual({ secretKeyRef: { name: 'talos-redis', key: 'redis-url' } });
});
