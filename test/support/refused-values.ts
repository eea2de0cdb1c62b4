import type { GoodKind } from './kube-values';

export interface RefusedValue {
  readonly of: GoodKind;
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly code: string;
  /** Why we refuse what the API server takes. */
  readonly taken?: string;
}

const POD = ['spec', 'containers', 0] as const;
const long = (n: number) => 'a'.repeat(n);
const value = (
  of: GoodKind,
  path: readonly (string | number)[],
  given: unknown,
  code: string,
  taken?: string,
): RefusedValue => ({ of, path, value: given, code, ...(taken === undefined ? {} : { taken }) });

/** One value of each kind that is refused, with its code. */
export const REFUSED: readonly RefusedValue[] = [
  // names
  value('service', ['metadata', 'name'], 'shopApi', 'SW-NAME-001'),
  value('service', ['metadata', 'name'], long(64), 'SW-NAME-001'),
  value('service', ['metadata', 'name'], '1web', 'SW-NAME-001'),
  value('cronJob', ['metadata', 'name'], long(53), 'SW-NAME-001'),
  value('job', ['metadata', 'name'], long(64), 'SW-NAME-001'),
  value(
    'statefulSet',
    ['metadata', 'name'],
    long(53),
    'SW-NAME-001',
    'the label of its pods with eleven letters more is refused: no pod ever comes',
  ),
  value('deployment', ['metadata', 'name'], 'my_worker', 'SW-NAME-001'),
  value('deployment', ['metadata', 'name'], long(254), 'SW-NAME-001'),
  value('configMap', ['metadata', 'name'], 'My Shop', 'SW-NAME-001'),
  value('namespace', ['metadata', 'name'], 'shop.eu', 'SW-NAME-001'),
  value('namespace', ['metadata', 'name'], long(64), 'SW-NAME-001'),
  value('role', ['metadata', 'name'], 'a/b', 'SW-NAME-001'),
  value('pod', [...POD, 'name'], 'Web', 'SW-NAME-001'),
  value('pod', [...POD, 'ports', 0, 'name'], 'a-name-of-16-char', 'SW-NAME-001'),
  value('pod', [...POD, 'ports', 0, 'name'], '8080', 'SW-NAME-001'),
  value('pod', ['spec', 'volumes', 0, 'name'], 'a.b', 'SW-NAME-001'),
  value(
    'pod',
    [...POD, 'env'],
    [{ name: 'A B', value: 'x' }],
    'SW-NAME-001',
    'shells and most programs cannot read it',
  ),
  value(
    'pod',
    [...POD, 'env'],
    [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'a', key: 'a b' } } }],
    'SW-NAME-001',
  ),
  value('configMap', ['data', 'a/b'], 'x', 'SW-NAME-001'),
  value('configMap', ['data', '..'], 'x', 'SW-NAME-001'),
  // labels and annotations
  value('pod', ['metadata', 'labels'], { owner: 'team a/b' }, 'SW-LABEL-001'),
  value('pod', ['metadata', 'labels'], { 'a b': 'x' }, 'SW-LABEL-001'),
  value('pod', ['metadata', 'labels'], { 'Acme/x': 'x' }, 'SW-LABEL-001'),
  value('pod', ['metadata', 'annotations'], { 'a b': 'x' }, 'SW-LABEL-001'),
  value('deployment', ['spec', 'template', 'metadata', 'annotations'], { '/x': 'x' }, 'SW-LABEL-001'),
  value('service', ['spec', 'selector'], { app: 'a b' }, 'SW-LABEL-001'),
  value('policy', ['spec', 'podSelector'], { matchLabels: { app: long(64) } }, 'SW-LABEL-001'),
  value('pod', ['metadata', 'annotations'], { big: long(262_145) }, 'SW-SIZE-001'),
  value('configMap', ['data', 'big'], long(1_048_577), 'SW-SIZE-001'),
  // numbers, quantities, words
  value('pod', [...POD, 'ports', 0, 'containerPort'], 80_808, 'SW-FIELD-001'),
  value('service', ['spec', 'ports', 0, 'port'], 0, 'SW-FIELD-001'),
  value('service', ['spec', 'ports', 0, 'targetPort'], '8080', 'SW-FIELD-001'),
  value('pod', [...POD, 'resources'], { limits: { memory: '128Mb' } }, 'SW-FIELD-001'),
  value('pod', [...POD, 'resources'], { limits: { cpu: '-1' } }, 'SW-FIELD-001'),
  value('claim', ['spec', 'resources', 'requests', 'storage'], '1 Gi', 'SW-FIELD-001'),
  value('claim', ['spec', 'resources', 'requests', 'storage'], '1e+26Gi', 'SW-FIELD-001'),
  value('quota', ['spec', 'hard', 'requests.cpu'], 'four', 'SW-FIELD-001'),
  value('policy', ['spec', 'egress', 0, 'to', 0, 'ipBlock'], { cidr: '10.0.0.0/33' }, 'SW-FIELD-001'),
  value('policy', ['spec', 'egress', 0, 'to', 0, 'ipBlock'], { cidr: '10.0.0.0' }, 'SW-FIELD-001'),
  value('policy', ['spec', 'egress', 0, 'to', 0, 'ipBlock', 'except'], ['192.168.0.0/16'], 'SW-FIELD-004'),
  value('policy', ['spec', 'egress', 0, 'ports', 0, 'protocol'], 'HTTP', 'SW-FIELD-001'),
  value('deployment', ['spec', 'replicas'], -1, 'SW-FIELD-001'),
  value('deployment', ['spec', 'strategy'], { type: 'Rolling' }, 'SW-FIELD-001'),
  value('deployment', ['spec', 'template', 'spec', 'restartPolicy'], 'Never', 'SW-FIELD-001'),
  value('job', ['spec', 'template', 'spec', 'restartPolicy'], 'Always', 'SW-FIELD-001'),
  value('job', ['spec', 'backoffLimit'], -1, 'SW-FIELD-001'),
  value(
    'pod',
    ['spec', 'terminationGracePeriodSeconds'],
    -1,
    'SW-FIELD-001',
    'an order to stop at once is written as 0',
  ),
  value('budget', ['spec', 'maxUnavailable'], '10', 'SW-FIELD-001'),
  value('autoscaler', ['spec', 'maxReplicas'], 0, 'SW-FIELD-001'),
  value('autoscaler', ['spec', 'minReplicas'], 6, 'SW-FIELD-004'),
  value('pod', [...POD, 'imagePullPolicy'], 'Sometimes', 'SW-FIELD-001'),
  value('pod', [...POD, 'livenessProbe'], { httpGet: { path: '/', port: 99_999 } }, 'SW-FIELD-001'),
  value('pod', [...POD, 'livenessProbe'], { httpGet: { path: '/', port: 8080 }, successThreshold: 2 }, 'SW-FIELD-001'),
  value('pod', [...POD, 'image'], 'ghcr.io/a b/api:1', 'SW-IMAGE-002', 'no container runtime can pull it'),
  value('pod', [...POD, 'image'], 'ghcr.io/Acme/API:1', 'SW-IMAGE-002', 'no container runtime can pull it'),
  value('claim', ['spec', 'accessModes'], ['ReadWrite'], 'SW-FIELD-001'),
  value('claim', ['spec', 'storageClassName'], 'UPPER b', 'SW-NAME-001'),
  value('binding', ['roleRef', 'kind'], 'Rolle', 'SW-FIELD-001'),
  value('secret', ['data', 'a'], 'not base64!', 'SW-FIELD-001'),
  // hosts, paths, schedules
  value('ingress', ['spec', 'rules', 0, 'host'], '10.0.0.1', 'SW-FIELD-001'),
  value('ingress', ['spec', 'rules', 0, 'host'], 'https://shop.acme.org/', 'SW-FIELD-001'),
  value('ingress', ['spec', 'rules', 0, 'host'], '*.*.acme.org', 'SW-FIELD-001'),
  value('ingress', ['spec', 'tls', 0, 'hosts', 0], 'A b', 'SW-FIELD-001'),
  value('ingress', ['spec', 'rules', 0, 'http', 'paths', 0, 'path'], '//', 'SW-FIELD-001'),
  value('ingress', ['spec', 'rules', 0, 'http', 'paths', 0, 'path'], 'api', 'SW-FIELD-001'),
  value(
    'ingress',
    ['spec', 'rules', 0, 'http', 'paths', 0, 'path'],
    '/a b;{',
    'SW-FIELD-001',
    'ingress-nginx refuses it, and no URL has such letters',
  ),
  value('ingress', ['spec', 'rules', 0, 'http', 'paths', 0, 'pathType'], 'prefix', 'SW-FIELD-001'),
  ...[
    '0 3 * * 7',
    '0 3 L * *',
    '0 3 * * MON#1',
    '0 3 * * SAT-SUN',
    '0 3 15W * *',
    '20-4 * * * *',
    '60 * * * *',
    '* * * *',
    '@noon',
    'TZ=UTC 0 3 * * *',
  ].map((schedule) => value('cronJob', ['spec', 'schedule'], schedule, 'SW-SCHEDULE-001')),
  value('cronJob', ['spec', 'schedule'], ', * * * *', 'SW-SCHEDULE-001', 'a field that names no time never comes'),
  value('cronJob', ['spec', 'timeZone'], 'Mars/Olympus', 'SW-FIELD-001'),
  value('cronJob', ['spec', 'concurrencyPolicy'], 'Never', 'SW-FIELD-001'),
  // twice
  value('pod', [...POD, 'ports', 1], { name: 'http', containerPort: 8081 }, 'SW-FIELD-002'),
  value('pod', ['spec', 'volumes', 1], { name: 'data', emptyDir: {} }, 'SW-FIELD-002'),
  value('pod', ['spec', 'containers', 1], { name: 'web', image: 'nginx:1.30' }, 'SW-FIELD-002'),
  value(
    'pod',
    [...POD, 'env'],
    [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ],
    'SW-FIELD-002',
    'a program sees only one of the two; server-side apply fails',
  ),
  value('service', ['spec', 'ports', 1], { name: 'http', port: 81 }, 'SW-FIELD-002'),
  value('service', ['spec', 'ports', 1], { name: 'web', port: 80 }, 'SW-FIELD-002'),
  value(
    'pod',
    [...POD, 'volumeMounts'],
    [
      { name: 'data', mountPath: '/a' },
      { name: 'data', mountPath: '/a' },
    ],
    'SW-FIELD-002',
  ),
  // what refers to nothing, and what does not fit together
  value('pod', [...POD, 'volumeMounts'], [{ name: 'nowhere', mountPath: '/a' }], 'SW-FIELD-003'),
  value(
    'pod',
    [...POD, 'readinessProbe'],
    { httpGet: { path: '/', port: 'web' } },
    'SW-FIELD-003',
    'the kubelet asks a port that is not there: never ready',
  ),
  value('pod', [...POD, 'resources'], { requests: { cpu: '2' }, limits: { cpu: '1' } }, 'SW-FIELD-004'),
  value('deployment', ['spec', 'template', 'metadata', 'labels'], { app: 'wep' }, 'SW-FIELD-005'),
  value('daemonSet', ['spec', 'selector'], { matchLabels: { app: 'wep' } }, 'SW-FIELD-005'),
  value('deployment', ['spec', 'selector'], {}, 'SW-FIELD-005'),
  value(
    'pod',
    ['spec', 'volumes', 0],
    { name: 'data' },
    'SW-FIELD-006',
    'a server fills in an emptyDir: what was forgotten goes with each pod',
  ),
  value('pod', ['spec', 'volumes', 0], { name: 'data', emptyDir: {}, configMap: { name: 'a' } }, 'SW-FIELD-006'),
  value('pod', [...POD, 'livenessProbe'], { periodSeconds: 5 }, 'SW-FIELD-006'),
  value('pod', ['spec', 'containers'], [], 'SW-FIELD-006'),
  value(
    'pod',
    ['spec', 'securityContext'],
    { runAsNonRoot: true, runAsUser: 0 },
    'SW-FIELD-006',
    'the kubelet refuses to start it',
  ),
  value('service', ['spec', 'ports'], [], 'SW-FIELD-006'),
  value('service', ['spec', 'ports'], [{ port: 80 }, { port: 81 }], 'SW-FIELD-006'),
  value('ingress', ['spec', 'rules', 0, 'http', 'paths', 0, 'backend'], { service: { name: 'web' } }, 'SW-FIELD-006'),
  value('ingress', ['spec', 'rules'], [], 'SW-FIELD-006'),
  value('claim', ['spec', 'accessModes'], [], 'SW-FIELD-006'),
  value('budget', ['spec', 'minAvailable'], 1, 'SW-FIELD-006'),
  value('role', ['rules', 0, 'verbs'], [], 'SW-FIELD-006'),
  value('secret', ['type'], 'kubernetes.io/tls', 'SW-FIELD-006'),
  value(
    'deployment',
    ['spec', 'strategy'],
    { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
    'SW-FIELD-006',
  ),
];

