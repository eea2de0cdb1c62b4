import { Duration, Size } from 'cdk8s';
import {
  Archive,
  Backup,
  IN_CLUSTER,
  Migration,
  Monitoring,
  ObjectStore,
  Postgres,
  Redis,
  RestoreDrill,
  System,
} from '../../constructs';
import type { Graph } from '../../graph/graph';
import { at, isRecord, list, text } from '../../graph/json-value';
import { graphOf } from '../support/offline';
import { ENVIRONMENTS, FIVE, objectIn, systemGraph, talosGraph } from '../support/systems';

/** A shop whose database may hold so much, with its backup, its drill and its archive. */
function shop(storage: Size, more: object = {}): Graph {
  return graphOf((app) => {
    const system = new System(app, 'shop', { namespace: 'shop', platform: IN_CLUSTER });
    const of = new Postgres(system, 'db', { database: 'shop', inCluster: 'statefulset', storage });
    const to = new ObjectStore(system, 'store', { keep: Duration.days(7) });
    const backup = new Backup(system, 'backup', { of, to, ...more });
    const drill = new RestoreDrill(system, 'drill', { of: backup, ...more });
    const hot = Duration.days(30);
    const archive = new Archive(system, 'archive', { of, to, table: 'orders', timeColumn: 'at', hot, ...more });
    new Monitoring(system, 'monitoring', { watch: [backup, drill, archive], runbooks: 'https://docs.acme.org/r' });
  });
}

const podOf = (graph: Graph, job: string) =>
  at(objectIn(graph, 'CronJob', job).inputs, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
const volume = (graph: Graph, job: string) =>
  list(at(podOf(graph, job), 'volumes')).find((v) => at(v, 'name') === 'work');
const roomOf = (graph: Graph, job: string) =>
  at(volume(graph, job), 'ephemeral', 'volumeClaimTemplate', 'spec', 'resources', 'requests', 'storage') ??
  at(volume(graph, job), 'emptyDir', 'sizeLimit');
const deadline = (graph: Graph, job: string) =>
  at(objectIn(graph, 'CronJob', job).inputs, 'spec', 'jobTemplate', 'spec', 'activeDeadlineSeconds');
const variable = (graph: Graph, job: string, name: string) => {
  const pod = podOf(graph, job);
  const all = [...list(at(pod, 'initContainers')), ...list(at(pod, 'containers'))].flatMap((c) => list(at(c, 'env')));
  return at(
    all.find((v) => at(v, 'name') === name),
    'value',
  );
};
const alarms = (graph: Graph, name: string) =>
  list(at(objectIn(graph, 'PrometheusRule', name).inputs, 'spec', 'groups'))
    .flatMap((group) => list(at(group, 'rules')))
    .filter((rule) => at(rule, 'alert') === 'VolumeIsFull')
    .map((rule) => text(at(rule, 'expr')) ?? '');

test('room for a dump is what the database may hold, and for a drill twice as much', () => {
  const graph = shop(Size.gibibytes(300));
  expect([roomOf(graph, 'shop-backup'), roomOf(graph, 'shop-drill')]).toEqual(['300Gi', '600Gi']);
});

test('room that is more than a little is a volume of the pod’s own, which comes and goes with it', () => {
  expect(at(volume(shop(Size.gibibytes(20)), 'shop-backup'), 'ephemeral', 'volumeClaimTemplate', 'spec')).toEqual({
    accessModes: ['ReadWriteOnce'],
    storageClassName: IN_CLUSTER.storageClass,
    resources: { requests: { storage: '20Gi' } },
  });
  expect(at(volume(shop(Size.gibibytes(2)), 'shop-backup'), 'emptyDir')).toEqual({ sizeLimit: '2Gi' });
});

test('room and deadlines can be said', () => {
  const graph = shop(Size.gibibytes(20), { room: Size.gibibytes(7), longest: Duration.hours(9) });
  for (const job of ['shop-backup', 'shop-drill', 'shop-archive']) {
    expect([roomOf(graph, job), deadline(graph, job)]).toEqual(['7Gi', 9 * 3600]);
  }
  expect(variable(graph, 'shop-archive', 'ROOM_MEBIBYTES')).toBe(`${7 * 1024}`);
});

test('volumes of dumps that fill up are alarmed of: the job’s own, and that of the store, once', () => {
  const claims = alarms(shop(Size.gibibytes(20)), 'shop-monitoring').flatMap(
    (expr) => /=~"([^"]*)"/.exec(expr)?.[1]?.split('|') ?? [],
  );
  expect(alarms(shop(Size.gibibytes(20)), 'shop-monitoring')).toHaveLength(1);
  expect(claims.sort()).toEqual([
    'shop-archive-[0-9]+-[a-z0-9]+-work',
    'shop-backup-[0-9]+-[a-z0-9]+-work',
    'shop-drill-[0-9]+-[a-z0-9]+-work',
    'shop-store',
  ]);
});

