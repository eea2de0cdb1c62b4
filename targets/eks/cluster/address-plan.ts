import { addressOf, rangeOf } from '../../../constructs/core/addresses';

/** Ranges of a VPC's subnets. */
export interface AddressPlan {
  /** An eighth of the VPC for each zone: pods and databases have addresses of their own there. */
  readonly private: readonly string[];
  /** Load balancers and NAT: a sixty-fourth for each zone. */
  readonly public: readonly string[];
}

/** Shares of a VPC, in bits. Of the eighths, the first four are for zones; public subnets begin in the fifth. */
const [PRIVATE_BITS, PUBLIC_BITS, FIRST_PUBLIC] = [3, 6, 32];

/** @throws RangeError where it is no range */
export function addressPlan(cidr: string, zones: number): AddressPlan {
  const indexes = Array.from({ length: zones }, (_, i) => i);
  return {
    private: indexes.map((i) => part(cidr, PRIVATE_BITS, i)),
    public: indexes.map((i) => part(cidr, PUBLIC_BITS, FIRST_PUBLIC + i)),
  };
}

/** The address of a range that is so many after its first, as a range: `10.100.0.10/32`. */
export function addressIn(cidr: string, place: number): string {
  const range = wholeRange(cidr);
  return `${addressOf(range.version, range.first + BigInt(place))}/${range.version === 4 ? 32 : 128}`;
}

/** The part with this index, of as many as `bits` say. */
function part(cidr: string, bits: number, index: number): string {
  const { version, first, length } = wholeRange(cidr);
  const size = 1n << BigInt((version === 4 ? 32 : 128) - length - bits);
  return `${addressOf(version, first + size * BigInt(index))}/${length + bits}`;
}

function wholeRange(cidr: string) {
  const range = rangeOf(cidr);
  if (range === undefined) throw new RangeError(`${cidr} is no range of addresses`);
  return range;
}
