/** A version that we pin, with where it was read. `tested` is what the tests ran, where that differs. */
export interface Version {
  readonly version: string;
  readonly source: string;
  readonly image?: string;
}

const OFFICIAL_POSTGRES = 'https://github.com/docker-library/official-images/blob/master/library/postgres';

/**
 * Every version that is not ours, in one table. Images by tag of official repositories; a tag says what was asked for, a digest
 * would say what nobody here has read.
 */
export const VERSIONS = {
  /** Lowest minor in support on all targets. https://endoflife.date/kubernetes */
  kubernetes: { version: '1.35', source: 'https://kubernetes.io/releases/' },
  postgres15: {
    version: '15.19',
    image: 'docker.io/library/postgres:15.19-trixie',
    source: OFFICIAL_POSTGRES,
  },
  postgres16: {
    version: '16.15',
    image: 'docker.io/library/postgres:16.15-trixie',
    source: OFFICIAL_POSTGRES,
  },
  postgres17: {
    version: '17.11',
    image: 'docker.io/library/postgres:17.11-trixie',
    source: OFFICIAL_POSTGRES,
  },
  postgres18: {
    version: '18.6',
    image: 'docker.io/library/postgres:18.6-trixie',
    source: OFFICIAL_POSTGRES,
  },
  redis: {
    version: '7.4.11',
    image: 'docker.io/library/redis:7.4.11-bookworm',
    source: 'https://github.com/docker-library/official-images/blob/master/library/redis',
  },
  /** ElastiCache has no Redis after 7.1; Valkey speaks its protocol. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html */
  elasticacheValkey: {
    version: '8.0',
    source: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html',
  },
  pulumiKubernetes: { version: '4.34.2', source: 'https://www.npmjs.com/package/@pulumi/kubernetes' },
  pulumiAws: { version: '7.48.0', source: 'https://www.npmjs.com/package/@pulumi/aws' },
  pulumiRandom: { version: '4.21.2', source: 'https://www.npmjs.com/package/@pulumi/random' },
} as const satisfies Record<string, Version>;

/** Versions of the provider plugins, by package: what `pulumi up` installs. */
export const PROVIDER_VERSIONS: Readonly<Record<string, string>> = {
  kubernetes: VERSIONS.pulumiKubernetes.version,
  aws: VERSIONS.pulumiAws.version,
  random: VERSIONS.pulumiRandom.version,
};
