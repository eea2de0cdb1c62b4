import {
  cidrMisfit,
  DATA_KEY,
  DNS_LABEL,
  DNS_SUBDOMAIN,
  type Form,
  keyMisfit,
  PORT_NAME,
  SERVICE_NAME,
  shown,
  VARIABLE_NAME,
} from '../../constructs/core/forms';
import { isImage } from '../../constructs/core/image';
import { amountOf } from '../../constructs/core/quantity';
import { type Code, formVerdict, knownNumber, knownText, type Verdict, wholeVerdict } from './findings';

/** Judges the value of a field of that name. */
export interface Rule {
  readonly code: Code;
  judge(value: unknown, field: string): Verdict | undefined;
}

const rule = (judge: Rule['judge'], code: Code = 'SW-FIELD-001'): Rule => ({ code, judge });
const named = (form: Form): Rule => rule((value, field) => formVerdict(value, form, field), 'SW-NAME-001');
const whole = (from: number, to = Number.POSITIVE_INFINITY): Rule =>
  rule((value, field) => wholeVerdict(value, from, to, field));

const oneOf = (...words: readonly string[]): Rule =>
  rule((value, field) => {
    const text = knownText(value);
    if (text === undefined || words.includes(text)) return undefined;
    const near = words.find((word) => word.toLowerCase() === text.toLowerCase()) ?? words[0];
    return {
      what: `is "${shown(text)}"; it takes ${words.map((w) => w || '""').join(', ')}`,
      fix: `${field}: '${near}'`,
    };
  });

const LAST_PORT = 65_535;
const port = whole(1, LAST_PORT);

/** A number, or the name of a port of the container. `'8080'` is neither. */
const portOrName = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined) return wholeVerdict(value, 1, LAST_PORT, field);
  if (!/^\d+$/.test(text)) return formVerdict(text, PORT_NAME, field);
  return {
    what: `is the text "${shown(text)}"; a port is a number, or the name of one`,
    fix: `${field}: ${Number(text)}`,
  };
});

const countOrPercent = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined) return wholeVerdict(value, 0, Number.POSITIVE_INFINITY, field);
  if (/^\d+%$/.test(text)) return undefined;
  return { what: `is "${shown(text)}"; it takes a number, or a part as "25%"`, fix: `${field}: '25%'` };
});

export const quantity = rule((value, field) => {
  const given = knownText(value) ?? knownNumber(value);
  if (given === undefined) return undefined;
  const amount = amountOf(given);
  if (amount !== undefined && amount >= 0) return undefined;
  const what = amount === undefined ? 'which is no quantity (128Mi, 1Gi, 500m)' : 'and may not be below zero';
  return { what: `is "${shown(String(given))}", ${what}`, fix: `${field}: '${nearQuantity(String(given))}'` };
});

/** `128Mi` for `128Mb`. */
function nearQuantity(text: string): string {
  const found = /^(\d+(?:\.\d+)?)\s*([kmgt])i?b?$/i.exec(text.trim());
  const unit = found?.[2]?.toUpperCase();
  return found === null || unit === undefined ? '128Mi' : `${found[1]}${unit === 'K' ? 'Ki' : `${unit}i`}`;
}

const cidr = rule((value, field) => {
  const text = knownText(value);
  const what = text === undefined ? undefined : cidrMisfit(text);
  return what === undefined ? undefined : { what, fix: `${field}: '10.0.0.0/8'` };
});

const qualified = rule((value, field) => {
  const text = knownText(value);
  const what = text === undefined ? undefined : keyMisfit(text);
  return what === undefined ? undefined : { what: `is no name of a label: ${what}`, fix: `${field}: 'app'` };
});

const image = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || isImage(text)) return undefined;
  return {
    what: `is "${shown(text)}", which is no name of an image: [registry/]name:tag, the name in lower-case letters`,
    fix: `${field}: 'ghcr.io/acme/api:1.2.3'`,
  };
}, 'SW-IMAGE-002');

