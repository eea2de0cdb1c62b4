import { at, list, text } from '../../graph/json-value';
import { judge } from './judges';

export interface Finding {
  readonly object: string;
  readonly check: string;
}

interface Accepted {
  readonly check: string;
  readonly objects: RegExp;
  readonly reason: string;
}

/** What kube-score asks for and we do not do, each with its reason. */
export const ACCEPTED: readonly Accepted[] = [
  {
    check: 'container-image-pull-policy',
    objects: /./,
    reason: 'images are named by tags that do not move; a pod must start while its registry is away',
  },
  {
    check: 'container-security-context-user-group-id',
    objects: /./,
    reason: 'the brief fixes UID 1001, and official images have users of their own below 10000',
  },
  {
    check: 'deployment-has-host-podantiaffinity',
    objects:
      /talos-(gateway|dashboard|mcp)|tallow-(app|signaling|nginx)|ticolops-api|todo-(backend|frontend)|alcs\/alcs/,
    reason: 'topologySpreadConstraints spread over nodes and zones, and never keep a pod from running',
  },
  {
    check: 'deployment-targeted-by-hpa-does-not-have-replicas-configured',
    objects:
      /talos-(gateway|dashboard|mcp)|tallow-(app|signaling|nginx)|ticolops-api|todo-(backend|frontend)|alcs\/alcs/,
    reason: 'the number to start with; Pulumi ignores its later changes, and the YAML for GitOps leaves it out',
  },
  {
    check: 'deployment-replicas',
    objects: /talos-(audit|tracing)|redis|coturn|postgres-(metrics|users)|ticolops-site/,
    reason:
      'exactly one: events in process memory, traces judged whole, one cache, relays of one address, metrics read once, users made by one; a site on a volume is for laptops',
  },
  {
    check: 'deployment-strategy',
    objects: /talos-audit|redis|coturn|postgres-users/,
    reason: 'there must never be two of them, so the old one stops before the new one starts',
  },
  {
    check: 'service-targets-pod',
    objects: /tallow-nginx-acme/,
    reason: "the pods that answer who issues the certificate are cert-manager's, there for a minute at a time",
  },
  {
    check: 'horizontalpodautoscaler-replicas',
    objects: /talos-gateway|tallow-app|todo-backend|alcs\/alcs/,
    reason: 'one copy is enough on a laptop; prod has three',
  },
  {
    check: 'pod-probes-identical',
    objects: /talos-(tracing|jaeger)|tallow-(signaling|nginx)|coturn|postgres-metrics|ticolops-site|todo-frontend/,
    reason: 'these programs have one health endpoint; liveness asks less often and gives more time',
  },
  {
    check: 'networkpolicy-targets-pod',
    objects:
      /\/(cert-manager|envoy-gateway-system|external-secrets|ingress-nginx|logging|monitoring|reloader|traefik|velero)\//,
    reason: 'the pods of add-ons are in their charts, which kube-score does not see',
  },
  {
    check: 'ingress-targets-service',
    objects: /logging\/kibana/,
    reason: "Kibana's Service is made by the operator of Elastic",
  },
  {
    check: 'networkpolicy-targets-pod',
    objects: /acme-solver|postgres-(from|control|to)|talos-postgres|observability/,
    reason: 'the pods are made by cert-manager, CloudNativePG and the Jaeger operator, which kube-score does not see',
  },
];

export function accepting({ object, check }: Finding): Accepted | undefined {
  return ACCEPTED.find((accepted) => accepted.check === check && accepted.objects.test(object));
}

/** What kube-score asks for, of files. */
export function scored(files: readonly string[]): Finding[] {
  const { stdout } = judge('kube-score', [
    ...['score', '--output-format', 'json', '--kubernetes-version', 'v1.35'],
    ...files,
  ]);
  return list(JSON.parse(stdout)).flatMap((object) =>
    list(at(object, 'checks'))
      .filter((check) => at(check, 'skipped') !== true && Number(at(check, 'grade')) <= 5)
      .map((check) => ({
        object: text(at(object, 'object_name')) ?? '',
        check: text(at(check, 'check', 'id')) ?? '',
      })),
  );
}
