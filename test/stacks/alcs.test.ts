import { at, list } from '../../graph/json-value';
import { digestsOf } from '../support/digests';
import { Look } from '../support/look';
import { systemGraph } from '../support/systems';

const NGINX = 'nginx.ingress.kubernetes.io/';
const dev = new Look(systemGraph('alcs', 'dev'));
const staging = new Look(systemGraph('alcs', 'staging'));
const prod = new Look(systemGraph('alcs', 'prod'));
const app = (...path: (string | number)[]) => at(prod.container('Deployment', 'alcs'), ...path);

test('ALC-02 Postgres is 15 or newer, with a volume', () => {
  expect(String(at(prod.container('StatefulSet', 'postgres'), 'image'))).toMatch(/postgres:15\./);
  expect(
    prod.spec('StatefulSet', 'postgres', 'volumeClaimTemplates', 0, 'spec', 'resources', 'requests', 'storage'),
  ).toBe('20Gi');
});

test('ALC-03 Redis is 7', () => {
  expect(String(at(prod.container('Deployment', 'redis'), 'image'))).toMatch(/redis:7\./);
});

test('ALC-04, ALC-20 the Ingress: nginx, alcs.example.com, TLS', () => {
  expect(prod.spec('Ingress', 'alcs')).toMatchObject({
    ingressClassName: 'nginx',
    rules: [{ host: 'alcs.example.com' }],
    tls: [{ secretName: 'alcs-tls', hosts: ['alcs.example.com'] }],
  });
});

test('ALC-05 in production its secrets come from the store', () => {
  expect(prod.names('Secret')).toEqual([]);
  expect(prod.names('ExternalSecret')).toEqual(['alcs-backup-postgres', 'alcs-secrets', 'postgres-auth']);
});

test('ALC-08, ALC-99, ALC-101 the database is dumped each night into a store, and a dump is tried each week', () => {
  expect(prod.spec('CronJob', 'alcs-backup', 'schedule')).toBe('0 2 * * *');
  expect(prod.spec('CronJob', 'alcs-drill', 'schedule')).toBe('0 3 * * 0');
  expect(String(prod.data('ConfigMap', 'alcs-backup-scripts')['dump.sh'])).toMatch(/date -u .*%Y%m%dT%H%M%SZ/);
});

test('ALC-10, ALC-21 three to ten copies at 70 % CPU and 80 % memory, and rollouts that leave all of them', () => {
  expect(prod.spec('HorizontalPodAutoscaler', 'alcs')).toMatchObject({
    scaleTargetRef: { kind: 'Deployment', name: 'alcs' },
    minReplicas: 3,
    maxReplicas: 10,
  });
  const targets = list(prod.spec('HorizontalPodAutoscaler', 'alcs', 'metrics')).map((m) =>
    at(m, 'resource', 'target', 'averageUtilization'),
  );
  expect(targets).toEqual([70, 80]);
  expect(prod.spec('Deployment', 'alcs', 'strategy', 'rollingUpdate', 'maxUnavailable')).toBe(0);
});

test('ALC-14 three environments, each with its secrets', () => {
  const key = (look: Look) =>
    at(
      list(look.spec('ExternalSecret', 'alcs-secrets', 'data')).find(
        (d) => at(d, 'remoteRef', 'property') === 'API_KEY',
      ),
      'remoteRef',
      'key',
    );
  expect([key(staging), key(prod)]).toEqual(['alcs/staging', 'alcs/production']);
  expect(dev.names('ExternalSecret')).toEqual([]);
});

test('ALC-15 everything that has a namespace is in alcs', () => {
  expect(prod.names('Namespace')).toEqual(['alcs']);
  expect(prod.graph.nodes.filter((n) => ![undefined, 'alcs'].includes(n.object?.namespace))).toEqual([]);
});

test('ALC-16 Deployment alcs: three pods of one container', () => {
  expect(prod.spec('Deployment', 'alcs', 'replicas')).toBe(3);
  expect(list(prod.spec('Deployment', 'alcs', 'template', 'spec', 'containers'))).toHaveLength(1);
});

test('ALC-17 Service alcs: ClusterIP, 3000 and 9090', () => {
  expect(prod.spec('Service', 'alcs', 'type')).toBe('ClusterIP');
  expect(list(prod.spec('Service', 'alcs', 'ports')).map((p) => at(p, 'port'))).toEqual([3000, 9090]);
});

