import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { Caller } from '../core/endpoint';
import { labelsOf, selectorOf } from '../core/labels';
import { nodeOptions } from '../core/node-options';
import type { Answer, PostgresRequest } from '../core/platform';
import { quantity, sizeText } from '../core/pod';
import { systemOf } from '../core/system';
import { certificate, ownAuthority } from '../network/certificate';
import { passwordOf } from '../secrets/sources';
import { POSTGRES_PORT, postgresPod } from './postgres-pod';
import { type Passwords, passwordsSecret, READERS, SUPERUSER, usersOf } from './postgres-users';
import { scripts } from './store-steps';

/** One Postgres in the cluster: StatefulSet, volume, Service, Secret. */
export function postgresInCluster(scope: Construct, request: PostgresRequest, callers: readonly Caller[]): Answer {
  const { namespaceName } = systemOf(scope);
  const { name, database, username, version, requireTls } = request;
  const passwords: Passwords = {
    password: passwordOf(scope),
    reader: passwordOf(scope, 'reader'),
    metrics: passwordOf(scope, 'metrics'),
    superuser: passwordOf(scope, 'superuser'),
  };
  const secret = passwordsSecret(scope, `${name}-auth`, passwords);
  new k8s.KubeConfigMap(scope, 'configuration', { metadata: { name: `${name}-config` }, data: configuration(request) });
  if (requireTls) {
    const hosts = [name, `${name}.${namespaceName}.svc`];
    certificate(scope, { secret: `${name}-tls`, hosts, issuer: ownAuthority(scope, `${name}-ca`) });
  }
  server(scope, request, postgresPod({ request, secret, callers }));

  return {
    endpoint: {
      scheme: 'postgresql',
      host: name,
      port: POSTGRES_PORT,
      database,
      username,
      password: passwords.password,
      users: usersOf(passwords),
      comesFirst: true,
      ...(requireTls ? { authority: { kind: 'Secret', name: `${name}-tls`, key: 'ca.crt' } as const } : {}),
      reach: { by: 'pods', namespace: namespaceName, labels: selectorOf(scope, name) },
    },
    facts: [
      `PostgreSQL ${version} in the cluster`,
      `${sizeText(request.storage)} on ${request.storageClass}`,
      ...(requireTls ? ['TLS only'] : []),
    ],
    signals: [{ kind: 'volume', name, claims: `data-${name}-0` }],
  };
}

function server(scope: Construct, request: PostgresRequest, pod: k8s.PodSpec): void {
  const { protectData } = systemOf(scope).platform.profile;
  const { name } = request;
  const labels = labelsOf(scope, name);
  const selector = selectorOf(scope, name);
  new k8s.KubeServiceAccount(scope, 'account', { metadata: { name }, automountServiceAccountToken: false });
  const set = new k8s.KubeStatefulSet(scope, 'server', {
    metadata: { name, labels },
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: selector },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: protectData ? 'Retain' : 'Delete', whenScaled: 'Retain' },
      template: { metadata: { labels }, spec: pod },
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
  nodeOptions(set, { protect: protectData });
  const ports = [{ name: 'postgres', port: POSTGRES_PORT, targetPort: k8s.IntOrString.fromString('postgres') }];
  new k8s.KubeService(scope, 'service', { metadata: { name, labels }, spec: { clusterIp: 'None', selector, ports } });
}

/**
 * What the server reads, by file name. Whoever runs commands inside of its pod is who it trusts anyway; from outside there is a password,
 * and TLS where it is asked for. https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
 */
function configuration({ requireTls, username }: PostgresRequest): Record<string, string> {
  const host = requireTls ? 'hostssl' : 'host';
  const hba = [
    'local all all peer map=inside',
    ...['0.0.0.0/0', '::/0'].map((from) => `${host} all all ${from} scram-sha-256`),
  ];
  const ident = [SUPERUSER, username, ...Object.values(READERS)].map((role) => `inside ${SUPERUSER} ${role}`);
  return {
    ...scripts('owner.sh', 'roles.sh', 'files.sh'),
    'pg_hba.conf': `${hba.join('\n')}\n`,
    'pg_ident.conf': `${ident.join('\n')}\n`,
  };
}
