import { Size } from 'cdk8s';
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
  /** How much it may hold at most, on disk: room for a dump follows it, and twice as much for a restored copy beside its dump. */
  readonly holds: Size;
  /** What a server that loads a dump needs of memory. @default 512 MiB */
  readonly memory?: Size;
  /** Other scripts that these read. */
  readonly reads: readonly string[];
}

/** A part whose data can be dumped. */
export interface Dumped extends Construct, HasEndpoint {
  /** None where its cloud keeps copies itself, and lets nobody read them. */
  readonly dumping: Dumping | undefined;
}

const LEAST_ROOM = Size.gibibytes(1);

/** Room for `copies` of what a store holds at most. */
export function roomFor(holds: Size, copies = 1): Size {
  return Size.mebibytes(Math.max(LEAST_ROOM.toMebibytes(), holds.toMebibytes() * copies));
}
