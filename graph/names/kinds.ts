import type { Name, Named } from './name';

/** What is to be said of a kind: what becomes of who names it, who can make it, and how a person sees whether it is there. */
interface KindFacts {
  /** `it reads Secret db, which nobody makes: …` */
  readonly without: string;
  /** What makes it, in our words or Kubernetes'. */
  readonly make: (name: Name) => string;
  /** None where kubectl knows it by its kind. */
  readonly look?: (name: Name) => string;
}

const inNamespace = ({ namespace }: Name) => (namespace === undefined ? '' : ` --namespace ${namespace}`);
const object =
  (group: string) =>
  ({ kind }: Name) =>
    `an object ${kind} of ${group}`;
const ofPlatform = (addOn: string) => () => `${addOn} among platform:addOns`;

const FACTS: Readonly<Record<string, KindFacts>> = {
  Secret: {
    without: 'its pods never start',
    make: (n) => `kubectl create secret generic ${n.name}${inNamespace(n)} --from-literal=…`,
  },
  ConfigMap: {
    without: 'its pods never start',
    make: (n) => `kubectl create configmap ${n.name}${inNamespace(n)} --from-literal=…`,
  },
  ServiceAccount: {
    without: 'no pod is made, and nobody is granted anything',
    make: (n) => `kubectl create serviceaccount ${n.name}${inNamespace(n)}`,
  },
  Namespace: { without: 'nothing can stand in it', make: ({ name }) => `kubectl create namespace ${name}` },
  Service: {
    without: 'nobody answers',
    make: (n) => `kubectl create service clusterip ${n.name}${inNamespace(n)} --tcp=…`,
  },
  PersistentVolumeClaim: { without: 'its pods wait for ever', make: object('v1') },
  PersistentVolume: { without: 'its claim waits for ever', make: object('v1') },
  StorageClass: {
    without: 'its volumes are pending for ever',
    make: ({ name }) =>
      `platform:storageClass: ${name} in the platform's stack, or new FastDisk(…, { name: '${name}' })`,
  },
  VolumeSnapshotClass: { without: 'nothing is copied', make: object('snapshot.storage.k8s.io/v1') },
  IngressClass: {
    without: 'nobody serves it',
    make: (n) =>
      n.name === 'nginx'
        ? 'traefik among platform:addOns, or ingress-nginx, which nobody maintains any more'
        : object('networking.k8s.io/v1')(n),
  },
  GatewayClass: {
    without: 'nobody serves it',
    make: (n) =>
      n.name === 'envoy' ? 'envoy-gateway among platform:addOns' : object('gateway.networking.k8s.io/v1')(n),
  },
  controller: {
    without: 'nobody serves it',
    make: (n) => (addOnOf(n) === undefined ? `its controller, ${n.name}` : `${addOnOf(n)} among platform:addOns`),
    look: () => 'kubectl get deployments --all-namespaces',
  },
  Gateway: { without: 'no request comes in', make: object('gateway.networking.k8s.io/v1') },
  PriorityClass: { without: 'the API server refuses its pods', make: object('scheduling.k8s.io/v1') },
  RuntimeClass: { without: 'the API server refuses its pods', make: object('node.k8s.io/v1') },
  ClusterIssuer: {
    without: 'no certificate is issued',
    make: ({ name }) =>
      name === 'letsencrypt-prod'
        ? 'platform:letsEncrypt.email, with cert-manager among platform:addOns'
        : `an object ClusterIssuer of cert-manager.io/v1, or seaworthy:issuer: self-signed`,
  },
  Issuer: { without: 'no certificate is issued', make: object('cert-manager.io/v1') },
  ClusterSecretStore: {
    without: 'no Secret ever appears, and no pod starts',
    make: ({ name }) => `external-secrets among platform:addOns, with seaworthy:secretStore: ${name} there`,
  },
  SecretStore: {
    without: 'no Secret ever appears, and no pod starts',
    make: object('external-secrets.io/v1'),
  },
  ClusterRole: {
    without: 'it grants nothing',
    make: ({ name }) => `kubectl create clusterrole ${name} --verb=… --resource=…`,
  },
  Role: {
    without: 'it grants nothing',
    make: (n) => `kubectl create role ${n.name}${inNamespace(n)} --verb=… --resource=…`,
  },
  BackupStorageLocation: {
    without: 'nothing is copied',
    make: ({ name }) => `velero among platform:addOns, or velero backup-location create ${name} …`,
    look: ({ name }) => `velero backup-location get ${name}`,
  },
  VolumeSnapshotLocation: {
    without: 'no volume is copied',
    make: ({ name }) => `velero among platform:addOns, or velero snapshot-location create ${name} …`,
    look: ({ name }) => `velero snapshot-location get ${name}`,
  },
  API: {
    without: 'the API server does not know it',
    make: (n) => (addOnOf(n) === undefined ? 'its operator, with its CRDs' : `${addOnOf(n)} among platform:addOns`),
    look: ({ name }) => `kubectl api-resources --api-group ${name.split('/')[0]}`,
  },
  'Prometheus label': {
    without: 'Prometheus never sees it',
    make: ofPlatform('prometheus'),
    look: () => 'kubectl get prometheus --all-namespaces -o yaml, and its selectors',
  },
  'Grafana label': {
    without: 'Grafana never shows it',
    make: ofPlatform('prometheus'),
    look: () => 'the dashboards of Grafana',
  },
  receiver: {
    without: 'Alertmanager refuses its configuration',
    make: ({ name }) => `receivers: [{ name: '${name}', … }]`,
    look: () => 'the receivers of its configuration',
  },
  'IAM role': {
    without: 'its pods are nobody in the cloud',
    make: ({ name }) => `new Identity(…, { role: '${name}' })`,
    look: ({ name }) => `aws iam get-role --role-name ${name}`,
  },
};

