import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import {
  Access,
  type AccessRule,
  Backup,
  ClusterBackup,
  connect,
  ErrorReporting,
  External,
  expose,
  FastDisk,
  fromConfig,
  Gateway,
  generated,
  Identity,
  IN_CLUSTER,
  Job,
  Monitoring,
  ObjectStore,
  type Platform,
  Postgres,
  PostgresExporter,
  PROFILES,
  pullSecret,
  Quota,
  Redis,
  RestoreDrill,
  ReverseProxy,
  SharedVolume,
  Signaling,
  Site,
  System,
  Turn,
  type TurnProps,
  url,
  Web,
  Worker,
} from '../../constructs';
import { at, list } from '../../graph/json-value';
import { Look } from '../support/look';
import { graphOf } from '../support/offline';

function shop(build: (system: System) => void, platform: Platform = IN_CLUSTER): Look {
  return new Look(graphOf((app) => build(new System(app, 'shop', { namespace: 'shop', platform }))));
}
const image = 'ghcr.io/acme/shop:1.0.0';
const PROD: Platform = { ...IN_CLUSTER, profile: PROFILES.prod };

test('a shop of all these parts has no problem: they know nothing of the five systems', () => {
  const look = shop((s) => {
    const identity = new Identity(s, 'identity', { account: 'shop-api' });
    const disk = new FastDisk(s, 'disk', { name: 'fast' });
    const db = new Postgres(s, 'db', { database: 'shop', requireTls: true, storageClass: disk.storageClass });
    const redis = new Redis(s, 'redis', { keeps: Size.gibibytes(5) });
    const files = new SharedVolume(s, 'files', { size: Size.gibibytes(1), storageClass: 'nfs' });
    const api = new Gateway(s, 'api', {
      image,
      port: 8080,
      account: { annotations: identity.annotations, token: true },
      claims: [files.at('/data')],
      pullSecret: pullSecret(s, 'registry', fromConfig('shop:registry')),
    });
    const chat = new Signaling(s, 'chat', { image, port: 3001 });
    const mailer = new Worker(s, 'mailer', { image, command: ['mail'], alive: ['mail', '--check'] });
    const report = new Job(s, 'report', { image, command: ['report'], schedule: '0 6 * * 1' });
    for (const part of [api, mailer, report]) connect(part, db, { env: { DATABASE_URL: url() } });
    connect(mailer, redis, { env: { QUEUE_URL: url() } });
    connect(api, new External(s, 'stripe', { host: 'api.stripe.com' }));
    new Access(s, 'reader', { of: api, rules: [{ resources: ['configmaps'], verbs: ['get'] }] });
    new Quota(s, 'quota', { cpu: Cpu.units(4), memory: Size.gibibytes(8), storage: Size.gibibytes(50) });
    new ErrorReporting(s, 'errors', {
      of: [api],
      dsn: generated(s, 'dsn'),
      secret: { name: 'errors', key: 'dsn' },
      release: '1.0.0',
    });
    new PostgresExporter(s, 'db-metrics', { of: db });
    const backups = new ObjectStore(s, 'backups', { keep: Duration.days(7) });
    new RestoreDrill(s, 'drill', { of: new Backup(s, 'backup', { of: redis, to: backups }) });
    new ClusterBackup(s, 'cluster', { keep: Duration.days(7) });
    new Turn(s, 'turn', { realm: 'shop.acme.org', credentials: 'short-lived' });
    new Site(s, 'site', { host: 'www.acme.org' });
    expose(api, { host: 'api.acme.org' });
    expose(chat, { host: 'api.acme.org', path: '/chat' });
    new ReverseProxy(s, 'nginx', { routes: { '/': api }, host: 'api.acme.org' });
  });
  expect(look.graph.problems).toEqual([]);
});

test('a worker listens to nobody, and a job runs one at a time', () => {
  const look = shop((s) => {
    new Worker(s, 'mailer', { image, scale: { min: 2, max: 2 } });
    new Job(s, 'report', { image, command: ['report'], schedule: '0 6 * * 1', longest: Duration.minutes(5) });
  });
  expect(look.names('Service')).toEqual([]);
  expect(look.spec('Deployment', 'shop-mailer', 'replicas')).toBe(2);
  expect(at(look.container('Deployment', 'shop-mailer'), 'ports')).toBeUndefined();
  expect(look.spec('CronJob', 'shop-report')).toMatchObject({
    concurrencyPolicy: 'Forbid',
    jobTemplate: { spec: { activeDeadlineSeconds: 300 } },
  });
});

