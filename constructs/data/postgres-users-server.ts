import { Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { Endpoint } from '../core/endpoint';
import { labelsOf, nameOf, selectorOf } from '../core/labels';
import { withLocalStorage } from '../core/local-storage';
import { part, recordConnection } from '../core/part';
import type { PostgresRequest } from '../core/platform';
import { type Resources, resourceRequirements, restrictedContainer, restrictedPod, temporary } from '../core/pod';
import { libpqEnv } from '../network/dialect';
import { allowTo } from '../network/network-policy';
import { knownVersion, POSTGRES_IMAGES, POSTGRES_USER } from './postgres-image';
import { type Passwords, passwordsSecret, SUPERUSER, usersEnv, usersScripts } from './postgres-users';

const RESOURCES: Resources = {
  cpu: { request: Cpu.millis(10), limit: Cpu.millis(200) },
  memory: { request: Size.mebibytes(16), limit: Size.mebibytes(64) },
};
const FOLDERS = { scripts: '/scripts', users: '/etc/users', authority: '/etc/authority' };

export interface PostgresUsersProps {
  readonly request: PostgresRequest;
  readonly passwords: Passwords;
  /** The server, outside of the cluster. */
  readonly at: Endpoint;
}

/**
 * The users of a Postgres that somebody else runs: makes them as its master, when it starts and whenever one of their passwords changes. It
 * is ready once they are there, so that migrations and applications wait for it.
 * Creates: Deployment, ServiceAccount, ConfigMap of the script, a Secret of the passwords, the way to the server.
 */
export class PostgresUsers extends Construct {
  constructor(scope: Construct, id: string, { request, passwords, at }: PostgresUsersProps) {
    super(scope, id);
    const name = nameOf(this);
    const labels = labelsOf(this);
    const selector = selectorOf(this);
    const secret = passwordsSecret(this, name, passwords);
    new k8s.KubeServiceAccount(this, 'account', { metadata: { name }, automountServiceAccountToken: false });
    new k8s.KubeConfigMap(this, 'scripts', { metadata: { name: `${name}-scripts` }, data: usersScripts() });
    const template = { metadata: { labels }, spec: pod({ name, secret, request, at }) };
    new k8s.KubeDeployment(this, 'deployment', {
      metadata: { name, labels },
      spec: {
        replicas: 1,
        revisionHistoryLimit: 5,
        selector: { matchLabels: selector },
        strategy: { type: 'Recreate' },
        template,
      },
    });
    allowTo(this, `${name}-to-server`, selector, [{ reach: at.reach, port: at.port }]);
    part(this, 'seaworthy:data:PostgresUsers', () => [`makes ${request.username}, and two that read`, 'as the master']);
    recordConnection(this, () => ({
      from: this.node.path,
      to: scope.node.path,
      port: at.port,
      variables: [],
      facts: ['as the master'],
    }));
  }
}

interface PodProps {
  readonly name: string;
  readonly secret: string;
  readonly request: PostgresRequest;
  readonly at: Endpoint;
}

function pod({ name, secret, request, at }: PodProps): k8s.PodSpec {
  const { authority } = at;
  const file = authority === undefined ? undefined : `${FOLDERS.authority}/${authority.key}`;
  const env = {
    ...usersEnv(request),
    PGHOST: at.host,
    PGPORT: `${at.port}`,
    PGUSER: SUPERUSER,
    PGCONNECT_TIMEOUT: '10',
    ...libpqEnv(file, authority),
    USERS: FOLDERS.users,
    READY: '/tmp/ready',
  };
  return withLocalStorage({
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(POSTGRES_USER, POSTGRES_USER),
    containers: [
      {
        name: 'users',
        image: POSTGRES_IMAGES[knownVersion(request.version)],
        command: ['bash', `${FOLDERS.scripts}/roles.sh`, 'watch'],
        env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
        resources: resourceRequirements(RESOURCES),
        securityContext: restrictedContainer(),
        readinessProbe: { exec: { command: ['test', '-f', '/tmp/ready'] }, periodSeconds: 5, timeoutSeconds: 3 },
        volumeMounts: [
          { name: 'scripts', mountPath: FOLDERS.scripts, readOnly: true },
          { name: 'users', mountPath: FOLDERS.users, readOnly: true },
          ...(authority === undefined ? [] : [{ name: 'authority', mountPath: FOLDERS.authority, readOnly: true }]),
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'scripts', configMap: { name: `${name}-scripts` } },
      { name: 'users', secret: { secretName: secret, defaultMode: 0o440 } },
      ...(authority === undefined ? [] : [{ name: 'authority', configMap: { name: authority.name } }]),
      temporary('tmp'),
    ],
  });
}
