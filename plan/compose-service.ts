import { programsOf } from '../constructs/core/programs';
import { VERSIONS } from '../constructs/core/versions';
import { at, list, text } from '../graph/json-value';
import type { Addresses } from './compose-address';
import type { ComposeData } from './compose-data';
import { healthcheck } from './compose-health';
import { cpus, type Mounts, megabytes, type Prepared, type Storage, type Tenant } from './compose-mounts';
import type { Published } from './compose-ports';
import { environmentOf, words } from './compose-text';
import type { ComposeWorkload, Wait } from './compose-workloads';

/** Whatever runs: no right that it does not need, and logs that end. */
export const HARDENED = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  // https://docs.docker.com/engine/logging/drivers/json-file/
  logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
};

/** Copies in production: https://docs.docker.com/reference/compose-file/deploy/#replicas */
const COPIES = 2;

export interface Surroundings {
  readonly data: ComposeData;
  readonly storage: Storage;
  readonly addresses: Addresses;
  readonly published: readonly Published[];
  readonly waits: ReadonlyMap<string, readonly Wait[]>;
  readonly isLaptop: boolean;
}

type Conditions = Record<string, { readonly condition: string }>;

/** Makes services of pods: one for each container, and what must be done before. */
export class ServiceMaker {
  /** What of them Compose cannot have, in words. */
  readonly told: string[] = [];
  private readonly healthy = new Set<string>();

  constructor(private readonly around: Surroundings) {}

  services(workloads: readonly ComposeWorkload[]): Record<string, object> {
    for (const workload of workloads) {
      const own = programsOf(workload.node.construct);
      if (healthcheck(at(workload.pod, 'containers', 0), own) !== undefined) this.healthy.add(workload.name);
    }
    return Object.fromEntries(workloads.flatMap((workload) => this.pod(workload)));
  }

  private pod(workload: ComposeWorkload): [string, object][] {
    const { name, pod } = workload;
    const [main, ...beside] = list(at(pod, 'containers'));
    const before = list(at(pod, 'initContainers')).filter((c) => !isCompanion(c));
    const sidecars = [...list(at(pod, 'initContainers')).filter(isCompanion), ...beside];
    this.tellOf(workload, sidecars.length > 0);
    const prepared: Prepared[] = [];
    const mountsOf = (container: unknown, service: string) => {
      const mounts = this.around.storage.mountsOf(tenant(workload, container, service, this.isSeveral(workload)));
      prepared.push(...mounts.prepared);
      this.told.push(...mounts.told);
      return mounts;
    };
    const steps: [string, object][] = [];
    const waits = this.conditions(workload);
    const first = before.map((c) => [c, mountsOf(c, `${name}-${nameOf(c)}`)] as const);
    const mainMounts = mountsOf(main, name);
    const others = sidecars.map((c) => [c, mountsOf(c, `${name}-${nameOf(c)}`)] as const);
    let last: Conditions = {};
    if (prepared.length > 0) {
      steps.push([`${name}-volumes`, this.volumesService(prepared)]);
      last = ended(`${name}-volumes`);
    }
    for (const [container, mounts] of first) {
      const service = this.service(workload, container, mounts, { ...waits, ...last });
      steps.push([`${name}-${nameOf(container)}`, { ...service, ...this.limits(container), restart: 'no' }]);
      last = ended(`${name}-${nameOf(container)}`);
    }
    const own = {
      ...this.service(workload, main, mainMounts, { ...waits, ...last }),
      ...this.outside(workload),
    };
    const started = { [name]: { condition: 'service_started' } };
    const companions = others.map(([container, mounts]): [string, object] => {
      const service = this.service(workload, container, mounts, { ...last, ...started });
      const near = { network_mode: `service:${name}`, restart: this.restart(workload) };
      return [`${name}-${nameOf(container)}`, { ...service, ...this.limits(container), ...near }];
    });
    return [...steps, [name, own], ...companions];
  }

  /** What the main container has for the whole pod. */
  private outside(workload: ComposeWorkload): object {
    const { name, pod, aliases } = workload;
    const main = at(pod, 'containers', 0);
    const ports = this.around.published.filter((p) => p.workload === name);
    const address = this.around.isLaptop ? '127.0.0.1:' : '';
    const written = ports.map((p) => `${address}${p.host}:${p.target}${p.protocol === 'udp' ? '/udp' : ''}`);
    const health = healthcheck(main, programsOf(workload.node.construct));
    const grace = at(pod, 'terminationGracePeriodSeconds');
    return {
      ...(written.length === 0 ? {} : { ports: written }),
      ...(aliases.length === 0 ? {} : { networks: { default: { aliases: [...aliases] } } }),
      ...(health === undefined ? {} : { healthcheck: health }),
      ...(typeof grace === 'number' ? { stop_grace_period: `${grace}s` } : {}),
      ...(this.isSeveral(workload) ? { deploy: { replicas: COPIES } } : {}),
      restart: this.restart(workload),
      ...this.limits(main),
    };
  }

