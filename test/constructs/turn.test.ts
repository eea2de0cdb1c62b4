import { BlockList } from 'node:net';
import type { Construct } from 'constructs';
import fc from 'fast-check';
import { System, Turn, type TurnProps } from '../../constructs';
import { fromTo, opensTheWorld, rangeOf, SPECIAL_IPV4, SPECIAL_IPV6 } from '../../constructs/core/addresses';
import { PROFILES } from '../../constructs/core/profile';
import { IN_CLUSTER } from '../../constructs/core/system';
import { turnConfig } from '../../constructs/service/turn-config';
import { at, list } from '../../graph/json-value';
import { Look } from '../support/look';
import { graphOf } from '../support/offline';
import { systemGraph } from '../support/systems';

function shop(profile: keyof typeof PROFILES, props: Partial<TurnProps> = {}): Look {
  const build = (app: Construct) => {
    const platform = { ...IN_CLUSTER, profile: PROFILES[profile] };
    const s = new System(app, 'shop', { namespace: 'shop', platform });
    new Turn(s, 'turn', { realm: 'a.org', credentials: 'short-lived', ...props });
  };
  return new Look(graphOf(build));
}

test.each(['staging', 'prod'] as const)('a TURN server that relays inside is refused in %s', (profile) => {
  expect(shop(profile, { privatePeers: true }).codes()).toEqual(['SW-TURN-005']);
  expect(shop('dev', { privatePeers: true }).codes()).toEqual([]);
});

test.each(['staging', 'prod'] as const)('one user for ever is refused in %s', (profile) => {
  expect(shop(profile, { credentials: 'one-user' }).codes()).toEqual(['SW-TURN-006']);
});

test('Tallow in production with the TURN server of a laptop is refused, and told the setting', () => {
  const { problems } = systemGraph('tallow', 'prod', { 'tallow:turn.placement': 'in-cluster' });
  expect(problems).toContainEqual(
    expect.objectContaining({ code: 'SW-TALLOW-001', fix: 'tallow:turn.placement: in-cluster-public' }),
  );
});

test('what it may send goes to the internet, and to no address that is nobody’s there, of either family', () => {
  const peers = list(shop('prod').spec('NetworkPolicy', 'shop-turn-open', 'egress', 0, 'to'));
  expect(peers.map((peer) => at(peer, 'ipBlock', 'cidr'))).toEqual(['0.0.0.0/0', '::/0']);
  const [v4, v6] = peers.map((peer) => list(at(peer, 'ipBlock', 'except')).map(String));
  expect(v4).toEqual(expect.arrayContaining(['10.0.0.0/8', '100.64.0.0/10', '198.18.0.0/15', '169.254.0.0/16']));
  expect(v6).toEqual(expect.arrayContaining(['fc00::/7', 'fe80::/10', '2001:db8::/32']));
});

const facts = {
  credentials: 'short-lived',
  relays: { from: 49152, to: 49171 },
  user: 'u',
  password: { from: 'pulumi', value: 'x' },
} as const;
const linesOf = (more: object) => {
  const { template, problems } = turnConfig({ ...facts, realm: 'a.org', ...more });
  return {
    lines: template
      .map((piece) => (typeof piece === 'string' ? piece : '…'))
      .join('')
      .split('\n'),
    problems,
  };
};

test('its configuration denies private peers of IPv6 too, and relays no TCP', () => {
  const { lines } = linesOf({});
  expect(lines).toEqual(
    expect.arrayContaining([
      'no-tcp-relay',
      'denied-peer-ip=10.0.0.0-10.255.255.255',
      'denied-peer-ip=fc00:0:0:0:0:0:0:0-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      'denied-peer-ip=0:0:0:0:0:0:0:0-ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ]),
  );
});

test('no text of a setting becomes a line of coturn', () => {
  const usual = linesOf({ externalAddress: '203.0.113.7' }).lines.length;
  const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('a\nno-auth', 'a\r\nx', ' ', ''));
  fc.assert(
    fc.property(text, text, (realm, externalAddress) => {
      const { lines, problems } = linesOf({ realm, externalAddress });
      const isWritten =
        realm !== '' &&
        externalAddress !== '' &&
        lines.includes(`realm=${realm}`) &&
        lines.includes(`external-ip=${externalAddress}`);
      return lines.length === usual && isWritten === (problems.length === 0);
    }),
  );
});

test('ranges are what Node reads of them', () => {
  const cidr = fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128)).map(([address, length]) => `${address}/${length}`);
  fc.assert(
    fc.property(cidr, fc.oneof(fc.ipV4(), fc.ipV6()), (text, probe) => {
      const range = rangeOf(text);
      const other = probe.includes(':') ? 'ipv6' : 'ipv4';
      const family = range?.version === 4 ? 'ipv4' : 'ipv6';
      if (range === undefined || other !== family) return true;
      const judge = new BlockList();
      judge.addSubnet(text.split('/')[0] ?? '', range.length, family);
      const [first = '', last = ''] = fromTo(text).split('-');
      const own = new BlockList();
      own.addRange(first, last, family);
      return (
        [first, last].every((a) => judge.check(a, family)) && own.check(probe, other) === judge.check(probe, other)
      );
    }),
  );
});

test('every special range is one; a range of everything is known as such', () => {
  for (const range of [...SPECIAL_IPV4, ...SPECIAL_IPV6]) expect(rangeOf(range)).toBeDefined();
  expect(['0.0.0.0/0', '::/0', '0.0.0.0/1', '2000::/3'].map(opensTheWorld)).toEqual([true, true, true, true]);
  expect(['10.0.0.0/8', '10.0.1.0/24', 'fd00::/16', '::/8'].map(opensTheWorld)).toEqual([false, false, false, false]);
});

test('the preview says that nobody outside gets to one that is not for the world', () => {
  const facts = (isPublic: boolean) => {
    const graph = graphOf((app) => {
      const system = new System(app, 'shop', { namespace: 'shop' });
      new Turn(system, 'turn', {
        realm: 'a.org',
        credentials: 'short-lived',
        isPublic,
        externalAddress: '203.0.113.7',
      });
    });
    return graph.parts.find(({ path }) => path === 'shop/turn')?.facts ?? [];
  };
  expect(facts(false)).toContain('inside of the cluster only: no browser gets to it');
  expect(facts(true).join()).not.toContain('inside of the cluster only');
});
