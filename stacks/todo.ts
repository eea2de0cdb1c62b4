import { Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  Access,
  Backup,
  ClusterBackup,
  connect,
  External,
  expose,
  FastDisk,
  Gateway,
  Identity,
  keepCredentials,
  Migration,
  Monitoring,
  ObjectStore,
  Postgres,
  PostgresExporter,
  Quota,
  RestoreDrill,
  System,
  url,
  Web,
} from '../constructs';
import { databaseProps, keptProps, monitoringProps } from './shared-settings';
import type { Surroundings } from './surroundings';
import { dataFolder, pulledFrom, SCHEMA } from './todo-parts';
import { BACKEND, FRONTEND, type TodoSettings } from './todo-settings';
import { DASHBOARDS, todoRules } from './todo-watch';

const CREDENTIALS = 'db-credentials';

/**
 * Todo-chatbot: a list of things to do that one can talk to.
 *
 *     internet ─▶ frontend ─▶ backend :3000 ─▶ postgres ◀── migrations (schema), metrics, backup ─▶ backups ◀── drill
 *        └─▶ backend              └─▶ llm (model provider, where there is one)
 */
export class Todo extends System {
  constructor(scope: Construct, { platform, environment, settings }: Surroundings<TodoSettings>) {
    super(scope, 'todo', { namespace: 'todo-chatbot', platform, environment, laptopPorts: 300 });
    const image = (name: string) => `${settings.registry}/${name}:${settings.tag}`;
    const pulled = pulledFrom(this, settings);

    // parts
    const identity = new Identity(this, 'identity', { role: 'todo-backend-role', account: 'todo-backend' });
    const backend = new Gateway(this, 'backend', {
      ...BACKEND,
      image: image('todo-backend'),
      account: { ...identity.account, token: true },
      ...pulled,
      ...dataFolder(this, settings),
    });
    const port = settings['frontend.port'];
    const frontend = new Web(this, 'frontend', { ...FRONTEND, image: image('todo-frontend'), port, ...pulled });
    const disk = new FastDisk(this, 'disk', { name: 'fast-ssd' });
    const postgres = new Postgres(this, 'postgres', {
      name: 'postgres',
      database: 'todo_chatbot',
      username: 'dbuser',
      storageClass: disk.storageClass,
      ...databaseProps(settings),
    });
    const migrations = new Migration(this, 'migrations', {
      ...SCHEMA,
      version: settings['migrations.version'],
      longest: settings['migrations.longest'],
    });
    const metrics = new PostgresExporter(this, 'postgres-metrics', { of: postgres });
    new Quota(this, 'quota', { cpu: Cpu.units(16), memory: Size.gibibytes(32), storage: Size.gibibytes(200) });
    new Access(this, 'access', {
      name: 'todo-backend',
      of: backend,
      rules: [{ resources: ['pods'], verbs: ['get', 'list'] }],
      everywhereBecause: 'the brief asks for a ClusterRole',
    });

    // edges: what is not written here cannot talk
    connect(frontend, backend, { env: { BACKEND_URL: url() } });
    connect(backend, postgres, { env: { DATABASE_URL: url({ for: 'node-postgres' }) }, secret: { name: CREDENTIALS } });
    connect(migrations, postgres, { variables: 'libpq', secret: { name: CREDENTIALS, key: 'password' } });
    backend.node.addDependency(migrations);
    const llm = settings['llm.host'];
    if (llm !== undefined) connect(backend, new External(this, 'llm', { host: llm }));
    keepCredentials(postgres, CREDENTIALS);

    // front door
    const { 'ingress.requestsPerSecond': requestsPerSecond } = settings;
    expose(backend, { host: settings.host, ingress: 'todo-backend', tlsSecret: 'todo-backend-tls', requestsPerSecond });
    expose(frontend, { host: settings['frontend.host'], ingress: 'todo-frontend', tlsSecret: 'todo-frontend-tls' });

    // what is kept, and what watches it
    const kept = keptProps(settings, platform.profile.keepBackupsDays, settings['database.storage']);
    const backups = new ObjectStore(this, 'backups', kept.store);
    const backup = new Backup(this, 'backup', { of: postgres, to: backups, ...kept.backup });
    const drill = new RestoreDrill(this, 'drill', { of: backup, ...kept.drill });
    const copied = { name: 'todo-backup', schedule: settings['velero.schedule'], keep: kept.store.keep };
    if (settings['velero.enabled']) new ClusterBackup(this, 'cluster-backup', copied);
    if (settings['monitoring.enabled']) {
      new Monitoring(this, 'monitoring', {
        watch: [backend, frontend, postgres, metrics, backup, drill],
        rules: { 'todo-alerts': todoRules(settings['monitoring.runbooks']) },
        dashboards: DASHBOARDS,
        ...monitoringProps(settings),
      });
    }
  }
}
