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
  /** Names of the objects it is for; of Secrets, those that the work needs. @default all, and of Secrets none */
  readonly names?: readonly string[];
  /** Why it needs what a rule is refused for: a right that gives every other, or every Secret. The preview shows it. */
  readonly because?: string;
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
    const rules = props.rules.map(({ groups = [''], resources, verbs, names }) => {
      const named = names === undefined ? {} : { resourceNames: [...names] };
      return { apiGroups: [...groups], resources: [...resources], ...named, verbs: [...verbs] };
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
      `${account} may ${props.rules.map(ruleInWords).join('; ')}`,
      props.everywhereBecause === undefined ? `in ${namespace}` : `in the whole cluster: ${props.everywhereBecause}`,
    ]);
    report(this, () => problemsWith(props));
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

function ruleInWords({ verbs, resources, names, because }: AccessRule): string {
  const which = names === undefined ? '' : ` ${names.join(', ')}`;
  return `${verbs.join(', ')} ${resources.join(', ')}${which}${because === undefined ? '' : `, because ${because}`}`;
}

/** https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks */
const BECOMES_MORE = new Set(['escalate', 'bind', 'impersonate']);
/** By these its holder acts as whatever runs there. */
const ACTS_AS = new Set(['pods/exec', 'pods/attach', 'nodes/proxy', 'serviceaccounts/token']);
/** Who writes these decides what others may, or what the API server lets in. */
const GIVES =
  /^((cluster)?role(binding)?s|certificatesigningrequests\/approval|(validating|mutating)webhookconfigurations)$/;
const WRITES = new Set(['create', 'update', 'patch']);

function problemsWith({ rules, everywhereBecause }: AccessProps): Problem[] {
  const empty = [everywhereBecause, ...rules.map((rule) => rule.because)].filter((reason) => reason?.trim() === '');
  const problems = [...rules.flatMap(ruleProblems)];
  if (empty.length > 0) {
    const what = 'a reason is empty; who reads the preview must see why this is needed.';
    problems.push({ code: 'SW-ACCESS-004', severity: 'error', what, fix: "everywhereBecause: 'it watches nodes'" });
  }
  return problems;
}

function ruleProblems({ verbs, resources, groups = [''], names, because }: AccessRule): Problem[] {
  const error = (code: string, what: string, fix: string): Problem[] => [{ code, severity: 'error', what, fix }];
  if ([...verbs, ...resources, ...groups].includes('*')) {
    const what = 'a rule has "*", which is everything, and everything that comes later.';
    return error('SW-ACCESS-001', what, "verbs: ['get', 'list']");
  }
  if (because !== undefined) return [];
  const written = verbs.some((verb) => WRITES.has(verb)) ? resources.find((one) => GIVES.test(one)) : undefined;
  const dangerous =
    verbs.find((verb) => BECOMES_MORE.has(verb)) ?? resources.find((one) => ACTS_AS.has(one)) ?? written;
  if (dangerous !== undefined) {
    const what = `a rule has "${dangerous}", by which its holder gives itself other rights.`;
    return error('SW-ACCESS-002', what, "verbs: ['get', 'list'], or because: 'why it is needed'");
  }
  const isEverySecret = groups.includes('') && resources.includes('secrets') && (names ?? []).length === 0;
  if (!isEverySecret || verbs.every((verb) => verb === 'create')) return [];
  const what = 'a rule is for every Secret of the namespace, those of other parts too.';
  return error(
    'SW-ACCESS-003',
    what,
    "a rule of their own: { resources: ['secrets'], names: ['shop'], verbs: ['get'] }",
  );
}
