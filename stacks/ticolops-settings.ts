import { Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { GatewayProps, Problem } from '../constructs';
import { count, flag, host, optional, or, type Settings, secret, type Values } from './setting';
import {
  BACKUP_SETTINGS,
  DATABASE_SETTINGS,
  FRONT_DOOR_SETTINGS,
  MIGRATION_SETTINGS,
  MONITORING_SETTINGS,
  tag,
} from './shared-settings';
import { bucket, note, registry } from './typed-texts';

export const TICOLOPS_SETTINGS = {
  host: host('host of the API', 'api.ticolops.acme.org'),
  'site.host': host('host of the front end', 'ticolops.acme.org'),
  registry: registry('registry and folder of the images', 'ghcr.io/acme'),
  tag: tag('tag of the API image'),
  'api.port': or(count('port of the API', { max: 65535 }), 8000),
  'database.keepBackupsDays': optional(count('days that the managed database keeps its backups', { max: 35 })),
  'sentry.dsn': optional(secret('DSN of Sentry, where Pulumi keeps secrets')),
  'sentry.enabled': or(flag('reports errors'), true),
  'onCall.contact': optional(note('whom to call at night, in every alert', '+49 30 123456, Platform team')),
  'drill.bucket': optional(
    bucket('bucket with the backups of production, that this environment restores for trial', 'ticolops-prod-backups'),
  ),
  'ingress.headers': or(flag('sends security headers; the controller must allow them by name'), true),
  ...MIGRATION_SETTINGS,
  ...DATABASE_SETTINGS,
  ...BACKUP_SETTINGS,
  ...FRONT_DOOR_SETTINGS,
  ...MONITORING_SETTINGS,
} satisfies Settings;

export type TicolopsSettings = Values<typeof TICOLOPS_SETTINGS>;

/** The brief has no numbers: these are ours. */
export const API: Omit<GatewayProps, 'image' | 'port'> = {
  // Alembic, which migrates in the same image, is Python.
  programs: ['python3'],
  scale: { min: 2, max: 8, cpu: 70, memory: 80 },
  resources: {
    cpu: { request: Cpu.millis(200), limit: Cpu.millis(1000) },
    memory: { request: Size.mebibytes(256), limit: Size.mebibytes(768) },
  },
  env: { RATE_LIMIT_BACKEND: 'redis' },
};

/** TCO-21: somebody must be called. */
export function ticolopsProblems(settings: TicolopsSettings, isProduction: boolean): Problem[] {
  if (!isProduction || settings['onCall.contact'] !== undefined) return [];
  const what = 'onCall.contact is not set; in production every alert must say whom to call.';
  return [
    {
      code: 'SW-TICOLOPS-001',
      severity: 'error',
      what,
      fix: 'ticolops:onCall.contact: "+49 30 123456, Platform team"',
    },
  ];
}
