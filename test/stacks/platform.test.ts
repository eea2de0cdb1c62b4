import { leavesIn } from '../../constructs/core/value';
import { at, list } from '../../graph/json-value';
import { Look } from '../support/look';
import { platformGraph } from '../support/systems';

const platform = new Look(platformGraph({ 'platform:onCall.webhook': '[secret]' }));
const release = (name: string) =>
  platform.graph.nodes.find((n) => n.type === 'kubernetes:helm.sh/v3:Release' && n.inputs.name === name)?.inputs;
const ALL = '["cert-manager","external-secrets","prometheus","ingress-nginx","metrics-server","velero","loki"]';
const withLoki = platformGraph({ 'platform:addOns': ALL, 'platform:logs.days': '30' });

test('TDO-22 cert-manager with its CRDs, in a namespace of its own', () => {
  expect(release('cert-manager')).toMatchObject({ namespace: 'cert-manager', values: { crds: { enabled: true } } });
});

test('TDO-23 the issuer letsencrypt-prod, after cert-manager', () => {
  const { inputs, path } = platform.object('ClusterIssuer', 'letsencrypt-prod');
  expect(inputs.spec).toEqual({
    acme: {
      server: 'https://acme-v02.api.letsencrypt.org/directory',
      email: 'admin@example.com',
      privateKeySecretRef: { name: 'letsencrypt-prod' },
      solvers: [{ http01: { ingress: { ingressClassName: 'nginx' } } }],
    },
  });
  expect(platform.graph.edges).toContainEqual(
    expect.objectContaining({ from: path, to: 'platform/cert-manager/cert-manager' }),
  );
});

test('TDO-39 External Secrets, by its chart', () => {
  expect(release('external-secrets')).toMatchObject({
    chart: 'external-secrets',
    repositoryOpts: { repo: 'https://charts.external-secrets.io' },
  });
});

test('ALC-65 kube-prometheus-stack is the release prometheus in monitoring', () => {
  expect(release('prometheus')).toMatchObject({
    namespace: 'monitoring',
    chart: expect.stringMatching(/kube-prometheus-stack$/),
  });
});

test('TDO-40, TDO-41 Prometheus reads each 30 s and keeps 15 days', () => {
  const spec = at(release('prometheus'), 'values', 'prometheus', 'prometheusSpec');
  expect(spec).toMatchObject({ retention: '15d', scrapeInterval: '30s' });
});

test('TCO-26 Kubernetes’ own metrics are read: the state of objects, and nodes', () => {
  expect(at(release('prometheus'), 'values')).toMatchObject({
    kubeStateMetrics: { enabled: true },
    nodeExporter: { enabled: true },
  });
});

test('TDO-43, ALC-69 Grafana’s administrator has a generated password, from a Secret', () => {
  expect(at(release('prometheus'), 'values', 'grafana', 'admin')).toMatchObject({ existingSecret: 'grafana-admin' });
  expect(platform.cloud('random:index/randomPassword:RandomPassword')).toHaveLength(1);
});

test('ALC-76, ALC-100 critical alerts go to whoever is on call', () => {
  const config = at(release('prometheus'), 'values', 'alertmanager', 'config');
  expect(list(at(config, 'route', 'routes'))).toContainEqual({
    receiver: 'on-call',
    matchers: ['severity = "critical"'],
    repeat_interval: '1h',
  });
  expect(list(at(config, 'receivers'))).toContainEqual({
    name: 'on-call',
    webhook_configs: [{ url_file: '/etc/alertmanager/secrets/on-call-webhook/url', send_resolved: true }],
  });
});

