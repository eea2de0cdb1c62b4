import { basename, dirname, posix } from 'node:path';
import { at, isRecord, list, text } from '../graph/json-value';
import type { ComposeData } from './compose-data';

/** A file of the project, beside compose.yaml: a text, or what a variable of `.env` holds. */
export type ProjectFile = { readonly text: string; readonly isProgram: boolean } | { readonly variable: string };

/** A volume that must belong to somebody before it is used, with the files that are laid into it. */
export interface Prepared {
  readonly volume: string;
  readonly owner: string;
  readonly folder?: string;
  readonly files: readonly { readonly variable: string; readonly name: string; readonly mode: string }[];
}

/** What a container mounts, by how Compose calls it. */
export class Mounts {
  readonly volumes: object[] = [];
  readonly tmpfs: string[] = [];
  readonly configs: { source: string; target: string }[] = [];
  readonly secrets: { source: string; target: string }[] = [];
  readonly prepared: Prepared[] = [];
  readonly told: string[] = [];
  sharedMemory: string | undefined;
}

/** Who runs a container, and what it has. */
export interface Tenant {
  readonly service: string;
  readonly workload: string;
  readonly namespace: string;
  readonly pod: unknown;
  readonly container: unknown;
  /** `1001:1001`; undefined where the image says it. */
  readonly user: string | undefined;
  readonly memory: number;
  /** It runs in two copies. */
  readonly isSeveral: boolean;
}

/** Folders and files of all services. */
export class Storage {
  readonly volumes = new Set<string>();
  readonly configs = new Map<string, ProjectFile>();
  readonly secrets = new Map<string, ProjectFile>();

  constructor(
    private readonly data: ComposeData,
    private readonly configText: (text: string) => string,
  ) {}

  mountsOf(tenant: Tenant): Mounts {
    const into = new Mounts();
    const volumes = new Map(list(at(tenant.pod, 'volumes')).map((v) => [text(at(v, 'name')) ?? '', v]));
    for (const mount of list(at(tenant.container, 'volumeMounts'))) {
      const name = text(at(mount, 'name')) ?? '';
      // Without an entry of its own it is a claim template of a StatefulSet.
      this.mount(tenant, mount, volumes.get(name), into);
    }
    return into;
  }

  /** A secret as a file: the mark of its variable. */
  secretFile(variable: string): string {
    const source = variable.toLowerCase();
    this.secrets.set(source, { variable });
    return source;
  }

  private mount(tenant: Tenant, mount: unknown, volume: unknown, into: Mounts): void {
    if (isRecord(at(volume, 'configMap'))) this.config(tenant, mount, volume, into);
    else if (isRecord(at(volume, 'secret'))) this.secret(tenant, mount, volume, into);
    else if (isRecord(at(volume, 'projected'))) this.projected(tenant, mount, volume, into);
    else if (isRecord(at(volume, 'emptyDir'))) this.empty(tenant, mount, volume, into);
    else if (
      volume === undefined ||
      isRecord(at(volume, 'persistentVolumeClaim')) ||
      isRecord(at(volume, 'ephemeral'))
    ) {
      const name = text(at(mount, 'name')) ?? '';
      this.named(
        tenant,
        mount,
        text(at(volume, 'persistentVolumeClaim', 'claimName')) ?? `${tenant.workload}-${name}`,
        into,
      );
    } else {
      const kind = Object.keys(Object(volume)).find((key) => key !== 'name');
      into.told.push(`${tenant.service}: ${text(at(mount, 'mountPath'))}, a volume of kind ${kind}`);
    }
  }

