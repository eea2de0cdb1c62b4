import type { RandomPassword, RandomPasswordArgs } from '@pulumi/random';
import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct, IConstruct } from 'constructs';
import { CloudResource } from './cloud-resource';
import { ANY_CLUSTER, toResolvers } from './cluster-network';
import { FRONT_DOORS } from './front-doors';
import { AWS_LOAD_BALANCERS } from './load-balancer';
import { component, nodeOptions } from './node-options';
import type { Platform } from './platform';
import { isValidatedByUs } from './problem';
import { PROFILES } from './profile';
import { VERSIONS } from './versions';

export interface SystemProps {
  /** Namespace of everything in it; created with the system. */
  readonly namespace: string;
  /** What the target offers. @default {@link IN_CLUSTER}: everything inside the cluster */
  readonly platform?: Platform;
  /** Name of the environment, for labels and telemetry: `prod`. @default 'dev' */
  readonly environment?: string;
  /** What Docker Compose adds to its ports on a laptop, so that two systems run beside each other: 100 makes 3000 to 3100. @default 0 */
  readonly laptopPorts?: number;
}

/** The default of a System in a plain cdk8s program: everything runs inside the cluster, Secrets are written by Pulumi. */
export const IN_CLUSTER: Platform = {
  name: 'any cluster',
  kubernetesVersion: VERSIONS.kubernetes.version,
  // Nobody named a profile: nothing is protected or doubled, and the copies are those that were asked for.
  profile: { ...PROFILES.dev, mostCopies: PROFILES.prod.mostCopies },
  storageClass: 'standard',
  disks: { provisioner: 'k8s.io/minikube-hostpath', usual: {}, fast: {}, hasDefault: true },
  frontDoor: FRONT_DOORS.ingress,
  loadBalancer: AWS_LOAD_BALANCERS,
  network: ANY_CLUSTER,
  // kube-prometheus-stack as release `prometheus`: it looks for objects with the release's label.
  prometheus: {
    namespace: 'monitoring',
    podLabels: { 'app.kubernetes.io/name': 'prometheus' },
    objectLabels: { release: 'prometheus' },
  },
  secrets: { kind: 'pulumi' },
};

const SYSTEM = Symbol.for('seaworthy.System');

/** cdk8s' own synthesis checks nothing of ours, and would write markers where secrets belong. */
const NOT_BY_CDK8S =
  'a System is not written by app.synth() of cdk8s: await register(app) in its place, then npx seaworthy synth --env dev';

/**
 * A system: a namespace that denies all traffic and every privilege, and the parts and edges that are written in it.
 * Creates: Namespace (Pod Security `restricted`), NetworkPolicies `default-deny` and `allow-dns`.
 * Limitation: one namespace for each system.
 */
export class System extends Chart {
  readonly platform: Platform;
  readonly environment: string;
  /** Marker of the random key of the digests that roll pods. None where no Secret passes through Pulumi. */
  readonly digestKey: string | undefined;
  readonly laptopPorts: number;

  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, { namespace: props.namespace, labels: { 'app.kubernetes.io/part-of': id } });
    Object.defineProperty(this, SYSTEM, { value: true });
    component(this, 'seaworthy:core:System');
    this.node.addValidation({ validate: () => (isValidatedByUs() ? [] : [NOT_BY_CDK8S]) });
    this.platform = props.platform ?? IN_CLUSTER;
    this.environment = props.environment ?? 'dev';
    this.laptopPorts = props.laptopPorts ?? 0;

    this.digestKey = passesThroughPulumi(this.platform.secrets) ? digestKey(this) : undefined;
    closedNamespace(this, props.namespace, 'restricted', this.platform);
  }

  /** The namespace of everything in it. */
  get namespaceName(): string {
    return this.namespace ?? 'default';
  }
}

/** The system that a construct stands in. @throws Error where it stands in none */
export function systemOf(construct: IConstruct): System {
  let scope: IConstruct | undefined = construct;
  while (scope !== undefined) {
    if (isSystem(scope)) return scope;
    scope = scope.node.scope;
  }
  throw new Error(
    `${construct.node.path} must be created inside a System: new System(app, 'shop', { namespace: 'shop' })`,
  );
}

/** A namespace that denies all traffic but DNS, and every privilege beyond `level`. */
export function closedNamespace(
  scope: Construct,
  name: string,
  level: 'restricted' | 'baseline',
  { profile, network }: Pick<Platform, 'profile' | 'network'>,
): void {
  const namespace = new k8s.KubeNamespace(scope, 'namespace', { metadata: { name, labels: podSecurity(level) } });
  nodeOptions(namespace, { protect: profile.protectData });
  new k8s.KubeNetworkPolicy(scope, 'default-deny', {
    metadata: { name: 'default-deny', namespace: name },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
  new k8s.KubeNetworkPolicy(scope, 'allow-dns', {
    metadata: { name: 'allow-dns', namespace: name },
    spec: { podSelector: {}, policyTypes: ['Egress'], egress: toResolvers(network) },
  });
}

function passesThroughPulumi({ kind }: Platform['secrets']): boolean {
  return kind === 'pulumi' || kind === 'sops';
}

/** 32 letters and digits: 190 bits. */
function digestKey(scope: Construct): string {
  const key = new CloudResource<RandomPasswordArgs, RandomPassword>(scope, 'digest-key', {
    type: 'random:index/randomPassword:RandomPassword',
    inputs: { length: 32, special: false },
    secretOutputs: ['result', 'bcryptHash'],
  });
  return key.secretOutput('result');
}

export function isSystem(construct: IConstruct): construct is System {
  return SYSTEM in construct;
}

/** https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
function podSecurity(level: 'restricted' | 'baseline'): Record<string, string> {
  return {
    'pod-security.kubernetes.io/enforce': level,
    'pod-security.kubernetes.io/audit': level,
    'pod-security.kubernetes.io/warn': level,
  };
}