test('what is no night’s matter reaches somebody too: another webhook, or that of who is on call', () => {
  const receivers = (changes: Record<string, string>) => {
    const graph = platformGraph(changes);
    const values = graph.nodes.find((n) => n.inputs.name === 'prometheus')?.inputs.values;
    const byDay = list(at(values, 'alertmanager', 'config', 'receivers')).find((r) => at(r, 'name') === 'by-day');
    return at(byDay, 'webhook_configs', 0, 'url_file');
  };
  const file = (key: string) => `/etc/alertmanager/secrets/on-call-webhook/${key}`;
  expect(receivers({ 'platform:onCall.webhook': '[secret]' })).toBe(file('url'));
  const both = { 'platform:onCall.webhook': '[secret]', 'platform:onCall.dailyWebhook': '[secret]' };
  expect(receivers(both)).toBe(file('daily-url'));
  const secret = new Look(platformGraph(both)).data('Secret', 'on-call-webhook');
  expect(Object.keys(secret).sort()).toEqual(['daily-url', 'url']);
});

test('a monitor of ours waits for Prometheus, which brings its kind, and is not there without it', () => {
  const { path } = platform.object('PodMonitor', 'cert-manager');
  expect(platform.graph.edges).toContainEqual(
    expect.objectContaining({ from: path, to: 'platform/prometheus/prometheus' }),
  );
  const without = new Look(platformGraph({ 'platform:addOns': '["cert-manager","ingress-nginx"]' }));
  expect(without.names('PodMonitor')).toEqual([]);
  expect(JSON.stringify(without.graph.nodes.map((n) => n.inputs.values ?? {}))).not.toMatch(/servicemonitor/i);
});

test('volumes of add-ons have a class, and it is there', () => {
  expect(platform.object('StorageClass', 'gp3').inputs).toMatchObject({ provisioner: 'ebs.csi.aws.com' });
  const claim = at(
    release('prometheus'),
    'values',
    'prometheus',
    'prometheusSpec',
    'storageSpec',
    'volumeClaimTemplate',
    'spec',
  );
  expect(claim).toMatchObject({ storageClassName: 'gp3' });
  const nodes = platform.spec('Elasticsearch', 'logs', 'nodeSets', 0, 'volumeClaimTemplates', 0, 'spec');
  expect(nodes).toMatchObject({ storageClassName: 'gp3' });
  const loki = withLoki.nodes.find((n) => n.inputs.name === 'loki')?.inputs;
  expect(at(loki, 'values', 'singleBinary', 'persistence')).toEqual({ size: '50Gi', storageClass: 'gp3' });
});

test('the front door on AWS keeps the addresses of clients, which the rate limit counts', () => {
  expect(at(release('ingress-nginx'), 'values', 'controller', 'service')).toMatchObject({
    externalTrafficPolicy: 'Local',
    annotations: {
      'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb',
      'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'instance',
      'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing',
    },
  });
});

test('ALC-91 metrics-server is there for autoscalers', () => expect(release('metrics-server')).toBeDefined());

test('ALC-07 the front door is an nginx behind a load balancer; it allows the headers that systems set', () => {
  const controller = at(release('ingress-nginx'), 'values', 'controller');
  expect(controller).toMatchObject({ service: { type: 'LoadBalancer' }, allowSnippetAnnotations: false });
  expect(at(controller, 'config')).toMatchObject({ 'use-gzip': 'true', 'ssl-protocols': 'TLSv1.2 TLSv1.3' });
  expect(String(at(controller, 'config', 'global-allowed-response-headers'))).toContain('Content-Security-Policy');
});

test('ALC-12 the front door gives each request an id', () => {
  expect(at(release('ingress-nginx'), 'values', 'controller', 'config', 'generate-request-id')).toBe('true');
});

test('TDO-52, TDO-53 Velero has a place for backups, by the pod’s identity', () => {
  expect(at(release('velero'), 'values')).toMatchObject({
    configuration: { backupStorageLocation: [{ provider: 'aws', bucket: expect.any(String) }] },
    credentials: { useSecret: false },
  });
});

