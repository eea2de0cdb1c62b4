import { at, isRecord, list, text } from '../json-value';
import type { Named } from './name';

/** Where a field stands: in whose namespace, and below which named thing. */
export interface Around {
  readonly namespace: string | undefined;
  /** Name of the variable, volume or container that it is in. */
  readonly inside: string;
}

type Read = (value: unknown, around: Around) => Named[];

/** What fields of any object name of others, wherever they stand: Kubernetes' own words, which operators and charts take over. */
const FIELDS: Readonly<Record<string, Read>> = {
  secretKeyRef: keyOfData('Secret'),
  configMapKeyRef: keyOfData('ConfigMap'),
  secretRef: (ref, { namespace }) => whole('Secret', ref, namespace, 'reads'),
  configMapRef: (ref, { namespace }) => whole('ConfigMap', ref, namespace, 'reads'),
  secret: volume('Secret', 'secretName'),
  configMap: volume('ConfigMap', 'name'),
  persistentVolumeClaim: (ref, { namespace }) =>
    plain('PersistentVolumeClaim', at(ref, 'claimName'), namespace, 'mounts'),
  // The kubelet asks without it, then.
  imagePullSecrets: (refs, { namespace }) =>
    list(refs).flatMap((ref) => mild(plain('Secret', at(ref, 'name') ?? ref, namespace, 'pulls images with'))),
  serviceAccountName: (name, { namespace }) => plain('ServiceAccount', name, namespace, 'runs as'),
  serviceAccountRef: (ref, { namespace }) => whole('ServiceAccount', ref, namespace, 'runs as'),
  storageClassName: (name) => plain('StorageClass', name, undefined, 'is cut from'),
  ingressClassName: (name) => plain('IngressClass', name, undefined, 'is served by'),
  gatewayClassName: (name) => plain('GatewayClass', name, undefined, 'is served by'),
  priorityClassName: (name) => plain('PriorityClass', name, undefined, 'has the priority of'),
  runtimeClassName: (name) => plain('RuntimeClass', name, undefined, 'runs by'),
  volumeSnapshotClassName: (name) => plain('VolumeSnapshotClass', name, undefined, 'is copied by'),
  issuerRef: of('Issuer', 'is signed by'),
  secretStoreRef: of('SecretStore', 'reads from'),
  secretStoreRefs: each(of('SecretStore', 'writes to')),
  storeRef: of('SecretStore', 'reads from'),
  scaleTargetRef: of('Deployment', 'scales'),
  authenticationRef: of('TriggerAuthentication', 'asks with'),
  // Of Gateway API, and of Envoy Gateway.
  // A Gateway is there before its certificates: it answers their challenges.
  certificateRefs: unwaited(each(keysOfSecret('serves with', ['tls.crt', 'tls.key'], 'its listener is not served'))),
  caCertificateRefs: each(keysOfSecret('believes', ['ca.crt'], 'nobody is believed')),
  pullSecretRef: of('Secret', 'is pulled with'),
  parentRefs: each(section('hangs on')),
  backendRefs: each(of('Service', 'routes to')),
  backendRef: of('Service', 'routes to'),
  targetRefs: each(section('applies to')),
  // Of a policy: in an Endpoints it is a Pod, which nobody names before it is there.
  targetRef: (ref, around) => (at(ref, 'kind') === 'Pod' ? [] : section('applies to')(ref, around)),
  extensionRef: of('', 'is answered by'),
  valueRef: of('ConfigMap', 'reads'),
  parametersRef: of('', 'is made as said by'),
};

/** Kinds of a reference that belong to the whole cluster. */
const CLUSTER_WIDE = new Set(['ClusterIssuer', 'ClusterSecretStore', 'ClusterTriggerAuthentication', 'GatewayClass']);

/** Everything that the fields of a thing name, in their order. */
export function namedByFields(thing: unknown, namespace: string | undefined): Named[] {
  const found: Named[] = [];
  walk(thing, { namespace, inside: '' }, found);
  return found;
}

