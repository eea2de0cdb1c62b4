import { shown } from '../../constructs/core/forms';
import { at, isRecord, list, text } from '../json-value';
import { containerProblems } from './containers';
import { type Findings, knownNumber, knownText } from './findings';
import { duplicates, fieldKey, oneOfFields } from './lists';

/** https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/ */
const VOLUMES = [
  ...['emptyDir', 'configMap', 'secret', 'persistentVolumeClaim', 'projected', 'hostPath', 'csi', 'ephemeral'],
  ...['downwardAPI', 'nfs', 'image', 'iscsi', 'fc', 'local', 'rbd', 'cephfs', 'cinder', 'glusterfs', 'flexVolume'],
  ...['awsElasticBlockStore', 'gcePersistentDisk', 'azureDisk', 'azureFile', 'vsphereVolume', 'portworxVolume'],
  ...['quobyte', 'scaleIO', 'storageos', 'photonPersistentDisk', 'flocker', 'gitRepo'],
];
/** How pods of a kind may end. */
const RESTARTS: Readonly<Record<string, readonly string[]>> = {
  Job: ['Never', 'OnFailure'],
  CronJob: ['Never', 'OnFailure'],
  Pod: ['Always', 'OnFailure', 'Never'],
};

export interface PodPlace {
  readonly kind: string;
  /** `spec.template.spec` */
  readonly path: string;
  /** Volumes that come from elsewhere: the claim templates of a StatefulSet. */
  readonly claims: readonly string[];
}

/** What in a pod fits together: names once, mounts of volumes that are there, probes of ports that are. */
export function podProblems(pod: Record<string, unknown>, { kind, path, claims }: PodPlace, findings: Findings): void {
  volumeProblems(pod, path, findings);
  const groups = ['initContainers', 'containers'];
  const all = groups.flatMap((group) =>
    list(pod[group]).map((container, i) => ({
      container,
      at: `${path}.${group}[${i}]`,
      isInit: group !== 'containers',
    })),
  );
  if (list(pod.containers).length === 0) {
    findings.tell(
      'SW-FIELD-006',
      `${path}.containers is empty; a pod has one at least.`,
      "containers: [{ name: 'app', image: '…' }]",
    );
  }
  duplicates(
    all.map((c) => c.container),
    `${path}.containers`,
    findings,
    (c) => fieldKey(c, 'name'),
    'name',
  );
  const volumes = [...list(pod.volumes).flatMap((v) => text(at(v, 'name')) ?? []), ...claims];
  const grace = knownNumber(pod.terminationGracePeriodSeconds) ?? 30;
  for (const each of all) containerProblems(each, { volumes: new Set(volumes), grace }, findings);
  restartProblem(pod, kind, path, findings);
  userProblem(pod, all, path, findings);
  const spread = (entry: unknown) => {
    const [key, when] = [fieldKey(entry, 'topologyKey'), fieldKey(entry, 'whenUnsatisfiable')];
    return key === undefined || when === undefined ? undefined : `${key} (${when})`;
  };
  duplicates(pod.topologySpreadConstraints, `${path}.topologySpreadConstraints`, findings, spread, 'topologyKey');
  tolerationProblems(pod, path, findings);
}

function volumeProblems(pod: Record<string, unknown>, path: string, findings: Findings): void {
  duplicates(pod.volumes, `${path}.volumes`, findings, (v) => fieldKey(v, 'name'), 'name');
  list(pod.volumes).forEach((volume, i) => {
    const here = `${path}.volumes[${i}]`;
    if (isRecord(volume)) oneOfFields(volume, VOLUMES, here, findings);
    for (const source of ['configMap', 'secret']) {
      duplicates(
        at(volume, source, 'items'),
        `${here}.${source}.items`,
        findings,
        (item) => fieldKey(item, 'path'),
        'path',
      );
    }
  });
}

function restartProblem(pod: Record<string, unknown>, kind: string, path: string, findings: Findings): void {
  const may = RESTARTS[kind] ?? ['Always'];
  const asked = pod.restartPolicy === undefined ? 'Always' : knownText(pod.restartPolicy);
  if (asked === undefined || may.includes(asked)) return;
  findings.tell(
    'SW-FIELD-001',
    `${path}.restartPolicy is "${shown(asked)}"; pods of a ${kind} take ${may.join(' or ')}.`,
    `restartPolicy: '${may[0]}'`,
  );
}

/** The kubelet refuses to start what must not be root and is. */
function userProblem(
  pod: Record<string, unknown>,
  containers: readonly { readonly container: unknown; readonly at: string }[],
  path: string,
  findings: Findings,
): void {
  const ofPod = pod.securityContext;
  for (const { container, at: here } of containers) {
    const own = at(container, 'securityContext');
    const isRoot = (at(own, 'runAsUser') ?? at(ofPod, 'runAsUser')) === 0;
    const mayNot = (at(own, 'runAsNonRoot') ?? at(ofPod, 'runAsNonRoot')) === true;
    if (!isRoot || !mayNot) continue;
    const where = at(own, 'runAsUser') === 0 ? here : path;
    const what = `${where}.securityContext says runAsNonRoot, and runAsUser 0, which is root: no container starts.`;
    findings.tell('SW-FIELD-006', what, 'runAsUser: 1001');
  }
}

function tolerationProblems(pod: Record<string, unknown>, path: string, findings: Findings): void {
  list(pod.tolerations).forEach((toleration, i) => {
    const here = `${path}.tolerations[${i}]`;
    const [operator, key, value] = ['operator', 'key', 'value'].map((field) => at(toleration, field));
    if (operator === 'Exists' && value !== undefined && value !== '') {
      findings.tell(
        'SW-FIELD-006',
        `${here} has a value, and the operator Exists, which looks at none.`,
        "operator: 'Equal'",
      );
    }
    if ((key === undefined || key === '') && operator !== 'Exists') {
      findings.tell(
        'SW-FIELD-006',
        `${here} has no key; only the operator Exists tolerates everything.`,
        "operator: 'Exists'",
      );
    }
    if (at(toleration, 'tolerationSeconds') !== undefined && at(toleration, 'effect') !== 'NoExecute') {
      findings.tell(
        'SW-FIELD-006',
        `${here} has tolerationSeconds, which need the effect NoExecute.`,
        "effect: 'NoExecute'",
      );
    }
  });
}
