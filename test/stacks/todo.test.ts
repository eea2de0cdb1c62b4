import { at, isRecord, list } from '../../graph/json-value';
import { legible } from '../support/legible';
import { Look } from '../support/look';
import { systemGraph } from '../support/systems';

const NGINX = 'nginx.ingress.kubernetes.io/';
const dev = new Look(systemGraph('todo', 'dev'));
const prod = new Look(systemGraph('todo', 'prod'));
const inCluster = new Look(systemGraph('todo', 'prod', { 'todo:database.placement': 'in-cluster' }));
const backend = (...path: (string | number)[]) => at(prod.container('Deployment', 'todo-backend'), ...path);
const backendPod = (...path: (string | number)[]) =>
  prod.spec('Deployment', 'todo-backend', 'template', 'spec', ...path);

test('TDO-01 dev is one node’s worth: no cloud, certificates that sign themselves', () => {
  expect(dev.graph.nodes.filter((n) => n.type.startsWith('aws:'))).toEqual([]);
  expect(dev.annotations('Ingress', 'todo-backend')['cert-manager.io/issuer']).toBe('self-signed');
  expect(dev.spec('Deployment', 'todo-backend', 'replicas')).toBe(1);
});

test('TDO-02, TDO-03, TDO-62, TDO-63, TDO-64, TDO-65 production has what the brief lists', () => {
  expect(prod.spec('HorizontalPodAutoscaler', 'todo-backend', 'minReplicas')).toBe(3);
  expect(prod.spec('HorizontalPodAutoscaler', 'todo-frontend', 'minReplicas')).toBe(2);
  expect(prod.cloud('aws:rds/instance:Instance')).toHaveLength(1);
  expect(prod.names('Ingress').every((name) => list(prod.spec('Ingress', name, 'tls')).length === 1)).toBe(true);
  expect(prod.names('PrometheusRule')).toEqual(['todo-alerts', 'todo-monitoring']);
  expect(prod.names('NetworkPolicy')).toContain('default-deny');
});

test('TDO-07 both workloads are there', () => {
  expect(prod.names('Deployment')).toEqual(expect.arrayContaining(['todo-backend', 'todo-frontend']));
});

test('TDO-09 todo-backend starts with three copies', () => {
  expect(prod.spec('Deployment', 'todo-backend', 'replicas')).toBe(3);
});

test('TDO-10 its image is named by a version; latest is refused', () => {
  expect(backend('image')).toBe('registry.example.com/todo-backend:1.2.0');
  expect(() => systemGraph('todo', 'prod', { 'todo:tag': 'latest' })).toThrow(/SW-CONFIG-004 todo:tag is "latest"/);
});

test('TDO-11 it is pulled if it is not there', () => expect(backend('imagePullPolicy')).toBe('IfNotPresent'));

test('TDO-12 with registry-credentials, a Secret of the kubelet’s type', () => {
  expect(backendPod('imagePullSecrets')).toEqual([{ name: 'registry-credentials' }]);
  expect(prod.spec('ExternalSecret', 'registry-credentials', 'target', 'template')).toMatchObject({
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': expect.any(String) },
  });
});

test('TDO-13 its Service is ClusterIP on 3000', () => {
  expect(prod.spec('Service', 'todo-backend')).toMatchObject({ type: 'ClusterIP', ports: [{ port: 3000 }] });
});

test('TDO-14 its resources are the brief’s', () => {
  expect(backend('resources')).toMatchObject({
    requests: { cpu: '500m', memory: '256Mi' },
    limits: { cpu: '1', memory: '512Mi' },
  });
});

test('TDO-15 it scales from 3 to 10 at 70 % CPU and 80 % memory', () => {
  expect(prod.spec('HorizontalPodAutoscaler', 'todo-backend')).toMatchObject({ minReplicas: 3, maxReplicas: 10 });
  const targets = list(prod.spec('HorizontalPodAutoscaler', 'todo-backend', 'metrics')).map((m) =>
    at(m, 'resource', 'target', 'averageUtilization'),
  );
  expect(targets).toEqual([70, 80]);
});

