import { isIP } from 'node:net';

/**
 * Addresses that are nobody's on the internet: private, shared, link-local (where clouds keep their metadata services), loopback,
 * documentation, benchmarks, multicast, reserved.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/multicast-addresses
 */
export const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/**
 * The same of IPv6; `::/8` has loopback, IPv4 addresses written as IPv6, and those behind NAT64, which may be private ones.
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export const SPECIAL_IPV6 = [
  '::/8',
  '100::/8',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** https://www.rfc-editor.org/rfc/rfc1918, and the addresses that carriers and clouds share: where clusters live. */
export const PRIVATE_IPV4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/** A range of addresses: `10.0.0.0/8`. */
interface Range {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly length: number;
}

/** The range that a text in CIDR notation is; undefined where it is none, or has bits beyond its length. */
export function rangeOf(cidr: string): Range | undefined {
  const [address = '', digits = '', more] = cidr.split('/');
  const version = isIP(address);
  if ((version !== 4 && version !== 6) || more !== undefined || !/^(0|[1-9]\d{0,2})$/.test(digits)) return undefined;
  const [bits, length] = [version === 4 ? 32 : 128, Number(digits)];
  if (length > bits) return undefined;
  const size = 1n << BigInt(bits - length);
  const first = version === 4 ? numberOf4(address) : numberOf6(address);
  return first % size === 0n ? { version, first, last: first + size - 1n, length } : undefined;
}

/** One address of a range, as a range: the tenth of 10.0.0.0/20 is 10.0.0.10/32. Undefined where the range is not known yet, or has no such address. */
export function addressIn(cidr: string, nth: number): string | undefined {
  const range = rangeOf(cidr);
  if (range === undefined || range.first + BigInt(nth) > range.last) return undefined;
  return `${addressOf(range.version, range.first + BigInt(nth))}/${range.version === 4 ? 32 : 128}`;
}

/** Whether a range is so wide that it names no network: shorter than /8, or /16 of IPv6. The special ranges among them are not meant. */
export function opensTheWorld(cidr: string): boolean {
  const [address = '', digits] = cidr.split('/');
  const version = isIP(address);
  if (version === 0 || digits === undefined || SPECIAL_IPV6.includes(cidr)) return false;
  return Number(digits) < (version === 4 ? 8 : 16);
}

/** `10.0.0.0-10.255.255.255`, as coturn writes a range. */
export function fromTo(cidr: string): string {
  const range = rangeOf(cidr);
  if (range === undefined) throw new RangeError(`${cidr} is no range of addresses`);
  return `${addressOf(range.version, range.first)}-${addressOf(range.version, range.last)}`;
}

function numberOf4(address: string): bigint {
  return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function numberOf6(address: string): bigint {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number);
    return `${(((a ?? 0) << 8) | (b ?? 0)).toString(16)}:${(((c ?? 0) << 8) | (d ?? 0)).toString(16)}`;
  });
  const [before = '', after] = plain.split('::');
  const groups = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'));
  const [head, tail] = [groups(before), groups(after)];
  const between = after === undefined ? [] : Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...between, ...tail].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

export function addressOf(version: 4 | 6, address: bigint): string {
  const [parts, size, base] = version === 4 ? [4, 256n, 10] : [8, 65536n, 16];
  const found = Array.from({ length: parts }, (_, i) => (address / size ** BigInt(parts - 1 - i)) % size);
  return found.map((part) => part.toString(base)).join(version === 4 ? '.' : ':');
}