test('an edge to the internet opens its port to public addresses, and to no private one', () => {
  const look = shop((s) =>
    connect(new Worker(s, 'mailer', { image }), new External(s, 'smtp', { host: 'smtp.acme.org', port: 587 })),
  );
  const rule = look.spec('NetworkPolicy', 'mailer-to-smtp', 'egress', 0);
  expect(at(rule, 'ports', 0, 'port')).toBe(587);
  expect(at(rule, 'to', 0, 'ipBlock', 'except')).toEqual(expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16']));
});

test('variables in a ConfigMap are read from there, and roll the pods', () => {
  const look = shop((s) => new Web(s, 'web', { image, port: 3000, env: { MODE: 'a' }, envIn: 'web-config' }));
  expect(look.env('Deployment', 'shop-web')).toEqual({ MODE: 'a' });
  expect(JSON.stringify(look.spec('Deployment', 'shop-web', 'template', 'metadata'))).toContain('config-digest');
});

test('Postgres with TLS by CloudNativePG has the line of pg_hba, and an authority that callers trust', () => {
  const look = shop((s) => {
    const db = new Postgres(s, 'db', { database: 'shop', inCluster: 'operator', requireTls: true });
    expect(db.endpoint.authority).toEqual({ kind: 'Secret', name: 'shop-db-ca', key: 'ca.crt' });
  });
  expect(look.spec('Cluster', 'shop-db', 'postgresql', 'pg_hba')).toEqual(['hostssl all all 0.0.0.0/0 scram-sha-256']);
});

test('two edges of one system to the world share no Ingress with a WebSocket', () => {
  const look = shop((s) => {
    expose(new Web(s, 'web', { image, port: 3000 }), { host: 'a.org' });
    expose(new Signaling(s, 'chat', { image, port: 3001 }), {
      host: 'a.org',
      path: '/chat',
      silence: Duration.minutes(10),
    });
  });
  expect(look.names('Ingress')).toEqual(['shop', 'shop-chat']);
  const timeout = 'nginx.ingress.kubernetes.io/proxy-read-timeout';
  expect([look.annotations('Ingress', 'shop')[timeout], look.annotations('Ingress', 'shop-chat')[timeout]]).toEqual([
    undefined,
    '600',
  ]);
});

const turn = (more: Partial<TurnProps>) => (s: System) =>
  void new Turn(s, 'turn', { realm: 'a.org', credentials: 'short-lived', ...more });

const access = (rule: AccessRule, everywhereBecause?: string) => (s: System) =>
  void new Access(s, 'x', { rules: [rule], ...(everywhereBecause === undefined ? {} : { everywhereBecause }) });

const WRONG: readonly [string, (s: System) => void, Platform?][] = [
  ['SW-TURN-001', turn({ relays: { from: 80, to: 70 } })],
  ['SW-TURN-002', turn({ isPublic: true, externalAddress: '1.2.3.4', relays: { from: 49152, to: 49252 } })],
  ['SW-TURN-003', turn({ isPublic: true })],
  ['SW-TURN-004', turn({ isPublic: true, externalAddress: '1.2.3.4', credentials: 'one-user' })],
  ['SW-EXTERNAL-001', (s) => void new External(s, 'x', { host: 'https://a.org/' })],
  ['SW-ACCESS-001', (s) => void new Access(s, 'x', { rules: [{ resources: ['*'], verbs: ['get'] }] })],
  ['SW-ACCESS-002', access({ resources: ['roles'], groups: ['rbac.authorization.k8s.io'], verbs: ['escalate'] })],
  ['SW-ACCESS-002', access({ resources: ['pods/exec'], verbs: ['create'] })],
  ['SW-ACCESS-002', access({ resources: ['rolebindings'], groups: ['rbac.authorization.k8s.io'], verbs: ['create'] })],
  ['SW-ACCESS-003', access({ resources: ['configmaps', 'secrets'], verbs: ['get'] })],
  ['SW-ACCESS-003', access({ resources: ['secrets'], names: [], verbs: ['list'] })],
  ['SW-ACCESS-004', access({ resources: ['secrets'], verbs: ['list'], because: ' ' })],
  ['SW-ACCESS-004', access({ resources: ['pods'], verbs: ['list'] }, '')],
  ['SW-TEXT-001', (s) => void new Monitoring(s, 'm', { watch: [], runbooks: 'https://a.org', onCall: 'A\nB' })],
  [
    'SW-QUOTA-001',
    (s) =>
      void new Quota(s, 'q', { cpu: Cpu.units(1), memory: Size.gibibytes(1), storage: Size.gibibytes(1), pods: 0 }),
  ],
  ['SW-REDIS-002', (s) => void new Redis(s, 'r', { memory: Size.gibibytes(2), keeps: Size.gibibytes(3) })],
  ['SW-STORE-003', (s) => void new ObjectStore(s, 'o', { keep: Duration.days(1), existing: 'theirs' })],
  ['SW-VOLUME-001', (s) => void new SharedVolume(s, 'v', { size: Size.gibibytes(1), storageClass: undefined }), PROD],
  ['SW-POSTGRES-004', (s) => void new Postgres(s, 'p', { database: 'shop', keepBackupsDays: 3 }), PROD],
  [
    'SW-BACKUP-001',
    (s) => {
      const to = new ObjectStore(s, 'o', { keep: Duration.days(1) });
      new Backup(s, 'b', { of: new Redis(s, 'r'), to });
    },
    {
      ...IN_CLUSTER,
      redis: () => ({ endpoint: { scheme: 'rediss', host: 'r', port: 6379, reach: { by: 'public' } }, facts: [] }),
    },
  ],
];

test('a dangerous right with a reason is shown with it', () => {
  const rule = { resources: ['secrets'], verbs: ['list'], because: 'it copies them' };
  const look = shop(access(rule));
  expect(look.codes()).toEqual([]);
  const facts = look.graph.parts.flatMap((p) => p.facts);
  expect(facts).toContain('shop-x may list secrets, because it copies them');
});

test('whom to call is no order to Prometheus', () => {
  const look = shop((s) => void new Monitoring(s, 'm', { watch: [], runbooks: 'https://a.org', onCall: '{{ 1 }}' }));
  const rules = list(look.spec('PrometheusRule', 'shop-m', 'groups', 0, 'rules'));
  expect(at(rules[0], 'annotations', 'on_call')).toBe('{{ "{{" }} 1 }}');
});

test.each(WRONG.map(([code, build, platform]) => [code, build, platform ?? IN_CLUSTER] as const))(
  '%s is told',
  (code, build, platform) => {
    const problems = shop(build, platform).graph.problems;
    expect(problems.map((p) => p.code)).toContain(code);
    expect(list(problems).every((p) => typeof at(p, 'where') === 'string')).toBe(true);
  },
);
