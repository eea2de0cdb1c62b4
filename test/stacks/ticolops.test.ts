import { at, list, text } from '../../graph/json-value';
import { Look } from '../support/look';
import { systemGraph } from '../support/systems';

const dev = new Look(systemGraph('ticolops', 'dev'));
const staging = new Look(systemGraph('ticolops', 'staging'));
const prod = new Look(systemGraph('ticolops', 'prod'));
const database = prod.cloud('aws:rds/instance:Instance')[0]?.inputs ?? {};

test('TCO-01 the API is a Deployment, a Service and an autoscaler', () => {
  for (const kind of ['Deployment', 'Service', 'HorizontalPodAutoscaler'])
    expect(prod.names(kind)).toContain('ticolops-api');
});

test('TCO-02, TCO-09 its Ingress is nginx’, with TLS by cert-manager', () => {
  expect(prod.spec('Ingress', 'ticolops')).toMatchObject({
    ingressClassName: 'nginx',
    tls: [{ secretName: 'ticolops-tls', hosts: ['api.ticolops.example.com'] }],
  });
  expect(prod.annotations('Ingress', 'ticolops')['cert-manager.io/cluster-issuer']).toBe('letsencrypt-prod');
});

test('TCO-05, TCO-17 the database is managed, in two zones, with daily backups', () => {
  expect(database).toMatchObject({
    engine: 'postgres',
    multiAz: true,
    storageEncrypted: true,
    backupRetentionPeriod: 14,
  });
});

test('TCO-18 less than seven days of backups are refused in production', () => {
  const days = (n: string) => systemGraph('ticolops', 'prod', { 'ticolops:database.keepBackupsDays': n });
  expect(days('6').problems.map((p) => p.code)).toContain('SW-POSTGRES-004');
  expect(days('7').problems.filter((p) => p.severity === 'error')).toEqual([]);
  expect(Number(database.backupRetentionPeriod)).toBeGreaterThanOrEqual(7);
});

test('TCO-06 Redis is managed, encrypted, in two zones, and never forgets who is signed in', () => {
  const [redis] = prod.cloud('aws:elasticache/replicationGroup:ReplicationGroup');
  expect(redis?.inputs).toMatchObject({ multiAzEnabled: true, transitEncryptionEnabled: true });
  const [parameters] = prod.cloud('aws:elasticache/parameterGroup:ParameterGroup');
  expect(parameters?.inputs.parameters).toEqual([{ name: 'maxmemory-policy', value: 'noeviction' }]);
  expect(dev.names('Deployment')).toContain('ticolops-redis');
});

test('TCO-08 the front end is a private bucket behind a CDN, and no pod', () => {
  const [distribution] = prod.cloud('aws:cloudfront/distribution:Distribution');
  expect(distribution?.inputs).toMatchObject({
    aliases: ['ticolops.example.com'],
    defaultRootObject: 'index.html',
    defaultCacheBehavior: { viewerProtocolPolicy: 'redirect-to-https', compress: true },
    viewerCertificate: { minimumProtocolVersion: 'TLSv1.2_2021' },
  });
  expect(prod.names('Deployment')).toEqual(['ticolops-api', 'ticolops-postgres-metrics', 'ticolops-postgres-users']);
  const [policy] = prod.cloud('aws:s3/bucketPolicy:BucketPolicy');
  expect(policy).toBeDefined();
});

test('TCO-11, TCO-25 Prometheus reads the API’s metrics', () => {
  expect(prod.spec('ServiceMonitor', 'ticolops-api', 'endpoints', 0)).toMatchObject({ path: '/metrics' });
  expect(prod.object('ServiceMonitor', 'ticolops-api').inputs.metadata).toMatchObject({
    labels: { release: 'prometheus' },
  });
  expect(prod.opens('ticolops-api-from-prometheus', 'ingress', 8000)).toBe(true);
});

test('TCO-12, TCO-29 errors go to Sentry with the release that they came from', () => {
  const env = prod.env('Deployment', 'ticolops-api');
  expect(env).toMatchObject({
    SENTRY_DSN: 'secret ticolops-sentry/dsn',
    SENTRY_RELEASE: '1.0.0',
    SENTRY_ENVIRONMENT: 'prod',
  });
  expect(String(at(prod.container('Deployment', 'ticolops-api'), 'image'))).toMatch(/:1\.0\.0$/);
  expect(prod.opens('api-to-errors-tracker', 'egress', 443)).toBe(true);
});

test('TCO-13 ticolops-secrets has database_url and redis_url, and nothing else', () => {
  const data = prod.spec('ExternalSecret', 'ticolops-secrets', 'target', 'template', 'data');
  expect(Object.keys(Object(data)).sort()).toEqual(['database_url', 'redis_url']);
  const env = prod.env('Deployment', 'ticolops-api');
  expect(env).toMatchObject({
    DATABASE_URL: 'secret ticolops-secrets/database_url',
    REDIS_URL: 'secret ticolops-secrets/redis_url',
  });
});