  private config({ namespace }: Tenant, mount: unknown, volume: unknown, into: Mounts): void {
    const map = text(at(volume, 'configMap', 'name')) ?? '';
    const keys = this.data.keys('ConfigMap', namespace, map);
    if (keys === undefined) into.told.push(`ConfigMap ${map}, which is not of this system`);
    for (const { key, target, mode } of filesOf(mount, at(volume, 'configMap'), keys ?? [])) {
      const found = this.data.config(namespace, map, key) ?? { text: '' };
      const missing = 'missing' in found ? found.missing : [];
      if (missing.length > 0) into.told.push(`ConfigMap ${map}, key ${key}: it holds ${missing.join(', ')}`);
      const source = `${map}-${key}`.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '-');
      const content = 'text' in found ? this.configText(found.text) : '';
      this.configs.set(source, { text: content, isProgram: (mode & 0o111) !== 0 });
      into.configs.push({ source, target });
    }
  }

  /**
   * A file on the laptop belongs to whoever wrote it, and a program that asks for its key to be its own (Postgres) refuses it. What the
   * cluster hides from others is laid into a volume that belongs to the user of the container.
   */
  private secret(tenant: Tenant, mount: unknown, volume: unknown, into: Mounts): void {
    const { namespace, service, user } = tenant;
    const secret = text(at(volume, 'secret', 'secretName')) ?? '';
    const isOptional = at(volume, 'secret', 'optional') === true;
    const keys = this.data.keys('Secret', namespace, secret);
    const files = filesOf(mount, at(volume, 'secret'), keys ?? []);
    if (files.length === 0 && !isOptional)
      into.told.push(`${service}: files of Secret ${secret}, which is not of this system`);
    const hidden = new Map<string, Prepared['files'][number][]>();
    for (const { key, target, mode } of files) {
      const variable = this.data.secret(namespace, secret, key, isOptional);
      const isCertificate = /\.(crt|cert)$/.test(key);
      const isHidden = user !== undefined && (mode & 0o004) === 0 && !(isCertificate && isOneFile(mount));
      if (isHidden) {
        const file = { variable, name: basename(target), mode: '0400' };
        hidden.set(dirname(target), [...(hidden.get(dirname(target)) ?? []), file]);
      } else into.secrets.push({ source: this.secretFile(variable), target });
    }
    for (const [target, own] of hidden) {
      const name = `${tenant.workload}-${secret}${[...hidden.keys()].indexOf(target) === 0 ? '' : `-${[...hidden.keys()].indexOf(target)}`}`;
      this.volumes.add(name);
      for (const { variable } of own) this.secretFile(variable);
      const known = into.volumes.some((v) => at(v, 'target') === target);
      if (!known) into.volumes.push({ type: 'volume', source: name, target, read_only: true });
      into.prepared.push({ volume: name, owner: user ?? '0:0', files: own });
    }
  }

  private projected(tenant: Tenant, mount: unknown, volume: unknown, into: Mounts): void {
    const [name, mode] = [at(volume, 'name'), at(volume, 'projected', 'defaultMode')];
    for (const source of list(at(volume, 'projected', 'sources'))) {
      const [map, secret] = [at(source, 'configMap'), at(source, 'secret')];
      const common = mode === undefined ? {} : { defaultMode: mode };
      if (isRecord(map)) this.config(tenant, mount, { name, configMap: { ...common, ...map } }, into);
      else if (isRecord(secret)) {
        this.secret(tenant, mount, { name, secret: { ...common, ...secret, secretName: secret.name } }, into);
      } else
        into.told.push(
          `${tenant.service}: ${Object.keys(Object(source)).join(', ')} at ${text(at(mount, 'mountPath'))}`,
        );
    }
  }

  /** Memory of the container where it is small; a volume where it is not, or where containers of the pod share it. */
  private empty(tenant: Tenant, mount: unknown, volume: unknown, into: Mounts): void {
    const [name, folder] = [text(at(mount, 'name')) ?? '', text(at(mount, 'mountPath')) ?? ''];
    const size = megabytes(at(volume, 'emptyDir', 'sizeLimit'));
    if (folder === '/dev/shm') {
      into.sharedMemory = `${size ?? 64}m`;
      return;
    }
    const containers = [...list(at(tenant.pod, 'containers')), ...list(at(tenant.pod, 'initContainers'))];
    const sharers = containers.filter((c) => list(at(c, 'volumeMounts')).some((m) => at(m, 'name') === name));
    const isMemory = at(volume, 'emptyDir', 'medium') === 'Memory';
    const isLarge = !isMemory && (size ?? 0) >= tenant.memory;
    if (sharers.length > 1 || (isLarge && !tenant.isSeveral)) {
      this.named(tenant, mount, `${tenant.workload}-${name}`, into);
      return;
    }
    // Copies would share a volume, and each has its own in the cluster.
    const limit = isLarge ? Math.floor(tenant.memory / 2) : size;
    if (isLarge)
      into.told.push(`${tenant.service}: ${folder} has ${limit} MiB of its memory, instead of ${size} MiB of a disk`);
    const [uid, gid] = tenant.user?.split(':') ?? [];
    const owner = uid === undefined ? [] : [`uid=${uid}`, `gid=${gid}`, 'mode=0770'];
    // Docker forbids programs in it, the cluster does not.
    into.tmpfs.push(`${folder}:${[...owner, 'exec', ...(limit === undefined ? [] : [`size=${limit}m`])].join(',')}`);
  }

  /** Docker makes a volume for root, unless the image has the folder. */
  private named(tenant: Tenant, mount: unknown, volume: string, into: Mounts): void {
    const [target, subpath] = [text(at(mount, 'mountPath')), text(at(mount, 'subPath'))];
    const source = volume.replaceAll(/[^a-zA-Z0-9._-]/g, '-');
    this.volumes.add(source);
    const folder = subpath === undefined ? {} : { volume: { subpath } };
    into.volumes.push({
      type: 'volume',
      source,
      target,
      ...(at(mount, 'readOnly') === true ? { read_only: true } : {}),
      ...folder,
    });
    if (tenant.user === undefined) return;
    const [uid = '0'] = tenant.user.split(':');
    const group = at(tenant.pod, 'securityContext', 'fsGroup') ?? tenant.user.split(':')[1];
    const inside = subpath === undefined ? {} : { folder: subpath };
    into.prepared.push({ volume: source, owner: `${uid}:${String(group)}`, files: [], ...inside });
  }
}