test('an empty backup is a good one only where its drill says why', () => {
  expect(variable(shop(Size.gibibytes(20)), 'shop-drill', 'MAY_BE_EMPTY')).toBeUndefined();
  expect(variable(shop(Size.gibibytes(20), { emptyBecause: 'new' }), 'shop-drill', 'MAY_BE_EMPTY')).toBe('true');
  expect(variable(systemGraph('tallow', 'dev'), 'tallow-drill', 'MAY_BE_EMPTY')).toBe('true');
});

test('a migration may take as long as it is told, and `pulumi up` waits for it', () => {
  const migration = (longest?: Duration) => {
    const graph = graphOf((app) => {
      const system = new System(app, 'shop', { namespace: 'shop', platform: IN_CLUSTER });
      const props = { image: 'ghcr.io/acme/api:1.0', command: ['migrate'], version: 1 };
      new Migration(system, 'migrations', longest === undefined ? props : { ...props, longest });
    });
    const { inputs, options } = objectIn(graph, 'Job', 'shop-migrations-v1');
    return [at(inputs, 'spec', 'activeDeadlineSeconds'), options.timeoutSeconds];
  };
  expect(migration()).toEqual([3600, 3900]);
  expect(migration(Duration.hours(8))).toEqual([8 * 3600, 8 * 3600 + 300]);
});

test('a Redis that keeps what it holds has room for a fork of itself; another one for what is no data', () => {
  const limit = (kind: 'Deployment' | 'StatefulSet', keeps?: Size) => {
    const graph = graphOf((app) => {
      const system = new System(app, 'shop', { namespace: 'shop', platform: IN_CLUSTER });
      new Redis(system, 'redis', keeps === undefined ? {} : { keeps });
    });
    const pod = at(objectIn(graph, kind, 'shop-redis').inputs, 'spec', 'template', 'spec');
    return at(pod, 'containers', 0, 'resources', 'limits', 'memory');
  };
  expect(limit('StatefulSet', Size.gibibytes(1))).toBe('640Mi');
  expect(limit('Deployment')).toBe('320Mi');
});

