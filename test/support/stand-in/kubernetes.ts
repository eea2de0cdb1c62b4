import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, isRecord, list, text } from '../../../graph/json-value';
import { KubeClient, KubeError, type KubeObject } from '../kube-client';
import {
  type Asked,
  changedPaths,
  type Diffed,
  hasUnknown,
  NotReadyError,
  type Properties,
  type Resource,
  type StandIn,
  serve,
  UNKNOWN,
} from './server';

/**
 * STAND-IN for Pulumi's kubernetes provider, which is in no package registry. It talks to a real API server with server-side apply, and
 * waits for readiness; it honours kubeconfig, clusterIdentifier, the mutability options, immutable fields, dry runs and ignoreChanges.
 * It proves our program, the engine and the API server; not the real provider's diff, nor its waiting.
 */
const MANAGER = 'pulumi-kubernetes';
const PAUSE_MS = 200;
const DEFAULT_WAIT_SECONDS = 600;

/** What Kubernetes cannot change in place. */
const IMMUTABLE: Readonly<Record<string, readonly RegExp[]>> = {
  Job: [/^spec\.(template|selector|completionMode)/],
  Deployment: [/^spec\.selector/],
  DaemonSet: [/^spec\.selector/],
  StatefulSet: [/^spec\.(selector|serviceName|volumeClaimTemplates|podManagementPolicy)/],
  Service: [/^spec\.clusterIP/],
  PersistentVolumeClaim: [/^spec\.(accessModes|storageClassName|volumeName|selector)/],
  Secret: [/^type$/],
  RoleBinding: [/^roleRef/],
  ClusterRoleBinding: [/^roleRef/],
};

class Kubernetes implements StandIn {
  private client: KubeClient | undefined;
  private settings: Properties = {};

  configure(settings: Properties): void {
    this.settings = settings;
    const kubeconfig = text(settings.kubeconfig) ?? ambientKubeconfig();
    this.client = kubeconfig === undefined || kubeconfig === UNKNOWN ? undefined : new KubeClient(kubeconfig);
  }

  diffConfig(before: Properties, after: Properties): Diffed {
    const changed = changedPaths(before, after);
    const hasIdentity = text(before.clusterIdentifier) !== undefined;
    const decisive = hasIdentity ? ['clusterIdentifier'] : ['kubeconfig', 'context'];
    return { changed, replaced: changed.filter((path) => decisive.includes(path)) };
  }

  diff(type: string, before: Properties, after: Properties): Diffed {
    const changed = changedPaths(before, after);
    const kind = type.split(':').at(-1) ?? '';
    const fixed = [
      /^(apiVersion|kind)$/,
      /^metadata\.(name|namespace)$/,
      ...(IMMUTABLE[kind] ?? []),
      ...this.immutableData(kind),
    ];
    const replaced = changed.filter((path) => fixed.some((pattern) => pattern.test(path)));
    return { changed, replaced, deleteFirst: replaced.length > 0 };
  }

  /** As the real provider: ConfigMaps and Secrets are replaced unless it was told otherwise. */
  private immutableData(kind: string): RegExp[] {
    const data = [/^(data|binaryData|stringData)/];
    if (kind === 'ConfigMap') return this.settings.enableConfigMapMutable === 'true' ? [] : data;
    if (kind === 'Secret') return this.settings.enableSecretMutable === 'true' ? [] : data;
    return [];
  }

  async create(asked: Asked): Promise<Resource> {
    const object = objectOf(asked);
    const id = idOf(object);
    if (asked.preview) return { id: '', outputs: { ...asked.inputs, status: UNKNOWN, ...(await this.tried(object)) } };
    const client = this.connected();
    if ((await client.get(object)) !== undefined)
      throw new Error(`resource ${id} was not successfully created by the Kubernetes API server: already exists`);
    await client.apply(object, { manager: MANAGER });
    return { id, outputs: outputsOf(asked.inputs, await this.ready(object, asked)) };
  }

  async read(id: string, asked: Asked): Promise<Resource | undefined> {
    if (Object.keys(asked.inputs).length === 0) return this.imported(id, asked.type);
    const object = objectOf(asked);
    const client = this.connected();
    const live = await client.get(object);
    if (live === undefined) return undefined;
    const wanted = await client.apply(object, { manager: MANAGER, dryRun: true, force: true });
    const inputs = drifted(asked.inputs, wanted, live);
    return { id, outputs: outputsOf(asked.inputs, live), ...(isRecord(inputs) ? { inputs } : {}) };
  }

