import { ApiObject, Lazy, Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { apiServerInWords, toApiServer } from '../core/cluster-network';
import { text } from '../core/compose';
import type { Caller } from '../core/endpoint';
import { labelsOf } from '../core/labels';
import { nodeOptions } from '../core/node-options';
import { recordConnection } from '../core/part';
import type { Answer, CloudIdentity, LogArchive, PostgresRequest } from '../core/platform';
import { type Resources, resourceRequirements, sizeText } from '../core/pod';
import type { SecretSource } from '../core/secret-source';
import { systemOf } from '../core/system';
import { VERSIONS } from '../core/versions';
import { allowTo } from '../network/network-policy';
import { secretBundle } from '../secrets/secret-bundle';
import { passwordOf } from '../secrets/sources';
import type { ObjectStore } from './object-store';
import { knownVersion, type PostgresVersion } from './postgres-image';
import { mostConnectionsLazily, resourcesFor } from './postgres-size';
import { READERS, usersOf } from './postgres-users';

const PORTS = { postgres: 5432, status: 8000, metrics: 9187 };
const IMAGES: Readonly<Record<PostgresVersion, string>> = {
  15: VERSIONS.cnpgPostgres15.image,
  16: VERSIONS.cnpgPostgres16.image,
  17: VERSIONS.cnpgPostgres17.image,
  18: VERSIONS.cnpgPostgres18.image,
};
export const OPERATOR_RESOURCES: Resources = {
  cpu: { request: Cpu.millis(500), limit: Cpu.millis(2000) },
  memory: { request: Size.gibibytes(1), limit: Size.gibibytes(2) },
};
/** https://cloudnative-pg.io/documentation/current/networking/ */
const OPERATOR = { namespace: 'cnpg-system', labels: { 'app.kubernetes.io/name': 'cloudnative-pg' } };
const PLUGIN = 'barman-cloud.cloudnative-pg.io';

/**
 * A cluster of CloudNativePG: three servers, or one where the profile is not highly available. The policies open what its operator
 * needs: server to server, the operator to the status port, the servers to the Kubernetes API.
 */
export function postgresByOperator(
  scope: Construct,
  request: PostgresRequest,
  callers: readonly Caller[],
  archive: ObjectStore | undefined,
): Answer {
  const { platform, namespaceName } = systemOf(scope);
  const { name, database, username } = request;
  const selector = { 'cnpg.io/cluster': name };
  const password = credentials(scope, `${name}-auth`, username, passwordOf(scope));
  const reader = credentials(scope, `${name}-reader`, READERS.reader, passwordOf(scope, 'reader'));
  const metrics = credentials(scope, `${name}-metrics`, READERS.metrics, passwordOf(scope, 'metrics'));
  const instances = platform.profile.highlyAvailable ? 3 : 1;
  const { barman } = archive?.store ?? {};
  const archived =
    archive === undefined || barman === undefined ? undefined : archiving(scope, request, archive, barman);

  const cluster = new ApiObject(scope, 'cluster', {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name, labels: labelsOf(scope, name) },
    spec: {
      instances,
      imageName: IMAGES[knownVersion(request.version)],
      storage: { size: sizeText(request.storage), storageClass: request.storageClass },
      bootstrap: { initdb: { database, owner: username, secret: { name: `${name}-auth` } } },
      postgresql: {
        parameters: { max_connections: mostConnectionsLazily(callers, String) },
        ...(request.requireTls ? { pg_hba: ['hostssl all all 0.0.0.0/0 scram-sha-256'] } : {}),
      },
      managed: {
        roles: [
          readingRole(READERS.reader, `${name}-reader`, 'pg_read_all_data'),
          readingRole(READERS.metrics, `${name}-metrics`, 'pg_monitor'),
        ],
      },
      resources: Lazy.any({ produce: () => plain(resourceRequirements(resourcesFor(callers, OPERATOR_RESOURCES))) }),
      affinity: { enablePodAntiAffinity: true, topologyKey: 'topology.kubernetes.io/zone' },
      ...(archived === undefined ? {} : { plugins: [archived.plugin], ...carrying(archived.identity) }),
    },
  });
  nodeOptions(cluster, { protect: platform.profile.protectData, timeoutSeconds: 900 });
  controlTraffic(scope, name, selector);

  return {
    endpoint: {
      scheme: 'postgresql',
      host: `${name}-rw`,
      port: PORTS.postgres,
      database,
      username,
      password,
      users: usersOf({ password, reader, metrics }),
      comesFirst: true,
      // The operator signs for every server, whether plain connections are refused or not.
      authority: { kind: 'Secret', name: `${name}-ca`, key: 'ca.crt' },
      reach: { by: 'pods', namespace: namespaceName, labels: selector },
    },
    facts: [
      `PostgreSQL ${request.version} by CloudNativePG`,
      instances === 1 ? '1 server' : `${instances} servers`,
      `${sizeText(request.storage)} each on ${request.storageClass}`,
      archived === undefined ? 'no log archive' : `log archived into ${archive?.node.id}`,
      ...(platform.profile.protectData ? ['protected'] : []),
    ],
    signals: [
      { kind: 'postgres', name, selector, port: PORTS.metrics },
      { kind: 'volume', name, claims: `${name}-[0-9]+` },
    ],
  };
}