describe('settings of the five', () => {
  const MORE = {
    'backup.room': '55Gi',
    'backup.longest': '8h',
    'backup.storage': '70Gi',
    'drill.room': '111Gi',
    'drill.longest': '1d',
    'migrations.longest': '90m',
  };
  const keys = (system: string) =>
    Object.fromEntries(
      Object.entries(MORE)
        .filter(([key]) => system !== 'tallow' || !key.startsWith('migrations'))
        .map(([key, value]) => [`${system}:${key}`, value]),
    );

  test.each(FIVE)('%s: room, deadlines and the volume of the store are as they are set', (system) => {
    const graph = systemGraph(system, 'dev', keys(system));
    expect(graph.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
    expect([roomOf(graph, `${system}-backup`), roomOf(graph, `${system}-drill`)]).toEqual(['55Gi', '111Gi']);
    expect([deadline(graph, `${system}-backup`), deadline(graph, `${system}-drill`)]).toEqual([8 * 3600, 24 * 3600]);
    const claim = objectIn(graph, 'PersistentVolumeClaim', `${system}-backups`).inputs;
    expect(at(claim, 'spec', 'resources', 'requests', 'storage')).toBe('70Gi');
    const migrations = graph.nodes.filter((n) => n.object?.kind === 'Job');
    expect(migrations.map((n) => at(n.inputs, 'spec', 'activeDeadlineSeconds'))).toEqual(
      system === 'tallow' ? [] : [90 * 60],
    );
  });

  test('talos: the archive', () => {
    const graph = talosGraph('dev', { 'talos:archive.room': '40Gi', 'talos:archive.longest': '12h' });
    expect([roomOf(graph, 'talos-archive'), deadline(graph, 'talos-archive')]).toEqual(['40Gi', 12 * 3600]);
  });

  test('room and the volume of the store follow the database', () => {
    const graph = talosGraph('dev', { 'talos:database.storage': '200Gi' });
    expect([roomOf(graph, 'talos-backup'), roomOf(graph, 'talos-drill')]).toEqual(['200Gi', '400Gi']);
    const claim = objectIn(graph, 'PersistentVolumeClaim', 'talos-backups').inputs;
    expect(at(claim, 'spec', 'resources', 'requests', 'storage')).toBe('200Gi');
  });

  test('a length of time needs its unit', () => {
    expect(() => talosGraph('dev', { 'talos:backup.longest': '6' })).toThrow(
      /SW-CONFIG-007 talos:backup.longest is "6"; it needs a unit[\s\S]*Fix: "6h"/,
    );
  });
});

describe('backups in a bucket', () => {
  const prod = talosGraph('prod');
  const resource = (store: string, type: string) =>
    prod.nodes.find((n) => n.path.startsWith(`talos/${store}/`) && n.type.endsWith(`:${type}`))?.inputs;
  const rule = (store: string) => at(resource(store, 'BucketLifecycleConfiguration'), 'rules', 0);

  test('no age ends a backup: the job does, once a newer one is proven', () => {
    expect(at(rule('backups'), 'expiration')).toEqual({ expiredObjectDeleteMarker: true });
    expect(variable(prod, 'talos-backup', 'KEEP_DAYS')).toBe('14');
  });

  test('what was overwritten or deleted with a stolen role stays as long as backups are kept', () => {
    expect(at(rule('backups'), 'noncurrentVersionExpiration')).toEqual({ noncurrentDays: 14 });
    expect(resource('backups', 'BucketVersioning')).toMatchObject({ versioningConfiguration: { status: 'Enabled' } });
    const policies = prod.nodes.filter((n) => n.type === 'aws:iam/rolePolicy:RolePolicy');
    expect(JSON.stringify(policies.map((n) => n.inputs))).not.toMatch(/DeleteObjectVersion|s3:\*/);
  });
});

const EVERY = FIVE.flatMap((system) => ENVIRONMENTS.map((stack) => [system, stack] as const));
test.each(EVERY)(
  '%s, %s: each folder on a node is bounded, and each container asks for what its folders may take',
  (system, stack) => {
    const pods = systemGraph(system, stack).nodes.flatMap(({ inputs }) => {
      const pod =
        at(inputs, 'spec', 'jobTemplate', 'spec', 'template', 'spec') ?? at(inputs, 'spec', 'template', 'spec');
      return isRecord(pod) && 'containers' in pod ? [pod] : [];
    });
    expect(pods.length).toBeGreaterThan(0);
    const mebibytes = (size: unknown) => {
      const [, amount, unit] = /^(\d+)(Mi|Gi)$/.exec(String(size)) ?? [];
      return Number(amount) * (unit === 'Gi' ? 1024 : 1);
    };
    for (const pod of pods) {
      const folders = new Map(
        list(pod.volumes).flatMap((v) => {
          const folder = at(v, 'emptyDir');
          return isRecord(folder) && folder.medium !== 'Memory' ? [[at(v, 'name'), mebibytes(folder.sizeLimit)]] : [];
        }),
      );
      for (const container of [...list(pod.initContainers), ...list(pod.containers)]) {
        const mounted = list(at(container, 'volumeMounts')).map((mount) => folders.get(at(mount, 'name')) ?? 0);
        const needed = mounted.reduce((sum, size) => sum + size, 0);
        for (const side of ['requests', 'limits']) {
          expect(mebibytes(at(container, 'resources', side, 'ephemeral-storage'))).toBeGreaterThanOrEqual(needed);
        }
      }
    }
  },
);
