import { randomBytes } from 'node:crypto';
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
 * waits for readiness; it honours kubeconfig, clusterIdentifier, the mutability and patch options, immutable fields, dry runs and
 * ignoreChanges. As the real one, it has a field manager of its own for each object, which its state names; an import takes all that the
 * server filled in for inputs, so that ours, which are not all, replace what has immutable ones; and a dry run stops at a conflict.
 * It proves our program, the engine and the API server; not the real provider's diff, nor its waiting.
 */
const MANAGER = /^pulumi-kubernetes-/;
/** Where the state keeps the name of the field manager. */
const MANAGER_KEY = '__fieldManager';
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
    const manager = `pulumi-kubernetes-${randomBytes(4).toString('hex')}`;
    if (asked.preview) {
      await this.tried(object, manager, true);
      return { id: '', outputs: { ...asked.inputs, status: UNKNOWN } };
    }
    const client = this.connected();
    if ((await client.get(object)) !== undefined)
      throw new Error(`resource ${id} was not successfully created by the Kubernetes API server: already exists`);
    await client.apply(object, { manager });
    return { id, outputs: outputsOf(asked.inputs, await this.ready(object, asked, manager), manager) };
  }

  async read(id: string, asked: Asked): Promise<Resource | undefined> {
    if (Object.keys(asked.inputs).length === 0) return this.imported(id, asked.type);
    const object = objectOf(asked);
    const client = this.connected();
    const live = await client.get(object);
    if (live === undefined) return undefined;
    const manager = managerOf(asked.state);
    const wanted = await client.apply(object, { manager, dryRun: true, force: true });
    const inputs = drifted(asked.inputs, wanted, live);
    return { id, outputs: outputsOf(asked.inputs, live, manager), ...(isRecord(inputs) ? { inputs } : {}) };
  }

  /** The inputs of what is taken over are all that it is, with what the server filled in. */
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
      return { id, outputs: outputsOf(inputs, live, managerOf({})), inputs };
    }
    const { status: _, metadata: filled, ...fields } = live;
    const { labels, annotations } = isRecord(filled) ? filled : {};
    const own = { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
    const inputs = { ...fields, apiVersion, kind, metadata: { ...own, ...metadata } };
    return { id, outputs: outputsOf(inputs, live, managerOf({})), inputs };
  }

  async update(id: string, asked: Asked): Promise<Resource> {
    const object = objectOf(asked);
    const manager = managerOf(asked.state);
    const live = this.client === undefined ? undefined : await this.client.get(object);
    const sent = asked.ignoreChanges.reduce((o, path) => leaving(o, path, live), object);
    if (asked.preview) {
      await this.tried(sent, manager, this.isForced);
      return { id, outputs: { ...asked.inputs } };
    }
    await this.taken(sent, manager);
    return { id, outputs: outputsOf(asked.inputs, await this.ready(object, asked, manager), manager) };
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

  private get isForced(): boolean {
    return this.settings.enablePatchForce === 'true';
  }

  /** As the real provider: what a person changed with kubectl is taken back; what a controller owns is a conflict, unless all is forced. */
  private async taken(object: KubeObject, manager: string): Promise<void> {
    try {
      await this.connected().apply(object, { manager, force: this.isForced });
    } catch (error) {
      const isPersons =
        error instanceof KubeError && error.status === 409 && /conflict.* with "kubectl/.test(error.message);
      if (!isPersons) throw error;
      await this.connected().apply(object, { manager, force: true });
    }
  }

  /** A dry run, where everything is known: what the API server refuses is refused in preview, conflicts with others too. */
  private async tried(object: KubeObject, manager: string, force: boolean): Promise<void> {
    if (hasUnknown(object) || this.client === undefined) return;
    try {
      await this.client.apply(object, { manager, dryRun: true, force });
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 404) throw error;
    }
  }

  private async ready(object: KubeObject, asked: Asked, manager: string): Promise<KubeObject> {
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
        { id: idOf(object), outputs: outputsOf(asked.inputs, live, manager), inputs: asked.inputs },
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

/** The live object as a whole, and who manages it. */
function outputsOf(inputs: Properties, live: KubeObject, manager: string): Properties {
  return {
    ...inputs,
    ...(isRecord(live.spec) ? { spec: live.spec } : {}),
    ...(isRecord(live.metadata) ? { metadata: live.metadata } : {}),
    ...(live.status === undefined ? {} : { status: live.status }),
    [MANAGER_KEY]: manager,
  };
}

/** That of the state; a new one where it knows none. */
function managerOf(state: Properties): string {
  return text(state[MANAGER_KEY]) ?? `pulumi-kubernetes-${randomBytes(4).toString('hex')}`;
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

/** What is ignored stays as it is: left out where another manager has it, else repeated with its live value. */
function leaving(object: KubeObject, path: string, live: KubeObject | undefined): KubeObject {
  const [first = '', second = ''] = path.split('.');
  const spec = object[first];
  if (!isRecord(spec)) return object;
  const others = list(at(live, 'metadata', 'managedFields')).filter(
    (entry) => !MANAGER.test(text(at(entry, 'manager')) ?? ''),
  );
  const isTaken = others.some((entry) => at(entry, 'fieldsV1', `f:${first}`, `f:${second}`) !== undefined);
  const { [second]: _, ...rest } = spec;
  const value = at(live, first, second);
  return { ...object, [first]: isTaken || value === undefined ? rest : { ...rest, [second]: value } };
}

serve(new Kubernetes());
