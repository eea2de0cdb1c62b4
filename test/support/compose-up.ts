import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, isRecord, list, text } from '../../graph/json-value';
import { judge } from './judges';

/** A project as compose-go understands it, variables put in. */
export interface LoadedProject {
  readonly folder: string;
  readonly name: string;
  readonly services: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, unknown>>;
}

/** Reads a project with the loader of `docker compose` itself (tools/compose). @throws Error with what it says */
export function load(folder: string): LoadedProject {
  const { status, stdout, output } = judge('compose-loader', [folder]);
  if (status !== 0) throw new Error(output);
  const found: unknown = JSON.parse(stdout);
  const part = (key: string) => {
    const held = at(found, key);
    return isRecord(held) ? held : {};
  };
  return {
    folder,
    name: text(at(found, 'name')) ?? '',
    services: part('services'),
    configs: part('configs'),
    secrets: part('secrets'),
    volumes: part('volumes'),
    environment: part('environment'),
  };
}

/** What `docker compose up` would refuse or wait for in vain, beyond what the loader says. Docker does not run here; each rule has its source. */
export function refusals(project: LoadedProject): string[] {
  return [
    readOnlyWithoutFiles,
    missingFiles,
    portsTwice,
    portsOfSeveral,
    waitsInVain,
    healthWithoutProgram,
    foreignVolumes,
    unknownNames,
    unsetVariables,
    tooManyProcessors,
    sharedNetworks,
  ].flatMap((rule) => rule(project));
}

type Rule = (project: LoadedProject) => string[];

const services = ({ services: all }: LoadedProject) => Object.entries(all);
const needs = (service: unknown) => Object.entries(Object(at(service, 'depends_on')));

/** "cannot create config … in read-only service …: `file` is the sole supported option" https://github.com/docker/compose/issues/12031 */
const readOnlyWithoutFiles: Rule = (project) =>
  services(project).flatMap(([name, service]) => {
    if (at(service, 'read_only') !== true) return [];
    const used = [
      ...list(at(service, 'configs')).map((c) => project.configs[String(at(c, 'source'))]),
      ...list(at(service, 'secrets')).map((s) => project.secrets[String(at(s, 'source'))]),
    ];
    return used.filter((of) => at(of, 'file') === undefined).map((of) => `${name}: ${at(of, 'name')} is no file`);
  });

/** "bind source path does not exist" https://docs.docker.com/engine/storage/bind-mounts/ */
const missingFiles: Rule = ({ configs, secrets }) =>
  [...Object.values(configs), ...Object.values(secrets)]
    .flatMap((of) => text(at(of, 'file')) ?? [])
    .filter((file) => !existsSync(file));

/** Ports of the machine: `3000/tcp`. */
export function hostPorts(project: LoadedProject): string[] {
  return services(project).flatMap(([, service]) =>
    list(at(service, 'ports')).map((p) => `${at(p, 'published')}/${at(p, 'protocol')}`),
  );
}

/** "port is already allocated" https://github.com/moby/moby/blob/master/libnetwork/portallocator/portallocator.go */
const portsTwice: Rule = (project) => {
  const ports = hostPorts(project);
  return ports.filter((port, i) => ports.indexOf(port) !== i).map((port) => `port ${port} is already allocated`);
};

/** The second copy finds the port taken. https://docs.docker.com/reference/cli/docker/compose/up/#options (--scale) */
const portsOfSeveral: Rule = (project) =>
  services(project)
    .filter(([, s]) => Number(at(s, 'deploy', 'replicas') ?? 1) > 1 && list(at(s, 'ports')).length > 0)
    .map(([name]) => `${name}: several copies ask for one port`);

/**
 * "container … has no healthcheck configured": https://github.com/docker/compose/blob/main/pkg/compose/convergence.go; and what is started
 * again for ever never completes.
 */
const waitsInVain: Rule = (project) =>
  services(project).flatMap(([name, service]) =>
    needs(service).flatMap(([on, need]) => {
      const other = project.services[on];
      const condition = at(need, 'condition');
      const isDead = condition === 'service_healthy' && at(other, 'healthcheck', 'test') === undefined;
      const isEndless = condition === 'service_completed_successfully' && at(other, 'restart') !== 'no';
      return isDead || isEndless ? [`${name} waits for ${on} in vain`] : [];
    }),
  );

/** Programs of the images, by their Dockerfiles; of the five systems' own, by what they are written in. */
const PROGRAMS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/library\/postgres:/, ['pg_isready', 'sh', 'bash']],
  [/library\/redis:/, ['redis-cli', 'sh', 'bash']],
  [/library\/nginx:.*alpine/, ['wget', 'curl', 'sh']],
  [/jaegertracing\/jaeger:/, ['wget', 'sh']],
  [/coturn\/coturn:/, ['bash', 'sh']],
  [/postgres-exporter:/, ['wget', 'sh']],
  [/(tallow|tallow-signaling|alcs|todo-backend):/, ['node']],
  [/(talos-gateway|ticolops-api):/, ['python3']],
];

