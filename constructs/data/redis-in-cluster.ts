import { Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { labelsOf, selectorOf } from '../core/labels';
import type { Answer, RedisRequest } from '../core/platform';
import { resourceRequirements, restrictedContainer, restrictedPod, sizeText, temporary } from '../core/pod';
import { systemOf } from '../core/system';
import { VERSIONS } from '../core/versions';
import { secretBundle } from '../secrets/secret-bundle';
import { passwordOf } from '../secrets/sources';

const PORT = 6379;
/** Of the official Debian image: https://github.com/redis/docker-library-redis */
const USER = 999;
/** https://redis.io/docs/latest/develop/reference/eviction/ */
const POLICIES = { refuse: 'noeviction', 'drop-oldest': 'allkeys-lru' } as const;
const CPU = { request: Cpu.millis(50), limit: Cpu.millis(500) };

/** One Redis without a volume. Its one user is in an ACL file, so that the password is in no argument list. */
export function redisInCluster(scope: Construct, request: RedisRequest): Answer {
  const { namespaceName } = systemOf(scope);
  const labels = labelsOf(scope, request.name);
  const selector = selectorOf(scope, request.name);
  const password = passwordOf(scope);
  const secret = `${request.name}-auth`;
  const bundle = secretBundle(scope, secret);
  bundle.add(
    'users.acl',
    ['user default on >', { secret: password, encode: 'none' }, ' ~* &* +@all\n'],
    scope.node.path,
  );
  bundle.add('password', [{ secret: password, encode: 'none' }], scope.node.path);

  new k8s.KubeServiceAccount(scope, 'account', {
    metadata: { name: request.name },
    automountServiceAccountToken: false,
  });
  new k8s.KubeDeployment(scope, 'server', {
    metadata: { name: request.name, labels },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 5,
      selector: { matchLabels: selector },
      strategy: { type: 'Recreate' },
      template: { metadata: { labels }, spec: pod(request, secret) },
    },
  });
  const ports = [{ name: 'redis', port: PORT, targetPort: k8s.IntOrString.fromString('redis') }];
  new k8s.KubeService(scope, 'service', { metadata: { name: request.name, labels }, spec: { selector, ports } });

  return {
    endpoint: {
      scheme: 'redis',
      host: request.name,
      port: PORT,
      password,
      reach: { by: 'pods', namespace: namespaceName, labels: selector },
    },
    facts: [`Redis ${VERSIONS.redis.version} in the cluster`, sizeText(request.memory), fullInWords(request.whenFull)],
  };
}

export function fullInWords(whenFull: RedisRequest['whenFull']): string {
  return whenFull === 'refuse' ? 'refuses writes when full' : 'drops the oldest keys when full';
}

export function evictionPolicy(whenFull: RedisRequest['whenFull']): string {
  return POLICIES[whenFull];
}

function pod(request: RedisRequest, secret: string): k8s.PodSpec {
  const data = request.memory.toMebibytes();
  const memory = { request: request.memory, limit: Size.mebibytes(Math.ceil(data * 1.25)) };
  const ping = { exec: { command: ['sh', '-c', 'redis-cli ping | grep -q PONG'] } };
  return {
    serviceAccountName: request.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(USER, USER),
    containers: [
      {
        name: 'redis',
        image: VERSIONS.redis.image,
        command: ['redis-server'],
        args: [
          ...['--aclfile', '/etc/redis/users.acl', '--port', `${PORT}`, '--dir', '/data'],
          ...['--maxmemory', `${data}mb`, '--maxmemory-policy', POLICIES[request.whenFull]],
          ...['--save', '', '--appendonly', 'no'],
        ],
        ports: [{ name: 'redis', containerPort: PORT }],
        env: [{ name: 'REDISCLI_AUTH', valueFrom: { secretKeyRef: { name: secret, key: 'password' } } }],
        resources: resourceRequirements({ cpu: CPU, memory }),
        securityContext: restrictedContainer(),
        livenessProbe: {
          tcpSocket: { port: k8s.IntOrString.fromString('redis') },
          periodSeconds: 30,
          timeoutSeconds: 5,
        },
        readinessProbe: { ...ping, periodSeconds: 10, timeoutSeconds: 3 },
        volumeMounts: [
          { name: 'acl', mountPath: '/etc/redis', readOnly: true },
          { name: 'data', mountPath: '/data' },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'acl', secret: { secretName: secret, items: [{ key: 'users.acl', path: 'users.acl' }] } },
      temporary('data'),
      temporary('tmp'),
    ],
  };
}
