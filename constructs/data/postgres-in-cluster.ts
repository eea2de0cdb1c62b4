import { Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { labelsOf, selectorOf } from '../core/labels';
import { withLocalStorage } from '../core/local-storage';
import { nodeOptions } from '../core/node-options';
import type { Answer, PostgresRequest } from '../core/platform';
import { quantity, resourceRequirements, restrictedContainer, restrictedPod, sizeText, temporary } from '../core/pod';
import { systemOf } from '../core/system';
import { certificate, SELF_SIGNED } from '../network/certificate';
import { secretBundle } from '../secrets/secret-bundle';
import { passwordOf } from '../secrets/sources';
import { knownVersion, POSTGRES_IMAGES, POSTGRES_USER } from './postgres-image';
import { scripts } from './store-steps';

const PORT = 5432;
const SUPERUSER = 'postgres';
const RESOURCES = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(1000) },
  memory: { request: Size.mebibytes(256), limit: Size.mebibytes(512) },
};

/** One Postgres in the cluster: StatefulSet, volume, Service, Secret. */
export function postgresInCluster(scope: Construct, request: PostgresRequest): Answer {
  const { platform, namespaceName } = systemOf(scope);
  const labels = labelsOf(scope, request.name);
  const selector = selectorOf(scope, request.name);
  const password = passwordOf(scope);
  const secret = `${request.name}-auth`;
  const bundle = secretBundle(scope, secret);
  bundle.add('password', [{ secret: password, encode: 'none' }], scope.node.path);
  bundle.add('superuser', [{ secret: passwordOf(scope, 'superuser'), encode: 'none' }], scope.node.path);
  const files = configuration(request);
  new k8s.KubeConfigMap(scope, 'configuration', { metadata: { name: `${request.name}-config` }, data: files });
  // Clients ask for TLS, not for a name: nobody need trust who signed.
  if (request.requireTls) {
    const hosts = [request.name, `${request.name}.${namespaceName}.svc`];
    certificate(scope, { secret: `${request.name}-tls`, hosts, issuer: SELF_SIGNED });
  }

  new k8s.KubeServiceAccount(scope, 'account', {
    metadata: { name: request.name },
    automountServiceAccountToken: false,
  });
  const server = new k8s.KubeStatefulSet(scope, 'server', {
    metadata: { name: request.name, labels },
    spec: {
      serviceName: request.name,
      replicas: 1,
      selector: { matchLabels: selector },
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: platform.profile.protectData ? 'Retain' : 'Delete',
        whenScaled: 'Retain',
      },
      template: { metadata: { labels }, spec: pod(request, secret, Object.keys(files)) },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: request.storageClass,
            resources: { requests: { storage: quantity(sizeText(request.storage)) } },
          },
        },
      ],
    },
  });
  nodeOptions(server, { protect: platform.profile.protectData });
  new k8s.KubeService(scope, 'service', {
    metadata: { name: request.name, labels },
    spec: { clusterIp: 'None', selector, ports: [{ name: 'postgres', port: PORT, targetPort: port('postgres') }] },
  });

  const { database, username, version } = request;
  return {
    endpoint: {
      scheme: 'postgresql',
      host: request.name,
      port: PORT,
      database,
      username,
      password,
      ...(request.requireTls ? { query: { sslmode: 'require' } } : {}),
      reach: { by: 'pods', namespace: namespaceName, labels: selector },
    },
    facts: [
      `PostgreSQL ${version} in the cluster`,
      `${sizeText(request.storage)} on ${request.storageClass}`,
      ...(request.requireTls ? ['TLS only'] : []),
    ],
    signals: [{ kind: 'volume', name: request.name, claims: `data-${request.name}-0` }],
  };
}

/** What the server reads, by file name. */
function configuration({ requireTls }: PostgresRequest): Record<string, string> {
  const owner = { 'owner.sh': scripts('owner.sh')['owner.sh'] ?? '' };
  return requireTls ? { ...owner, 'pg_hba.conf': HBA } : owner;
}

