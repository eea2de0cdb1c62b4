import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import {
  type GatewayProps,
  given,
  type MigrationProps,
  pullSecret,
  SharedVolume,
  type System,
  VERSIONS,
} from '../constructs';
import type { TodoSettings } from './todo-settings';

/** Of the official Debian image of Postgres. */
const POSTGRES_USER = 999;
const RUN = 'psql --no-psqlrc --set ON_ERROR_STOP=1 --single-transaction --file /schema/todo.sql';

/** TDO-28 to TDO-30: the schema is the brief's, and the job its own image: the backend brings no migrations. */
export const SCHEMA: Omit<MigrationProps, 'version'> = {
  image: VERSIONS.postgres17.image,
  user: POSTGRES_USER,
  command: ['sh', '-c', RUN],
  files: {
    folder: '/schema',
    texts: { 'todo.sql': readFileSync(join(__dirname, 'sql', 'todo.sql'), 'utf8') },
  },
};

/** TDO-12: where images come from a private registry. */
export function pulledFrom(system: System, settings: TodoSettings): Pick<GatewayProps, 'pullSecret'> {
  if (!settings['registry.isPrivate']) return {};
  const name = 'registry-credentials';
  const key = { name: 'todo-registry', field: 'dockerconfigjson', config: 'todo:registry.credentials' } as const;
  return { pullSecret: pullSecret(system, name, given(system, key, settings['registry.credentials'])) };
}

/**
 * TDO-16: the brief has one disk of 10Gi for three to ten copies, and one node mounts a disk at a time. Since what must stay is in Postgres
 * (TDO-30), each copy has a folder of its own; who needs one for all names a class whose volumes many nodes mount.
 */
export function dataFolder(system: System, settings: TodoSettings): Pick<GatewayProps, 'scratch' | 'claims'> {
  const [folder, size] = ['/app/data', Size.gibibytes(10)];
  if (settings['data.claim'] === 'scratch') return { scratch: [{ folder, size }] };
  const volume = new SharedVolume(system, 'data', { size, storageClass: settings['data.storageClass'] });
  return { claims: [volume.at(folder)] };
}
