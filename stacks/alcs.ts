import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  Access,
  Backup,
  connect,
  database,
  External,
  expose,
  Gateway,
  given,
  host,
  inject,
  Migration,
  Monitoring,
  ObjectStore,
  Postgres,
  password,
  port,
  Redis,
  RestoreDrill,
  randomBytes,
  report,
  System,
  url,
  username,
} from '../constructs';
import { ALCS, type AlcsSettings, alcsEnv, alcsProblems } from './alcs-settings';
import { ALCS_DASHBOARDS, alcsRules } from './alcs-watch';
import { databaseProps, keptProps, monitoringProps } from './shared-settings';
import type { Surroundings } from './surroundings';

const SECRET = 'alcs-secrets';
const CONFIGURATION = { resources: ['configmaps'], verbs: ['get', 'list'] };

/**
 * ALCS: sessions with language models, behind keys and limits.
 *
 *     internet ─▶ alcs :3000 ─┬─▶ postgres (TLS only) ◀── migrations, backup ─▶ backups ◀── drill
 *                  :9090      ├─▶ redis
 *                             └─▶ anthropic, openai (internet)
 */
export class Alcs extends System {
  constructor(scope: Construct, { platform, environment, settings }: Surroundings<AlcsSettings>) {
    super(scope, 'alcs', { namespace: 'alcs', platform, environment, laptopPorts: 400 });
    const { profile } = platform;
    const image = (tag: string) => `${settings.registry}/alcs:${tag}`;

    // parts
    const app = new Gateway(this, 'app', { ...ALCS, image: image(settings.tag), env: alcsEnv(settings) });
    const postgres = new Postgres(this, 'postgres', {
      name: 'postgres',
      database: 'alcs',
      requireTls: true,
      ...databaseProps(settings),
    });
    const redis = new Redis(this, 'redis', {
      name: 'redis',
      placement: settings['cache.placement'],
      openBecause: 'the brief fixes REDIS_URL=redis://redis:6379; its policy lets the app in, and nobody else',
    });
    const migrations = new Migration(this, 'migrations', {
      version: settings['migrations.version'],
      longest: settings['migrations.longest'],
      image: image(settings['migrations.tag']),
      command: ['npm', 'run', 'migrate'],
    });
    new Access(this, 'access', {
      name: 'alcs',
      of: app,
      rules: [CONFIGURATION, { resources: ['secrets'], names: [SECRET], verbs: ['get'] }],
    });

    // edges: what is not written here cannot talk
    const pool = url({ for: 'node-postgres', query: { pool_min: '5', pool_max: '20' } });
    const secret = { name: SECRET, keys: 'as-variables' } as const;
    const whole = { POSTGRES_HOST: host, POSTGRES_PORT: port, POSTGRES_DB: database, POSTGRES_USER: username };
    connect(app, postgres, { env: { DATABASE_URL: pool, ...whole, POSTGRES_PASSWORD: password }, secret });
    connect(migrations, postgres, { env: { DATABASE_URL: pool }, secret });
    connect(app, redis, { env: { REDIS_URL: url(), REDIS_HOST: host, REDIS_PORT: port } });
    connect(app, new External(this, 'anthropic', { host: 'api.anthropic.com' }));
    connect(app, new External(this, 'openai', { host: 'api.openai.com' }));
    app.node.addDependency(migrations);

    // secrets: two that are made, two that people give
    const at = (field: string) => ({ name: SECRET, field, storeKey: settings['secrets.key'] });
    const into = (key: string) => ({ name: SECRET, key });
    for (const [key, bytes] of [
      ['API_KEY', 32],
      ['JWT_SECRET', 64],
    ] as const) {
      inject(app, key, randomBytes(this, bytes, at(key)), into(key));
    }
    for (const [key, config] of [
      ['ANTHROPIC_API_KEY', 'anthropic.apiKey'],
      ['OPENAI_API_KEY', 'openai.apiKey'],
    ] as const) {
      inject(app, key, given(this, { ...at(key), config: `alcs:${config}` }, settings[config]), into(key));
    }

    // front door: answers are streams, and may take half a minute
    const { 'ingress.requestsPerSecond': requestsPerSecond } = settings;
    expose(app, { host: settings.host, silence: Duration.seconds(60), streams: true, requestsPerSecond });

    // what is kept, and what watches it
    const kept = keptProps(settings, profile.keepBackupsDays, settings['database.storage']);
    const backups = new ObjectStore(this, 'backups', kept.store);
    const backup = new Backup(this, 'backup', { of: postgres, to: backups, ...kept.backup });
    const drill = new RestoreDrill(this, 'drill', { of: backup, ...kept.drill });
    if (settings['monitoring.enabled']) {
      new Monitoring(this, 'monitoring', {
        watch: [app, postgres, redis, backup, drill],
        rules: { 'alcs-alerts': alcsRules(settings['monitoring.runbooks']) },
        dashboards: ALCS_DASHBOARDS,
        ...monitoringProps(settings),
      });
    }
    report(this, () => alcsProblems(settings, profile.protectData));
  }
}
