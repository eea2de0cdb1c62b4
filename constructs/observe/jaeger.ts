import { ApiObject, Duration, Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { PRIVATE_IPV4 } from '../core/addresses';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { labelsOf, selectorOf } from '../core/labels';
import { withLocalStorage } from '../core/local-storage';
import { recordConnection } from '../core/part';
import { peersOf } from '../core/peers';
import { quantity, resourceRequirements, restrictedContainer, restrictedPod, sizeText, temporary } from '../core/pod';
import { closedNamespace, systemOf } from '../core/system';
import { VERSIONS } from '../core/versions';
import type { Workload } from '../core/workload';
import { openBothSides } from '../network/network-policy';
import type { TracingBackend } from './tracing-backend';

type OfKind<K extends TracingBackend['kind']> = Extract<TracingBackend, { kind: K }>;

const PORTS = { otlp: 4317, query: 16686, health: 13133 };
/** Of the official image: https://github.com/jaegertracing/jaeger */
const USER = 10001;
const RESOURCES = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(1000) },
  memory: { request: Size.mebibytes(256), limit: Size.gibibytes(1) },
};

/** A place where the Collector's spans end: a Construct, so that the edge to it has two ends. */
class Backend extends Construct implements HasEndpoint {
  constructor(
    scope: Construct & Workload,
    readonly namespace: string,
    readonly endpoint: Endpoint,
  ) {
    super(scope, 'jaeger');
    const system = systemOf(this);
    if (namespace !== system.namespaceName) {
      closedNamespace(this, namespace, 'restricted', system.platform);
    }
    openBothSides(new Construct(scope, 'to-jaeger'), scope, this, endpoint);
    recordConnection(scope, () => ({
      from: scope.node.path,
      to: this.node.path,
      port: endpoint.port,
      variables: [],
      facts: [`:${endpoint.port} in ${namespace}`],
    }));
  }
}

/** One Jaeger v2 with its spans on a volume (badger). Its user interface is reached by `kubectl port-forward`. */
export function jaeger(
  tracing: Construct & HasEndpoint & Workload,
  { namespace, storage, keep }: OfKind<'jaeger'>,
): Endpoint {
  const { platform, namespaceName, node } = systemOf(tracing);
  const home = namespace ?? namespaceName;
  const name = `${node.id}-jaeger`;
  const host = home === namespaceName ? name : `${name}.${home}.svc`;
  const selector = selectorOf(tracing, name);
  const reach = { by: 'pods', namespace: home, labels: selector } as const;
  const backend = new Backend(tracing, home, { scheme: 'http', host, port: PORTS.otlp, reach });
  const labels = labelsOf(backend, name);
  const metadata = { name, namespace: home, labels };
  const config = jaegerConfig(keep ?? Duration.days(2));

  new k8s.KubeServiceAccount(backend, 'account', {
    metadata: { name, namespace: home },
    automountServiceAccountToken: false,
  });
  new k8s.KubeConfigMap(backend, 'config', {
    metadata: { name: `${name}-config`, namespace: home },
    data: { 'config.yaml': config },
  });
  new k8s.KubeStatefulSet(backend, 'server', {
    metadata,
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: selector },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      template: { metadata: { labels }, spec: pod(name) },
      volumeClaimTemplates: [
        {
          metadata: { name: 'spans' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: platform.storageClass,
            resources: { requests: { storage: quantity(sizeText(storage ?? Size.gibibytes(10))) } },
          },
        },
      ],
    },
  });
  const ports = [
    { name: 'otlp-grpc', port: PORTS.otlp, targetPort: k8s.IntOrString.fromString('otlp-grpc'), appProtocol: 'grpc' },
    { name: 'query', port: PORTS.query, targetPort: k8s.IntOrString.fromString('query') },
  ];
  new k8s.KubeService(backend, 'service', { metadata, spec: { clusterIp: 'None', selector, ports } });
  return backend.endpoint;
}