interface MountedFile {
  readonly key: string;
  readonly target: string;
  readonly mode: number;
}

/** Files of a ConfigMap or a Secret as a mount shows them: all keys or those that are named, below a folder, or one alone. */
function filesOf(mount: unknown, source: unknown, keys: readonly string[]): MountedFile[] {
  const folder = text(at(mount, 'mountPath')) ?? '';
  const only = text(at(mount, 'subPath'));
  const common = Number(at(source, 'defaultMode') ?? 0o644);
  const items = list(at(source, 'items')).map((item) => ({
    key: text(at(item, 'key')) ?? '',
    path: text(at(item, 'path')) ?? '',
    mode: Number(at(item, 'mode') ?? common),
  }));
  const all = items.length > 0 ? items : keys.map((key) => ({ key, path: key, mode: common }));
  if (only === undefined) return all.map(({ key, path, mode }) => ({ key, target: posix.join(folder, path), mode }));
  return all.filter(({ path }) => path === only).map(({ key, mode }) => ({ key, target: folder, mode }));
}

function isOneFile(mount: unknown): boolean {
  return at(mount, 'subPath') !== undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1 / 1_048_576,
  Ki: 1 / 1024,
  Mi: 1,
  Gi: 1024,
  Ti: 1_048_576,
  k: 1000 / 1_048_576,
  M: 1e6 / 1_048_576,
  G: 1e9 / 1_048_576,
};

/** `1Gi` → 1024. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export function megabytes(quantity: unknown): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|k|M|G)?$/.exec(String(quantity ?? '')) ?? [];
  const factor = UNITS[unit];
  return number === undefined || factor === undefined ? undefined : Math.max(1, Math.ceil(Number(number) * factor));
}

/** `500m` → 0.5 */
export function cpus(quantity: unknown): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(m)?$/.exec(String(quantity ?? '')) ?? [];
  return number === undefined ? undefined : Number(number) / (unit === 'm' ? 1000 : 1);
}