  /** What an object that exists was made of: the fields that this manager applied. */
  private async imported(id: string, type: string): Promise<Resource | undefined> {
    const [, groupVersion = '', kind = ''] = type.split(':');
    const [name = '', namespace] = id.split('/').reverse();
    const isRelease = type === 'kubernetes:helm.sh/v3:Release';
    const metadata = {
      name: isRelease ? `helm-release-${name}` : name,
      ...(namespace === undefined ? {} : { namespace }),
    };
    const apiVersion = isRelease ? 'v1' : groupVersion.replace(/^core\//, '');
    const live = await this.connected().get({ apiVersion, kind: isRelease ? 'ConfigMap' : kind, metadata });
    if (live === undefined) return undefined;
    if (isRelease) {
      const inputs: Properties = JSON.parse(text(at(live, 'data', 'release')) ?? '{}');
      return { id, outputs: outputsOf(inputs, live), inputs };
    }
    const applied = list(at(live, 'metadata', 'managedFields')).find((entry) => at(entry, 'manager') === MANAGER);
    const owned = ownedOf(live, at(applied, 'fieldsV1'));
    const fields = isRecord(owned) ? owned : {};
    const own = isRecord(fields.metadata) ? fields.metadata : {};
    const inputs = { apiVersion, kind, ...fields, metadata: { ...own, ...metadata } };
    return { id, outputs: outputsOf(inputs, live), inputs };
  }

  async update(id: string, asked: Asked): Promise<Resource> {
    const object = objectOf(asked);
    if (asked.preview) return { id, outputs: { ...asked.inputs, ...(await this.tried(object)) } };
    const client = this.connected();
    const live = await client.get(object);
    await this.taken(asked.ignoreChanges.reduce((o, path) => leaving(o, path, live), object));
    return { id, outputs: outputsOf(asked.inputs, await this.ready(object, asked)) };
  }

  async delete(_id: string, asked: Asked): Promise<void> {
    const object = objectOf(asked);
    const client = this.connected();
    await client.delete(object);
    await until(
      async () => (await client.get(object)) === undefined,
      `${idOf(object)} is still there`,
      asked.timeoutSeconds,
    );
  }

  /** As the real provider: what a person changed with kubectl is taken back; what a controller owns is a conflict. */
  private async taken(object: KubeObject): Promise<void> {
    try {
      await this.connected().apply(object, { manager: MANAGER });
    } catch (error) {
      const isPersons =
        error instanceof KubeError && error.status === 409 && /conflict.* with "kubectl/.test(error.message);
      if (!isPersons) throw error;
      await this.connected().apply(object, { manager: MANAGER, force: true });
    }
  }

  /** A dry run, where everything is known: what the API server refuses is refused in preview. Gives nothing to the outputs. */
  private async tried(object: KubeObject): Promise<Properties> {
    if (hasUnknown(object) || this.client === undefined) return {};
    try {
      await this.client.apply(object, { manager: MANAGER, dryRun: true, force: true });
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 404) throw error;
    }
    return {};
  }

  private async ready(object: KubeObject, asked: Asked): Promise<KubeObject> {
    const client = this.connected();
    let live: KubeObject = {};
    let waiting = '';
    const wait = until(
      async () => {
        live = (await client.get(object)) ?? {};
        waiting = waitingFor(live);
        return waiting === '';
      },
      () => `${idOf(object)} is not ready: ${waiting}`,
      asked.timeoutSeconds,
    );
    // As the real provider: what was created, and could not be waited for, is kept.
    await wait.catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new NotReadyError(
        { id: idOf(object), outputs: outputsOf(asked.inputs, live), inputs: asked.inputs },
        reason,
      );
    });
    return live;
  }

  private connected(): KubeClient {
    if (this.client === undefined) throw new Error('the kubernetes stand-in needs the kubeconfig of its Provider');
    return this.client;
  }
}

/** As the real provider: without a kubeconfig of its own it takes the environment's. */
function ambientKubeconfig(): string | undefined {
  const { KUBECONFIG } = process.env;
  return KUBECONFIG === undefined ? undefined : readFileSync(KUBECONFIG, 'utf8');
}

/** Empty where an object is ready; else what it waits for. */
function waitingFor(live: KubeObject): string {
  const status = at(live, 'status');
  const wanted = Number(at(live, 'spec', 'replicas') ?? 1);
  const isSeen = Number(at(status, 'observedGeneration') ?? 0) >= Number(at(live, 'metadata', 'generation') ?? 0);
  switch (live.kind) {
    case 'Deployment': {
      const [available, updated] = [
        Number(at(status, 'availableReplicas') ?? 0),
        Number(at(status, 'updatedReplicas') ?? 0),
      ];
      return isSeen && available >= wanted && updated >= wanted ? '' : `${available} of ${wanted} copies available`;
    }
    case 'StatefulSet': {
      const ready = Number(at(status, 'readyReplicas') ?? 0);
      return isSeen && ready >= wanted && at(status, 'currentRevision') === at(status, 'updateRevision')
        ? ''
        : `${ready} of ${wanted} copies ready`;
    }
    case 'Job': {
      const conditions = list(at(status, 'conditions'));
      if (conditions.some((c) => at(c, 'type') === 'Failed' && at(c, 'status') === 'True'))
        throw new Error('the Job failed');
      return conditions.some((c) => at(c, 'type') === 'Complete' && at(c, 'status') === 'True')
        ? ''
        : 'the Job has not completed';
    }
    case 'Ingress':
      return list(at(status, 'loadBalancer', 'ingress')).length > 0 ? '' : 'no address was given to the Ingress';
    case 'CustomResourceDefinition':
      return list(at(status, 'conditions')).some((c) => at(c, 'type') === 'Established' && at(c, 'status') === 'True')
        ? ''
        : 'not established';
    default:
      return '';
  }
}

