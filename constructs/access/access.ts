import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { apiServerInWords, toApiServer } from '../core/cluster-network';
import { labelsOf, named, nameOf, shortNameOf } from '../core/labels';
import { part, recordConnection } from '../core/part';
import { type Problem, report } from '../core/problem';
import { systemOf } from '../core/system';
import type { Workload } from '../core/workload';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources */
export interface AccessRule {
  /** API groups; '' is the core. @default the core */
  readonly groups?: readonly string[];
  /** Plural: `pods`, `configmaps`. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface AccessProps {
  /** Name of the role and its binding. @default `<system>-<id>` */
  readonly name?: string;
  /** Part whose ServiceAccount gets it. @default a ServiceAccount of its own, for people and pipelines */
  readonly of?: Workload;
  readonly rules: readonly [AccessRule, ...AccessRule[]];
  /** In the whole cluster, for this reason, instead of the system's namespace. */
  readonly everywhereBecause?: string;
}

/**
 * What somebody may do with the Kubernetes API.
 * Creates: Role and RoleBinding, and the part's way to the API; ClusterRole and ClusterRoleBinding where it is for the whole cluster; a ServiceAccount where it is nobody's yet.
 * Limitation: a part's pods see the API only if they mount their token: `account: { token: true }`.
 *
 *     new Access(this, 'reader', { of: api, rules: [{ resources: ['configmaps'], verbs: ['get', 'list'] }] });
 */
export class Access extends Construct {
  constructor(scope: Construct, id: string, props: AccessProps) {
    super(scope, id);
    named(this, props.name);
    const { namespaceName: namespace } = systemOf(this);
    const account = nameOf(props.of ?? this);
    if (props.of === undefined) {
      new k8s.KubeServiceAccount(this, 'account', { metadata: { name: account }, automountServiceAccountToken: false });
    }
    const metadata = { name: nameOf(this), labels: labelsOf(this) };
    const rules = props.rules.map(({ groups = [''], resources, verbs }) => {
      return { apiGroups: [...groups], resources: [...resources], verbs: [...verbs] };
    });
    const subjects = [{ kind: 'ServiceAccount', name: account, namespace }];
    const refersTo = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name });
    if (props.everywhereBecause === undefined) {
      new k8s.KubeRole(this, 'role', { metadata, rules });
      new k8s.KubeRoleBinding(this, 'binding', { metadata, subjects, roleRef: refersTo('Role') });
    } else {
      new k8s.KubeClusterRole(this, 'role', { metadata, rules });
      new k8s.KubeClusterRoleBinding(this, 'binding', { metadata, subjects, roleRef: refersTo('ClusterRole') });
    }
    if (props.of !== undefined) toKubernetes(this, props.of);
    part(this, 'seaworthy:access:Access', () => [
      `${account} may ${props.rules.map((r) => `${r.verbs.join(', ')} ${r.resources.join(', ')}`).join('; ')}`,
      props.everywhereBecause === undefined ? `in ${namespace}` : `in the whole cluster: ${props.everywhereBecause}`,
    ]);
    report(this, () => problemsWith(props.rules));
  }
}

function toKubernetes(scope: Construct, of: Workload): void {
  const { network } = systemOf(scope).platform;
  new k8s.KubeNetworkPolicy(scope, 'egress', {
    metadata: { name: `${shortNameOf(of)}-to-kubernetes` },
    spec: { podSelector: { matchLabels: { ...of.selector } }, policyTypes: ['Egress'], egress: toApiServer(network) },
  });
  const facts = [`API server at ${apiServerInWords(network)}`];
  recordConnection(of, () => ({ from: of.node.path, to: 'kubernetes', port: 443, variables: [], facts }));
}

/** https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks */
const BECOMES_MORE = new Set(['escalate', 'bind', 'impersonate']);

function problemsWith(rules: readonly AccessRule[]): Problem[] {
  const isTooMuch = rules.some((r) => [...r.verbs, ...r.resources, ...(r.groups ?? [])].includes('*'));
  const dangerous = rules.flatMap((r) => r.verbs).find((verb) => BECOMES_MORE.has(verb));
  if (dangerous !== undefined) {
    const what = `a rule has the verb "${dangerous}", by which its holder gives itself every other right.`;
    return [{ code: 'SW-ACCESS-002', severity: 'error', what, fix: "verbs: ['get', 'list']" }];
  }
  if (!isTooMuch) return [];
  const what = 'a rule has "*", which is everything, and everything that comes later.';
  return [{ code: 'SW-ACCESS-001', severity: 'error', what, fix: "verbs: ['get', 'list']" }];
}
