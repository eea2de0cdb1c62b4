import { createHash } from 'node:crypto';

/** An object that wants a file of its own. */
export interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** The namespace that its system is about: it needs no saying. */
  readonly home: string | undefined;
}

/** What most file systems take, with room for what is put before and behind. */
const LONGEST = 200;
/** How an object may be called, the shortest first; the last one is different for any two objects. */
const FORMS: readonly ((object: Named) => string)[] = [
  ({ kind, name }) => plain(`${kind}-${name}`),
  (object) => `${plain(`${object.kind}-${object.name}`)}${abroad(object)}`,
  (object) => `${plain(`${object.kind}${groupOf(object)}-${object.name}`)}${abroad(object)}`,
  (object) => `${plain(`${object.kind}${groupOf(object)}`)}-${exact(object.name)}${abroad(object)}`,
];

/**
 * The file of each object of a folder: `deployment-web.yaml`. Where two objects would have the same, whatever the case of its letters, theirs
 * say more: the namespace, unless it is their system's own (`networkpolicy-allow-dns@observability.yaml`), then the API group of what is not
 * Kubernetes' own (`service.serving.knative.dev-web.yaml`), then each letter. Nobody else's name depends on it. Undefined where even
 * that is the same: then it is one object, twice.
 */
export function fileNames(objects: readonly Named[]): readonly (string | undefined)[] {
  const names = distinct(objects, FORMS);
  return names.map((name) => (name === undefined ? undefined : `${name}.yaml`));
}

/** The folder of each system, by the same rule. */
export function folderNames(systems: readonly string[]): readonly string[] {
  return distinct(systems, [(system) => system.replaceAll(/[^\w.-]|^\./g, '-'), exact]).map(
    (name, i) => name ?? `${i}`,
  );
}

function distinct<T>(
  things: readonly T[],
  [form, ...others]: readonly ((thing: T) => string)[],
): readonly (string | undefined)[] {
  if (form === undefined) return things.map(() => undefined);
  const names = things.map((thing) => shortened(form(thing)));
  const sharing = new Map<string, number[]>();
  names.forEach((name, i) => {
    const key = name.toLowerCase();
    sharing.set(key, [...(sharing.get(key) ?? []), i]);
  });
  const found: (string | undefined)[] = [...names];
  for (const group of sharing.values()) {
    if (group.length === 1) continue;
    const better = distinct(
      group.flatMap((i) => things[i] ?? []),
      others,
    );
    group.forEach((i, k) => {
      found[i] = better[k];
    });
  }
  return found;
}

/** Small letters, and a dash for all that some file system does not take. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
}

/** Each letter that is not plain as its number: `system_3anode`. */
function exact(name: string): string {
  return name.replaceAll(/[^a-z0-9.-]|^\./gu, (sign) => `_${sign.codePointAt(0)?.toString(16)}_`);
}

function abroad({ namespace, home }: Named): string {
  return namespace === undefined || namespace === home ? '' : `@${plain(namespace)}`;
}

/** Of what is not Kubernetes' own. */
function groupOf({ apiVersion }: Named): string {
  const group = apiVersion.split('/')[0] ?? '';
  return apiVersion.includes('/') && /\./.test(group) && !group.endsWith('.k8s.io') ? `.${group}` : '';
}

function shortened(name: string): string {
  if (name.length <= LONGEST) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${name.slice(0, LONGEST - digest.length - 1)}-${digest}`;
}