/** https://www.postgresql.org/docs/current/auth-pg-hba-conf.html A line for those inside of the pod, none for those without TLS. */
const HBA = `local all all scram-sha-256
hostssl all all 0.0.0.0/0 scram-sha-256
hostssl all all ::/0 scram-sha-256
`;

const TLS = {
  certificate: '/etc/ssl/certs/server.crt',
  key: '/etc/ssl/private/server.key',
  hba: '/etc/postgresql/pg_hba.conf',
};

function pod(request: PostgresRequest, secret: string, files: readonly string[]): k8s.PodSpec {
  const folders = foldersOf(request.version);
  const ready = { exec: { command: ['pg_isready', '-U', SUPERUSER, '-d', request.database] } };
  const fromSecret = (key: string) => ({ secretKeyRef: { name: secret, key } });
  return withLocalStorage({
    serviceAccountName: request.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 60,
    securityContext: restrictedPod(POSTGRES_USER, POSTGRES_USER),
    containers: [
      {
        name: 'postgres',
        image: POSTGRES_IMAGES[knownVersion(request.version)],
        ...(request.requireTls ? { args: tlsArguments() } : {}),
        ports: [{ name: 'postgres', containerPort: PORT }],
        env: [
          { name: 'POSTGRES_DB', value: request.database },
          { name: 'POSTGRES_USER', value: SUPERUSER },
          { name: 'POSTGRES_PASSWORD', valueFrom: fromSecret('superuser') },
          { name: 'OWNER', value: request.username },
          { name: 'OWNER_PASSWORD', valueFrom: fromSecret('password') },
          { name: 'PGDATA', value: folders.data },
        ],
        resources: resourceRequirements(RESOURCES),
        securityContext: restrictedContainer(),
        startupProbe: { ...ready, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 60 },
        // A server that is busy or recovering must not be killed for it: alive is who listens.
        livenessProbe: { tcpSocket: { port: port('postgres') }, periodSeconds: 30, timeoutSeconds: 5 },
        readinessProbe: { ...ready, periodSeconds: 10, timeoutSeconds: 3 },
        volumeMounts: [
          { name: 'data', mountPath: folders.volume },
          { name: 'config', mountPath: '/docker-entrypoint-initdb.d/owner.sh', subPath: 'owner.sh', readOnly: true },
          { name: 'run', mountPath: '/var/run/postgresql' },
          { name: 'tmp', mountPath: '/tmp' },
          { name: 'shm', mountPath: '/dev/shm' },
          ...(request.requireTls ? tlsMounts() : []),
        ],
      },
    ],
    volumes: [
      {
        name: 'config',
        configMap: { name: `${request.name}-config`, items: files.map((key) => ({ key, path: key })) },
      },
      temporary('run'),
      temporary('tmp'),
      { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: quantity('64Mi') } },
      // The group of the pod may read the key; Postgres refuses one that others may read.
      ...(request.requireTls
        ? [{ name: 'tls', secret: { secretName: `${request.name}-tls`, defaultMode: 0o640 } }]
        : []),
    ],
  });
}

function tlsArguments(): string[] {
  const settings = { ssl: 'on', ssl_cert_file: TLS.certificate, ssl_key_file: TLS.key, hba_file: TLS.hba };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function tlsMounts(): k8s.VolumeMount[] {
  return [
    { name: 'tls', mountPath: TLS.certificate, subPath: 'tls.crt', readOnly: true },
    { name: 'tls', mountPath: TLS.key, subPath: 'tls.key', readOnly: true },
    { name: 'config', mountPath: TLS.hba, subPath: 'pg_hba.conf', readOnly: true },
  ];
}

/** From 18 on the image wants its volume one folder higher: https://github.com/docker-library/postgres/pull/1259 */
function foldersOf(version: number): { readonly volume: string; readonly data: string } {
  if (version >= 18) return { volume: '/var/lib/postgresql', data: `/var/lib/postgresql/${version}/docker` };
  return { volume: '/var/lib/postgresql/data', data: '/var/lib/postgresql/data/pgdata' };
}

function port(name: string): k8s.IntOrString {
  return k8s.IntOrString.fromString(name);
}