function pod(name: string): k8s.PodSpec {
  const health = { path: '/status', port: k8s.IntOrString.fromNumber(PORTS.health) };
  return withLocalStorage({
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(USER, USER),
    containers: [
      {
        name: 'jaeger',
        image: VERSIONS.jaeger.image,
        args: ['--config=/etc/jaeger/config.yaml'],
        ports: [
          { name: 'otlp-grpc', containerPort: PORTS.otlp },
          { name: 'query', containerPort: PORTS.query },
          { name: 'health', containerPort: PORTS.health },
        ],
        resources: resourceRequirements(RESOURCES),
        securityContext: restrictedContainer(),
        livenessProbe: { httpGet: health, initialDelaySeconds: 10, periodSeconds: 30, timeoutSeconds: 5 },
        readinessProbe: { httpGet: health, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 2 },
        volumeMounts: [
          { name: 'config', mountPath: '/etc/jaeger', readOnly: true },
          { name: 'spans', mountPath: '/badger' },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [{ name: 'config', configMap: { name: `${name}-config` } }, temporary('tmp')],
  });
}

/** https://www.jaegertracing.io/docs/latest/configuration/ */
export function jaegerConfig(keep: Duration): string {
  const directories = { keys: '/badger/keys', values: '/badger/values' };
  const badger = { directories, ephemeral: false, ttl: { spans: `${keep.toHours()}h` } };
  return stringify({
    extensions: {
      healthcheckv2: { use_v2: true, http: { endpoint: `0.0.0.0:${PORTS.health}` } },
      jaeger_storage: { backends: { spans: { badger } } },
      jaeger_query: { storage: { traces: 'spans' }, http: { endpoint: `0.0.0.0:${PORTS.query}` } },
    },
    receivers: { otlp: { protocols: { grpc: { endpoint: `0.0.0.0:${PORTS.otlp}` } } } },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: 'spans' } },
    service: {
      extensions: ['healthcheckv2', 'jaeger_storage', 'jaeger_query'],
      pipelines: {
        traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['jaeger_storage_exporter'] },
      },
    },
  });
}

/** TAL-36, with the storage that `strategy: production` needs and the brief leaves out. */
export function jaegerByOperator(
  tracing: Construct & HasEndpoint & Workload,
  { name, namespace, elasticsearch }: OfKind<'jaeger-operator'>,
): Endpoint {
  const labels = { 'app.kubernetes.io/instance': name, 'app.kubernetes.io/component': 'collector' };
  const host = `${name}-collector.${namespace}.svc`;
  const reach = { by: 'pods', namespace, labels } as const;
  const backend = new Backend(tracing, namespace, { scheme: 'http', host, port: PORTS.otlp, reach });
  // Its collector and query pods store and read there.
  const storage = URL.canParse(elasticsearch) ? new URL(elasticsearch) : undefined;
  const port = Number(storage?.port || (storage?.protocol === 'https:' ? 443 : 9200));
  new k8s.KubeNetworkPolicy(backend, 'to-storage', {
    metadata: { name: `${name}-to-storage`, namespace },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/instance': name } },
      policyTypes: ['Egress'],
      egress: [
        {
          to: storagePeers(storage?.hostname ?? '', namespace),
          ports: [{ port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' }],
        },
      ],
    },
  });
  new ApiObject(backend, 'jaeger', {
    apiVersion: 'jaegertracing.io/v1',
    kind: 'Jaeger',
    metadata: { name, namespace },
    spec: {
      strategy: 'production',
      collector: { maxReplicas: 5, resources: { limits: { cpu: '1000m', memory: '1Gi' } } },
      storage: { type: 'elasticsearch', options: { es: { 'server-urls': elasticsearch } } },
    },
  });
  return backend.endpoint;
}

/** Pods of the namespace that the name of a Service says; of another name, where it may lead to: the internet, or the networks beside. */
function storagePeers(host: string, namespace: string): k8s.NetworkPolicyPeer[] {
  const [, inside = namespace] = /^[a-z0-9-]+(?:\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?$/.exec(host) ?? [];
  const isService = /^[^.]+$|\.svc(\.cluster\.local)?$/.test(host);
  if (isService) return [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': inside } } }];
  return [...peersOf({ by: 'public' }), ...PRIVATE_IPV4.map((cidr) => ({ ipBlock: { cidr } }))];
}