test('ALC-18 StatefulSet and Service postgres on 5432', () => {
  expect(prod.names('StatefulSet')).toEqual(['postgres']);
  expect(prod.spec('Service', 'postgres', 'ports', 0, 'port')).toBe(5432);
});

test('ALC-19 Deployment and Service redis on 6379', () => {
  expect(prod.names('Deployment')).toEqual(['alcs', 'redis']);
  expect(prod.spec('Service', 'redis', 'ports', 0, 'port')).toBe(6379);
});

test('ALC-22 the image is named by registry and version', () => {
  const other = new Look(systemGraph('alcs', 'prod', { 'alcs:tag': '1.1.0', 'alcs:registry': 'registry.acme.org' }));
  expect(at(other.container('Deployment', 'alcs'), 'image')).toBe('registry.acme.org/alcs:1.1.0');
});

describe('every variable, with its value', () => {
  const env = prod.env('Deployment', 'alcs');
  test.each([
    ['ALC-24', 'NODE_ENV', 'production'],
    ['ALC-25', 'PORT', '3000'],
    ['ALC-26', 'LOG_LEVEL', 'info'],
    ['ALC-27', 'DATABASE_URL', 'secret alcs-secrets/DATABASE_URL'],
    ['ALC-28', 'POSTGRES_HOST', 'postgres'],
    ['ALC-28', 'POSTGRES_PORT', '5432'],
    ['ALC-28', 'POSTGRES_DB', 'alcs'],
    ['ALC-28', 'POSTGRES_USER', 'alcs'],
    ['ALC-29', 'POSTGRES_PASSWORD', 'secret alcs-secrets/POSTGRES_PASSWORD'],
    ['ALC-30', 'REDIS_URL', 'redis://redis:6379'],
    ['ALC-30', 'REDIS_HOST', 'redis'],
    ['ALC-30', 'REDIS_PORT', '6379'],
    ['ALC-31', 'ENABLE_AUTHENTICATION', 'true'],
    ['ALC-32', 'API_KEY', 'secret alcs-secrets/API_KEY'],
    ['ALC-32', 'JWT_SECRET', 'secret alcs-secrets/JWT_SECRET'],
    ['ALC-33', 'JWT_EXPIRES_IN', '24h'],
    ['ALC-34', 'ANTHROPIC_API_KEY', 'secret alcs-secrets/ANTHROPIC_API_KEY'],
    ['ALC-34', 'OPENAI_API_KEY', 'secret alcs-secrets/OPENAI_API_KEY'],
    ['ALC-35', 'MODEL_NAME', 'claude-3-5-sonnet-20241022'],
    ['ALC-36', 'ENABLE_RATE_LIMITING', 'true'],
    ['ALC-36', 'RATE_LIMIT_MAX_REQUESTS', '100'],
    ['ALC-36', 'RATE_LIMIT_WINDOW_MS', '60000'],
    ['ALC-37', 'CACHE_DEFAULT_TTL', '300'],
    ['ALC-37', 'CACHE_MAX_ITEMS', '1000'],
    ['ALC-38', 'MAX_SESSIONS', '1000'],
    ['ALC-38', 'SESSION_TIMEOUT', '3600000'],
    ['ALC-38', 'CLEANUP_INTERVAL', '300000'],
    ['ALC-39', 'MAX_CONCURRENT_REQUESTS', '50'],
    ['ALC-39', 'REQUEST_TIMEOUT', '30000'],
    ['ALC-39', 'STREAMING_ENABLED', 'true'],
    ['ALC-40', 'QUALITY_THRESHOLD', '0.7'],
    ['ALC-40', 'MAX_ITERATIONS', '5'],
    ['ALC-40', 'MIN_CONFIDENCE', '0.6'],
  ])('%s %s is %s', (_id, name, value) => expect(env[name]).toBe(value));

  test('there is none that the brief does not have', () => expect(Object.keys(env)).toHaveLength(33));
  test('ALC-25 the port of the container is PORT', () =>
    expect(`${String(app('ports', 0, 'containerPort'))}`).toBe(env.PORT));
});

test('ALC-27 the URL ends with the pool’s parameters, and verifies who signed', () => {
  const data = prod.spec('ExternalSecret', 'alcs-secrets', 'target', 'template', 'data');
  expect(at(data, 'DATABASE_URL')).toMatch(
    /^postgresql:\/\/alcs:.*@postgres:5432\/alcs\?sslmode=verify-full&sslrootcert=%2Fetc%2Fauthorities%2Fpostgres%2Fca\.crt&pool_min=5&pool_max=20$/,
  );
});

