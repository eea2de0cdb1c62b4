import type { RandomPassword, RandomPasswordArgs } from '@pulumi/random';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { CloudResource } from '../core/cloud-resource';
import { base64 } from '../core/compose';
import { HelmRelease, type HelmReleaseProps } from '../core/helm-release';
import { nodeOptions } from '../core/node-options';
import { part } from '../core/part';
import { VERSIONS } from '../core/versions';

export const ADD_ONS = ['cert-manager', 'external-secrets', 'sealed-secrets', 'prometheus', 'cloudnative-pg'] as const;
export type AddOnName = (typeof ADD_ONS)[number];

interface Definition {
  readonly namespace: string;
  /** Pod Security of the namespace; none where the namespace is the cluster's own. */
  readonly podSecurity?: 'restricted' | 'privileged';
  readonly releases: readonly Omit<HelmReleaseProps, 'namespace'>[];
  readonly is: string;
}

const GRAFANA_ADMIN = 'grafana-admin';

/** Values that our objects rely on, and no others: https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/values.yaml */
const DEFINITIONS: Readonly<Record<AddOnName, Definition>> = {
  'cert-manager': {
    is: 'certificates of the front door',
    namespace: 'cert-manager',
    podSecurity: 'restricted',
    releases: [
      {
        name: 'cert-manager',
        chart: 'oci://quay.io/jetstack/charts/cert-manager',
        version: VERSIONS.certManager.version,
        values: { crds: { enabled: true, keep: true } },
        serves: ['cert-manager.io'],
      },
    ],
  },
  'external-secrets': {
    is: 'Secrets from a store outside the cluster',
    namespace: 'external-secrets',
    podSecurity: 'restricted',
    releases: [
      {
        name: 'external-secrets',
        chart: 'external-secrets',
        repository: 'https://charts.external-secrets.io',
        version: VERSIONS.externalSecrets.version,
        values: { installCRDs: true },
        serves: ['external-secrets.io'],
      },
    ],
  },
  'sealed-secrets': {
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
      },
    ],
  },
  prometheus: {
    is: 'metrics, alerts and dashboards',
    namespace: 'monitoring',
    // The node exporter reads the node's own file systems.
    podSecurity: 'privileged',
    releases: [
      {
        name: 'prometheus',
        chart: 'oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack',
        version: VERSIONS.kubePrometheusStack.version,
        values: {
          grafana: {
            admin: { existingSecret: GRAFANA_ADMIN, userKey: 'admin-user', passwordKey: 'admin-password' },
            sidecar: { dashboards: { label: 'grafana_dashboard', labelValue: '1', searchNamespace: 'ALL' } },
          },
        },
        serves: ['monitoring.coreos.com'],
      },
    ],
  },
  'cloudnative-pg': {
    is: 'Postgres clusters, with log archives (needs cert-manager)',
    namespace: 'cnpg-system',
    podSecurity: 'restricted',
    releases: [
      {
        name: 'cloudnative-pg',
        chart: 'cloudnative-pg',
        repository: 'https://cloudnative-pg.github.io/charts',
        version: VERSIONS.cloudnativePg.version,
        serves: ['postgresql.cnpg.io'],
      },
      {
        name: 'plugin-barman-cloud',
        chart: 'plugin-barman-cloud',
        repository: 'https://cloudnative-pg.github.io/charts',
        version: VERSIONS.barmanCloud.version,
        serves: ['barmancloud.cnpg.io'],
      },
    ],
  },
};

/**
 * An operator that systems rely on, as Helm releases of the version table, with the values that our objects agree with.
 * Creates: its Namespace, its releases; for `prometheus` also Grafana's generated administrator.
 * Limitation: what a chart renders is not in the preview, and drift inside of a release is not seen.
 */
export class AddOn extends Construct {
  constructor(scope: Construct, name: AddOnName) {
    super(scope, name);
    const { namespace, podSecurity, releases, is } = DEFINITIONS[name];
    if (podSecurity !== undefined) {
      new k8s.KubeNamespace(this, 'namespace', {
        metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': podSecurity } },
      });
    }
    const admin = name === 'prometheus' ? grafanaAdmin(this, namespace) : undefined;
    for (const release of releases) {
      const made = new HelmRelease(this, release.name, { ...release, namespace });
      if (admin !== undefined) made.node.addDependency(admin);
    }
    part(this, 'seaworthy:core:AddOn', () => [
      is,
      ...releases.map(({ chart, version }) => `${chart.split('/').at(-1)} ${version}`),
      `in ${namespace}`,
    ]);
  }
}

/** The chart's own default is a password that everybody knows. */
function grafanaAdmin(scope: Construct, namespace: string): k8s.KubeSecret {
  const password = new CloudResource<RandomPasswordArgs, RandomPassword>(scope, 'password', {
    type: 'random:index/randomPassword:RandomPassword',
    inputs: { length: 32, special: false },
    secretOutputs: ['result', 'bcryptHash'],
  });
  const secret = new k8s.KubeSecret(scope, 'admin', {
    metadata: { name: GRAFANA_ADMIN, namespace },
    type: 'Opaque',
    data: { 'admin-user': base64('admin'), 'admin-password': base64(password.secretOutput('result')) },
  });
  nodeOptions(secret, { secretOutputs: ['data', 'stringData'], openKeys: ['admin-user'] });
  return secret;
}