const healthWithoutProgram: Rule = (project) =>
  services(project).flatMap(([name, service]) => {
    const [how, program] = list(at(service, 'healthcheck', 'test')).map(String);
    if (how === undefined) return [];
    const known = PROGRAMS.find(([image]) => image.test(String(at(service, 'image'))))?.[1] ?? [];
    return how === 'CMD' && known.includes(program ?? '') ? [] : [`${name}: its image has no ${program}`];
  });

/** What has ended before a service begins, by itself or because what it waits for waited for it. */
function endedBefore(project: LoadedProject, service: unknown): Set<string> {
  return new Set(
    needs(service).flatMap(([on, need]) => [
      ...(at(need, 'condition') === 'service_completed_successfully' ? [on] : []),
      ...endedBefore(project, project.services[on]),
    ]),
  );
}

/** A new volume is root's, unless the image has the folder: https://docs.docker.com/engine/storage/volumes/#populate-a-volume-using-a-container */
const foreignVolumes: Rule = (project) =>
  services(project).flatMap(([name, service]) => {
    const user = text(at(service, 'user')) ?? '0:0';
    const [uid = ''] = user.split(':');
    const own = list(at(service, 'volumes')).filter((v) => at(v, 'type') === 'volume');
    if (uid === '0') return [];
    return own.flatMap((volume) => {
      const giver = [...endedBefore(project, service)].some((on) => {
        const mounted = list(at(project.services[on], 'volumes'));
        const place = mounted.find((v) => at(v, 'source') === at(volume, 'source'));
        const words = list(at(project.services[on], 'command')).join(' ');
        return place !== undefined && new RegExp(`chown -R ${uid}:\\d+ '${String(at(place, 'target'))}'`).test(words);
      });
      return giver ? [] : [`${name}: volume ${String(at(volume, 'source'))} belongs to root, and not to ${uid}`];
    });
  });

/** Whom a name leads to: services and their aliases. https://docs.docker.com/compose/how-tos/networking/ */
const unknownNames: Rule = (project) => {
  const known = new Set(
    services(project).flatMap(([name, s]) => [name, ...list(at(s, 'networks', 'default', 'aliases')).map(String)]),
  );
  const texts = [
    ...services(project).flatMap(([, s]) => [
      ...Object.values(Object(at(s, 'environment'))),
      ...list(at(s, 'command')),
    ]),
    ...[...Object.values(project.configs), ...Object.values(project.secrets)].map((of) => {
      const file = text(at(of, 'file'));
      return file === undefined ? at(of, 'content') : readFileSync(file, 'utf8');
    }),
  ].map(String);
  const names = texts.flatMap((plain) => [
    ...[...plain.matchAll(/\b([a-z0-9-]+(?:\.[a-z0-9-]+)*\.svc(?:\.cluster\.local)?)\b/g)].map((m) => m[1] ?? ''),
    ...[...plain.matchAll(/\b(?:https?|redis|postgresql|turn):(?:\/\/)?(?:[^@\s/]*@)?([a-z0-9-]+):\d/g)].map(
      (m) => m[1] ?? '',
    ),
    ...[...plain.matchAll(/\b(?:server|proxy_pass) ([a-z0-9-]+):\d+;/g)].map((m) => m[1] ?? ''),
  ]);
  return [...new Set(names)]
    .filter((name) => !known.has(name) && name !== 'localhost')
    .map((name) => `nobody is called ${name}`);
};

/** "The … variable is not set. Defaulting to a blank string." https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/ */
const unsetVariables: Rule = ({ folder, environment }) => {
  const file = readFileSync(join(folder, 'compose.yaml'), 'utf8');
  const asked = [...file.matchAll(/(?<!\$)(?:\$\$)*\$\{(\w+)\}/g)].map((m) => m[1] ?? '');
  return [...new Set(asked)].filter((name) => environment[name] === undefined).map((name) => `${name} is not set`);
};

/** "range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available": the smallest machine of the briefs has two (TLW-60). */
const tooManyProcessors: Rule = (project) =>
  services(project)
    .filter(([, s]) => Number(at(s, 'cpus') ?? 0) > 2)
    .map(([name]) => `${name}: more than two CPUs`);

/** "conflicting options: port publishing and the container type network mode" https://github.com/docker/cli/blob/master/opts/network.go */
const sharedNetworks: Rule = (project) =>
  services(project)
    .filter(([, s]) => String(at(s, 'network_mode') ?? '').startsWith('service:') && list(at(s, 'ports')).length > 0)
    .map(([name]) => `${name}: ports in the network of another`);