/** A Secret as the operator reads it. */
function credentials(scope: Construct, name: string, username: string, password: SecretSource): SecretSource {
  const secret = secretBundle(scope, name);
  secret.add('username', [username], scope.node.path);
  secret.add('password', [{ secret: password, encode: 'none' }], scope.node.path);
  return password;
}

/** https://cloudnative-pg.io/documentation/current/declarative_role_management/ */
function readingRole(name: string, secret: string, role: string): object {
  return { name, ensure: 'present', login: true, inRoles: [role], passwordSecret: { name: secret } };
}

/** Base backups each night and the log all the time, by the Barman Cloud plugin: what is inside of `spec.backup` goes with 1.31. */
function archiving(
  scope: Construct,
  request: PostgresRequest,
  archive: ObjectStore,
  { path, credentials }: LogArchive,
): { readonly plugin: object; readonly identity: CloudIdentity | undefined } {
  const { name } = request;
  new ApiObject(scope, 'log-archive', {
    apiVersion: 'barmancloud.cnpg.io/v1',
    kind: 'ObjectStore',
    metadata: { name },
    spec: {
      retentionPolicy: `${request.keepBackupsDays}d`,
      configuration: {
        destinationPath: text`${path}/postgres`,
        ...credentials,
        wal: { compression: 'gzip' },
      },
    },
  });
  new ApiObject(scope, 'base-backups', {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'ScheduledBackup',
    metadata: { name },
    spec: {
      // Six fields, the first is seconds.
      schedule: '0 30 1 * * *',
      cluster: { name },
      method: 'plugin',
      pluginConfiguration: { name: PLUGIN },
      backupOwnerReference: 'self',
    },
  });
  allowTo(
    new Construct(scope, 'to-archive'),
    `${name}-to-${archive.node.id}`,
    { 'cnpg.io/cluster': name },
    archive.store.reach,
  );
  // Its retention policy deletes.
  const identity = archive.store.grant?.(scope, name, ['read', 'write', 'delete']);
  return { plugin: { name: PLUGIN, isWALArchiver: true, parameters: { barmanObjectName: name } }, identity };
}

/** The operator makes the ServiceAccount and the pods. https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/#serviceaccounttemplate */
function carrying(identity: CloudIdentity | undefined): object {
  if (identity === undefined) return {};
  const { annotations, podLabels = {} } = identity;
  return {
    serviceAccountTemplate: { metadata: { annotations: { ...annotations } } },
    inheritedMetadata: { labels: { ...podLabels } },
  };
}

function controlTraffic(scope: Construct, name: string, selector: Record<string, string>): void {
  const { network } = systemOf(scope).platform;
  const edge = (from: string, to: string, ports: string) =>
    recordConnection(scope, () => ({ from, to, port: PORTS.status, variables: [], facts: [ports] }));
  edge('operator', scope.node.path, `CloudNativePG :${PORTS.status}, :${PORTS.postgres}`);
  edge(scope.node.path, 'kubernetes', `API server at ${apiServerInWords(network)}`);
  const port = (number: number) => ({ port: k8s.IntOrString.fromNumber(number), protocol: 'TCP' });
  const peers = [{ podSelector: { matchLabels: selector } }];
  const operator = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': OPERATOR.namespace } },
    podSelector: { matchLabels: OPERATOR.labels },
  };
  new k8s.KubeNetworkPolicy(scope, 'control-traffic', {
    metadata: { name: `${name}-control` },
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: peers, ports: [port(PORTS.postgres), port(PORTS.status)] },
        { from: [operator], ports: [port(PORTS.postgres), port(PORTS.status)] },
      ],
      egress: [{ to: peers, ports: [port(PORTS.postgres), port(PORTS.status)] }, ...toApiServer(network)],
    },
  });
}

/** An API object of ours takes plain data, not the classes of cdk8s. */
function plain({ requests, limits }: k8s.ResourceRequirements): object {
  const texts = (held: Record<string, k8s.Quantity> = {}) =>
    Object.fromEntries(Object.entries(held).map(([key, { value }]) => [key, value]));
  return { requests: texts(requests), limits: texts(limits) };
}
