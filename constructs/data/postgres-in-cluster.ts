import { Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { labelsOf, selectorOf } from '../core/labels';
import { nodeOptions } from '../core/node-options';
import type { Answer, PostgresRequest } from '../core/platform';
import { quantity, resourceRequirements, restrictedContainer, restrictedPod, sizeText, temporary } from '../core/pod';
import { systemOf } from '../core/system';
import { secretBundle } from '../secrets/secret-bundle';
import { passwordOf } from '../secrets/sources';
import { knownVersion, POSTGRES_IMAGES, POSTGRES_USER } from './postgres-image';

const PORT = 5432;
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
  secretBundle(scope, secret).add('password', [{ secret: password, encode: 'none' }], scope.node.path);

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
      template: { metadata: { labels }, spec: pod(request, secret) },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: platform.storageClass,
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
      reach: { by: 'pods', namespace: namespaceName, labels: selector },
    },
    facts: [`PostgreSQL ${version} in the cluster`, `${sizeText(request.storage)} on ${platform.storageClass}`],
    signals: [{ kind: 'volume', name: request.name, claims: `data-${request.name}-0` }],
  };
}

function pod(request: PostgresRequest, secret: string): k8s.PodSpec {
  const folders = foldersOf(request.version);
  const ready = { exec: { command: ['pg_isready', '-U', request.username, '-d', request.database] } };
  return {
    serviceAccountName: request.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 60,
    securityContext: restrictedPod(POSTGRES_USER, POSTGRES_USER),
    containers: [
      {
        name: 'postgres',
        image: POSTGRES_IMAGES[knownVersion(request.version)],
        ports: [{ name: 'postgres', containerPort: PORT }],
        env: [
          { name: 'POSTGRES_DB', value: request.database },
          { name: 'POSTGRES_USER', value: request.username },
          { name: 'POSTGRES_PASSWORD', valueFrom: { secretKeyRef: { name: secret, key: 'password' } } },
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
          { name: 'run', mountPath: '/var/run/postgresql' },
          { name: 'tmp', mountPath: '/tmp' },
          { name: 'shm', mountPath: '/dev/shm' },
        ],
      },
    ],
    volumes: [
      temporary('run'),
      temporary('tmp'),
      { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: quantity('64Mi') } },
    ],
  };
}

/** From 18 on the image wants its volume one folder higher: https://github.com/docker-library/postgres/pull/1259 */
function foldersOf(version: number): { readonly volume: string; readonly data: string } {
  if (version >= 18) return { volume: '/var/lib/postgresql', data: `/var/lib/postgresql/${version}/docker` };
  return { volume: '/var/lib/postgresql/data', data: '/var/lib/postgresql/data/pgdata' };
}

function port(name: string): k8s.IntOrString {
  return k8s.IntOrString.fromString(name);
}
