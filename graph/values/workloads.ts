import { scheduleProblems } from '../../constructs/core/schedule';
import { at, isRecord, list, text } from '../json-value';
import { podSpecOf, podTemplateOf } from '../pods';
import { type Findings, knownNumber, knownText } from './findings';
import { oneOfFields } from './lists';
import { podProblems } from './pods';

type Inputs = Readonly<Record<string, unknown>>;

/** Kinds whose selector must fit the labels of their pods. */
const SELECTING = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

/** What makes pods, and what scales or spares them: what of one object must fit together. */
export function workloadProblems(kind: string, inputs: Inputs, findings: Findings): void {
  const pod = podSpecOf(kind, inputs);
  const templates = list(at(inputs, 'spec', 'volumeClaimTemplates'));
  const claims = templates.flatMap((claim) => text(at(claim, 'metadata', 'name')) ?? []);
  if (pod !== undefined) podProblems(pod, { kind, path: podPath(kind), claims }, findings);
  if (SELECTING.has(kind)) selectorProblems(kind, inputs, findings);
  OWN[kind]?.(inputs, findings);
}

const TEMPLATE_OF_CRON = ['spec', 'jobTemplate', 'spec', 'template', 'spec'] as const;

function podPath(kind: string): string {
  if (kind === 'Pod') return 'spec';
  return kind === 'CronJob' ? TEMPLATE_OF_CRON.join('.') : 'spec.template.spec';
}

function selectorProblems(kind: string, inputs: Inputs, findings: Findings): void {
  const selector = at(inputs, 'spec', 'selector');
  const wanted = at(selector, 'matchLabels');
  const labels = at(podTemplateOf(kind, inputs), 'metadata', 'labels');
  if (selector !== undefined && !isRecord(wanted) && list(at(selector, 'matchExpressions')).length === 0) {
    findings.tell('SW-FIELD-005', 'spec.selector is empty, and would take any pod.', "matchLabels: { app: 'web' }");
  }
  if (!isRecord(wanted)) return;
  const missing = Object.entries(wanted).filter(([key, value]) => {
    const [asked, has] = [knownText(value), at(labels, key)];
    return asked !== undefined && (has === undefined || (knownText(has) !== undefined && has !== asked));
  });
  if (missing.length === 0) return;
  const pairs = missing.map(([key, value]) => `${key}: '${value}'`).join(', ');
  const what = `spec.selector.matchLabels asks for ${pairs}, which the labels of spec.template do not have.`;
  findings.tell('SW-FIELD-005', what, `template: { metadata: { labels: { ${pairs} } } }`);
}

/** Rules of single kinds, beyond what the names of their fields say. */
const OWN: Readonly<Record<string, (inputs: Inputs, findings: Findings) => void>> = {
  CronJob: (inputs, findings) => {
    const schedule = knownText(at(inputs, 'spec', 'schedule'));
    if (schedule === undefined) return;
    for (const problem of scheduleProblems(schedule, 'spec.schedule')) {
      findings.problems.push({ where: findings.where, ...problem });
    }
  },
  Deployment: (inputs, findings) => {
    const update = at(inputs, 'spec', 'strategy');
    if (at(update, 'type') === 'Recreate' && at(update, 'rollingUpdate') !== undefined) {
      findings.tell('SW-FIELD-006', 'spec.strategy has rollingUpdate, and the type Recreate.', "type: 'RollingUpdate'");
    }
    const [surge, unavailable] = ['maxSurge', 'maxUnavailable'].map((field) => at(update, 'rollingUpdate', field));
    if (isNone(surge) && isNone(unavailable)) {
      const what =
        'spec.strategy.rollingUpdate: maxSurge and maxUnavailable are both 0, so no pod may ever be replaced.';
      findings.tell('SW-FIELD-006', what, 'maxSurge: 1');
    }
    const [deadline, ready] = ['progressDeadlineSeconds', 'minReadySeconds'].map((f) =>
      knownNumber(at(inputs, 'spec', f)),
    );
    if (deadline === undefined || ready === undefined || deadline > ready) return;
    const what = `spec.progressDeadlineSeconds is ${deadline}; it must be more than minReadySeconds, ${ready}.`;
    findings.tell('SW-FIELD-004', what, `progressDeadlineSeconds: ${ready + 600}`);
  },
  HorizontalPodAutoscaler: (inputs, findings) => {
    const [least, most] = ['minReplicas', 'maxReplicas'].map((field) => knownNumber(at(inputs, 'spec', field)));
    if (least === 0) findings.tell('SW-FIELD-001', 'spec.minReplicas is 0; it must be 1 or more.', 'minReplicas: 1');
    if (least === undefined || most === undefined || least <= most) return;
    findings.tell(
      'SW-FIELD-004',
      `spec.minReplicas is ${least}, more than maxReplicas, ${most}.`,
      `maxReplicas: ${least}`,
    );
  },
  PodDisruptionBudget: (inputs, findings) => {
    oneOfFields(inputs.spec, ['maxUnavailable', 'minAvailable'], 'spec', findings, {
      mayBeNone: true,
      words: 'one of',
    });
  },
  PersistentVolumeClaim: (inputs, findings) => claimProblems(inputs.spec, 'spec', findings),
  StatefulSet: (inputs, findings) => {
    list(at(inputs, 'spec', 'volumeClaimTemplates')).forEach((claim, i) => {
      claimProblems(at(claim, 'spec'), `spec.volumeClaimTemplates[${i}].spec`, findings);
    });
  },
};

function isNone(count: unknown): boolean {
  return count === 0 || count === '0%';
}

function claimProblems(spec: unknown, path: string, findings: Findings): void {
  const modes = at(spec, 'accessModes');
  if (modes === undefined || (Array.isArray(modes) && modes.length === 0)) {
    findings.tell('SW-FIELD-006', `${path}.accessModes is empty.`, "accessModes: ['ReadWriteOnce']");
  }
  const asked = at(spec, 'resources', 'requests', 'storage');
  if (asked === undefined) {
    findings.tell('SW-FIELD-006', `${path}.resources.requests.storage is missing.`, "requests: { storage: '10Gi' }");
  } else if (knownText(asked) === '0') {
    findings.tell('SW-FIELD-001', `${path}.resources.requests.storage is 0.`, "requests: { storage: '10Gi' }");
  }
}
