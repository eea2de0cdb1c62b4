import { ApiObject, App, Chart } from 'cdk8s';
import type { Problem } from '../../constructs/core/problem';
import { buildGraph } from '../../graph/build';
import { isRecord } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import type { KubeObject } from './kube-client';

const CONTAINER = { name: 'web', image: 'nginx:1.30', ports: [{ name: 'http', containerPort: 8080 }] };
const POD_SPEC = { containers: [CONTAINER], volumes: [{ name: 'data', emptyDir: {} }] };
const template = (more: object = {}) => ({ metadata: { labels: { app: 'web' } }, spec: { ...POD_SPEC, ...more } });
const meta = { name: 'web', namespace: 'default' };
const selector = { matchLabels: { app: 'web' } };
const BACKEND = { service: { name: 'web', port: { number: 80 } } };

/** An object of each kind that the API server takes. */
export const GOOD = {
  pod: { apiVersion: 'v1', kind: 'Pod', metadata: meta, spec: POD_SPEC },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta, spec: { selector, template: template() } },
  statefulSet: {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: meta,
    spec: { serviceName: 'web', selector, template: template() },
  },
  daemonSet: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: meta, spec: { selector, template: template() } },
  job: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: meta,
    spec: { template: template({ restartPolicy: 'Never' }) },
  },
  cronJob: {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: meta,
    spec: { schedule: '0 2 * * *', jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }) } } },
  },
  service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta,
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  },
  ingress: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: meta,
    spec: {
      tls: [{ secretName: 'web-tls', hosts: ['shop.acme.org'] }],
      rules: [{ host: 'shop.acme.org', http: { paths: [{ path: '/api', pathType: 'Prefix', backend: BACKEND }] } }],
    },
  },
  policy: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: meta,
    spec: {
      podSelector: selector,
      policyTypes: ['Egress'],
      egress: [
        { to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], ports: [{ port: 443, protocol: 'TCP' }] },
      ],
    },
  },
  autoscaler: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: meta,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    },
  },
  budget: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: meta,
    spec: { maxUnavailable: 1, selector },
  },
  claim: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: meta,
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  configMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta, data: { 'a.txt': 'a' } },
  secret: { apiVersion: 'v1', kind: 'Secret', metadata: meta, type: 'Opaque', data: { a: '' } },
  namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } },
  role: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: meta,
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  },
  binding: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: meta,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' },
    subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'default' }],
  },
  quota: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: meta, spec: { hard: { 'requests.cpu': '4' } } },
  account: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta },
} as const;

export type GoodKind = keyof typeof GOOD;

/** A copy of an object with one field changed; `undefined` takes it out. */
export function changed(object: unknown, path: readonly (string | number)[], value: unknown): KubeObject {
  const copy: unknown = structuredClone(object);
  let here: unknown = copy;
  for (const [i, step] of path.slice(0, -1).entries()) {
    if (typeof here !== 'object' || here === null) throw new Error(`no way to ${path.join('.')}`);
    let next: unknown = Reflect.get(here, step);
    if (next === undefined) {
      next = typeof path[i + 1] === 'number' ? [] : {};
      Reflect.set(here, step, next);
    }
    here = next;
  }
  const last = path.at(-1);
  if (typeof here !== 'object' || here === null || last === undefined) throw new Error(`no way to ${path.join('.')}`);
  if (value === undefined) Reflect.deleteProperty(here, last);
  else Reflect.set(here, last, value);
  if (!isRecord(copy)) throw new Error('an object is a map');
  return copy;
}

/** Everything that is found wrong with some objects of a program that knows nothing of us. */
export function foundIn(...objects: readonly KubeObject[]): readonly Problem[] {
  const app = new App();
  const chart = new Chart(app, 'plain');
  for (const [i, { apiVersion, kind, ...rest }] of objects.entries()) {
    new ApiObject(chart, `object-${i}`, { apiVersion: String(apiVersion), kind: String(kind), ...rest });
  }
  return soundness(buildGraph(app), { kubernetesVersion: '1.35', environment: 'dev' });
}
