import { Backup, ObjectStore, type Redis, RestoreDrill, type System } from '../constructs';
import { keptProps } from './shared-settings';
import { EMPTY, type TallowSettings } from './tallow-settings';

/** Backup and drill of its Redis; none where a service of the cloud keeps snapshots itself. */
export function keptOf(tallow: System, of: Redis, settings: TallowSettings): (Backup | RestoreDrill)[] {
  if (of.dumping === undefined) return [];
  const { store, backup: when, drill } = keptProps(settings, tallow.platform.profile.keepBackupsDays);
  const backup = new Backup(tallow, 'backup', { of, to: new ObjectStore(tallow, 'backups', store), ...when });
  return [backup, new RestoreDrill(tallow, 'drill', { of: backup, ...drill, emptyBecause: EMPTY })];
}