/** Add-on of ours that brings an API, a namespace, or all of a kind. */
const ADD_ONS: Readonly<Record<string, string>> = {
  'API cert-manager.io': 'cert-manager',
  'API external-secrets.io': 'external-secrets',
  'API bitnami.com': 'sealed-secrets',
  'API monitoring.coreos.com': 'prometheus',
  'API postgresql.cnpg.io': 'cloudnative-pg',
  'API barmancloud.cnpg.io': 'cloudnative-pg',
  'API velero.io': 'velero',
  'API metrics.k8s.io': 'metrics-server',
  'API gateway.networking.k8s.io': 'envoy-gateway',
  'API gateway.envoyproxy.io': 'envoy-gateway',
  'GatewayClass envoy': 'envoy-gateway',
  'controller gateway.envoyproxy.io/gatewayclass-controller': 'envoy-gateway',
  'controller k8s.io/ingress-nginx': 'traefik',
  'Namespace envoy-gateway-system': 'envoy-gateway',
  'Namespace velero': 'velero',
  'Namespace monitoring': 'prometheus',
  'IngressClass nginx': 'ingress-nginx',
  ClusterIssuer: 'cert-manager',
  ClusterSecretStore: 'external-secrets',
  BackupStorageLocation: 'velero',
  VolumeSnapshotLocation: 'velero',
  'Prometheus label': 'prometheus',
  'Grafana label': 'prometheus',
};

export function addOnOf({ kind, name }: Name): string | undefined {
  return ADD_ONS[`${kind} ${kind === 'API' ? name.split('/')[0] : name}`] ?? ADD_ONS[kind];
}

export function without({ kind, verb }: Named): string {
  if (verb === 'serves with') return 'its certificate is one that nobody trusts, or there is none';
  return FACTS[kind]?.without ?? 'it waits for ever';
}

export function makerOf(name: Name): string {
  return FACTS[name.kind]?.make(name) ?? `an object ${name.kind}`;
}

/** What shows whether it is there. */
export function lookFor(name: Name): string {
  return FACTS[name.kind]?.look?.(name) ?? `kubectl get ${name.kind.toLowerCase()} ${name.name}${inNamespace(name)}`;
}

/** `the API velero.io`, `Secret db`, `the label release=prometheus` */
export function inWords({ kind, name }: Name): string {
  if (kind === 'API') return `the API ${name.split('/')[0]}`;
  if (kind.endsWith(' label')) return `a ${kind.replace(' label', '')} that looks for ${name}`;
  return `${kind} ${name}`;
}

/** What one stack makes for others: it is not of the namespace of who names it. */
export const SHARED = new Set([
  'API',
  'StorageClass',
  'VolumeSnapshotClass',
  'IngressClass',
  'GatewayClass',
  'Gateway',
  'controller',
  'PriorityClass',
  'RuntimeClass',
  'ClusterIssuer',
  'ClusterSecretStore',
  'ClusterRole',
  'Namespace',
  'BackupStorageLocation',
  'VolumeSnapshotLocation',
  'Prometheus label',
  'Grafana label',
]);

/** A class that a claim or a pod keeps for ever, once it is made. */
export function isClass(kind: string): boolean {
  return kind === 'StorageClass' || kind === 'PriorityClass' || kind === 'RuntimeClass';
}

/** What every cluster has. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings */
export function isKubernetesOwn({ kind, name }: Name): boolean {
  switch (kind) {
    case 'Namespace':
      // https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces
      return ['default', 'kube-system', 'kube-public', 'kube-node-lease'].includes(name);
    case 'ClusterRole':
      return ['cluster-admin', 'admin', 'edit', 'view'].includes(name) || name.startsWith('system:');
    case 'Role':
      return name.startsWith('system:') || name === 'extension-apiserver-authentication-reader';
    case 'PriorityClass':
      return name === 'system-cluster-critical' || name === 'system-node-critical';
    case 'ServiceAccount':
      return name === 'default';
    default:
      return false;
  }
}