test('ALC-29 the password in the URL and POSTGRES_PASSWORD are one', () => {
  const data = prod.spec('ExternalSecret', 'alcs-secrets', 'target', 'template', 'data');
  const source = /\{\{ \.(\w+)/;
  expect(source.exec(String(at(data, 'DATABASE_URL')))?.[1]).toBe(
    source.exec(String(at(data, 'POSTGRES_PASSWORD')))?.[1],
  );
});

test('ALC-31 production without authentication is refused', () => {
  const off = { 'alcs:authentication': 'false' };
  expect(new Look(systemGraph('alcs', 'prod', off)).codes()).toContain('SW-ALCS-001');
  expect(new Look(systemGraph('alcs', 'dev', off)).codes()).not.toContain('SW-ALCS-001');
});

test('ALC-39 the front door waits longer than a request may take, and passes streams on; a stop leaves time for one', () => {
  const annotations = prod.annotations('Ingress', 'alcs');
  expect(Number(annotations[`${NGINX}proxy-read-timeout`])).toBeGreaterThanOrEqual(30);
  expect(annotations[`${NGINX}proxy-buffering`]).toBe('off');
  expect(Number(prod.spec('Deployment', 'alcs', 'template', 'spec', 'terminationGracePeriodSeconds'))).toBeGreaterThan(
    30,
  );
});

test('ALC-41 nothing of it is in a file of Git: plain values are in a ConfigMap', () => {
  expect(prod.data('ConfigMap', 'alcs-config')).toMatchObject({ NODE_ENV: 'production' });
  expect(Object.keys(prod.data('ConfigMap', 'alcs-config')).join()).not.toMatch(/KEY|SECRET|PASSWORD/);
});

test('ALC-42, ALC-43, ALC-44 three probes: alive at /health, ready at /ready, started at /health', () => {
  expect(app('livenessProbe', 'httpGet')).toEqual({ path: '/health', port: 3000 });
  expect(app('readinessProbe', 'httpGet')).toEqual({ path: '/ready', port: 3000 });
  expect(app('startupProbe', 'httpGet')).toEqual({ path: '/health', port: 3000 });
});

test('ALC-44 readiness can be true: Postgres, Redis and the model providers are reached', () => {
  expect(prod.opens('app-to-postgres', 'egress', 5432)).toBe(true);
  expect(prod.opens('app-to-redis', 'egress', 6379)).toBe(true);
  expect(prod.opens('app-to-anthropic', 'egress', 443)).toBe(true);
  expect(prod.opens('app-to-openai', 'egress', 443)).toBe(true);
});

test('ALC-45, ALC-46 keys are 32 and 64 random bytes', () => {
  const bytes = dev.cloud('random:index/randomBytes:RandomBytes').map((n) => [n.path, n.inputs.length]);
  expect(bytes).toEqual([
    ['alcs/API_KEY', 32],
    ['alcs/JWT_SECRET', 64],
  ]);
});

test('ALC-47 one Secret has both keys', () => {
  expect(Object.keys(dev.data('Secret', 'alcs-secrets')).sort()).toEqual([
    'ANTHROPIC_API_KEY',
    'API_KEY',
    'DATABASE_URL',
    'JWT_SECRET',
    'OPENAI_API_KEY',
    'POSTGRES_PASSWORD',
  ]);
});

test('ALC-49 External Secrets fills alcs-secrets from alcs/production each hour, every key', () => {
  const secret = prod.object('ExternalSecret', 'alcs-secrets').inputs;
  expect(secret.apiVersion).toBe('external-secrets.io/v1');
  expect(secret.spec).toMatchObject({
    refreshInterval: '1h',
    secretStoreRef: { name: 'aws-secrets-manager' },
    target: { name: 'alcs-secrets' },
  });
  const read = list(at(secret, 'spec', 'data')).map((d) => at(d, 'remoteRef'));
  for (const property of ['API_KEY', 'JWT_SECRET', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY']) {
    expect(read).toContainEqual({ key: 'alcs/production', property });
  }
  const local = new Look(systemGraph('alcs', 'prod', { 'seaworthy:secretStoreKind': 'SecretStore' }));
  expect(local.spec('ExternalSecret', 'alcs-secrets', 'secretStoreRef', 'kind')).toBe('SecretStore');
});

test('ALC-51, ALC-56 the owner is made with grants, and the public has none', () => {
  const sql = String(prod.data('ConfigMap', 'postgres-config')['roles.sh']);
  expect(sql).toMatch(/REVOKE ALL ON DATABASE :"database" FROM PUBLIC/);
  expect(sql).toMatch(/GRANT ALL ON SCHEMA public TO :"owner"/);
  const env = Object.fromEntries(
    list(at(prod.container('StatefulSet', 'postgres'), 'env')).map((v) => [String(at(v, 'name')), at(v, 'value')]),
  );
  expect(env).toMatchObject({ OWNER: 'alcs', POSTGRES_DB: 'alcs', POSTGRES_USER: 'postgres' });
  expect(prod.data('ConfigMap', 'postgres-config')['owner.sh']).toMatch(/roles\.sh" once$/m);
});

test('ALC-52 npm run migrate, before the rollout', () => {
  expect(prod.spec('Job', 'alcs-migrations-v1', 'template', 'spec', 'containers', 0, 'command')).toEqual([
    'npm',
    'run',
    'migrate',
  ]);
  expect(prod.waitsFor('alcs/app', 'alcs/migrations')).toBe(true);
});

test('ALC-54 Postgres speaks TLS, with a key that its group alone may read', () => {
  const args = list(at(prod.container('StatefulSet', 'postgres'), 'args'));
  expect(args).toEqual(
    expect.arrayContaining([
      'ssl=on',
      'ssl_cert_file=/etc/ssl/certs/server.crt',
      'ssl_key_file=/etc/ssl/private/server.key',
    ]),
  );
  const volume = list(prod.spec('StatefulSet', 'postgres', 'template', 'spec', 'volumes')).find(
    (v) => at(v, 'name') === 'key',
  );
  expect(at(volume, 'secret')).toEqual({
    secretName: 'postgres-tls',
    defaultMode: 0o640,
    items: [{ key: 'tls.key', path: 'server.key' }],
  });
  expect(prod.spec('Certificate', 'postgres-tls', 'dnsNames')).toEqual(['postgres', 'postgres.alcs.svc']);
});

test('ALC-55 pg_hba has hostssl for all with scram, and no line without TLS', () => {
  const hba = String(prod.data('ConfigMap', 'postgres-config')['pg_hba.conf']);
  expect(hba).toContain('hostssl all all 0.0.0.0/0 scram-sha-256');
  expect(hba).not.toMatch(/^host\s/m);
  expect(hba).not.toMatch(/trust/);
});

test('ALC-57, ALC-58 certificates come from Let’s Encrypt by cert-manager, which renews them', () => {
  expect(prod.annotations('Ingress', 'alcs')['cert-manager.io/cluster-issuer']).toBe('letsencrypt-prod');
});

test('ALC-59 on a laptop they sign themselves, for a year; in production that is refused', () => {
  expect(dev.annotations('Ingress', 'alcs')).toMatchObject({
    'cert-manager.io/issuer': 'self-signed',
    'cert-manager.io/duration': '8760h0m0s',
  });
  expect(dev.spec('Issuer', 'self-signed')).toEqual({ selfSigned: {} });
  expect(() => systemGraph('alcs', 'prod', { 'seaworthy:issuer': 'self-signed' })).toThrow(/SW-CONFIG-014/);
});

test('ALC-61, ALC-62 the app is reached by the front door only; Postgres and Redis by the app', () => {
  const into = (appName: string, port: number) =>
    prod
      .kinds('NetworkPolicy')
      .filter((p) => at(p.inputs, 'spec', 'podSelector', 'matchLabels', 'app') === appName)
      .flatMap((p) => list(at(p.inputs, 'spec', 'ingress')))
      .filter((rule) => list(at(rule, 'ports')).some((q) => at(q, 'port') === port))
      .map(
        (rule) =>
          at(rule, 'from', 0, 'podSelector', 'matchLabels', 'app') ??
          at(rule, 'from', 0, 'podSelector', 'matchLabels', 'app.kubernetes.io/name'),
      );
  expect(into('alcs', 3000)).toEqual(['ingress-nginx']);
  expect(into('alcs', 9090)).toEqual(['prometheus']);
  expect(into('redis', 6379)).toEqual(['alcs']);
  expect(into('postgres', 5432).sort()).toEqual(['alcs', 'alcs-backup', 'alcs-migrations']);
});

test('ALC-63 it may read ConfigMaps and its own Secret, and nothing of the cluster', () => {
  expect(prod.object('Role', 'alcs').inputs.rules).toEqual([
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['alcs-secrets'], verbs: ['get'] },
  ]);
  expect(prod.object('RoleBinding', 'alcs').inputs.subjects).toEqual([
    { kind: 'ServiceAccount', name: 'alcs', namespace: 'alcs' },
  ]);
  expect([...prod.names('ClusterRole'), ...prod.names('ClusterRoleBinding')]).toEqual([]);
});

test('ALC-66 Prometheus reads /metrics on 9090 through a ServiceMonitor with the release’s label', () => {
  expect(prod.spec('ServiceMonitor', 'alcs')).toMatchObject({
    selector: { matchLabels: { app: 'alcs' } },
    endpoints: [{ port: 'metrics', path: '/metrics' }],
  });
  expect(at(prod.object('ServiceMonitor', 'alcs').inputs, 'metadata', 'labels', 'release')).toBe('prometheus');
});

test('ALC-68 rules and dashboards use the metrics’ own names', () => {
  const rules = JSON.stringify(prod.object('PrometheusRule', 'alcs-monitoring').inputs);
  expect(rules).toContain('alcs_requests_total');
  expect(rules).toContain('alcs_request_duration_seconds_bucket');
  expect(rules).not.toContain('http_server_request_duration_seconds_count');
  expect(String(prod.data('ConfigMap', 'alcs-sessions')['alcs-sessions.json'])).toContain('alcs_sessions_active');
});

test('ALC-70, ALC-71 five dashboards, found by Grafana’s sidecar', () => {
  const titles = prod
    .kinds('ConfigMap')
    .filter((m) => at(m.inputs, 'metadata', 'labels', 'grafana_dashboard') === '1')
    .flatMap((m) => Object.values(Object(m.inputs.data)).map((json) => JSON.parse(String(json)).title));
  expect(titles).toEqual(
    expect.arrayContaining(['ALCS Overview', 'Session Metrics', 'API Performance', 'Resource Usage', 'LLM Metrics']),
  );
});

describe('alerts, exactly', () => {
  test('ALC-72 PrometheusRule alcs-alerts in alcs: group alcs, each 30 s', () => {
    expect(prod.object('PrometheusRule', 'alcs-alerts').object?.namespace).toBe('alcs');
    expect(prod.spec('PrometheusRule', 'alcs-alerts', 'groups', 0)).toMatchObject({ name: 'alcs', interval: '30s' });
  });
  test.each([
    [
      'ALC-73',
      'ALCSHighErrorRate',
      'rate(alcs_errors_total[5m]) > 0.05',
      'warning',
      'High error rate detected',
      'Error rate is {{ $value }} errors/sec',
    ],
    [
      'ALC-74',
      'ALCSHighMemoryUsage',
      'container_memory_usage_bytes{pod=~"alcs-.*"} /\ncontainer_spec_memory_limit_bytes{pod=~"alcs-.*"} > 0.9\n',
      'warning',
      'High memory usage',
      'Memory usage is {{ $value | humanizePercentage }}',
    ],
    [
      'ALC-75',
      'ALCSPodCrashLooping',
      'rate(kube_pod_container_status_restarts_total{pod=~"alcs-.*"}[15m]) > 0',
      'critical',
      'Pod is crash looping',
      'Pod {{ $labels.pod }} is restarting',
    ],
  ])('%s %s', (_id, alert, expr, severity, summary, description) => {
    expect(prod.alerts('alcs-alerts')[alert]).toMatchObject({
      expr,
      for: '5m',
      labels: { severity },
      annotations: { summary, description },
    });
  });
  test('ALC-74 there is a limit to compare with', () => expect(app('resources', 'limits', 'memory')).toBe('1Gi'));
});

test('ALC-94 versions of before are kept', () => {
  expect(Number(prod.spec('Deployment', 'alcs', 'revisionHistoryLimit'))).toBeGreaterThanOrEqual(2);
});

test.each(['dev', 'prod'] as const)('ALC-97 a changed configuration rolls the pods, in %s', (environment) => {
  const digest = (changes: Record<string, string>) => {
    const app = new Look(systemGraph('alcs', environment, changes)).object('Deployment', 'alcs');
    return digestsOf(app)['seaworthy.dev/config-digest'];
  };
  expect(digest({})).toMatch(/^[0-9a-f]{64}$/);
  expect(digest({ 'alcs:jwt.expiresIn': '1h' })).not.toBe(digest({}));
  expect(digest({})).toBe(digest({}));
});