test('TDO-45, ALC-78, TCO-10, TAL-87 Elasticsearch of three with 100Gi each, Logstash, Kibana at logs.example.com', () => {
  expect(platform.spec('Elasticsearch', 'logs', 'nodeSets', 0)).toMatchObject({ count: 3 });
  const claim = platform.spec(
    'Elasticsearch',
    'logs',
    'nodeSets',
    0,
    'volumeClaimTemplates',
    0,
    'spec',
    'resources',
    'requests',
  );
  expect(claim).toEqual({ storage: '100Gi' });
  expect(platform.names('Logstash')).toEqual(['logs']);
  const [input] = list(at(platform.spec('Beat', 'logs', 'config'), 'filebeat.inputs'));
  expect(input).toMatchObject({
    type: 'filestream',
    paths: ['/var/log/containers/*.log'],
    parsers: [{ container: {} }],
  });
  expect(platform.spec('Ingress', 'kibana', 'rules', 0, 'host')).toBe('logs.example.com');
});

test('TDO-45, TCO-10 Filebeat reads what it finds: it follows links, and is root, whose the logs are', () => {
  const [input] = list(at(platform.spec('Beat', 'logs', 'config'), 'filebeat.inputs'));
  expect(at(input, 'prospector.scanner.symlinks')).toBe(true);
  const pod = platform.spec('Beat', 'logs', 'daemonSet', 'podTemplate', 'spec');
  expect(pod).toMatchObject({
    securityContext: { runAsUser: 0 },
    containers: [{ name: 'filebeat', volumeMounts: [{ name: 'logs', mountPath: '/var/log' }] }],
    volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
  });
});

test('a line says whose it is: Filebeat asks for pods, and may', () => {
  const pod = platform.spec('Beat', 'logs', 'daemonSet', 'podTemplate', 'spec');
  expect(pod).toMatchObject({ serviceAccountName: 'filebeat', automountServiceAccountToken: true });
  expect(list(platform.spec('Beat', 'logs', 'config', 'processors'))[0]).toMatchObject({
    add_kubernetes_metadata: { matchers: [{ logs_path: { logs_path: '/var/log/containers/' } }] },
  });
  const { rules } = platform.object('ClusterRole', 'filebeat').inputs;
  expect(list(rules)[0]).toEqual({
    apiGroups: [''],
    resources: ['namespaces', 'pods', 'nodes'],
    verbs: ['get', 'list', 'watch'],
  });
  expect(platform.object('ClusterRoleBinding', 'filebeat').inputs).toMatchObject({
    subjects: [{ kind: 'ServiceAccount', name: 'filebeat', namespace: 'logging' }],
  });
});

test.each([
  [14, {}],
  [30, { 'platform:logs.days': '30' }],
])('ALC-80, ALC-102 Elasticsearch keeps logs %d days, before the first line is written', (days, changes) => {
  const look = new Look(platformGraph(changes));
  const [before] = list(look.spec('Logstash', 'logs', 'podTemplate', 'spec', 'initContainers'));
  const lifecycle = list(at(before, 'env')).find((variable) => at(variable, 'name') === 'LIFECYCLE');
  const { hot, delete: end } = JSON.parse(String(at(lifecycle, 'value'))).policy.phases;
  expect(hot.actions.rollover.max_age).toBe('1d');
  expect(end).toEqual({ min_age: `${days}d`, actions: { delete: {} } });
  expect(String(at(before, 'command', 2))).toContain('"index.lifecycle.name":"seaworthy-logs"');
});

test('Kibana asks for a password, and not for a thousand a second', () => {
  expect(platform.object('Ingress', 'kibana').inputs.metadata).toMatchObject({
    annotations: { 'nginx.ingress.kubernetes.io/limit-rps': '20' },
  });
});

test('ALC-77, ALC-80, ALC-102 Loki instead, with the retention that was asked for', () => {
  const loki = withLoki.nodes.find((n) => n.inputs.name === 'loki')?.inputs;
  expect(at(loki, 'values', 'loki', 'limits_config')).toEqual({ retention_period: '720h' });
  expect(at(loki, 'values', 'loki', 'compactor', 'retention_enabled')).toBe(true);
});