/** A path inside of a volume: below it, and nowhere else. */
const inside = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || !(text.startsWith('/') || text.split('/').includes('..'))) return undefined;
  return { what: `is "${shown(text)}"; it must be a relative path without ".."`, fix: `${field}: 'folder/file'` };
});

const mountPath = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || (text !== '' && !text.includes(':'))) return undefined;
  return { what: `is "${shown(text)}"; it takes a path without a colon`, fix: `${field}: '/data'` };
});

const timeZone = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || isTimeZone(text)) return undefined;
  return { what: `is "${shown(text)}", which is no name of a time zone`, fix: `${field}: 'Etc/UTC'` };
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name !== 'Local' && /[A-Za-z]/.test(name[0] ?? '');
  } catch {
    return false;
  }
}

/** A name that is a step of a path of the API. https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/path/name.go */
const pathStep = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || (text !== '' && !/[/%]/.test(text) && text !== '.' && text !== '..')) return undefined;
  return { what: `is "${shown(text)}"; it takes a name without / and %`, fix: `${field}: 'shop'` };
}, 'SW-NAME-001');

const groupVersion = rule((value, field) => {
  const text = knownText(value);
  if (text === undefined || text === 'v1' || /^[^/]+\/[^/]+$/.test(text)) return undefined;
  return { what: `is "${shown(text)}"; it takes a group and a version`, fix: `${field}: 'apps/v1'` };
});