describe('TDO-16 one disk for ten copies', () => {
  const data = (look: Look) => {
    const pod = look.spec('Deployment', 'todo-backend', 'template', 'spec');
    const mount = list(at(pod, 'containers', 0, 'volumeMounts')).find((m) => at(m, 'mountPath') === '/app/data');
    return list(at(pod, 'volumes')).find((v) => at(v, 'name') === at(mount, 'name'));
  };
  test('TDO-16 each copy has a folder of its own, of 10Gi', () => {
    expect(at(data(prod), 'ephemeral', 'volumeClaimTemplate', 'spec')).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'gp3',
      resources: { requests: { storage: '10Gi' } },
    });
  });
  test('TDO-16 or all share one that many nodes mount; a class of one node is refused', () => {
    const shared = (more: Record<string, string>) =>
      new Look(systemGraph('todo', 'prod', { 'todo:data.claim': 'shared', ...more }));
    const look = shared({ 'todo:data.storageClass': 'efs-sc' });
    expect(at(data(look), 'persistentVolumeClaim', 'claimName')).toBe('todo-data');
    expect(look.spec('PersistentVolumeClaim', 'todo-data')).toMatchObject({
      accessModes: ['ReadWriteMany'],
      storageClassName: 'efs-sc',
      resources: { requests: { storage: '10Gi' } },
    });
    expect(shared({}).codes()).toContain('SW-VOLUME-001');
  });
  test('TDO-16 the class fast-ssd is made, and the database’s disk is of it', () => {
    expect(prod.object('StorageClass', 'fast-ssd').inputs).toMatchObject({
      provisioner: 'ebs.csi.aws.com',
      parameters: { type: 'gp3', encrypted: 'true' },
      reclaimPolicy: 'Retain',
    });
    expect(inCluster.spec('Cluster', 'postgres', 'storage', 'storageClass')).toBe('fast-ssd');
  });
});

test('TDO-17 backend and frontend have probes', () => {
  expect(backend('readinessProbe', 'httpGet')).toEqual({ path: '/ready', port: 3000 });
  expect(at(prod.container('Deployment', 'todo-frontend'), 'livenessProbe', 'httpGet', 'path')).toBe('/');
});

test('TDO-18 the frontend’s pods are labelled app: todo-frontend, and are two at least', () => {
  expect(prod.spec('Deployment', 'todo-frontend', 'template', 'metadata', 'labels')).toMatchObject({
    app: 'todo-frontend',
  });
  expect(prod.spec('Deployment', 'todo-frontend', 'replicas')).toBe(2);
});

