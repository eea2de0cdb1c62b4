import { fromTo, SPECIAL_IPV4, SPECIAL_IPV6 } from '../core/addresses';
import { type Language, onlyMatching, Pen } from '../core/language';
import type { Problem } from '../core/problem';
import type { SecretSource } from '../core/secret-source';
import type { SecretTemplate } from '../secrets/secret-template';

export const TURN_PORT = 3478;

/** UDP ports of relays. */
export interface Relays {
  readonly from: number;
  readonly to: number;
}

/** A value of a line of coturn: the line ends at 1,024 letters, and what follows is another. */
const COTURN_NAME: Language = {
  name: 'a configuration of coturn',
  refuses: onlyMatching(
    /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
    'a name of letters, digits, dots and hyphens',
  ),
  write: (text) => text,
  example: 'meet.acme.org',
};
const COTURN_ADDRESS: Language = {
  name: 'a configuration of coturn',
  refuses: onlyMatching(/^[A-Za-z0-9:]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9:])?$/, 'an address or a DNS name'),
  write: (text) => text,
  example: '203.0.113.7',
};

export interface TurnConfigFacts {
  readonly realm: string;
  readonly externalAddress?: string;
  readonly credentials: 'one-user' | 'short-lived';
  readonly privatePeers?: boolean;
  readonly relays: Relays;
  readonly user: string;
  readonly password: SecretSource;
}

/** https://github.com/coturn/coturn/blob/master/examples/etc/turnserver.conf */
export function turnConfig(facts: TurnConfigFacts): {
  readonly template: SecretTemplate;
  readonly problems: readonly Problem[];
} {
  const { realm, externalAddress, credentials, privatePeers = false, relays } = facts;
  const pen = new Pen();
  const lines = [
    `listening-port=${TURN_PORT}`,
    'fingerprint',
    `realm=${pen.into(COTURN_NAME, realm, 'realm')}`,
    `min-port=${relays.from}`,
    `max-port=${relays.to}`,
    'no-multicast-peers',
    // Calls are UDP; a relay of TCP would be a proxy.
    'no-tcp-relay',
    // Whoever relays to these is inside: https://www.rfc-editor.org/rfc/rfc8155#section-8
    ...(privatePeers ? [] : [...SPECIAL_IPV4, ...SPECIAL_IPV6].map((range) => `denied-peer-ip=${fromTo(range)}`)),
    'user-quota=12',
    `total-quota=${relays.to - relays.from + 1}`,
    'stale-nonce=600',
    'log-file=stdout',
    'simple-log',
    'pidfile=/tmp/turnserver.pid',
    'userdb=/tmp/turndb',
    ...(externalAddress === undefined
      ? []
      : [`external-ip=${pen.into(COTURN_ADDRESS, externalAddress, 'externalAddress')}`]),
  ];
  const who =
    credentials === 'short-lived' ? 'use-auth-secret\nstatic-auth-secret=' : `lt-cred-mech\nuser=${facts.user}:`;
  const template: SecretTemplate = [`${lines.join('\n')}\n${who}`, { secret: facts.password, encode: 'none' }, '\n'];
  return { template, problems: pen.problems };
}
