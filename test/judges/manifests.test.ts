import { at, list, text } from '../../graph/json-value';
import { FETCHED, judge, type KubeJson, objectsOf, VARIANTS, yamlFile } from '../support/judges';
import { talosGraph } from '../support/systems';

jest.setTimeout(300_000);

const SCHEMAS = [
  `${FETCHED}/schemas/kubernetes/{{.ResourceKind}}{{.KindSuffix}}.json`,
  `${FETCHED}/schemas/{{.ResourceKind}}{{.KindSuffix}}.json`,
];
const kubeconform = (file: string) =>
  judge('kubeconform', [
    '-strict',
    '-summary',
    '-output',
    'json',
    ...SCHEMAS.flatMap((s) => ['-schema-location', s]),
    file,
  ]);

describe.each(Object.entries(VARIANTS))('%s', (_name, graph) => {
  const objects = objectsOf(graph());

  test('kubeconform, strict: every object is of a known kind, and as its schema says', () => {
    const { status, stdout } = kubeconform(yamlFile(objects));
    const report: unknown = JSON.parse(stdout);
    expect(list(at(report, 'resources'))).toEqual([]);
    expect(at(report, 'summary')).toEqual({ valid: objects.length, invalid: 0, errors: 0, skipped: 0 });
    expect(status).toBe(0);
  });

  test('kube-score: nothing, but what is accepted with a reason', () => {
    expect(scored(objects).filter((finding) => accepting(finding) === undefined)).toEqual([]);
  });
});

test('every acceptance is needed', () => {
  const found = Object.values(VARIANTS).flatMap((graph) => scored(objectsOf(graph())));
  expect(ACCEPTED.filter((accepted) => !found.some((finding) => accepting(finding) === accepted))).toEqual([]);
});

interface Finding {
  readonly object: string;
  readonly check: string;
}

interface Accepted {
  readonly check: string;
  readonly objects: RegExp;
  readonly reason: string;
}

/** What kube-score asks for and we do not do, each with its reason. */
const ACCEPTED: readonly Accepted[] = [
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
    objects: /acme-solver|postgres-(from|control|to)|talos-postgres|observability/,
    reason: 'the pods are made by cert-manager, CloudNativePG and the Jaeger operator, which kube-score does not see',
  },
];

function accepting({ object, check }: Finding): Accepted | undefined {
  return ACCEPTED.find((accepted) => accepted.check === check && accepted.objects.test(object));
}

function scored(objects: readonly KubeJson[]): Finding[] {
  const { stdout } = judge('kube-score', [
    ...['score', '--output-format', 'json', '--kubernetes-version', 'v1.35'],
    yamlFile(objects),
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

test('a broken manifest is found: an unknown field, an unknown kind', () => {
  const [first] = objectsOf(talosGraph('dev'));
  const broken = [
    { ...first, speck: {} },
    { apiVersion: 'shop.acme.org/v1', kind: 'Basket', metadata: { name: 'b' } },
  ];
  const { status, stdout } = kubeconform(yamlFile(broken));
  expect(at(JSON.parse(stdout), 'summary')).toMatchObject({ invalid: 1, errors: 1 });
  expect(status).toBe(1);
});
