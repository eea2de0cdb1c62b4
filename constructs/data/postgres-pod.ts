import { Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import type { Caller } from '../core/endpoint';
import { withLocalStorage } from '../core/local-storage';
import type { PostgresRequest } from '../core/platform';
import {
  quantity,
  type Resources,
  resourceRequirements,
  restrictedContainer,
  restrictedPod,
  temporary,
} from '../core/pod';
import { knownVersion, POSTGRES_IMAGES, POSTGRES_USER } from './postgres-image';
import { mostConnectionsLazily, resourcesLazily } from './postgres-size';
import { SUPERUSER, usersEnv } from './postgres-users';

export const POSTGRES_PORT = 5432;
export const RESOURCES: Resources = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(1000) },
  memory: { request: Size.mebibytes(256), limit: Size.mebibytes(512) },
};
const SMALL: Resources = {
  cpu: { request: Cpu.millis(10), limit: Cpu.millis(200) },
  memory: { request: Size.mebibytes(16), limit: Size.mebibytes(64) },
};

/**
 * The same volume and the same folder on it for each major, so that a server finds the files of another and does not start:
 * https://github.com/docker-library/postgres/pull/1259 has a folder for each from 18 on, and starts empty beside the old ones.
 */
const VOLUME = '/var/lib/postgresql/data';
const PGDATA = `${VOLUME}/pgdata`;
const FOLDERS = { scripts: '/scripts', config: '/etc/postgresql', users: '/etc/users' };
/** Whole folders, not single files by subPath: the kubelet renews what is in them. */
const TLS = { certificate: '/etc/ssl/certs', key: '/etc/ssl/private' };
const SOCKETS = '/var/run/postgresql';

export interface PodParts {
  readonly request: PostgresRequest;
  /** Secret with the passwords of all users. */
  readonly secret: string;
  readonly callers: readonly Caller[];
}

export function postgresPod({ request, secret, callers }: PodParts): k8s.PodSpec {
  return withLocalStorage({
    serviceAccountName: request.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 60,
    securityContext: restrictedPod(POSTGRES_USER, POSTGRES_USER),
    initContainers: [filesContainer(request)],
    containers: [serverContainer(request, secret, callers), usersContainer(request)],
    volumes: [
      { name: 'config', configMap: { name: `${request.name}-config` } },
      { name: 'users', secret: { secretName: secret, defaultMode: 0o440 } },
      temporary('run'),
      temporary('tmp'),
      { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: quantity('64Mi') } },
      ...(request.requireTls ? tlsVolumes(`${request.name}-tls`) : []),
    ],
  });
}

function serverContainer(request: PostgresRequest, secret: string, callers: readonly Caller[]): k8s.Container {
  const ready = { exec: { command: ['pg_isready', '-U', SUPERUSER, '-d', request.database] } };
  return {
    name: 'postgres',
    image: imageOf(request),
    args: settings(request, callers),
    ports: [{ name: 'postgres', containerPort: POSTGRES_PORT }],
    env: [
      { name: 'POSTGRES_DB', value: request.database },
      { name: 'POSTGRES_USER', value: SUPERUSER },
      { name: 'POSTGRES_PASSWORD', valueFrom: { secretKeyRef: { name: secret, key: 'superuser' } } },
      { name: 'PGDATA', value: PGDATA },
      ...variables(request),
    ],
    resources: resourcesLazily(callers, RESOURCES),
    securityContext: restrictedContainer(),
    startupProbe: { ...ready, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 60 },
    // A server that is busy or recovering must not be killed for it: alive is who listens.
    livenessProbe: {
      tcpSocket: { port: k8s.IntOrString.fromString('postgres') },
      periodSeconds: 30,
      timeoutSeconds: 5,
    },
    readinessProbe: { ...ready, periodSeconds: 10, timeoutSeconds: 3 },
    volumeMounts: [
      { name: 'data', mountPath: VOLUME },
      { name: 'config', mountPath: '/docker-entrypoint-initdb.d/owner.sh', subPath: 'owner.sh', readOnly: true },
      { name: 'config', mountPath: FOLDERS.scripts, readOnly: true },
      { name: 'config', mountPath: FOLDERS.config, readOnly: true },
      { name: 'users', mountPath: FOLDERS.users, readOnly: true },
      { name: 'run', mountPath: SOCKETS },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'shm', mountPath: '/dev/shm' },
      ...(request.requireTls ? tlsMounts() : []),
    ],
  };
}

