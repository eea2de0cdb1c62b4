import { VERSIONS } from '../core/versions';
import type { AddOnName, Definition } from './definition';
import { ENVOY_GATEWAY, INGRESS_NGINX, TRAEFIK } from './front-doors';
import { OPERATOR_DEFINITIONS } from './operators';
import { prometheusValues } from './prometheus';
import { alloyConfig, type PlatformOptions } from './values';

/** Challenges are answered by HTTPRoutes: https://cert-manager.io/docs/configuration/acme/http01/#configuring-the-http-01-gateway-api-solver */
const ANSWERS_BY_GATEWAY = {
  config: {
    apiVersion: 'controller.config.cert-manager.io/v1alpha1',
    kind: 'ControllerConfiguration',
    gatewayAPI: { enabled: true },
  },
};

/** Values that our objects rely on, and those that a brief asks for; what is not here is as the chart has it. */
export const DEFINITIONS: Readonly<Record<AddOnName, (options: PlatformOptions) => Definition>> = {
  'cert-manager': ({ frontDoor }) => ({
    is: 'certificates of the front door',
    namespace: 'cert-manager',
    podSecurity: 'restricted',
    doors: { everywhere: [10250], prometheus: [9402] },
    metrics: {
      pods: { 'app.kubernetes.io/name': 'cert-manager', 'app.kubernetes.io/component': 'controller' },
      port: 'http-metrics',
    },
    releases: [
      {
        name: 'cert-manager',
        chart: 'oci://quay.io/jetstack/charts/cert-manager',
        version: VERSIONS.certManager.version,
        values: {
          crds: { enabled: true, keep: true },
          ...(frontDoor.renderer === 'gateway' ? ANSWERS_BY_GATEWAY : {}),
        },
        serves: ['cert-manager.io'],
        makes: [],
      },
    ],
  }),
  'external-secrets': ({ cloud }) => ({
    is: 'Secrets from a store outside the cluster',
    namespace: 'external-secrets',
    podSecurity: 'restricted',
    doors: { everywhere: [10250], prometheus: [8080] },
    releases: [
      {
        name: 'external-secrets',
        chart: 'external-secrets',
        repository: 'https://charts.external-secrets.io',
        version: VERSIONS.externalSecrets.version,
        values: { installCRDs: true, ...cloud },
        serves: ['external-secrets.io'],
        makes: [{ kind: 'ServiceAccount', name: 'external-secrets', namespace: 'external-secrets' }],
      },
    ],
  }),
  'sealed-secrets': () => ({
    is: 'Secrets from ciphertexts that only the cluster opens',
    namespace: 'kube-system',
    releases: [
      {
        name: 'sealed-secrets',
        chart: 'sealed-secrets',
        repository: 'https://bitnami.github.io/sealed-secrets',
        version: VERSIONS.sealedSecrets.version,
        // Where kubeseal looks by default.
        values: { fullnameOverride: 'sealed-secrets-controller' },
        serves: ['bitnami.com'],
        makes: [],
      },
    ],
  }),
  prometheus: (options) => ({
    is: `metrics kept ${options.metricsDays} days, alerts and dashboards`,
    namespace: 'monitoring',
    // The node exporter reads the node's own file systems.
    podSecurity: 'privileged',
    // The webhook of the operator. The node exporter is in the node's own network, where no policy reaches.
    doors: { everywhere: [10250] },
    releases: [
      {
        name: 'prometheus',
        chart: 'oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack',
        version: VERSIONS.kubePrometheusStack.version,
        values: prometheusValues(options),
        serves: ['monitoring.coreos.com'],
        makes: [
          { kind: 'Prometheus label', name: 'release=prometheus' },
          { kind: 'Grafana label', name: 'grafana_dashboard=1' },
        ],
      },
    ],
  }),
  'cloudnative-pg': () => ({
    is: 'Postgres clusters, with log archives (needs cert-manager)',
    namespace: 'cnpg-system',
    podSecurity: 'restricted',
    doors: { everywhere: [9443], prometheus: [8080] },
    releases: [
      {
        name: 'cloudnative-pg',
        chart: 'cloudnative-pg',
        repository: 'https://cloudnative-pg.github.io/charts',
        version: VERSIONS.cloudnativePg.version,
        serves: ['postgresql.cnpg.io'],
        makes: [],
      },
      {
        name: 'plugin-barman-cloud',
        chart: 'plugin-barman-cloud',
        repository: 'https://cloudnative-pg.github.io/charts',
        version: VERSIONS.barmanCloud.version,
        serves: ['barmancloud.cnpg.io'],
        makes: [],
      },
    ],
  }),
  'ingress-nginx': INGRESS_NGINX,
  traefik: TRAEFIK,
  'envoy-gateway': ENVOY_GATEWAY,
  'metrics-server': () => ({
    is: 'CPU and memory, for autoscalers',
    namespace: 'kube-system',
    releases: [
      {
        name: 'metrics-server',
        chart: 'metrics-server',
        repository: 'https://kubernetes-sigs.github.io/metrics-server',
        version: VERSIONS.metricsServer.version,
        serves: ['metrics.k8s.io'],
        makes: [],
      },
    ],
  }),
  loki: ({ logDays, storageClass }) => ({
    is: `logs of all pods, kept ${logDays} days, in Grafana`,
    namespace: 'logging',
    podSecurity: 'privileged',
    // Grafana is beside Prometheus.
    doors: { prometheus: [3100] },
    releases: [
      {
        name: 'loki',
        chart: 'oci://ghcr.io/grafana-community/helm-charts/loki',
        version: VERSIONS.loki.version,
        makes: [],
        values: {
          deploymentMode: 'Monolithic',
          singleBinary: { replicas: 1, persistence: { size: '50Gi', storageClass } },
          loki: {
            auth_enabled: false,
            commonConfig: { replication_factor: 1 },
            storage: { type: 'filesystem' },
            schemaConfig: {
              configs: [
                {
                  from: '2026-01-01',
                  store: 'tsdb',
                  object_store: 'filesystem',
                  schema: 'v13',
                  index: { prefix: 'index_', period: '24h' },
                },
              ],
            },
            limits_config: { retention_period: `${logDays * 24}h` },
            compactor: { retention_enabled: true, delete_request_store: 'filesystem' },
          },
          read: { replicas: 0 },
          write: { replicas: 0 },
          backend: { replicas: 0 },
          chunksCache: { enabled: false },
          resultsCache: { enabled: false },
          lokiCanary: { enabled: false },
          test: { enabled: false },
          gateway: { enabled: false },
        },
      },
      {
        name: 'alloy',
        chart: 'alloy',
        repository: 'https://grafana.github.io/helm-charts',
        version: VERSIONS.alloy.version,
        makes: [],
        values: { alloy: { configMap: { content: alloyConfig() } }, controller: { type: 'deployment' } },
      },
    ],
  }),
  elastic: ({ logDays }) => ({
    is: `logs of all pods in Elasticsearch, kept ${logDays} days, and Kibana`,
    namespace: 'logging',
    podSecurity: 'privileged',
    doors: { everywhere: [9443], 'front door': [5601] },
    releases: [
      {
        name: 'elastic-operator',
        chart: 'eck-operator',
        repository: 'https://helm.elastic.co',
        version: VERSIONS.eckOperator.version,
        values: { installCRDs: true, telemetry: { disabled: true }, managedNamespaces: ['logging'] },
        serves: [
          'elasticsearch.k8s.elastic.co',
          'kibana.k8s.elastic.co',
          'logstash.k8s.elastic.co',
          'beat.k8s.elastic.co',
        ],
        makes: [],
      },
    ],
  }),
  ...OPERATOR_DEFINITIONS,
};