/** What both take, near what they refuse. */
export const TAKEN: readonly Omit<RefusedValue, 'code'>[] = [
  { of: 'service', path: ['metadata', 'name'], value: long(63) },
  { of: 'cronJob', path: ['metadata', 'name'], value: long(52) },
  { of: 'deployment', path: ['metadata', 'name'], value: `${long(200)}.b` },
  { of: 'role', path: ['metadata', 'name'], value: 'system:a B' },
  { of: 'configMap', path: ['data', '..a-b_c.D'.slice(1)], value: 'x' },
  {
    of: 'pod',
    path: [...POD, 'resources'],
    value: { requests: { cpu: 1, memory: '0.5e3' }, limits: { cpu: '1e3m'.slice(0, 3), memory: '1Gi' } },
  },
  { of: 'ingress', path: ['spec', 'rules', 0, 'host'], value: '*.acme.org' },
  { of: 'ingress', path: ['spec', 'rules', 0, 'http', 'paths', 0, 'path'], value: '/%C3%A9/' },
  { of: 'policy', path: ['spec', 'egress', 0, 'to', 0, 'ipBlock'], value: { cidr: '::/0', except: ['fd00::/8'] } },
  ...['@every 1h30m', '@daily', '0 3 ? * MON-FRI', '*/5 1,2 1-31/2 jan *', '0  3 * * 0'].map((schedule) => {
    return { of: 'cronJob' as const, path: ['spec', 'schedule'], value: schedule };
  }),
  { of: 'service', path: ['spec', 'ports', 0, 'targetPort'], value: 'http' },
  { of: 'pod', path: ['metadata', 'labels'], value: { 'acme.org/x': '', a: 'A_b.c-1' } },
];