/** Beside the server, by its socket: passwords that change and certificates that are renewed reach a server that runs. */
function usersContainer(request: PostgresRequest): k8s.Container {
  const tls = request.requireTls ? [{ name: 'CERTIFICATE', value: TLS.certificate }] : [];
  return {
    name: 'users',
    image: imageOf(request),
    command: ['bash', `${FOLDERS.scripts}/roles.sh`, 'watch'],
    env: [
      { name: 'PGHOST', value: SOCKETS },
      { name: 'PGUSER', value: SUPERUSER },
      { name: 'READY', value: '/tmp/ready' },
      ...variables(request),
      ...tls,
    ],
    resources: resourceRequirements(SMALL),
    securityContext: restrictedContainer(),
    readinessProbe: { exec: { command: ['test', '-f', '/tmp/ready'] }, periodSeconds: 5, timeoutSeconds: 3 },
    volumeMounts: [
      { name: 'config', mountPath: FOLDERS.scripts, readOnly: true },
      { name: 'users', mountPath: FOLDERS.users, readOnly: true },
      { name: 'run', mountPath: SOCKETS },
      { name: 'tmp', mountPath: '/tmp' },
      ...(request.requireTls ? tlsMounts().slice(0, 1) : []),
    ],
  };
}

/** Before the server: what lies on its volume is its own, or nothing. */
function filesContainer(request: PostgresRequest): k8s.Container {
  return {
    name: 'files',
    image: imageOf(request),
    command: ['bash', `${FOLDERS.scripts}/files.sh`],
    env: [
      { name: 'VOLUME', value: VOLUME },
      { name: 'PGDATA', value: PGDATA },
      { name: 'MAJOR', value: `${knownVersion(request.version)}` },
    ],
    resources: resourceRequirements(SMALL),
    securityContext: restrictedContainer(),
    volumeMounts: [
      { name: 'data', mountPath: VOLUME },
      { name: 'config', mountPath: FOLDERS.scripts, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

function imageOf({ version }: PostgresRequest): string {
  return POSTGRES_IMAGES[knownVersion(version)];
}

function variables(request: PostgresRequest): k8s.EnvVar[] {
  const told = { ...usersEnv(request), USERS: FOLDERS.users, SCRIPTS: FOLDERS.scripts };
  return Object.entries(told).map(([name, value]) => ({ name, value }));
}

/** https://www.postgresql.org/docs/current/app-postgres.html: settings of the command line, which no file of the volume overrides. */
function settings({ requireTls }: PostgresRequest, callers: readonly Caller[]): string[] {
  const held = {
    hba_file: `${FOLDERS.config}/pg_hba.conf`,
    ident_file: `${FOLDERS.config}/pg_ident.conf`,
    ...(requireTls
      ? { ssl: 'on', ssl_cert_file: `${TLS.certificate}/server.crt`, ssl_key_file: `${TLS.key}/server.key` }
      : {}),
  };
  const known = Object.entries(held).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [...known, '-c', mostConnectionsLazily(callers, (most) => `max_connections=${most}`)];
}

/** The group of the pod may read the key; Postgres refuses one that others may read. */
function tlsVolumes(secretName: string): k8s.Volume[] {
  const volume = (name: string, key: string, path: string) => {
    return { name, secret: { secretName, defaultMode: 0o640, items: [{ key, path }] } };
  };
  return [volume('certificate', 'tls.crt', 'server.crt'), volume('key', 'tls.key', 'server.key')];
}

function tlsMounts(): k8s.VolumeMount[] {
  return Object.entries(TLS).map(([name, mountPath]) => ({ name, mountPath, readOnly: true }));
}