async function until(
  isDone: () => Promise<boolean>,
  late: string | (() => string),
  timeoutSeconds: number,
): Promise<void> {
  const end = Date.now() + 1000 * (timeoutSeconds > 0 ? timeoutSeconds : DEFAULT_WAIT_SECONDS);
  while (!(await isDone())) {
    if (Date.now() > end) throw new Error(`timed out: ${typeof late === 'string' ? late : late()}`);
    await sleep(PAUSE_MS);
  }
}

/** A Helm release is kept as a record of its inputs: charts are rendered elsewhere. */
function objectOf({ type, inputs }: Asked): KubeObject {
  if (type !== 'kubernetes:helm.sh/v3:Release') return inputs;
  const metadata = { name: `helm-release-${String(inputs.name)}`, namespace: inputs.namespace };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { release: JSON.stringify(inputs) } };
}

function idOf(object: KubeObject): string {
  const namespace = text(at(object, 'metadata', 'namespace'));
  const name = (text(at(object, 'metadata', 'name')) ?? '').replace(/^helm-release-/, '');
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function outputsOf(inputs: Properties, live: KubeObject): Properties {
  const metadata = isRecord(live.metadata) ? live.metadata : {};
  const { managedFields: _, ...known } = metadata;
  return {
    ...inputs,
    ...(isRecord(live.spec) ? { spec: live.spec } : {}),
    metadata: known,
    ...(live.status === undefined ? {} : { status: live.status }),
  };
}

/** Old inputs, with the live value wherever that is not what the API server would make of them. */
function drifted(input: unknown, wanted: unknown, live: unknown): unknown {
  if (isRecord(input)) {
    return Object.fromEntries(
      Object.entries(input).map(([key, value]) => [key, drifted(value, at(wanted, key), at(live, key))]),
    );
  }
  if (Array.isArray(input)) return input.map((value, i) => drifted(value, at(wanted, i), at(live, i)));
  return JSON.stringify(wanted) === JSON.stringify(live) ? input : live;
}

/** The part of an object that a manager owns: https://kubernetes.io/docs/reference/using-api/server-side-apply/#managed-fields */
function ownedOf(live: unknown, owned: unknown): unknown {
  if (!isRecord(owned) || Object.keys(owned).length === 0) return live;
  if (Array.isArray(live)) {
    const items = Object.entries(owned).flatMap(([key, below]) => {
      if (key.startsWith('v:')) return [JSON.parse(key.slice(2))];
      if (!key.startsWith('k:')) return [];
      const wanted: unknown = JSON.parse(key.slice(2));
      const item = live.find((one) => isRecord(wanted) && Object.entries(wanted).every(([k, v]) => at(one, k) === v));
      return item === undefined ? [] : [ownedOf(item, below)];
    });
    // The order is the live object's own.
    const order = (item: unknown) =>
      live.findIndex((one) => at(one, 'name') === at(item, 'name') && at(one, 'port') === at(item, 'port'));
    return items.sort((a, b) => order(a) - order(b));
  }
  if (!isRecord(live)) return live;
  return Object.fromEntries(
    Object.entries(owned).flatMap(([key, below]) => {
      const field = key.slice(2);
      if (!key.startsWith('f:') || !(field in live)) return [];
      const value = field === 'volumeClaimTemplates' ? list(live[field]).map(withoutDefaults) : live[field];
      return [[field, ownedOf(value, below)]];
    }),
  );
}

/** A claim template is owned as a whole, with what the API server filled in. */
function withoutDefaults(template: unknown): unknown {
  if (!isRecord(template) || !isRecord(template.spec)) return template;
  const { volumeMode: _, ...spec } = template.spec;
  return { metadata: template.metadata, spec };
}

/** What is ignored stays as it is: left out where another manager has it, else repeated with its live value. */
function leaving(object: KubeObject, path: string, live: KubeObject | undefined): KubeObject {
  const [first = '', second = ''] = path.split('.');
  const spec = object[first];
  if (!isRecord(spec)) return object;
  const others = list(at(live, 'metadata', 'managedFields')).filter((entry) => at(entry, 'manager') !== MANAGER);
  const isTaken = others.some((entry) => at(entry, 'fieldsV1', `f:${first}`, `f:${second}`) !== undefined);
  const { [second]: _, ...rest } = spec;
  const value = at(live, first, second);
  return { ...object, [first]: isTaken || value === undefined ? rest : { ...rest, [second]: value } };
}

serve(new Kubernetes());