test('ALC-79 each field of a JSON line is read', () => {
  const alloy = withLoki.nodes.find((n) => n.inputs.name === 'alloy')?.inputs;
  const content = String(at(alloy, 'values', 'alloy', 'configMap', 'content'));
  for (const field of ['timestamp', 'level', 'message', 'correlationId', 'sessionId', 'userId', 'duration']) {
    expect(content).toContain(`${field} = "${field}"`);
  }
});

test('what cannot be together is refused', () => {
  const codes = (addOns: string, more: Record<string, string> = {}) =>
    platformGraph({ 'platform:addOns': addOns, ...more }).problems.map((p) => p.code);
  expect(codes('["cert-manager","loki","elastic"]')).toContain('SW-PLATFORM-001');
  expect(codes('["cloudnative-pg"]')).toEqual(['SW-PLATFORM-002', 'SW-PLATFORM-003']);
});

test('in production nobody deletes what systems stand on', () => {
  const releases = platform.graph.nodes.filter((n) => n.type === 'kubernetes:helm.sh/v3:Release');
  expect(releases.every((n) => n.options.protect === true)).toBe(true);
});

test('the webhook of who is on call is in a Secret that Alertmanager mounts, and in no value of a chart', () => {
  const { alertmanagerSpec } = Object(at(release('prometheus'), 'values', 'alertmanager'));
  expect(alertmanagerSpec).toEqual({ secrets: ['on-call-webhook'] });
  const secret = platform.object('Secret', 'on-call-webhook');
  expect(secret.inputs.metadata).toMatchObject({ namespace: 'monitoring' });
  const [leaf] = leavesIn(secret.inputs.data);
  expect(leaf).toEqual({ kind: 'config', key: 'platform:onCall.webhook' });
  const others = platform.graph.nodes.filter(({ path }) => path !== secret.path);
  expect(others.flatMap(({ inputs }) => leavesIn(inputs)).filter(({ kind }) => kind === 'config')).toEqual([]);
});

test.each([
  [
    'platform:onCall.webhook',
    'https://events.acme.org/hunter2',
    /SW-CONFIG-005 platform:onCall.webhook is in plain text; it is a secret/,
  ],
])('%s in plain text is refused, and not shown', (key, value, told) => {
  expect(() => platformGraph({ [key]: value })).toThrow(told);
  expect(() => platformGraph({ [key]: value })).not.toThrow(/hunter2/);
});

test('a webhook that nobody set is a placeholder in production', () => {
  const told = platformGraph().problems.filter(({ code }) => code === 'SW-PLATFORM-006');
  expect(told).toEqual([
    expect.objectContaining({
      severity: 'placeholder',
      what: 'alerts reach nobody: there is no webhook.',
      fix: 'pulumi config set --path --secret platform:onCall.webhook',
    }),
  ]);
});

const everything = platformGraph({
  'platform:addOns':
    '["cert-manager","external-secrets","sealed-secrets","prometheus","cloudnative-pg","ingress-nginx","metrics-server","velero","elastic"]',
});

describe.each([
  ['elastic', everything],
  ['loki', withLoki],
])('policies of the add-ons, with %s', (_name, graph) => {
  const policies = graph.nodes.filter((n) => n.object?.kind === 'NetworkPolicy');
  const made = graph.nodes.flatMap((n) => (n.object?.kind === 'Namespace' ? [n.object.name] : []));

  test('every namespace that is made lets nobody in but its own pods', () => {
    const denying = policies.filter((n) => n.object?.name === 'default-deny');
    expect(denying.map((n) => String(at(n.inputs, 'metadata', 'namespace'))).sort()).toEqual([...made].sort());
    for (const { inputs } of denying) {
      expect(inputs.spec).toEqual({
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: {} }] }],
      });
    }
  });

  test('who is let in is let in to ports', () => {
    const others = policies.filter((n) => n.object?.name !== 'default-deny');
    expect(others.length).toBeGreaterThan(5);
    for (const { inputs } of others) expect(list(at(inputs.spec, 'ingress', 0, 'ports')).length).toBeGreaterThan(0);
  });

  test('Prometheus reaches what its monitors read', () => {
    const monitored = graph.nodes.flatMap((n) =>
      n.object?.kind === 'PodMonitor' ? [at(n.inputs, 'metadata', 'namespace')] : [],
    );
    const open = policies.filter((n) => n.object?.name === 'from-prometheus');
    expect(open.map((n) => at(n.inputs, 'metadata', 'namespace'))).toEqual(expect.arrayContaining(monitored));
  });
});

