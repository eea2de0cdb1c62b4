import type { Construct } from 'constructs';
import type { HasEndpoint } from '../core/endpoint';

/** How the data of a store are written into a file, and a file is tried. */
export interface Dumping {
  /** Image with the store's own programs, and the user that they run as. */
  readonly image: string;
  readonly user: number;
  /** Variable with the store's URL, that both scripts read. */
  readonly variable: 'DATABASE_URL' | 'REDIS_URL';
  readonly dump: string;
  readonly drill: string;
  /** Other scripts that these read. */
  readonly reads: readonly string[];
}

/** A part whose data can be dumped. */
export interface Dumped extends Construct, HasEndpoint {
  /** None where its cloud keeps copies itself, and lets nobody read them. */
  readonly dumping: Dumping | undefined;
}
