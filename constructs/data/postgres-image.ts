import { VERSIONS } from '../core/versions';

/** Major versions that have an image here. */
export const POSTGRES_VERSIONS = [15, 16, 17, 18] as const;
export type PostgresVersion = (typeof POSTGRES_VERSIONS)[number];

export const POSTGRES_IMAGES: Readonly<Record<PostgresVersion, string>> = {
  15: VERSIONS.postgres15.image,
  16: VERSIONS.postgres16.image,
  17: VERSIONS.postgres17.image,
  18: VERSIONS.postgres18.image,
};

/** Of the official Debian image: https://github.com/docker-library/postgres/blob/master/Dockerfile-debian.template */
export const POSTGRES_USER = 999;

/** The version, where it is one of those; the newest otherwise, after the problem was reported. */
export function knownVersion(version: number): PostgresVersion {
  return POSTGRES_VERSIONS.find((known) => known === version) ?? 18;
}