function walk(here: unknown, around: Around, found: Named[]): void {
  if (Array.isArray(here)) for (const item of here) walk(item, around, found);
  if (!isRecord(here)) return;
  const inside = { ...around, inside: text(here.name) ?? around.inside };
  for (const [field, value] of Object.entries(here)) {
    if (typeof value === 'number' || typeof value === 'boolean') continue;
    if (Object.hasOwn(FIELDS, field)) found.push(...(FIELDS[field]?.(value, inside) ?? []));
    if (typeof value !== 'string') walk(value, inside, found);
  }
}

export function plain(kind: string, name: unknown, namespace: string | undefined, verb: string): Named[] {
  const called = text(name);
  if (called === undefined || called === '' || kind === '') return [];
  return [{ kind, name: called, verb, ...(namespace === undefined ? {} : { namespace }) }];
}

export function mild(named: readonly Named[]): Named[] {
  return named.map((one) => ({ ...one, mild: true }));
}

/** With a section of it: a listener of a Gateway. Rules of a route have no names here. */
function section(verb: string): Read {
  return (ref, around) => {
    const name = text(at(ref, 'sectionName'));
    const found = of('Gateway', verb)(ref, around);
    return found.map((one) =>
      name === undefined || one.kind !== 'Gateway' ? one : { ...one, key: { name, by: 'it' } },
    );
  };
}

/** A Secret whose keys are always the same for who reads it. */
export function keysOfSecret(verb: string, keys: readonly string[], otherwise: string): Read {
  return (ref, around) =>
    keys.flatMap((name) =>
      of('Secret', verb)(ref, around).map((one) => ({ ...one, key: { name, by: 'it', otherwise } })),
    );
}

/** `{ name, namespace?, optional? }` */
export function whole(kind: string, ref: unknown, namespace: string | undefined, verb: string): Named[] {
  const found = plain(kind, at(ref, 'name'), text(at(ref, 'namespace')) ?? namespace, verb);
  return at(ref, 'optional') === true ? found.map((one) => ({ ...one, optional: true })) : found;
}

/** `{ kind?, name, namespace? }` */
function of(usual: string, verb: string): Read {
  return (ref, { namespace }) => {
    const kind = text(at(ref, 'kind')) ?? usual;
    const where = CLUSTER_WIDE.has(kind) ? undefined : (text(at(ref, 'namespace')) ?? namespace);
    const found = plain(kind, at(ref, 'name'), where, verb);
    // Who may use a store is said of it by namespace.
    if (kind !== 'ClusterSecretStore' || namespace === undefined) return found;
    return found.map((one) => ({ ...one, key: { name: namespace, by: 'it' } }));
  };
}

function each(read: Read): Read {
  return (refs, around) => list(refs).flatMap((ref) => read(ref, around));
}

function unwaited(read: Read): Read {
  return (value, around) => read(value, around).map((one) => ({ ...one, waits: false as const }));
}

function keyOfData(kind: string): Read {
  return (ref, { namespace, inside }) =>
    withKey(whole(kind, ref, namespace, 'reads'), at(ref, 'key'), `variable ${inside}`);
}

/** A volume, or a source of a projected one; of other kinds, whatever is called so and has a name. */
function volume(kind: string, nameField: string): Read {
  return (ref, { namespace, inside }) => {
    const named = { name: at(ref, nameField) ?? at(ref, 'name'), optional: at(ref, 'optional') };
    const found = whole(kind, named, namespace, 'reads');
    const items = list(at(ref, 'items'));
    if (items.length === 0) return withKey(found, at(ref, 'key'), inside === '' ? 'it' : inside);
    return items.flatMap((item) => withKey(found, at(item, 'key'), `volume ${inside}`));
  };
}

function withKey(found: readonly Named[], key: unknown, by: string): Named[] {
  const name = text(key);
  return found.map((one) => (name === undefined ? one : { ...one, key: { name, by } }));
}