test('Kibana is reached from the front door, and Elasticsearch from its own namespace only', () => {
  const allowed = new Look(everything)
    .kinds('NetworkPolicy')
    .filter((n) => at(n.inputs, 'metadata', 'namespace') === 'logging');
  const ports = allowed.flatMap(({ inputs }) =>
    list(at(inputs.spec, 'ingress', 0, 'ports')).map((port) => at(port, 'port')),
  );
  expect(ports.sort()).toEqual([5601, 9443]);
});

describe('a platform whose front door is a Gateway', () => {
  const addOns = '["cert-manager","prometheus","envoy-gateway","elastic"]';
  const graph = platformGraph({ 'platform:addOns': addOns, 'seaworthy:frontDoor': 'gateway' });
  const look = new Look(graph);
  const values = (name: string) => graph.nodes.find((n) => n.inputs.name === name)?.inputs.values;

  test('has its class, whose proxies keep the addresses of clients', () => {
    expect(look.spec('GatewayClass', 'envoy', 'parametersRef', 'name')).toBe('envoy');
    expect(look.spec('EnvoyProxy', 'envoy', 'provider', 'kubernetes', 'envoyService')).toMatchObject({
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
    });
  });

  test('answers challenges through the Gateway that a certificate names', () => {
    expect(look.spec('ClusterIssuer', 'letsencrypt-prod', 'acme', 'solvers')).toEqual([
      { http01: { gatewayHTTPRoute: {} } },
    ]);
    expect(at(values('cert-manager'), 'config', 'gatewayAPI')).toEqual({ enabled: true });
  });

  test('has the kinds of Gateway API before cert-manager looks for them', () => {
    const place = (name: string) => graph.nodes.findIndex((n) => n.path === name);
    const waits = graph.edges.filter((e) => e.from.startsWith('platform/cert-manager/')).map((e) => e.to);
    expect(waits).toContain('platform/envoy-gateway/class');
    expect(place('platform/envoy-gateway/envoy-gateway')).toBeLessThan(place('platform/cert-manager/cert-manager'));
  });

  test('has no Ingress that nobody serves, and says where Kibana is', () => {
    expect([look.names('Ingress'), look.codes().filter((code) => code.startsWith('SW-ADDON'))]).toEqual([
      [],
      ['SW-ADDON-002'],
    ]);
  });
});

test('Traefik serves the class nginx, and allows the headers that systems set', () => {
  const graph = platformGraph({ 'platform:addOns': '["cert-manager","traefik"]', 'seaworthy:frontDoor': 'traefik' });
  const values = graph.nodes.find((n) => n.inputs.name === 'traefik')?.inputs.values;
  expect(new Look(graph).spec('IngressClass', 'nginx', 'controller')).toBe('k8s.io/ingress-nginx');
  expect(at(values, 'providers', 'kubernetesIngressNGINX')).toMatchObject({ enabled: true, ingressClass: 'nginx' });
  expect(String(at(values, 'additionalArguments', 0))).toContain('Strict-Transport-Security');
});

test('a controller out of maintenance is told once, and stops nothing', () => {
  const told = platform.graph.problems.filter((p) => p.code === 'SW-ADDON-001');
  expect(told.map((p) => p.severity)).toEqual(['warning']);
  expect(told[0]?.fix).toMatch(/traefik.*envoy-gateway/);
});

test('two controllers of one class are refused', () => {
  const graph = platformGraph({ 'platform:addOns': '["cert-manager","traefik","ingress-nginx"]' });
  expect(graph.problems.map((p) => p.code)).toContain('SW-PLATFORM-009');
});