test('TDO-19 its Ingress: nginx, api.example.com, /', () => {
  expect(prod.spec('Ingress', 'todo-backend')).toMatchObject({
    ingressClassName: 'nginx',
    rules: [
      {
        host: 'api.example.com',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'todo-backend', port: { number: 3000 } } } },
            {
              path: '/metrics',
              pathType: 'Prefix',
              backend: { service: { name: 'todo-closed', port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  });
});

test('TDO-20 TLS by letsencrypt-prod in todo-backend-tls', () => {
  expect(prod.annotations('Ingress', 'todo-backend')['cert-manager.io/cluster-issuer']).toBe('letsencrypt-prod');
  expect(prod.spec('Ingress', 'todo-backend', 'tls')).toEqual([
    { secretName: 'todo-backend-tls', hosts: ['api.example.com'] },
  ]);
});

test('TDO-21 a hundred requests a second, by an annotation that there is', () => {
  const annotations = prod.annotations('Ingress', 'todo-backend');
  expect(annotations[`${NGINX}limit-rps`]).toBe('100');
  expect(Object.keys(annotations)).not.toContain(`${NGINX}rate-limit`);
});

test('TDO-25, TDO-27 the URL is in a Secret: todo_chatbot on postgres:5432', () => {
  expect(prod.env('Deployment', 'todo-backend').DATABASE_URL).toBe('secret db-credentials/database-url');
  const url = at(dev.object('Secret', 'db-credentials').inputs, 'data', 'database-url');
  expect(url).toBeDefined();
  const template = new Look(systemGraph('todo', 'dev', { 'seaworthy:secrets': 'external' }));
  expect(template.spec('ExternalSecret', 'db-credentials', 'target', 'template', 'data', 'database-url')).toMatch(
    /^postgresql:\/\/dbuser:.*@postgres:5432\/todo_chatbot$/,
  );
});

test('TDO-26 NODE_ENV and LOG_LEVEL', () => {
  expect(prod.env('Deployment', 'todo-backend')).toMatchObject({ NODE_ENV: 'production', LOG_LEVEL: 'info' });
});

describe('the schema', () => {
  const sql = String(prod.data('ConfigMap', 'todo-migrations-v1')['todo.sql']);
  test('TDO-28 the table is the brief’s, with the extension that it needs', () => {
    expect(sql).toMatch(/CREATE EXTENSION IF NOT EXISTS "uuid-ossp"/);
    expect(sql).toMatch(/id UUID PRIMARY KEY DEFAULT uuid_generate_v4\(\)/);
    expect(sql).toMatch(/title VARCHAR\(255\) NOT NULL/);
    expect(sql).toMatch(/completed BOOLEAN DEFAULT FALSE/);
  });
  test('TDO-29 both indexes', () => {
    expect(sql).toMatch(/idx_todos_created_at ON todos\(created_at DESC\)/);
    expect(sql).toMatch(/idx_todos_completed ON todos\(completed\)/);
  });
  test('TDO-30 it is there before the backend', () => {
    expect(prod.waitsFor('todo/backend', 'todo/migrations')).toBe(true);
  });
});

test('TDO-31 user 1000, no root, nothing writable, no privilege', () => {
  expect(backendPod('securityContext')).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  expect(backend('securityContext')).toEqual({
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  });
});

test('TDO-32 Pod Security restricted is enforced in the namespace', () => {
  expect(at(prod.object('Namespace', 'todo-chatbot').inputs, 'metadata', 'labels')).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
});

test('TDO-33 nothing comes in or out that is not written', () => {
  expect(prod.spec('NetworkPolicy', 'default-deny', 'policyTypes')).toEqual(['Ingress', 'Egress']);
});

test('TDO-34 the backend: in from the frontend, the front door and Prometheus; out to Postgres and DNS', () => {
  expect(prod.opens('backend-from-frontend', 'ingress', 3000)).toBe(true);
  expect(prod.opens('backend-from-front-door', 'ingress', 3000)).toBe(true);
  expect(prod.opens('todo-backend-from-prometheus', 'ingress', 3000)).toBe(true);
  expect(prod.opens('backend-to-postgres', 'egress', 5432)).toBe(true);
  expect(prod.opens('allow-dns', 'egress', 53)).toBe(true);
  const llm = new Look(systemGraph('todo', 'prod', { 'todo:llm.host': 'api.openai.com' }));
  expect(llm.opens('backend-to-llm', 'egress', 443)).toBe(true);
});

test('TDO-35 its account has the role todo-backend-role on EKS, and none on a laptop', () => {
  const [role] = prod.cloud('aws:iam/role:Role').filter((n) => n.path === 'todo/identity/role');
  expect(role?.inputs.name).toBe('todo-backend-role');
  const [statement] = list(JSON.parse(String(legible(role?.inputs.assumeRolePolicy))).Statement);
  expect(statement).toMatchObject({
    Principal: { Federated: '<cluster-stack.oidcProvider>' },
    Condition: {
      StringEquals: {
        '<cluster-stack.oidcIssuer>:aud': 'sts.amazonaws.com',
        '<cluster-stack.oidcIssuer>:sub': 'system:serviceaccount:todo-chatbot:todo-backend',
      },
    },
  });
  expect(Object.keys(prod.annotations('ServiceAccount', 'todo-backend'))).toEqual(['eks.amazonaws.com/role-arn']);
  expect(dev.annotations('ServiceAccount', 'todo-backend')).toEqual({});
});

test('TDO-36 it may get and list pods in the cluster; the binding names its namespace', () => {
  expect(prod.object('ClusterRole', 'todo-backend').inputs.rules).toEqual([
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  ]);
  expect(prod.object('ClusterRoleBinding', 'todo-backend').inputs.subjects).toEqual([
    { kind: 'ServiceAccount', name: 'todo-backend', namespace: 'todo-chatbot' },
  ]);
});

test('TDO-38 db-credentials has username and password, and the URL is composed of them', () => {
  const data = prod.spec('ExternalSecret', 'db-credentials', 'target', 'template', 'data');
  expect(Object.keys(Object(data)).sort()).toEqual(['database-url', 'password', 'username']);
  expect(at(data, 'username')).toBe('dbuser');
  expect(list(prod.spec('ExternalSecret', 'db-credentials', 'data'))).toHaveLength(1);
});

test('TDO-40 Prometheus reads it every 30 s', () => {
  expect(prod.spec('ServiceMonitor', 'todo-backend', 'endpoints', 0, 'interval')).toBe('30s');
});

test.each([
  ['todo-backend-metrics', ['http_requests_total{', 'http_request_duration_seconds_bucket{']],
  ['todo-frontend-performance', ['nginx_ingress_controller_requests{', 'nginx_ingress_controller_request_duration_']],
  ['kubernetes-cluster-health', ['kube_node_status_condition{', 'node_cpu_seconds_total{', 'kube_pod_status_phase{']],
])('TDO-42 the dashboard %s asks for %j', (name, metrics) => {
  const board = prod.object('ConfigMap', name);
  expect(at(board.inputs, 'metadata', 'labels', 'grafana_dashboard')).toBe('1');
  const { panels } = JSON.parse(String(at(board.inputs, 'data', `${name}.json`)));
  const asked = list(panels).flatMap((panel) => list(at(panel, 'targets')).map((target) => String(at(target, 'expr'))));
  for (const metric of metrics) expect(asked).toContainEqual(expect.stringContaining(metric));
});

test('TDO-44 HighErrorRate above 0.05 a second, by status codes', () => {
  const rule = prod.alerts('todo-alerts').HighErrorRate;
  expect(at(rule, 'expr')).toMatch(/rate\(http_requests_total\{.*status=~"5\.\."\}\[5m\]\)\) > 0\.05$/);
});

test('TDO-50 what Helm’s values were is the stack’s configuration: both tags are one key', () => {
  const other = new Look(systemGraph('todo', 'prod', { 'todo:tag': '1.3.0' }));
  for (const name of ['todo-backend', 'todo-frontend']) {
    expect(String(at(other.container('Deployment', name), 'image'))).toMatch(/:1\.3\.0$/);
  }
});

test('TDO-51, TDO-52, TDO-66 Velero copies the namespace with its volumes each night, as todo-backup', () => {
  expect(prod.object('Schedule', 'todo-backup')).toMatchObject({ object: { namespace: 'velero' } });
  expect(prod.spec('Schedule', 'todo-backup')).toMatchObject({
    schedule: '30 2 * * *',
    template: { includedNamespaces: ['todo-chatbot'], snapshotVolumes: true, ttl: '336h0m0s' },
  });
});

test('TDO-55 the database is dumped each night, and a dump is restored each week', () => {
  expect(prod.spec('CronJob', 'todo-backup', 'schedule')).toBe('0 2 * * *');
  expect(prod.spec('CronJob', 'todo-drill', 'schedule')).toBe('0 3 * * 0');
});

test('TDO-57 the frontend may run on spot nodes, the backend may not', () => {
  const tolerations = (name: string) => list(prod.spec('Deployment', name, 'template', 'spec', 'tolerations'));
  expect(tolerations('todo-frontend')).toContainEqual({ key: 'spot', operator: 'Exists', effect: 'NoSchedule' });
  expect(tolerations('todo-backend')).toEqual([]);
});

test('TDO-58 what is asked more scales', () => {
  expect(prod.names('HorizontalPodAutoscaler')).toEqual(['todo-backend', 'todo-frontend']);
});

test('TDO-59 the namespace has a quota, and containers a default', () => {
  expect(Object.keys(Object(prod.spec('ResourceQuota', 'todo-quota', 'hard'))).sort()).toEqual([
    'pods',
    'requests.cpu',
    'requests.memory',
    'requests.storage',
  ]);
  expect(isRecord(prod.spec('LimitRange', 'todo-quota', 'limits', 0, 'default'))).toBe(true);
});

test('TDO-60 volumes that nobody claims are on a dashboard', () => {
  expect(String(prod.data('ConfigMap', 'kubernetes-cluster-health')['kubernetes-cluster-health.json'])).toContain(
    'kube_persistentvolume_status_phase{phase=~\\"Available|Released\\"}',
  );
});
