import type { Profile } from './platform';

/** The three profiles. Any Pulumi.<env>.yaml names one of them. */
export const PROFILES: Readonly<Record<Profile['name'], Profile>> = {
  dev: { name: 'dev', protectData: false, highlyAvailable: false, keepBackupsDays: 1, mostCopies: 2 },
  staging: { name: 'staging', protectData: false, highlyAvailable: true, keepBackupsDays: 7, mostCopies: 4 },
  prod: { name: 'prod', protectData: true, highlyAvailable: true, keepBackupsDays: 14, mostCopies: 100 },
};
