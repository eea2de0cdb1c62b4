import { Duration, Size } from 'cdk8s';
import type { ObjectStoreProps } from '../constructs';
import {
  choice,
  count,
  duration,
  flag,
  optional,
  or,
  type Setting,
  type Settings,
  secret,
  size,
  text,
  type Values,
} from './setting';
import { header } from './typed-texts';

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const TAG = /^(?!latest$)[\w][\w.-]{0,127}$/;
const LEAST_STORE = Size.gibibytes(20);
/** Without user and password: whoever reads the configuration would have them. */
const URL_FORM = /^https?:\/\/[a-zA-Z0-9_.[\]:-]+(\/[^\s@{}"'`<>\\]*)?$/;
const CRON = /^(\S+\s+){4}\S+$/;

/** Tag of an image; `latest` is none. */
export function tag(is: string, example = '1.4.2'): Setting<string> {
  return text(is, example, TAG, 'it must be an image tag other than "latest"');
}

export function address(is: string, example: string): Setting<string> {
  return text(is, example, URL_FORM, 'it must be http:// or https://, a host and a path, without user and password');
}

/** When something runs, in UTC. */
export function schedule(is: string, whenAbsent: string): Setting<string> {
  const five = 'it needs five fields: minute, hour, day, month, weekday';
  return or(text(`${is}, UTC`, whenAbsent, CRON, five), whenAbsent);
}

export const MONITORING_SETTINGS = {
  'monitoring.enabled': or(flag('watches the parts; needs the Prometheus operator'), true),
  'monitoring.serviceMonitor': or(flag('lets Prometheus read metrics'), true),
  'monitoring.prometheusRule': or(flag('makes alerts'), true),
  'monitoring.runbooks': address('where docs/runbooks.md is published', 'https://docs.acme.org/runbooks'),
} satisfies Settings;

export const TRACING_SETTINGS = {
  'tracing.enabled': or(flag('sends traces'), true),
  'tracing.backend': or(choice('where traces end', ['jaeger', 'jaeger-operator', 'managed']), 'jaeger'),
  'tracing.endpoint': optional(address('OTLP endpoint', 'https://otlp.datadoghq.com:4317')),
  'tracing.keyHeader': optional(header('header by which the OTLP endpoint knows us', 'DD-API-KEY')),
  'tracing.key': optional(secret('key of the OTLP endpoint, where Pulumi keeps secrets')),
  'tracing.elasticsearch': optional(address('Elasticsearch of Jaeger', 'http://elasticsearch:9200')),
} satisfies Settings;

export const DATABASE_SETTINGS = {
  'database.placement': or(choice('where Postgres runs', ['platform', 'in-cluster']), 'platform'),
  'database.inCluster': optional(choice('how Postgres runs in the cluster', ['operator', 'statefulset'])),
  'database.version': or(count('major version of Postgres', { min: 15, max: 18 }), 15),
  'database.storage': or(size('room for the database', '20Gi'), Size.gibibytes(20)),
} satisfies Settings;

export const MIGRATION_TIME = {
  'migrations.longest': or(duration('after this a migration is ended, and has failed', '1h'), Duration.hours(1)),
} satisfies Settings;

export const MIGRATION_SETTINGS = {
  ...MIGRATION_TIME,
  'migrations.version': or(count('version of the database schema; raise it with its tag'), 1),
  'migrations.tag': tag('tag of the image that migrates'),
} satisfies Settings;

export const BACKUP_SETTINGS = {
  'backup.schedule': schedule('when the data are dumped', '0 2 * * *'),
  'backup.longest': or(duration('after this a dump is ended, and has failed', '6h'), Duration.hours(6)),
  'backup.room': optional(
    size('room for one dump while it is written; as much as the store may hold, where nobody says', '50Gi'),
  ),
  'backup.storage': optional(size('room for the dumps that are kept, where they are on a volume', '50Gi')),
  'drill.schedule': schedule('when a dump is restored for trial', '0 3 * * 0'),
  'drill.longest': or(duration('after this a drill is ended, and has failed', '12h'), Duration.hours(12)),
  'drill.room': optional(
    size('room for a dump and what is restored from it; twice what the store may hold, where nobody says', '100Gi'),
  ),
} satisfies Settings;

export const FRONT_DOOR_SETTINGS = {
  'ingress.requestsPerSecond': or(count('requests a second that one address may make'), 20),
} satisfies Settings;

export type TracingSettings = Values<typeof TRACING_SETTINGS>;
export type DatabaseSettings = Values<typeof DATABASE_SETTINGS>;

/** What a Postgres is told of them. */
export function databaseProps(settings: DatabaseSettings): {
  readonly version: number;
  readonly storage: Size;
  readonly placement: 'platform' | 'in-cluster';
  readonly inCluster?: 'operator' | 'statefulset';
} {
  const inCluster = settings['database.inCluster'];
  return {
    version: settings['database.version'],
    storage: settings['database.storage'],
    placement: settings['database.placement'],
    ...(inCluster === undefined ? {} : { inCluster }),
  };
}

interface ScheduledProps {
  readonly schedule: string;
  readonly longest: Duration;
  readonly room?: Size;
}

/** What the store of backups, a Backup and its RestoreDrill are told of them: the store's volume grows with the database. */
export function keptProps(
  settings: Values<typeof BACKUP_SETTINGS>,
  keepDays: number,
  holds: Size = LEAST_STORE,
): { readonly store: ObjectStoreProps; readonly backup: ScheduledProps; readonly drill: ScheduledProps } {
  const { 'backup.room': room, 'drill.room': drillRoom } = settings;
  const most = Size.mebibytes(Math.max(LEAST_STORE.toMebibytes(), holds.toMebibytes()));
  return {
    store: { keep: Duration.days(keepDays), storage: settings['backup.storage'] ?? most },
    backup: {
      schedule: settings['backup.schedule'],
      longest: settings['backup.longest'],
      ...(room === undefined ? {} : { room }),
    },
    drill: {
      schedule: settings['drill.schedule'],
      longest: settings['drill.longest'],
      ...(drillRoom === undefined ? {} : { room: drillRoom }),
    },
  };
}

/** What Monitoring is told of them. */
export function monitoringProps(settings: Values<typeof MONITORING_SETTINGS>): {
  readonly runbooks: string;
  readonly serviceMonitor: boolean;
  readonly prometheusRule: boolean;
} {
  return {
    runbooks: settings['monitoring.runbooks'],
    serviceMonitor: settings['monitoring.serviceMonitor'],
    prometheusRule: settings['monitoring.prometheusRule'],
  };
}