const SELECTS_BY_LABEL = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** By name of the field, or by that of the field around it and its own. Of fields that mean one thing wherever they stand. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    'containers.name': named(DNS_LABEL),
    'initContainers.name': named(DNS_LABEL),
    'containers.image': image,
    'initContainers.image': image,
    'volumes.name': named(DNS_LABEL),
    'ports.name': named(PORT_NAME),
    'env.name': named(VARIABLE_NAME),
    'configMapKeyRef.key': named(DATA_KEY),
    'secretKeyRef.key': named(DATA_KEY),
    'items.key': named(DATA_KEY),
    'items.path': inside,
    subPath: inside,
    mountPath,
    ...Object.fromEntries(
      [
        'configMapKeyRef.name',
        'secretKeyRef.name',
        'configMapRef.name',
        'secretRef.name',
        'configMap.name',
        'imagePullSecrets.name',
        'secretName',
        'claimName',
        'serviceAccountName',
        'storageClassName',
        'ingressClassName',
        'priorityClassName',
        'runtimeClassName',
      ].map((field) => [field, named(DNS_SUBDOMAIN)]),
    ),
    'service.name': named(SERVICE_NAME),
    'spec.serviceName': named(DNS_LABEL),
    'scaleTargetRef.apiVersion': groupVersion,
    'scaleTargetRef.name': pathStep,
    'scaleTargetRef.kind': pathStep,
    'roleRef.apiGroup': oneOf('rbac.authorization.k8s.io', ''),
    'roleRef.name': pathStep,
    'subjects.kind': oneOf('ServiceAccount', 'User', 'Group'),
    containerPort: port,
    hostPort: whole(0, LAST_PORT),
    nodePort: whole(0, LAST_PORT),
    targetPort: portOrName,
    'ports.port': portOrName,
    'ports.endPort': port,
    'port.number': port,
    'port.name': named(PORT_NAME),
    'httpGet.port': portOrName,
    'tcpSocket.port': portOrName,
    'grpc.port': port,
    maxSurge: countOrPercent,
    maxUnavailable: countOrPercent,
    minAvailable: countOrPercent,
    cidr,
    except: cidr,
    loadBalancerSourceRanges: cidr,
    sizeLimit: quantity,
    'target.value': quantity,
    'target.averageValue': quantity,
    divisor: quantity,
    topologyKey: qualified,
    timeZone,
    averageUtilization: whole(1),
    maxSkew: whole(1),
    minDomains: whole(1),
    maxReplicas: whole(1),
    ...Object.fromEntries(
      [
        'initialDelaySeconds',
        'timeoutSeconds',
        'periodSeconds',
        'successThreshold',
        'failureThreshold',
        'terminationGracePeriodSeconds',
        'sleep.seconds',
        'replicas',
        'minReplicas',
        'minReadySeconds',
        'revisionHistoryLimit',
        'progressDeadlineSeconds',
        'backoffLimit',
        'activeDeadlineSeconds',
        'ttlSecondsAfterFinished',
        'parallelism',
        'completions',
        'startingDeadlineSeconds',
        'successfulJobsHistoryLimit',
        'failedJobsHistoryLimit',
        'runAsUser',
        'runAsGroup',
        'fsGroup',
        'supplementalGroups',
        'stabilizationWindowSeconds',
      ].map((field) => [field, whole(0)]),
    ),
    ...Object.fromEntries(['preferredDuringSchedulingIgnoredDuringExecution.weight'].map((f) => [f, whole(1, 100)])),
    defaultMode: whole(0, 0o777),
    'items.mode': whole(0, 0o777),
    imagePullPolicy: oneOf('IfNotPresent', 'Always', 'Never'),
    dnsPolicy: oneOf('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
    'strategy.type': oneOf('RollingUpdate', 'Recreate'),
    'updateStrategy.type': oneOf('RollingUpdate', 'OnDelete'),
    concurrencyPolicy: oneOf('Forbid', 'Allow', 'Replace'),
    completionMode: oneOf('NonIndexed', 'Indexed'),
    podManagementPolicy: oneOf('OrderedReady', 'Parallel'),
    pathType: oneOf('Prefix', 'Exact', 'ImplementationSpecific'),
    sessionAffinity: oneOf('None', 'ClientIP'),
    externalTrafficPolicy: oneOf('Cluster', 'Local'),
    internalTrafficPolicy: oneOf('Cluster', 'Local'),
    'ports.protocol': oneOf('TCP', 'UDP', 'SCTP'),
    whenUnsatisfiable: oneOf('ScheduleAnyway', 'DoNotSchedule'),
    'tolerations.operator': oneOf('Exists', 'Equal', 'Lt', 'Gt'),
    'tolerations.effect': oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute', ''),
    'matchExpressions.operator': oneOf(...SELECTS_BY_LABEL, 'Gt', 'Lt'),
    'httpGet.scheme': oneOf('HTTP', 'HTTPS'),
    policyTypes: oneOf('Ingress', 'Egress'),
    accessModes: oneOf('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'),
    volumeMode: oneOf('Filesystem', 'Block'),
    reclaimPolicy: oneOf('Delete', 'Retain'),
    persistentVolumeReclaimPolicy: oneOf('Retain', 'Delete', 'Recycle'),
    volumeBindingMode: oneOf('WaitForFirstConsumer', 'Immediate'),
    fsGroupChangePolicy: oneOf('OnRootMismatch', 'Always'),
    'seccompProfile.type': oneOf('RuntimeDefault', 'Localhost', 'Unconfined'),
    'appArmorProfile.type': oneOf('RuntimeDefault', 'Localhost', 'Unconfined'),
    terminationMessagePolicy: oneOf('File', 'FallbackToLogsOnError'),
    'target.type': oneOf('Utilization', 'Value', 'AverageValue'),
    'metrics.type': oneOf('Resource', 'ContainerResource', 'Pods', 'Object', 'External'),
    unhealthyPodEvictionPolicy: oneOf('IfHealthyBudget', 'AlwaysAllow'),
    whenDeleted: oneOf('Retain', 'Delete'),
    whenScaled: oneOf('Retain', 'Delete'),
  }),
);

/** Fields that are maps from a resource to a quantity. */
export const QUANTITY_MAPS: ReadonlySet<string> = new Set([
  ...[
    'requests',
    'limits',
    'capacity',
    'hard',
    'default',
    'defaultRequest',
    'maxLimitRequestRatio',
    'overhead',
    'min',
    'max',
  ],
]);

/** Fields that are maps of labels. */
export const LABEL_MAPS: ReadonlySet<string> = new Set(['matchLabels', 'nodeSelector']);
