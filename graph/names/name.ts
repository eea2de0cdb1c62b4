/** One thing in a cluster or a cloud, as others call it. */
export interface Name {
  /** A kind of Kubernetes; or `API` (`group/Kind`), `Prometheus label`, `Grafana label`, `receiver`, `IAM role`. */
  readonly kind: string;
  readonly name: string;
  /** None of what belongs to the whole cluster. */
  readonly namespace?: string;
}

/** What a node names of others. */
export interface Named extends Name {
  /** Why; with kind and name it is the reason to wait: `reads`, `is cut from`. */
  readonly verb: string;
  /** Other names that do as well. */
  readonly or?: readonly string[];
  /** Key of its data that is read, and what reads it; a listener of a Gateway; of a store, the namespace that uses it. */
  readonly key?: Key;
  /** Kubernetes goes on without it. */
  readonly optional?: true;
  /** Nothing stands still without it. */
  readonly mild?: true;
  /** A stack above may make it, later. */
  readonly later?: true;
  /** Named, and not waited for. */
  readonly waits?: false;
}

export interface Key {
  readonly name: string;
  readonly by: string;
  /** What becomes of who reads a key that is not there. @default its pod never starts */
  readonly otherwise?: string;
}

/** What a node makes, by itself or by an operator. */
export interface Made extends Name {
  /** Keys of its data, listeners of a Gateway, namespaces that may use a store: where all of them are known. */
  readonly keys?: readonly string[];
}

/** One text for one thing: `Secret shop/db`, `StorageClass gp3`. */
export function keyOf({ kind, name, namespace }: Name): string {
  return namespace === undefined || namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The same with a key of it, for who sees only names: `ClusterSecretStore aws [shop]`. */
export function withKey(name: Name, key: string): string {
  return `${keyOf(name)} [${key}]`;
}

/** Every key under which it may be found: of an API, that of its whole group too. */
export function keysOf(named: Named): string[] {
  const { kind, name, namespace, or = [] } = named;
  const group = kind === 'API' ? [`${name.split('/')[0]}/*`] : [];
  const at = namespace === undefined ? {} : { namespace };
  return [name, ...group, ...or].map((one) => keyOf({ kind, name: one, ...at }));
}
