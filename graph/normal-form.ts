import { isMarker } from '../constructs/core/marker';
import { canonicalQuantity } from '../constructs/core/quantity';
import { isBuiltIn } from './fields';
import { isRecord } from './json-value';

type Inputs = Readonly<Record<string, unknown>>;

/** Lists that are not kept when they are empty. Not those that mean something then, or must be there: `rules` of a Role. */
const LISTS = new Set(
  [
    'args command env envFrom ephemeralContainers hostAliases imagePullSecrets initContainers items ports tolerations',
    'topologySpreadConstraints volumeMounts volumes volumeClaimTemplates',
    'egress from ingress matchExpressions ownerReferences finalizers secrets subjects tls to',
  ].flatMap((names) => names.split(' ')),
);
/** Maps likewise. An empty selector, `emptyDir` or security context means something. */
const MAPS = new Set(
  'annotations binaryData data labels limits matchLabels nodeSelector parameters requests stringData'.split(' '),
);
/** Flags that Kubernetes has as plain ones: false is the same as nothing. */
const FLAGS = new Set('hostIPC hostNetwork hostPID readOnly stdin stdinOnce tty'.split(' '));
/** Numbers likewise. */
const NUMBERS = new Set('initialDelaySeconds minReadySeconds'.split(' '));
/** Maps of quantities by the name of a resource, and single ones. */
const OF_QUANTITIES = new Set(
  'limits requests hard capacity max min default defaultRequest maxLimitRequestRatio'.split(' '),
);
const QUANTITIES = new Set('sizeLimit averageValue divisor'.split(' '));

/**
 * An object as the API server keeps it: quantities in their shortest form, and nothing that is empty where empty means nothing. Written so, a
 * later preview against the cluster shows no change that is none. Of Kubernetes' own kinds: what a CRD holds stays as it is written.
 */
export function normalForm(apiVersion: string, inputs: Inputs): Inputs {
  const normal = isBuiltIn(apiVersion) ? normalize(inputs, '', '') : inputs;
  return isRecord(normal) ? normal : inputs;
}

function normalize(thing: unknown, key: string, above: string): unknown {
  if (typeof thing === 'string' || typeof thing === 'number') {
    return isQuantity(key, above) && !isMarker(thing) ? canonicalQuantity(String(thing)) : thing;
  }
  if (Array.isArray(thing)) return thing.map((item) => normalize(item, '', key));
  if (!isRecord(thing)) return thing;
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(thing)) {
    if (!isNothing(name, value, key, above)) kept[name] = isText(key) ? value : normalize(value, name, key);
  }
  return kept;
}

/** What is below is written by people, and no field of Kubernetes'. */
function isText(key: string): boolean {
  return /^(annotations|labels|matchLabels|data|stringData|binaryData|nodeSelector|parameters|selector)$/.test(key);
}

function isQuantity(key: string, above: string): boolean {
  return OF_QUANTITIES.has(above) || QUANTITIES.has(key) || (key === 'value' && above === 'target');
}

function isNothing(name: string, value: unknown, key: string, above: string): boolean {
  if (isText(key)) return false;
  if (Array.isArray(value)) return value.length === 0 && LISTS.has(name);
  if (isRecord(value)) return Object.keys(value).length === 0 && MAPS.has(name);
  // A volume of CSI tells false from nothing.
  if (value === false) return FLAGS.has(name) && key !== 'csi';
  if (value === 0) return NUMBERS.has(name);
  return value === '' && name === 'value' && above === 'env';
}