  private service(workload: ComposeWorkload, container: unknown, mounts: Mounts, waits: Conditions): object {
    const { data, addresses } = this.around;
    const { namespace, user } = tenant(workload, container, '', false);
    const address = (plain: string, name: string) => addresses.apply(plain, name);
    const place = { data, namespace, service: workload.name, address };
    const { variables, told } = environmentOf(container, place);
    this.told.push(...told.map((line) => `${workload.name}: ${line}`));
    const context = at(container, 'securityContext');
    const [entrypoint, command] = ['command', 'args'].map((key) => words(at(container, key), place, variables));
    const [image] = words([at(container, 'image')], { ...place, address: (plain) => plain }, {}) ?? [];
    return {
      image,
      ...(entrypoint === undefined ? {} : { entrypoint }),
      ...(command === undefined ? {} : { command }),
      ...(at(container, 'workingDir') === undefined ? {} : { working_dir: at(container, 'workingDir') }),
      ...(Object.keys(variables).length === 0 ? {} : { environment: variables }),
      ...(user === undefined ? {} : { user }),
      ...HARDENED,
      read_only: at(context, 'readOnlyRootFilesystem') === true,
      ...(list(at(context, 'capabilities', 'add')).length === 0
        ? {}
        : { cap_add: list(at(context, 'capabilities', 'add')) }),
      ...filled('volumes', mounts.volumes),
      ...filled('tmpfs', mounts.tmpfs),
      ...filled('configs', mounts.configs),
      ...filled('secrets', mounts.secrets),
      ...(mounts.sharedMemory === undefined ? {} : { shm_size: mounts.sharedMemory }),
      ...(Object.keys(waits).length === 0 ? {} : { depends_on: waits }),
    };
  }

  /** As root, with the rights of giving away and nothing else, and without a network: volumes belong to their user before they are used. */
  private volumesService(prepared: readonly Prepared[]): object {
    const names = [...new Set(prepared.map((p) => p.volume))];
    const place = (volume: string) => `/volumes/${names.indexOf(volume)}`;
    const variables = [...new Set(prepared.flatMap((p) => p.files.map((f) => f.variable)))];
    const steps = prepared.flatMap(({ volume, owner, folder, files }) => {
      const [user, group] = owner.split(':');
      const path = folder === undefined ? place(volume) : `${place(volume)}/${folder}`;
      return [
        ...(folder === undefined ? [] : [`mkdir -p '${path}'`]),
        `[ "$$(stat -c %u:%g '${path}')" = ${owner} ] || chown -R ${owner} '${path}'`,
        ...files.map(({ variable, name, mode }) => {
          return `install -o ${user} -g ${group} -m ${mode} /run/secrets/${variable.toLowerCase()} '${path}/${name}'`;
        }),
      ];
    });
    return {
      image: VERSIONS.busybox.image,
      user: '0:0',
      network_mode: 'none',
      ...HARDENED,
      cap_add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
      command: ['sh', '-ec', [...new Set(steps)].join('\n')],
      volumes: names.map((volume) => ({ type: 'volume', source: volume, target: place(volume) })),
      ...(variables.length === 0 ? {} : { secrets: variables.map((v) => this.around.storage.secretFile(v)) }),
      restart: 'no',
      cpus: 0.5,
      mem_limit: '64m',
    };
  }

  private conditions({ name }: ComposeWorkload): Conditions {
    const waits = this.around.waits.get(name) ?? [];
    return Object.fromEntries(
      waits.map(({ on, until }) => {
        if (until === 'ended') return [on, { condition: 'service_completed_successfully' }];
        return [on, { condition: this.healthy.has(on) ? 'service_healthy' : 'service_started' }];
      }),
    );
  }

  /** A companion shares the network of one copy only, and a port of the machine is one's. */
  private isSeveral({ name, pod, most }: ComposeWorkload): boolean {
    const isAlone =
      list(at(pod, 'containers')).length + list(at(pod, 'initContainers')).filter(isCompanion).length === 1;
    return !this.around.isLaptop && most > 1 && isAlone && !this.around.published.some((p) => p.workload === name);
  }

  private restart({ kind }: ComposeWorkload): string {
    if (kind === 'Job') return 'no';
    return this.around.isLaptop ? 'unless-stopped' : 'always';
  }

  private limits(container: unknown): object {
    const limit = at(container, 'resources', 'limits');
    const [cpu, memory] = [cpus(at(limit, 'cpu')), megabytes(at(limit, 'memory'))];
    return {
      ...(cpu === undefined ? {} : { cpus: cpu }),
      ...(memory === undefined ? {} : { mem_limit: `${memory}m` }),
    };
  }

  private tellOf(workload: ComposeWorkload, hasSidecars: boolean): void {
    const { name, pod, most } = workload;
    if (at(pod, 'hostNetwork') === true) this.told.push(`${name}: the network of the machine`);
    if (!this.around.isLaptop && hasSidecars && most > 1)
      this.told.push(`${name}: a second copy, for it has companions`);
    const secrets = list(at(pod, 'imagePullSecrets')).map((s) => text(at(s, 'name')));
    if (secrets.length > 0)
      this.told.push(`${name}: ${secrets.join(', ')}, by which the cluster pulls its image (docker login)`);
  }
}

function tenant({ name, node, pod }: ComposeWorkload, container: unknown, service: string, isSeveral: boolean): Tenant {
  const said = (key: string) => at(container, 'securityContext', key) ?? at(pod, 'securityContext', key);
  const [user, group] = [said('runAsUser'), said('runAsGroup')];
  return {
    service,
    workload: name,
    namespace: node.object?.namespace ?? 'default',
    pod,
    container,
    user: user === undefined ? undefined : `${String(user)}:${String(group ?? user)}`,
    memory: megabytes(at(container, 'resources', 'limits', 'memory')) ?? 1024,
    isSeveral,
  };
}

/** https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/ */
function isCompanion(initContainer: unknown): boolean {
  return at(initContainer, 'restartPolicy') === 'Always';
}

function nameOf(container: unknown): string {
  return text(at(container, 'name')) ?? 'container';
}

function ended(name: string): Conditions {
  return { [name]: { condition: 'service_completed_successfully' } };
}

function filled(name: string, items: readonly unknown[]): object {
  return items.length === 0 ? {} : { [name]: items };
}
