import type { RandomPassword, RandomPasswordArgs } from '@pulumi/random';
import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { CloudResource } from '../core/cloud-resource';
import { base64 } from '../core/compose';
import { HelmRelease } from '../core/helm-release';
import { AWS_LOAD_BALANCERS } from '../core/load-balancer';
import { nodeOptions } from '../core/node-options';
import { part } from '../core/part';
import type { FrontDoorController } from '../core/platform';
import { IN_CLUSTER } from '../core/system';
import { VERSIONS } from '../core/versions';
import { SECURITY_HEADERS } from '../network/expose';
import type { AddOnName, Definition } from './definition';
import { DEFINITIONS } from './definitions';
import { doors } from './doors';
import { elasticStack } from './elastic';
import { envoyClass, nginxClass, outOfMaintenance } from './front-doors';
import { inTheCloud, secretStore } from './in-the-cloud';
import { GRAFANA_ADMIN, ON_CALL_KEYS, ON_CALL_SECRET, type PlatformOptions } from './values';

export { ADD_ONS, type AddOnName } from './definition';
export type { PlatformOptions } from './values';

const DEFAULTS: PlatformOptions = {
  metricsDays: 15,
  logDays: 14,
  onCall: undefined,
  dailyCall: undefined,
  isWatched: false,
  storageClass: 'standard',
  frontDoor: IN_CLUSTER.frontDoor,
  loadBalancer: AWS_LOAD_BALANCERS,
  velero: { bucket: 'velero', region: 'eu-central-1' },
  isOwnBucket: true,
  operator: undefined,
  secretStore: undefined,
  kubernetesVersion: VERSIONS.kubernetes.version,
  kibana: 'logs.example.com',
  acmeEmail: undefined,
  protect: false,
  headers: Object.keys(SECURITY_HEADERS),
};

/**
 * An operator that systems rely on, as Helm releases of the version table, with the values that our objects agree with.
 * Creates: its Namespace, its releases; for `prometheus` Grafana's generated administrator; for `cert-manager` the issuer of Let's Encrypt
 * where there is an address for its account; for `elastic` Elasticsearch, Logstash, Kibana and Filebeat.
 * Limitation: what a chart renders is not in the preview, and drift inside of a release is not seen.
 */
export class AddOn extends Construct {
  constructor(scope: Construct, name: AddOnName, given: Partial<PlatformOptions> = {}) {
    super(scope, name);
    const known = { ...DEFAULTS, ...given };
    const cloud = inTheCloud(this, name, DEFINITIONS[name](known).namespace, known);
    const options = { ...known, ...(cloud === undefined ? {} : { cloud: cloud.values }) };
    const { namespace, podSecurity, releases, doors: open, metrics, is } = DEFINITIONS[name](options);
    if (podSecurity !== undefined) {
      const made = new k8s.KubeNamespace(this, 'namespace', {
        metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': podSecurity } },
      });
      nodeOptions(made, { protect: options.protect });
    }
    if (open !== undefined) doors(this, namespace, open, options.frontDoor);
    const isWatching = name === 'prometheus';
    const secrets = isWatching ? [grafanaAdmin(this, namespace), ...onCallWebhooks(this, namespace, options)] : [];
    for (const release of releases) {
      const made = new HelmRelease(this, release.name, { ...release, namespace });
      nodeOptions(made, { protect: options.protect });
      made.node.addDependency(...secrets);
    }
    if (metrics !== undefined && options.isWatched) monitor(this, name, namespace, metrics);
    if (name === 'cert-manager' && options.acmeEmail !== undefined)
      letsEncrypt(this, options.acmeEmail, options.frontDoor);
    if (name === 'elastic') elasticStack(this, options);
    if (cloud?.provider !== undefined) secretStore(this, cloud.provider, options.secretStore);
    if (name === 'ingress-nginx') outOfMaintenance(this);
    if (name === 'traefik') nginxClass(this);
    if (name === 'envoy-gateway') envoyClass(this, options);
    part(this, 'seaworthy:core:AddOn', () => [
      is,
      ...releases.map(({ chart, version }) => `${chart.split('/').at(-1)} ${version}`),
      `in ${namespace}`,
      ...(cloud?.facts ?? []),
    ]);
  }
}

/** https://cert-manager.io/docs/configuration/acme/ */
function letsEncrypt(scope: Construct, email: string, { renderer, className }: FrontDoorController): void {
  const name = 'letsencrypt-prod';
  // Of Gateways each certificate says which of them answers.
  const http01 = renderer === 'gateway' ? { gatewayHTTPRoute: {} } : { ingress: { ingressClassName: className } };
  new ApiObject(scope, 'issuer', {
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
    metadata: { name },
    spec: {
      acme: {
        server: 'https://acme-v02.api.letsencrypt.org/directory',
        email,
        privateKeySecretRef: { name },
        solvers: [{ http01 }],
      },
    },
  });
}

/** Of ours, not the chart's: it waits for the kind, which Prometheus brings, and is not made where there is no Prometheus. */
function monitor(
  scope: Construct,
  name: string,
  namespace: string,
  { pods, port, path }: NonNullable<Definition['metrics']>,
): void {
  new ApiObject(scope, 'monitor', {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name, namespace, labels: { release: 'prometheus' } },
    spec: {
      selector: { matchLabels: { ...pods } },
      podMetricsEndpoints: [{ port, interval: '30s', ...(path === undefined ? {} : { path }) }],
    },
  });
}

/** Addresses that whoever has them may call at night: in files beside Alertmanager, never among the values of its chart. */
function onCallWebhooks(
  scope: Construct,
  namespace: string,
  { onCall, dailyCall }: Pick<PlatformOptions, 'onCall' | 'dailyCall'>,
): k8s.KubeSecret[] {
  if (onCall === undefined && dailyCall === undefined) return [];
  const metadata = { name: ON_CALL_SECRET, namespace };
  const data = {
    ...(onCall === undefined ? {} : { [ON_CALL_KEYS.critical]: base64(onCall) }),
    ...(dailyCall === undefined ? {} : { [ON_CALL_KEYS.daily]: base64(dailyCall) }),
  };
  const secret = new k8s.KubeSecret(scope, 'on-call', { metadata, type: 'Opaque', data });
  nodeOptions(secret, { secretOutputs: ['data', 'stringData'] });
  return [secret];
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
