import { Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { labelsOf, selectorOf } from '../core/labels';
import { withLocalStorage } from '../core/local-storage';
import { nodeOptions } from '../core/node-options';
import type { Answer, RedisRequest } from '../core/platform';
import { quantity, resourceRequirements, restrictedContainer, restrictedPod, sizeText, temporary } from '../core/pod';
import type { SecretSource } from '../core/secret-source';
import { systemOf } from '../core/system';
import { VERSIONS } from '../core/versions';
import { secretBundle } from '../secrets/secret-bundle';
import { passwordOf } from '../secrets/sources';

const PORT = 6379;
/** Of the official Debian image: https://github.com/redis/docker-library-redis */
export const REDIS_USER = 999;
/** https://redis.io/docs/latest/develop/reference/eviction/ */
const POLICIES = { refuse: 'noeviction', 'drop-oldest': 'allkeys-lru' } as const;
/** Above maxmemory, for what does not count as data: fragmentation, buffers of clients and of the log. */
const HEADROOM = 1.25;
/**
 * While a server that keeps its data writes them out (RDB, a new AOF, `--rdb`), a fork of it holds the pages that are written to meanwhile,
 * all of them at worst: "Redis can use up to 2 times the memory normally used".
 * https://redis.io/docs/latest/operate/oss_and_stack/management/admin/#memory
 */
const FORK = 2;
const CPU = { request: Cpu.millis(50), limit: Cpu.millis(500) };

/**
 * One Redis: a Deployment without a volume, or a StatefulSet that keeps what it holds. Its one user is in an ACL file, so that the
 * password is in no argument list.
 */
export function redisInCluster(scope: Construct, request: RedisRequest): Answer {
  const { platform, namespaceName } = systemOf(scope);
  const { name, keeps } = request;
  const labels = labelsOf(scope, name);
  const selector = selectorOf(scope, name);
  const password = request.openBecause === undefined ? ownPassword(scope, name) : undefined;
  new k8s.KubeServiceAccount(scope, 'account', { metadata: { name }, automountServiceAccountToken: false });
  const metadata = { name, labels };
  const template = { metadata: { labels }, spec: pod(request) };
  if (keeps === undefined) {
    new k8s.KubeDeployment(scope, 'server', {
      metadata,
      spec: {
        replicas: 1,
        revisionHistoryLimit: 5,
        selector: { matchLabels: selector },
        strategy: { type: 'Recreate' },
        template,
      },
    });
  } else {
    const { protectData } = platform.profile;
    const server = new k8s.KubeStatefulSet(scope, 'server', {
      metadata,
      spec: {
        serviceName: name,
        replicas: 1,
        selector: { matchLabels: selector },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: protectData ? 'Retain' : 'Delete', whenScaled: 'Retain' },
        template,
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              storageClassName: platform.storageClass,
              resources: { requests: { storage: quantity(sizeText(keeps)) } },
            },
          },
        ],
      },
    });
    nodeOptions(server, { protect: protectData });
  }
  const ports = [{ name: 'redis', port: PORT, targetPort: k8s.IntOrString.fromString('redis') }];
  const headless = keeps === undefined ? {} : { clusterIp: 'None' };
  new k8s.KubeService(scope, 'service', { metadata, spec: { ...headless, selector, ports } });

  return {
    endpoint: {
      scheme: 'redis',
      host: name,
      port: PORT,
      ...(password === undefined ? {} : { password }),
      comesFirst: true,
      reach: { by: 'pods', namespace: namespaceName, labels: selector },
    },
    facts: [
      `Redis ${VERSIONS.redis.version} in the cluster`,
      sizeText(request.memory),
      fullInWords(request.whenFull),
      ...(keeps === undefined ? [] : [`kept on ${sizeText(keeps)} of ${platform.storageClass}`]),
      ...(request.openBecause === undefined ? [] : [`no password: ${request.openBecause}`]),
    ],
    ...(keeps === undefined ? {} : { signals: [{ kind: 'volume', name, claims: `data-${name}-0` }] }),
  };
}

export function fullInWords(whenFull: RedisRequest['whenFull']): string {
  return whenFull === 'refuse' ? 'refuses writes when full' : 'drops the oldest keys when full';
}

export function evictionPolicy(whenFull: RedisRequest['whenFull']): string {
  return POLICIES[whenFull];
}

function ownPassword(scope: Construct, name: string): SecretSource {
  const password = passwordOf(scope);
  const bundle = secretBundle(scope, secretOf(name));
  const rule = ['user default on >', { secret: password, encode: 'none' }, ' ~* &* +@all\n'] as const;
  bundle.add('users.acl', rule, scope.node.path);
  bundle.add('password', [{ secret: password, encode: 'none' }], scope.node.path);
  return password;
}

function secretOf(name: string): string {
  return `${name}-auth`;
}

function pod(request: RedisRequest): k8s.PodSpec {
  const data = request.memory.toMebibytes();
  const most = data * HEADROOM * (request.keeps === undefined ? 1 : FORK);
  const memory = { request: request.memory, limit: Size.mebibytes(Math.ceil(most)) };
  const ping = { exec: { command: ['sh', '-c', 'redis-cli ping | grep -q PONG'] } };
  const isOpen = request.openBecause !== undefined;
  const secret = secretOf(request.name);
  return withLocalStorage({
    serviceAccountName: request.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(REDIS_USER, REDIS_USER),
    containers: [
      {
        name: 'redis',
        image: VERSIONS.redis.image,
        command: ['redis-server'],
        args: redisArguments(request),
        ports: [{ name: 'redis', containerPort: PORT }],
        ...(isOpen
          ? {}
          : { env: [{ name: 'REDISCLI_AUTH', valueFrom: { secretKeyRef: { name: secret, key: 'password' } } }] }),
        resources: resourceRequirements({ cpu: CPU, memory }),
        securityContext: restrictedContainer(),
        livenessProbe: {
          tcpSocket: { port: k8s.IntOrString.fromString('redis') },
          periodSeconds: 30,
          timeoutSeconds: 5,
        },
        readinessProbe: { ...ping, periodSeconds: 10, timeoutSeconds: 3 },
        volumeMounts: [
          ...(isOpen ? [] : [{ name: 'acl', mountPath: '/etc/redis', readOnly: true }]),
          { name: 'data', mountPath: '/data' },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      ...(isOpen
        ? []
        : [{ name: 'acl', secret: { secretName: secret, items: [{ key: 'users.acl', path: 'users.acl' }] } }]),
      ...(request.keeps === undefined ? [temporary('data')] : []),
      temporary('tmp'),
    ],
  });
}

/** What is kept is written each second and, once in a while, as a whole: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
function redisArguments({ memory, whenFull, keeps, openBecause }: RedisRequest): string[] {
  return [
    ...(openBecause === undefined ? ['--aclfile', '/etc/redis/users.acl'] : ['--protected-mode', 'no']),
    ...['--port', `${PORT}`, '--dir', '/data'],
    ...['--maxmemory', `${memory.toMebibytes()}mb`, '--maxmemory-policy', POLICIES[whenFull]],
    ...(keeps === undefined
      ? ['--save', '', '--appendonly', 'no']
      : ['--save', '3600 1 300 100 60 10000', '--appendonly', 'yes', '--appendfsync', 'everysec']),
  ];
}
