/** A version that we pin, with where it was read. `tested` is what the tests ran, where that differs. */
export interface Version {
  readonly version: string;
  readonly source: string;
  readonly image?: string;
}

const OFFICIAL_POSTGRES = 'https://github.com/docker-library/official-images/blob/master/library/postgres';

/**
 * Every version that is not ours, in one table. Images by tag of official repositories; a tag says what was asked for, a digest
 * would say what nobody here has read.
 */
export const VERSIONS = {
  /** Lowest minor in support on all targets. https://endoflife.date/kubernetes */
  kubernetes: { version: '1.35', source: 'https://kubernetes.io/releases/' },
  postgres15: {
    version: '15.19',
    image: 'docker.io/library/postgres:15.19-trixie',
    source: OFFICIAL_POSTGRES,
  },
  postgres16: {
    version: '16.15',
    image: 'docker.io/library/postgres:16.15-trixie',
    source: OFFICIAL_POSTGRES,
  },
  postgres17: {
    version: '17.11',
    image: 'docker.io/library/postgres:17.11-trixie',
    source: OFFICIAL_POSTGRES,
  },
  postgres18: {
    version: '18.6',
    image: 'docker.io/library/postgres:18.6-trixie',
    source: OFFICIAL_POSTGRES,
  },
  redis: {
    version: '7.4.11',
    image: 'docker.io/library/redis:7.4.11-bookworm',
    source: 'https://github.com/docker-library/official-images/blob/master/library/redis',
  },
  /** ElastiCache has no Redis after 7.1; Valkey speaks its protocol. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html */
  elasticacheValkey: {
    version: '8.0',
    source: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html',
  },
  /** Memorystore for Redis ends at 7.2; Memorystore for Valkey has no passwords. */
  memorystoreRedis: {
    version: '7.2',
    source: 'https://cloud.google.com/memorystore/docs/redis/supported-versions',
  },
  /** CloudNativePG's own images: 18.4 is what its operator 1.30 takes by default, the others are the minors of the same day. */
  cnpgPostgres15: {
    version: '15.18',
    image: 'ghcr.io/cloudnative-pg/postgresql:15.18-system-trixie',
    source: 'https://github.com/cloudnative-pg/postgres-containers',
  },
  cnpgPostgres16: {
    version: '16.14',
    image: 'ghcr.io/cloudnative-pg/postgresql:16.14-system-trixie',
    source: 'https://github.com/cloudnative-pg/postgres-containers',
  },
  cnpgPostgres17: {
    version: '17.10',
    image: 'ghcr.io/cloudnative-pg/postgresql:17.10-system-trixie',
    source: 'https://github.com/cloudnative-pg/postgres-containers',
  },
  cnpgPostgres18: {
    version: '18.4',
    image: 'ghcr.io/cloudnative-pg/postgresql:18.4-system-trixie',
    source: 'https://github.com/cloudnative-pg/postgres-containers',
  },
  rclone: {
    version: '1.75.0',
    image: 'docker.io/rclone/rclone:1.75.0',
    source: 'https://github.com/rclone/rclone/releases',
  },
  /** The tests run this very version, built from its Go modules (tools/collector). */
  collector: {
    version: '0.159.0',
    image: 'docker.io/otel/opentelemetry-collector-contrib:0.159.0',
    source: 'https://github.com/open-telemetry/opentelemetry-collector-releases/releases',
  },
  jaeger: {
    version: '2.20.0',
    image: 'docker.io/jaegertracing/jaeger:2.20.0',
    source: 'https://github.com/jaegertracing/jaeger/releases',
  },
  coturn: {
    version: '4.17.0',
    image: 'docker.io/coturn/coturn:4.17.0-r0',
    source: 'https://github.com/coturn/coturn/blob/master/docker/coturn/CHANGELOG.md',
  },
  nginx: {
    version: '1.30.4',
    image: 'docker.io/library/nginx:1.30.4-alpine',
    source: 'https://github.com/docker-library/official-images/blob/master/library/nginx',
  },
  /** Gives volumes of Docker Compose to their users. */
  busybox: {
    version: '1.37.0',
    image: 'docker.io/library/busybox:1.37.0',
    source: 'https://github.com/docker-library/official-images/blob/master/library/busybox',
  },
  postgresExporter: {
    version: '0.20.1',
    image: 'quay.io/prometheuscommunity/postgres-exporter:v0.20.1',
    source: 'https://github.com/prometheus-community/postgres_exporter/releases',
  },
  kubePrometheusStack: {
    version: '88.5.3',
    source: 'https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack',
  },
  /** Retired on 2026-03-24; kept because the briefs name its annotations. https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/ */
  ingressNginx: { version: '4.15.1', source: 'https://github.com/kubernetes/ingress-nginx/releases' },
  /** Chart; Traefik itself is 3.7.11, whose provider for ingress-nginx's annotations was read. */
  traefik: { version: '41.3.0', source: 'https://github.com/traefik/traefik-helm-chart/releases' },
  /** Brings Gateway API 1.6.1. The tests run this version's translator and its CRDs (tools/gateway). */
  envoyGateway: { version: 'v1.9.1', source: 'https://github.com/envoyproxy/gateway/releases' },
  metricsServer: { version: '3.13.1', source: 'https://github.com/kubernetes-sigs/metrics-server/releases' },
  /** The image is that of the cluster's own minor: https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler#releases */
  clusterAutoscaler: { version: '9.59.0', source: 'https://github.com/kubernetes/autoscaler/releases' },
  clusterAutoscaler134: { version: '1.34.5', source: 'https://github.com/kubernetes/autoscaler/releases' },
  clusterAutoscaler135: { version: '1.35.2', source: 'https://github.com/kubernetes/autoscaler/releases' },
  clusterAutoscaler136: { version: '1.36.1', source: 'https://github.com/kubernetes/autoscaler/releases' },
  awsLoadBalancerController: { version: '3.5.0', source: 'https://github.com/aws/eks-charts' },
  reloader: { version: '2.2.11', source: 'https://artifacthub.io/packages/helm/stakater/reloader' },
  velero: { version: '12.1.0', source: 'https://github.com/vmware-tanzu/helm-charts/releases' },
  veleroPluginForAws: {
    version: '1.14.2',
    image: 'docker.io/velero/velero-plugin-for-aws:v1.14.2',
    source: 'https://github.com/velero-io/velero-plugin-for-aws/releases',
  },
  veleroPluginForGcp: {
    version: '1.14.2',
    image: 'docker.io/velero/velero-plugin-for-gcp:v1.14.2',
    source: 'https://github.com/velero-io/velero-plugin-for-gcp/releases',
  },
  /** Of the same minor as the others, which go with Velero 1.18. */
  veleroPluginForAzure: {
    version: '1.14.0',
    image: 'docker.io/velero/velero-plugin-for-microsoft-azure:v1.14.0',
    source: 'https://github.com/velero-io/velero-plugin-for-microsoft-azure/releases',
  },
  loki: { version: '18.11.0', source: 'https://github.com/grafana-community/helm-charts/releases' },
  /** Promtail ended on 2026-03-02. https://grafana.com/docs/loki/latest/send-data/promtail/ */
  alloy: { version: '1.11.1', source: 'https://github.com/grafana/alloy/releases' },
  eckOperator: { version: '3.5.0', source: 'https://github.com/elastic/cloud-on-k8s/releases' },
  elastic: { version: '9.5.2', source: 'https://www.elastic.co/docs/release-notes/elasticsearch' },
  certManager: { version: 'v1.21.2', source: 'https://github.com/cert-manager/cert-manager/releases' },
  externalSecrets: { version: '2.9.0', source: 'https://github.com/external-secrets/external-secrets/releases' },
  sealedSecrets: {
    version: '2.19.1',
    source: 'https://github.com/bitnami/sealed-secrets/blob/main/helm/sealed-secrets/Chart.yaml',
  },
  cloudnativePg: { version: '0.29.0', source: 'https://github.com/cloudnative-pg/charts/releases' },
  barmanCloud: { version: '0.7.1', source: 'https://github.com/cloudnative-pg/charts/releases' },
  /** Out of maintenance since the end of Jaeger v1, 2025-12-31. https://github.com/jaegertracing/jaeger/issues/6321 */
  jaegerOperator: {
    version: '1.51.0',
    source: 'https://github.com/jaegertracing/jaeger-operator/releases/tag/v1.51.0',
  },
  pulumiKubernetes: { version: '4.34.2', source: 'https://www.npmjs.com/package/@pulumi/kubernetes' },
  pulumiAws: { version: '7.48.0', source: 'https://www.npmjs.com/package/@pulumi/aws' },
  /** 10 is out, and was not tried: https://github.com/pulumi/pulumi-gcp/issues/3966 */
  pulumiGcp: { version: '9.37.0', source: 'https://www.npmjs.com/package/@pulumi/gcp' },
  pulumiAzureNative: { version: '3.28.0', source: 'https://www.npmjs.com/package/@pulumi/azure-native' },
  pulumiRandom: { version: '4.21.2', source: 'https://www.npmjs.com/package/@pulumi/random' },
} as const satisfies Record<string, Version>;

/** Versions of the provider plugins, by package: what `pulumi up` installs. */
export const PROVIDER_VERSIONS: Readonly<Record<string, string>> = {
  kubernetes: VERSIONS.pulumiKubernetes.version,
  aws: VERSIONS.pulumiAws.version,
  gcp: VERSIONS.pulumiGcp.version,
  'azure-native': VERSIONS.pulumiAzureNative.version,
  random: VERSIONS.pulumiRandom.version,
};