test('TCO-14 the Ingress comes after what it leads to, the API after its migration', () => {
  const edges = prod.graph.edges.map((e) => `${e.from} ${e.to}`);
  expect(edges).toContain('ticolops/front-door-ticolops/object ticolops/api/service');
  expect(prod.waitsFor('ticolops/api', 'ticolops/migrations')).toBe(true);
});

test('TCO-15 a pipeline has an account that may deploy here, and nothing else', () => {
  expect(prod.names('ServiceAccount')).toContain('ticolops-deployer');
  const rules = list(prod.object('Role', 'ticolops-deployer').inputs.rules);
  expect(rules).toContainEqual({
    apiGroups: ['apps'],
    resources: ['deployments'],
    verbs: ['get', 'list', 'watch', 'patch'],
  });
  expect(JSON.stringify(rules)).not.toContain('secrets');
  expect(prod.names('ClusterRole')).toEqual([]);
});

test('TCO-19 staging restores what production wrote, each week, and has no way to its database', () => {
  const drill = staging.object('CronJob', 'ticolops-drill');
  expect(at(drill.inputs, 'spec', 'schedule')).toBe('0 3 * * 0');
  const pod = at(drill.inputs, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
  const variables = list(at(pod, 'initContainers', 0, 'env'));
  expect(variables).toContainEqual({ name: 'FOLDER', value: 'placeholder-bucket-of-production' });
  expect(variables).toContainEqual({ name: 'NAME', value: 'ticolops-backup' });
  expect(list(at(pod, 'containers', 0, 'env')).map((v) => at(v, 'name'))).not.toContain('DATABASE_URL');
  const policies = staging.cloud('aws:iam/rolePolicy:RolePolicy').filter((n) => n.path.startsWith('ticolops/drill/'));
  expect(policies).toHaveLength(1);
});

test('TCO-20 secrets stay in their store: none is in the objects or in Pulumi’s state', () => {
  expect(prod.names('Secret')).toEqual([]);
  expect(prod.names('ExternalSecret')).toEqual(expect.arrayContaining(['ticolops-secrets', 'ticolops-sentry']));
});

test('TCO-21 production without anybody to call is refused; every alert says who it is', () => {
  const graph = systemGraph('ticolops', 'staging', {
    'seaworthy:profile': 'prod',
    'ticolops:onCall.contact': '+49 30 1',
  });
  expect(graph.problems.map((p) => p.code)).not.toContain('SW-TICOLOPS-001');
  for (const rule of Object.values(prod.alerts('ticolops-monitoring')).filter((r) => at(r, 'alert') !== undefined)) {
    expect(text(at(rule, 'annotations', 'on_call'))).toBe('placeholder for whoever is called at night');
  }
});

test('TCO-22 the front door limits what one address may ask', () => {
  expect(prod.annotations('Ingress', 'ticolops')['nginx.ingress.kubernetes.io/limit-rps']).toBe('20');
});

test('TCO-23 several copies count their requests in Redis', () => {
  const env = prod.env('Deployment', 'ticolops-api');
  expect(env.RATE_LIMIT_BACKEND).toBe('redis');
  expect(env.REDIS_URL).toMatch(/^secret /);
});

test('TCO-24 the API and the site send security headers', () => {
  expect(prod.data('ConfigMap', 'ticolops-headers')).toMatchObject({ 'X-Content-Type-Options': 'nosniff' });
  const [headers] = prod.cloud('aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy');
  expect(headers?.inputs.securityHeadersConfig).toMatchObject({
    strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000 },
    frameOptions: { frameOption: 'DENY' },
  });
});

test('TCO-27 dashboards show latency, errors, connections of the database, CPU and memory', () => {
  const board = JSON.stringify(prod.data('ConfigMap', 'ticolops-monitoring-dashboard'));
  for (const metric of [
    'request_duration_seconds_bucket',
    'http_response_status_code',
    'pg_stat_database_numbackends',
    'container_cpu_usage_seconds_total',
    'container_memory_working_set_bytes',
  ]) {
    expect(board).toContain(metric);
  }
});

test('TCO-28 errors, latency and absence raise alarms', () => {
  expect(Object.keys(prod.alerts('ticolops-monitoring'))).toEqual(
    expect.arrayContaining(['ErrorBudgetBurns1h', 'RequestsAreSlow', 'NothingAvailable']),
  );
});

test('TCO-31 dev and staging are environments of their own', () => {
  expect(dev.names('StatefulSet')).toEqual(['ticolops-postgres']);
  expect(staging.cloud('aws:rds/instance:Instance')[0]?.inputs).toMatchObject({ instanceClass: 'db.t4g.medium' });
});
