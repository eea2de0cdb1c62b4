import { Duration, JsonPatch, Size } from 'cdk8s';
import * as parts from '../../constructs';
import { AddOn } from '../../constructs/add-ons/add-on';
import { at } from '../../graph/json-value';
import { untyped } from './offline';
import { api } from './shop';

type Make = (system: parts.System, id: string, of: (props: object) => unknown) => unknown;

const backup = (system: parts.System) => {
  const db = new parts.Postgres(system, 'near-db', { database: 'near' });
  const to = new parts.ObjectStore(system, 'near-store', { keep: Duration.days(30), storage: Size.gibibytes(10) });
  return new parts.Backup(system, 'near-backup', {
    of: db,
    to,
    atMost: Duration.hours(26),
    schedule: '0 2 * * *',
    room: Size.gibibytes(2),
    longest: Duration.hours(2),
  });
};

/** Parts that stand beside others: what watches, what restores, what the cluster has once; and functions that change a part. */
export const OTHER_PARTS: Readonly<Record<string, Make>> = {
  Site: (s, id, of) =>
    new parts.Site(
      s,
      id,
      untyped(
        of({ host: 'app.acme.org', isSinglePage: true, headers: { A: 'b' }, tlsSecret: 't', requestsPerSecond: 5 }),
      ),
    ),
  RestoreDrill: (s, id, of) => {
    const limits = { atMost: Duration.days(8), room: Size.gibibytes(2), longest: Duration.hours(2) };
    const props = { of: backup(s), schedule: '0 3 * * 0', emptyBecause: 'a cache', ...limits };
    return new parts.RestoreDrill(s, id, untyped(of(props)));
  },
  ClusterBackup: (s, id, of) =>
    new parts.ClusterBackup(
      s,
      id,
      untyped(of({ name: 'c', schedule: '30 2 * * *', keep: Duration.days(30), velero: 'velero' })),
    ),
  FastDisk: (s, id, of) => new parts.FastDisk(s, id, untyped(of({ name: 'fast-ssd' }))),
  Identity: (s, id, of) =>
    new parts.Identity(
      s,
      id,
      untyped(of({ role: 'shop', account: 'shop-api', policies: ['arn:aws:iam::aws:policy/A'] })),
    ),
  Tracing: (s, id, of) => {
    const backend = { kind: 'jaeger', storage: Size.gibibytes(5), keep: Duration.days(2), namespace: 'shop' };
    return new parts.Tracing(
      s,
      id,
      untyped(of({ backend, secret: 't', keepPercent: 10, slowerThan: Duration.seconds(1) })),
    );
  },
  ManagedTracing: (s, id, of) => {
    const header = { name: 'x-key', value: parts.generated(s, `${id}-key`) };
    return new parts.Tracing(
      s,
      id,
      untyped(of({ backend: { kind: 'managed', endpoint: 'https://a.org:4317', header } })),
    );
  },
  OperatedTracing: (s, id, of) => {
    const backend = { kind: 'jaeger-operator', name: 'j', namespace: 'tracing', elasticsearch: 'http://elastic:9200' };
    return new parts.Tracing(s, id, untyped(of({ backend })));
  },
  ErrorReporting: (s, id, of) => {
    const secret = { name: 'shop', key: 'dsn' };
    const props = { of: [api(s)], dsn: parts.generated(s, `${id}-dsn`), secret, release: '1.0', host: 'sentry.io' };
    return new parts.ErrorReporting(s, id, untyped(of(props)));
  },
  AddOn: (s, _id, of) => {
    const velero = { bucket: 'acme-velero', region: 'eu-central-1' };
    const props = {
      metricsDays: 15,
      logDays: 14,
      isWatched: true,
      storageClass: 'standard',
      velero,
      acmeEmail: 'a@b.org',
    };
    return new AddOn(
      s,
      'prometheus',
      untyped(of({ ...props, kibana: 'logs.acme.org', protect: true, headers: ['A'] })),
    );
  },
  pullSecret: (s, id, of) => {
    const given = of({ name: 'pull', source: parts.generated(s, id) });
    return parts.pullSecret(api(s), untyped(at(given, 'name')), untyped(at(given, 'source')));
  },
  injectExisting: (s, _id, of) => {
    const given = of({ variable: 'TOKEN', from: { name: 'theirs', key: 'token' }, options: { optional: true } });
    const [variable, from, options] = ['variable', 'from', 'options'].map((key) => at(given, key));
    return parts.injectExisting(api(s), untyped(variable), untyped(from), untyped(options));
  },
  connectToFrontDoor: (s, _id, of) => parts.connectToFrontDoor(api(s), untyped(at(of({ host: 'acme.org' }), 'host'))),
  patch: (s, _id, of) => {
    const given = of({
      kind: 'Deployment',
      operations: [JsonPatch.add('/spec/template/spec/priorityClassName', 'high')],
    });
    const operations: unknown = at(given, 'operations');
    return parts.patch(
      api(s),
      untyped(at(given, 'kind')),
      ...(Array.isArray(operations) ? operations : [untyped(operations)]),
    );
  },
  nodeOptions: (s, _id, of) => {
    const given = { protect: true, ignoreChanges: ['spec.replicas'], import: 'shop/shop-api', timeoutSeconds: 60 };
    return parts.nodeOptions(api(s).node.findChild('deployment'), untyped(of({ ...given, secretOutputs: ['data'] })));
  },
  System: (s, id, of) => {
    const props = { namespace: 'second', environment: 'dev', laptopPorts: 100 };
    return api(new parts.System(s.node.root, untyped(`second-${id}`), untyped(of(props))));
  },
};
