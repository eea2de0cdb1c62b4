import type { App } from 'cdk8s';
import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import * as parts from '../../constructs';
import { OTHER_PARTS } from './any-other-part';
import { type Change, withNonsense } from './nonsense';
import { untyped } from './offline';
import { api } from './shop';

const IMAGE = 'ghcr.io/acme/api:1.0';
const RESOURCES = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(200) },
  memory: { request: Size.mebibytes(64), limit: Size.mebibytes(128) },
};
const WEB = {
  ...{
    image: IMAGE,
    port: 8080,
    name: 'web',
    command: ['run', '$(A)'],
    user: 1001,
    env: { A: 'b' },
    resources: RESOURCES,
  },
  ...{ scale: { min: 2, max: 4, cpu: 70, memory: 80 }, programs: ['curl'], metrics: { port: 9090, path: '/metrics' } },
  probes: { live: { path: '/live', timeoutSeconds: 2 }, ready: { path: '/ready' }, startup: { path: '/live' } },
  shutdown: {
    preStop: Duration.seconds(5),
    drain: Duration.seconds(30),
    grace: Duration.seconds(60),
    waits: 'kubelet',
  },
  scratch: [{ folder: '/var/x', size: Size.mebibytes(5) }],
  ...{ secrets: [{ secret: 'a', folder: '/etc/a' }], claims: [{ claim: 'c', folder: '/c', readOnly: true }] },
  ...{ envIn: 'settings', account: { annotations: { a: 'b' }, token: false }, mayBeInterrupted: true },
};
const TIMED = { schedule: '0 2 * * *', room: Size.gibibytes(2), longest: Duration.hours(2) };

type Make = (system: parts.System, id: string, of: (props: object) => unknown) => unknown;
const neighbours = (system: parts.System) => ({
  db: new parts.Postgres(system, 'near-db', { database: 'near' }),
  store: new parts.ObjectStore(system, 'near-store', { keep: Duration.days(30), storage: Size.gibibytes(10) }),
});

/** Each part of constructs/index.ts, with props that it takes; `of` changes them. */
export const PARTS: Readonly<Record<string, Make>> = {
  Gateway: (s, id, of) => new parts.Gateway(s, id, untyped(of(WEB))),
  Web: (s, id, of) => new parts.Web(s, id, untyped(of(WEB))),
  Signaling: (s, id, of) => new parts.Signaling(s, id, untyped(of(WEB))),
  Worker: (s, id, of) =>
    new parts.Worker(
      s,
      id,
      untyped(
        of({
          image: IMAGE,
          command: ['x'],
          alive: ['ok'],
          env: { A: 'b' },
          scale: { min: 1, max: 2 },
          graceSeconds: 30,
        }),
      ),
    ),
  Job: (s, id, of) =>
    new parts.Job(
      s,
      id,
      untyped(of({ image: IMAGE, command: ['x'], env: { A: 'b' }, ...TIMED, resources: RESOURCES })),
    ),
  Migration: (s, id, of) =>
    new parts.Migration(
      s,
      id,
      untyped(of({ image: IMAGE, command: ['x'], version: 1, files: { folder: '/sql', texts: { 'a.sql': 'x' } } })),
    ),
  Postgres: (s, id, of) =>
    new parts.Postgres(
      s,
      id,
      untyped(of({ database: 'shop', username: 'u', version: 17, storage: Size.gibibytes(5) })),
    ),
  Redis: (s, id, of) =>
    new parts.Redis(s, id, untyped(of({ memory: Size.mebibytes(128), keeps: Size.gibibytes(1), whenFull: 'refuse' }))),
  ObjectStore: (s, id, of) =>
    new parts.ObjectStore(s, id, untyped(of({ keep: Duration.days(30), storage: Size.gibibytes(10) }))),
  SharedVolume: (s, id, of) =>
    new parts.SharedVolume(s, id, untyped(of({ size: Size.gibibytes(1), storageClass: 'nfs' }))),
  Quota: (s, id, of) =>
    new parts.Quota(
      s,
      id,
      untyped(of({ cpu: Cpu.units(40), memory: Size.gibibytes(90), storage: Size.gibibytes(900), pods: 90 })),
    ),
  External: (s, id, of) => new parts.External(s, id, untyped(of({ host: 'api.acme.org', port: 443, scheme: 'https' }))),
  Access: (s, id, of) =>
    new parts.Access(
      s,
      id,
      untyped(of({ of: api(s), rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] })),
    ),
  Turn: (s, id, of) =>
    new parts.Turn(
      s,
      id,
      untyped(of({ realm: 'turn.acme.org', credentials: 'short-lived', relays: { from: 49152, to: 49200 } })),
    ),
  HelmRelease: (s, id, of) =>
    new parts.HelmRelease(
      s,
      id,
      untyped(
        of({
          name: 'x',
          namespace: 'shop',
          chart: 'x',
          repository: 'https://a.org',
          version: '1.0.0',
          values: { a: 1 },
        }),
      ),
    ),
  Backup: (s, id, of) => {
    const { db, store } = neighbours(s);
    return new parts.Backup(s, id, untyped(of({ of: db, to: store, atMost: Duration.hours(26), ...TIMED })));
  },
  Archive: (s, id, of) => {
    const { db, store } = neighbours(s);
    const props = { of: db, to: store, table: 'events', timeColumn: 'at', hot: Duration.days(30), ...TIMED };
    return new parts.Archive(s, id, untyped(of(props)));
  },
  PostgresExporter: (s, id, of) => new parts.PostgresExporter(s, id, untyped(of({ of: neighbours(s).db }))),
  Monitoring: (s, id, of) =>
    new parts.Monitoring(s, id, untyped(of({ watch: [api(s)], runbooks: 'https://acme.org/runbooks' }))),
  ReverseProxy: (s, id, of) =>
    new parts.ReverseProxy(
      s,
      id,
      untyped(of({ routes: { '/api': api(s) }, host: 'acme.org', cached: ['/static/'], headers: { A: 'b' } })),
    ),
  expose: (s, _id, of) =>
    parts.expose(
      api(s),
      untyped(of({ host: 'acme.org', path: '/api', ingress: 'i', requestsPerSecond: 5, headers: { A: 'b' } })),
    ),
  connect: (s, _id, of) =>
    parts.connect(
      api(s),
      neighbours(s).db,
      untyped(of({ env: { DATABASE_URL: parts.url(), H: parts.host }, connections: 5, secret: { name: 'shop' } })),
    ),
  inject: (s, id, of) =>
    parts.inject(api(s), 'TOKEN', parts.generated(s, id), untyped(of({ name: 'shop', key: 'token' }))),
  ...OTHER_PARTS,
};

export interface AnyProgram {
  readonly part: string;
  readonly id: string;
  readonly changes: readonly Change[];
}

/** A program of somebody who does not type-check: one part with some nonsense in its props. */
export function anyProgram({ part, id, changes }: AnyProgram): (app: App) => void {
  return (app) => {
    const system = new parts.System(app, 'shop', { namespace: 'shop' });
    PARTS[part]?.(system, id, (props) => changes.reduce<unknown>((made, change) => withNonsense(made, change), props));
  };
}
